"""Which command does a reply answer? Replies come in the order of the commands (RFC 5321 §4.3.1), so they are counted.

In LMTP, which LHLO begins, the end of a message has a reply for each recipient that was accepted (RFC 2033).

A capture may miss commands or replies, and then all that follows would be counted wrong. So what answers one verb only,
such as 354, sets the count right again, and octets that nobody has understood are looked at in the light of the reply.
"""

import re
from collections import deque
from collections.abc import Iterable
from typing import Final

from smtplab.protocol.fields import verb_of
from smtplab.protocol.flow import LAX_END_MARK, Flow
from smtplab.protocol.leniency import read_command
from smtplab.protocol.states import AUTHENTICATING, BDAT_LAST, END_OF_DATA, GREETING, MAIL_DATA, TRANSITIONS, State
from smtplab.protocol.transcript import Party

STANDARD_VERBS: Final = frozenset(verb for _, verb in TRANSITIONS)

# After these the reply decides what the client's next octets are.
DECIDED_BY_REPLY: Final = frozenset({"AUTH", "DATA", "STARTTLS"})

# What is said in reply to one verb and no other (§4.3.2, RFC 4954 §6).
TELLING: Final = {221: "QUIT", 235: "AUTH", 334: "AUTH", 354: "DATA"}

# With these a line of base64 was answered, rather than a command that is no standard (RFC 4954 §6).
OF_AUTH: Final = frozenset({235, 334, 432, 454, 534, 535, 538})

# Octets of a line that is worth reading as a command, and of its verb with what ends it.
LONGEST: Final = 1000
LONGEST_VERB: Final = 12

_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+=*\r?\n")
_DATA_LINE = re.compile(rb"\nDATA[ \t]*\r?\n", re.IGNORECASE)


class Pairing:
    """What the server has still to answer.

    asked: verbs, oldest first; "" for what is no command. greeted: whether the greeting is over. from_start: whether
    the beginning of the connection was seen, so that the greeting cannot be missed.
    """

    def __init__(self, asked: Iterable[str] = (), *, greeted: bool = False, from_start: bool = False) -> None:
        self.asked: deque[str] = deque()
        self.greeted = greeted
        self._from_start = from_start
        self._is_unsure = False  # which of those that were asked is answered next
        self._is_lmtp = False
        self._recipients = 0  # that LMTP accepted, and has still to say of whether they got the message
        self._count = 0  # of all that was ever asked
        self._latest = dict.fromkeys(TELLING.values(), 0)  # which number it was, for each of these verbs
        for verb in asked:
            self.ask(verb)

    def ask(self, verb: str) -> None:
        """Note that the client has asked for a reply."""
        self.asked.append(verb)
        self._count += 1
        if verb in self._latest:
            self._latest[verb] = self._count
        elif verb == "LHLO":
            self._is_lmtp = True

    def has_asked(self, verb: str) -> bool:
        """Tell whether one of the verbs that have a reply of their own waits for it, however many others do."""
        return self._latest[verb] > self._count - len(self.asked)

    @property
    def waits(self) -> bool:
        """Whether what the client says next is not to be understood before the reply."""
        return bool(self.asked) and self.asked[-1] in DECIDED_BY_REPLY

    def answer(self, code: int, state: State) -> str | None:
        """Say which command or moment a reply with this code answers, and take it for answered; None for nothing."""
        answered = self._find(code, state)
        if self._is_lmtp:
            self._count_recipients(answered, code)
        return answered

    def _find(self, code: int, state: State) -> str | None:
        if not self.greeted:
            self.greeted = True
            if self._greets(code):
                return GREETING
        told = TELLING.get(code)
        if told and (self.has_asked(told) or self._is_missing(told, state)):
            self._is_unsure = False
            while self.asked and self.asked.popleft() != told:
                pass  # the capture missed the reply to this one
            return told
        if self._is_unsure and self.asked:
            self.asked.popleft()
            self._is_unsure = bool(self.asked)
            return None
        if self.asked:
            return self.asked.popleft() or None
        if state is AUTHENTICATING:
            return "AUTH" if code >= 400 else None
        return END_OF_DATA if state is MAIL_DATA else None

    def settle(self, speaker: Party, *, asked_more: bool) -> list[str]:
        """Take for answered, and give, what was answered by replies that are not in the capture.

        That is all, if the client goes on. If the server does, it has still to answer the last one, unless the client
        asked_more than the capture holds; and where more were pipelined, perhaps others before it. Then nobody knows
        which one it answers, until it gives a telling reply.
        """
        self._recipients = min(self._recipients, 1)  # nobody knows how many of them were told
        goes_on = speaker == "server" and not asked_more
        self._is_unsure = goes_on and len(self.asked) > 2
        settled = 1 if self._is_unsure else len(self.asked) - goes_on
        return [self.asked.popleft() for _ in range(settled)]

    def forget(self) -> None:
        """Wait for no reply any more."""
        self.asked.clear()
        self._is_unsure = False

    def _count_recipients(self, answered: str | None, code: int) -> None:
        if answered in (END_OF_DATA, BDAT_LAST):
            self._recipients -= 1
            if self._recipients > 0:
                self.asked.appendleft(answered)
        elif answered == "RCPT" and code < 300:
            self._recipients += 1
        elif answered in ("LHLO", "MAIL", "RSET") and code < 300:
            self._recipients = 0

    def _greets(self, code: int) -> bool:
        if self._from_start:  # a server may refuse who did not wait for it, and answers the EHLO then (§3.1)
            return code == 220 or code >= 400
        asked = self.asked[0] if self.asked else None
        return (code == 220 and asked != "STARTTLS") or (code in (421, 554) and asked is None)

    def _is_missing(self, told: str, state: State) -> bool:
        """Whether the capture missed a command of this verb: the reply to it answers nothing else that was asked."""
        if told == "QUIT":  # a server may tire of waiting, and say so with 221 too; but it takes no message so
            return self.asked[0] in (END_OF_DATA, BDAT_LAST) if self.asked else state is MAIL_DATA
        return told == "AUTH" or not self.asked or self.asked[0] in STANDARD_VERBS


def begins_with_command(octets: bytearray, start: int = 0) -> bool:
    """Tell whether the line that starts there is a correct command, as a line of anything else will hardly be."""
    if verb_of(bytes(octets[start : start + LONGEST_VERB])) not in STANDARD_VERBS:
        return False
    end = octets.find(b"\n", start, start + LONGEST)
    return end >= 0 and read_command(bytes(octets[start : end + 1])) is not None


def is_auth_line(octets: bytearray, code: int) -> bool:
    """Tell whether octets that were answered with this code are one line of an AUTH exchange (RFC 4954 §4)."""
    return code in OF_AUTH and _BASE64_LINE.fullmatch(octets) is not None


def holds_mail_data(flow: Flow) -> bool:
    """Tell whether octets of which the beginning is missing are mail data to its end, with no DATA before it."""
    end = flow.find(LAX_END_MARK, 3)
    return end is not None and _DATA_LINE.search(flow.octets, 0, end) is None
