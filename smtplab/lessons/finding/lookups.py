"""Who looks up MX? Who has a mail for another domain, and nobody else's orders where to take it."""

from random import Random
from typing import Any, ClassVar

from smtplab.lessons.exercises import Exercise, Wrong, some_letters_of
from smtplab.lessons.verdicts import Lettered


class WhoAsksForMx(Exercise):
    """Say who has to ask for MX records."""

    form = 'letters, such as `"ACE"`'
    hints = (
        "Ask of each: has it a mail for a domain, and is it up to itself where to take it? Somebody who was given a "
        "host's name needs that host's address, and no MX.",
        "A notice is a mail, too. A mailbox is no domain, and in an address with [ ] there is nothing to look up.",
    )
    ASKS: ClassVar = {
        "a submission server, for its user's mail to another domain": "Its user gave it an address, and no host.",
        "the second mail host of a domain, with a mail while the first was down": "It has to find the better hosts.",
        "a mail host that has to tell a sender elsewhere of a failure": "The notice has to find the sender's domain.",
        "a mailing list, for each of its members": "Each member is at some domain. Who else should find it?",
        "a web shop that delivers its receipts itself": "It delivers itself, so it has to do what a relay does.",
    }
    ASKS_NOT: ClassVar = {
        "a mail client on a telephone": "Its settings name one host, for all its mail.",
        "a printer that mails its scans through the server in its menu": "The server in its menu takes all its mail.",
        "a host that puts a mail into a mailbox of its own": "The mail is where it was to go.",
        "a browser with webmail": "It speaks HTTP with a web server. That one is another matter.",
        "a relay that was told to give all mail to its provider's server": "It was told the host already.",
        "an IMAP client that reads its mail": "It fetches, and sends nothing.",
        "a relay, with a mail for bob@[127.0.0.5]": "The address is in the brackets already.",
    }

    def prepare(self, variant: Random) -> None:
        self._who = variant.sample([*variant.sample(list(self.ASKS), 3), *variant.sample(list(self.ASKS_NOT), 3)], 6)

    @property
    def question(self) -> str:
        return "Who of these asks the domain name system for an MX record?"

    @property
    def lines(self) -> Lettered:
        return Lettered(self._who)

    def solve(self) -> str:
        return "".join(letter for letter in self.lines.letters if self.lines[letter] in self.ASKS)

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        for letter in said:
            if letter not in right:
                raise Wrong(f"{letter} asks for no MX. {self.ASKS_NOT[self.lines[letter]]}")
        for letter in right:
            if letter not in said:
                raise Wrong(f"One is missing, among {self.lines.half(letter)}. {self.ASKS[self.lines[letter]]}")
        return (
            "MX is for who carries mail on to a domain: in your own run, two hosts asked for it, and the client did "
            "not. RFC 5321 §5.1, §3.6.2, §3.6.3."
        )
