"""In which order does a mail transaction go? Twelve lines, of which ten belong to it."""

from collections import deque
from random import Random
from typing import Any, Final, NamedTuple

from smtplab.lessons.exercises import Exercise, Wrong, letters_of
from smtplab.lessons.rehearsal import Rehearsal, in_one_line, mailboxes
from smtplab.lessons.verdicts import Lettered
from smtplab.protocol.replies import CODES
from smtplab.protocol.states import State

MESSAGE: Final = "Subject: Hello\r\n\r\nHello!\r\n."


class Tile(NamedTuple):
    """One line of the puzzle, or one message. said: without the last CRLF."""

    party: str
    said: str

    def __str__(self) -> str:
        return f"{self.party}: {in_one_line(self.said.encode())}"


class InOrder(Exercise):
    """Put the lines in order. The lab's own server judges: it is told what the client's lines say, and answers."""

    form = 'ten letters in order, such as `"CAFGBHDKEJ"`'
    hints = (
        "Begin with the command that opens a mail transaction, and put behind each command its one reply. "
        "The enhanced code tells the 250s apart: 2.1.0 is about the sender, 2.1.5 about a recipient.",
        "MAIL, RCPT, DATA, the mail, QUIT, each with its reply. RFC 5321 §3.3 says what may not stand beside the "
        "colon, §4.2.1 what the first digit of the reply to DATA has to be.",
    )

    def prepare(self, variant: Random) -> None:
        reverse_path, forward_path = mailboxes(variant)
        self._queued_as = str(variant.randint(2, 99))
        said = f"MAIL FROM:<{reverse_path}>", f"RCPT TO:<{forward_path}>", "DATA", MESSAGE, "QUIT"
        impostors = Tile("S", "254 End data with <CR><LF>.<CR><LF>"), Tile("C", f"MAIL FROM: <{reverse_path}>")
        self._genuine = self._with_replies(said)
        self._tiles = variant.sample((*self._genuine, *impostors), 12)

    def _with_replies(self, said: tuple[str, ...]) -> list[Tile]:
        server = self._server()
        replies = [server.say(line).decode().removesuffix("\r\n") for line in said]
        return [tile for pair in zip(said, replies, strict=True) for tile in map(Tile, "CS", pair)]

    def _server(self) -> Rehearsal:
        return Rehearsal("HELO", queued_as=self._queued_as)

    @property
    def lines(self) -> Lettered:
        return Lettered(list(map(str, self._tiles)))

    def solve(self) -> str:
        return "".join(self.lines.letters[self._tiles.index(tile)] for tile in self._genuine)

    def judge(self, answer: Any) -> str:
        letters, server, replies = letters_of(answer, self.lines), self._server(), deque[str]()
        for letter in letters:
            party, said = self._tiles[self.lines.letters.index(letter)]
            if party == "S":
                _hear(letter, said, replies)
            else:
                replies.append(_say(letter, said, replies, server))
        left = len(self._genuine) - len(letters)
        if left:
            raise Wrong(f"Right as far as it goes, but {left} of the ten are still missing.")
        return "The lab's server took each line and gave each reply, in this order. RFC 5321 §3.3, §4.1.4, §4.3.2."


def _hear(letter: str, said: str, replies: deque[str]) -> None:
    if not replies:
        raise Wrong(f"{letter}: nobody asked. After the greeting, a server speaks only to reply (RFC 5321 §4.2).")
    real = replies.popleft()
    if said != real:
        unknown = "" if int(said[:3]) in CODES else f" There is no code {said[:3]} at all (RFC 5321 §4.2.3)."
        raise Wrong(f"{letter}: the lab's server says something else here. Its code is {real[:3]}.{unknown}")


def _say(letter: str, said: str, replies: deque[str], server: Rehearsal) -> str:
    if replies:
        raise Wrong(f"{letter}: the client has not heard the last reply yet, and must wait for it (RFC 5321 §4.3.1).")
    state, reply = server.state, server.say(said).decode().removesuffix("\r\n")
    if state is State.CLOSED:
        raise Wrong(f"{letter}: the session is over, and nobody listens.")
    if not reply:
        raise Wrong(f"{letter}: after 354 the server takes this for a line of the mail, and waits for the dot.")
    if reply[0] in "45":
        raise Wrong(f"{letter}: to this the lab's server says `{in_one_line(reply.encode())}`.")
    return reply
