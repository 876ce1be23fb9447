"""What comes of EHLO or HELO? Which lines a session loses by HELO, which names they take, and what EHLO brings."""

from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

from smtplab.lessons.exercises import Exercise, Wrong, at, say_back, some_letters_of
from smtplab.lessons.functions import call, function_of, kind_of
from smtplab.lessons.rehearsal import HOSTS, Rehearsal, in_one_line, mailboxes, shuffled
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.client import parse_extensions
from smtplab.protocol.commands import SyntaxRefused, parse_command
from smtplab.protocol.replies import Reply, parse_reply


class LostAfterHelo(Exercise):
    """Name the lines that a server takes after EHLO and refuses after HELO. The lab's server judges."""

    form = 'letters, such as `"AC"`'
    hints = (
        "Say the lines to a server of your own: `client.helo()`, then `client.send_line(...)`.",
        "A command or a parameter that an extension brings needs EHLO (RFC 5321 §2.2.1).",
    )

    def prepare(self, variant: Random) -> None:
        mailbox, other = mailboxes(variant)
        mail = f"MAIL FROM:<{mailbox}>"
        lost = "AUTH LOGIN", variant.choice((f"{mail} SIZE={variant.randint(200, 9000)}", f"{mail} BODY=8BITMIME"))
        kept = variant.sample((mail, "MAIL FROM:<>", f"VRFY {other}", "HELP", "NOOP", "RSET", "QUIT"), 4)
        self._commands = shuffled(variant, (*lost, *kept))

    @property
    def lines(self) -> Lettered:
        return Lettered(self._commands)

    def solve(self) -> str:
        return "".join(
            letter for letter, line in zip(self.lines.letters, self._commands, strict=True) if _is_lost(line)
        )

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        after_helo = {letter: in_one_line(Rehearsal("HELO").say(self.lines[letter])) for letter in said}
        for letter in said:
            if letter not in right:
                raise Wrong(f"{letter}: after HELO the lab's server says `{after_helo[letter]}`.")
        if len(said) < len(right):
            raise Wrong("There is another one.")
        heard = " ".join(f"{letter}: `{after_helo[letter]}`." for letter in right)
        return f"So says the lab's server after HELO. {heard} RFC 5321 §2.2.1, §4.1.1.11; RFC 4954 §4."


def _is_lost(line: str) -> bool:
    return Rehearsal("EHLO").say(line) < b"4" <= Rehearsal("HELO").say(line)


class EhloArguments(Exercise):
    """Name the arguments of EHLO that are good grammar. The lab's parser judges."""

    form = 'letters, such as `"AC"`'
    hints = (
        "RFC 5321 §4.1.1.1: a domain, of letters, digits and hyphens between dots (§4.1.2), or an address literal in "
        "brackets (§4.1.3).",
        "No underscore, no blank, no empty part, no hyphen at either end of one. An IPv6 literal has a tag before it.",
    )
    SHORT: ClassVar = "TINY-DESKTOP"
    GOOD: ClassVar = ("[192.0.2.7]", "[IPv6:2001:db8::7]", "xn--mller-kva.example", "2mail.example", *HOSTS)
    BAD: ClassVar = (
        "tiny_desktop.example",
        "-tiny.example",
        "tiny..example",
        "tiny desktop.example",
        "müller.example",
        "[::7]",
        "[192.0.2.300]",
        "<tiny.example>",
    )

    def prepare(self, variant: Random) -> None:
        drawn = self.SHORT, *variant.sample(self.GOOD, 3), *variant.sample(self.BAD, 4)
        self._commands = [f"EHLO {argument}" for argument in shuffled(variant, drawn)]

    @property
    def lines(self) -> Lettered:
        return Lettered(self._commands)

    def solve(self) -> str:
        return "".join(letter for letter in self.lines.letters if _refusal(self.lines[letter]) is None)

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        for letter in said:
            if letter not in right:
                raise Wrong(f"{letter}: to this the lab's parser says `{_refusal(self.lines[letter])}`.")
        if len(said) < len(right):
            raise Wrong("The parser takes more than these. Bad manners can be good grammar.")
        return (
            f"The lab's parser takes these and no other. `{self.SHORT}` is good grammar (RFC 5321 §4.1.1.1) and still "
            "forbidden: a name has to be the full one (§2.3.5), but no parser can tell."
        )


def _refusal(line: str) -> Reply | None:
    try:
        parse_command(line.encode())
    except SyntaxRefused as refused:
        return refused.reply
    return None


class ReadKeywords(Exercise):
    """Write a function that reads the reply to EHLO. It is tried on the own capture, and on replies it has not seen."""

    form = "a function that takes the text of a reply and returns a dict"
    hints = (
        "Split the reply into lines; on each, the code and the mark behind it are four characters. "
        "The first line names the server and holds no keyword.",
        '`line[4:].partition(" ")` cuts a line into keyword, blank and parameters. Keywords know no case, so make them '
        "upper case.",
    )

    def prepare(self, variant: Random) -> None:
        host, size = variant.choice(HOSTS), variant.randint(10_000, 99_999_999)
        self._unseen = (
            f"250-{host} greets you\r\n250-SIZE {size}\r\n250 HELP\r\n",
            f"250-{host}\r\n250-PIPELINING\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n",
            f"250-{host}\r\n250-size {size}\r\n250 StartTLS\r\n",
            f"250 {host}\r\n",
        )

    def solve(self) -> Callable[[str], dict[str, str]]:
        return keywords

    def judge(self, answer: Any) -> str:
        function = function_of(answer)
        own = self.first(lambda entry: entry.answers == "EHLO", "reply to EHLO")
        for reply in (own.octets.decode(), *self._unseen):
            _try(function, reply)
        unseen = len(self._unseen)
        return f"It reads the reply in {at(own)}, and {unseen} more that it had not seen. RFC 5321 §4.1.1.1, §4.2.1."


def _try(function: Callable[[str], object], reply: str) -> None:
    shown = in_one_line(reply.encode())
    given = call(function, reply, shown=f"`{shown}`")
    if not isinstance(given, dict):
        raise Wrong(f"For `{shown}` it returned {kind_of(given)}. A dict was asked for.")
    right = parse_extensions(parse_reply(reply.encode()))
    if given != right:
        slip = _slip(given, right)
        raise Wrong(f"For `{shown}` it returned `{say_back(given)}`, and right is `{right}`.{slip and ' '}{slip}")


def _slip(given: dict[Any, Any], right: dict[str, str]) -> str:
    """Name what a reader of replies often forgets; "" where it is something else."""
    if not all(isinstance(each, str) for each in (*given, *given.values())):
        return "Keywords and parameters are texts, an empty one where there are none."
    if any("\r" in each for each in (*given, *given.values())):
        return "Each line ends in CRLF, and the CR is in there still."
    if any(key.startswith("250") for key in given):
        return "The code and the mark behind it are in the keywords still."
    if "" in given:
        return "Behind the last CRLF comes no line."
    if len(given) == len(right) + 1:
        return "The first line names the server, and no extension."
    if {key.upper(): value for key, value in given.items()} == right:
        return "Keywords know no case: upper case was asked for."
    if given and list(given) == list(right)[:-1]:
        return "The last line has a blank where the others have a hyphen, and counts as well."
    return ""


def keywords(reply: str) -> dict[str, str]:
    """Give the parameters of each extension that a reply to EHLO lists, by its keyword."""
    parts = [line[4:].partition(" ") for line in reply.splitlines()[1:]]
    return {keyword.upper(): parameters for keyword, _, parameters in parts}
