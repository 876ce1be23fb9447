"""Who is told, and who gets a mail twice? Mails that fail in several ways, each carried to its end by the queue."""

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any, ClassVar, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, NoCapture, Wrong, at, numbers_in_order, some_letters_of
from smtplab.lessons.failure.cast import MAILBOX_FULL
from smtplab.lessons.failure.post import Post
from smtplab.lessons.rehearsal import mailboxes
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.hooks import DropConnection, Hook, Refuse
from smtplab.protocol.replies import CANNOT_STORE, GREYLISTED, NO_SUCH_MAILBOX, Reply
from smtplab.protocol.states import END_OF_DATA, GREETING
from smtplab.protocol.transcript import Entry, Kind

NOT_WANTED: Final = Reply(554, "5.6.0", "The message was not accepted")


class Case(NamedTuple):
    """How the mail host behaves: in words, and by hooks, new ones each time. why: what to think of."""

    words: str
    hooks: Callable[[], tuple[Hook, ...]]
    why: str


@cache
def carried(case: Case, sender: str, recipient: str) -> Post:
    """Have a mail carried to its end. It is asked often, and the end is always the same."""
    return Post(sender, recipient, lambda _: case.hooks())


class WhichBounced(Exercise):
    """Say about which mails the sender is sent a notice. The lab's queue judges."""

    form = 'letters, such as `"AC"`'
    hints = (
        "A notice is sent when the queue gives up: after a 5yz, or when a mail has waited too long. Until then it "
        "stays silent.",
        "And it goes to the reverse-path. Where that is null, nobody can be told (RFC 5321 §4.5.5, §6.1).",
    )
    TOLD: ClassVar = (
        Case("451 to RCPT at each try, for days", lambda: (Refuse("RCPT", GREYLISTED),), "Does a queue try for ever?"),
        Case("550 to RCPT", lambda: (Refuse("RCPT", NO_SUCH_MAILBOX),), "What is left to try after a 5yz?"),
        Case(
            "451 to RCPT at the first try, then 550",
            lambda: (Refuse("RCPT", GREYLISTED, 1), Refuse("RCPT", NO_SUCH_MAILBOX)),
            "The last reply counts.",
        ),
        Case(
            "354 to DATA, 554 to the dot",
            lambda: (Refuse(END_OF_DATA, NOT_WANTED),),
            "A 5yz may come after the mail, too.",
        ),
    )
    SILENT: ClassVar = (
        Case(
            "452 to RCPT twice, then 250, and 250 to the dot",
            lambda: (Refuse("RCPT", MAILBOX_FULL, 2),),
            "A delay of some hours is no failure.",
        ),
        Case(
            "no reply to the dot at the first try, then 250",
            lambda: (DropConnection(END_OF_DATA),),
            "It was delivered. Twice, even.",
        ),
        Case(
            "451 to the dot at the first try, then 250",
            lambda: (Refuse(END_OF_DATA, CANNOT_STORE, 1),),
            "It was delivered at the second try.",
        ),
    )

    def prepare(self, variant: Random) -> None:
        null, *told = variant.sample(self.TOLD, 3)
        silent = variant.sample(self.SILENT, 2)
        paths = [mailboxes(variant) for _ in range(5)]
        senders = [sender for sender, _ in paths]
        cases = [*told, *silent, null]
        senders[-1] = ""
        mails = [(sender, recipient, case) for sender, (_, recipient), case in zip(senders, paths, cases, strict=True)]
        self._mails = variant.sample(mails, len(mails))

    @property
    def question(self) -> str:
        return "Five mails in a queue, and what their host says. About which of them is the sender sent a notice?"

    @property
    def lines(self) -> Lettered:
        return Lettered(
            [f"MAIL FROM:<{sender}> ⏎ RCPT TO:<{recipient}>   {case.words}" for sender, recipient, case in self._mails]
        )

    def solve(self) -> str:
        return "".join(
            letter
            for letter, (sender, recipient, case) in zip(self.lines.letters, self._mails, strict=True)
            if carried(case, sender, recipient).told
        )

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        for letter in said:
            if letter not in right:
                sender, _, case = self._mails[self.lines.letters.index(letter)]
                why = case.why if sender else "Its reverse-path is null. To whom should the notice go?"
                raise Wrong(f"{letter}: no notice is sent. {why}")
        for letter in right:
            if letter not in said:
                why = self._mails[self.lines.letters.index(letter)][2].why
                raise Wrong(f"One is missing, among {self.lines.half(letter)}. {why}")
        return (
            "So did the lab's queue. As long as it tries, it is silent; when it gives up, it owes the sender a notice, "
            "except where the reverse-path is null. RFC 5321 §4.2.5, §6.1, §4.5.5."
        )


class HowManyCopies(Exercise):
    """Say how often a mail is delivered when a reply is lost. The lab's queue and server judge."""

    form = "four numbers in the order of the lines, such as `[0, 1, 2, 3]`"
    hints = (
        "Up to which line does the client answer for the mail, and from which on does the server?",
        "The server stores the mail when it has read the dot. A client that does not hear of it has to try again.",
    )
    DOT: ClassVar = (
        Case(
            "the reply to the dot is lost, once",
            lambda: (DropConnection(END_OF_DATA),),
            "The server has stored the mail already. Does the client know?",
        ),
        Case(
            "the reply to the dot is lost, twice",
            lambda: (DropConnection(END_OF_DATA, 2),),
            "Each time the server has stored the mail already. Does the client know?",
        ),
    )
    BEFORE: ClassVar = (
        Case(
            "the greeting is lost, once", lambda: (DropConnection(GREETING),), "Nothing has been said of the mail yet."
        ),
        Case(
            "the reply to RCPT is lost, once",
            lambda: (DropConnection("RCPT"),),
            "The server has an envelope, and no mail.",
        ),
        Case(
            "the reply to DATA is lost, once", lambda: (DropConnection("DATA"),), "No octet of the mail was sent yet."
        ),
        Case(
            "the dot is answered 451, once",
            lambda: (Refuse(END_OF_DATA, CANNOT_STORE, 1),),
            "The server said that it did not take it.",
        ),
    )
    AFTER: ClassVar = Case(
        "the reply to QUIT is lost",
        lambda: (DropConnection("QUIT"),),
        "The 250 had come before. What is there to doubt?",
    )

    def prepare(self, variant: Random) -> None:
        drawn = [variant.choice(self.DOT), *variant.sample(self.BEFORE, 2), self.AFTER]
        self._cases = variant.sample(drawn, len(drawn))
        self._paths = mailboxes(variant)

    @property
    def question(self) -> str:
        return f"A mail to {self._paths[1]}, four ways to lose a reply. How many copies are in the mailbox at the end?"

    @property
    def lines(self) -> Lettered:
        return Lettered([case.words for case in self._cases])

    def solve(self) -> list[int]:
        return [carried(case, *self._paths).copies[self._paths[1]] for case in self._cases]

    def judge(self, answer: Any) -> str:
        right, lost = self.solve(), self._lost()
        numbers = numbers_in_order(answer, len(right))
        for letter, said, number, case in zip(self.lines.letters, numbers, right, self._cases, strict=True):
            if said != number:
                raise Wrong(f"{letter}: not {said}. {case.why}")
        return (
            f"Only a reply to the dot that gets lost makes copies: {at(lost)} of your capture is such a dot, without a "
            "reply. The client cannot know, and a mail twice is better than none. RFC 5321 §6.1, §4.2.5."
        )

    def _lost(self) -> Entry:
        answered = {entry.stream for entry in self.transcript if entry.answers == END_OF_DATA}
        for entry in self.transcript:
            if entry.kind is Kind.END_OF_DATA and entry.stream not in answered:
                return entry
        raise NoCapture("Your capture has no dot without a reply: run the cell that makes it again.")
