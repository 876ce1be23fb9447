"""Lesson 00, the first capture: who speaks, which codes come, and what a display filter leaves out."""

import re
from random import Random
from typing import Any, ClassVar, Final

from smtplab.lessons.exercises import (
    Exercise,
    NoCapture,
    Unreadable,
    Wrong,
    at,
    numbers_in_order,
    numbers_of,
    say_back,
    text_of,
)
from smtplab.lessons.functions import line_of
from smtplab.lessons.questions import Prediction
from smtplab.protocol.octets import count
from smtplab.protocol.transcript import Entry, Transcript

CLAIMS: Final = ("C09", "C10", "C11", "C12")


class FirstSpeaker(Exercise):
    form = '`"client"` or `"server"`'
    hints = (
        "Connecting is TCP's matter. Look for the first frame that carries a line of SMTP.",
        "In the ladder without TCP, read the party at the tail of the first arrow.",
    )

    known = "`'server'`"

    def solve(self) -> str:
        return self.first(lambda entry: True, "SMTP in it").party

    def judge(self, answer: Any) -> str:
        said = line_of(answer).lower().rstrip(".").removeprefix("the ")
        if said not in ("client", "server"):
            raise Unreadable
        speaks = self.first(lambda entry: True, "SMTP in it")
        if said != speaks.party:
            raise Wrong(
                "The client opens the connection, as in HTTP; but there it also speaks first, and here it waits."
            )
        asks = self.first(lambda entry: entry.party != speaks.party, "client that speaks")
        return f"{at(speaks).capitalize()} is the server's greeting, {at(asks)} the client's first line. RFC 5321 §3.1."


class CodesOfPhases(Exercise):
    form = "a set of numbers, such as `{211, 214}`"
    hints = (
        "A code is three digits at the start of what the server says: print the transcript and read its `S:` lines.",
        "One phase can have several codes: AUTH and DATA each have two.",
    )
    # What the server says in each phase of the notebook's session.
    PHASES: ClassVar = {
        "EHLO": {250},
        "AUTH": {334, 235},
        "MAIL": {250},
        "RCPT": {250},
        "DATA": {354, 250},
        "QUIT": {221},
    }
    ARTICLES_OWN: ClassVar = 254

    def prepare(self, variant: Random) -> None:
        others = variant.sample(["EHLO", "AUTH", "MAIL", "QUIT"], 2)
        self.phases = [phase for phase in self.PHASES if phase in (*others, "DATA")]

    @property
    def question(self) -> str:
        return f"Which codes did the server send in the phases {', '.join(self.phases[:-1])} and {self.phases[-1]}?"

    @property
    def known(self) -> str:
        codes = sorted({code for phase in self.phases for code in self.PHASES[phase]})
        return f"`{{{', '.join(map(str, codes))}}}`, for {', '.join(self.phases)}"

    def solve(self) -> set[int]:
        self.first(lambda entry: entry.code is not None, "reply in it")
        return {entry.code for entry in self.transcript if entry.phase in self.phases and entry.code is not None}

    def judge(self, answer: Any) -> str:
        said, right = numbers_of(answer), self.solve()
        if self.ARTICLES_OWN in said - right:
            raise Wrong("254 is in the article, and not on your wire: look what the server answers to DATA.")
        for code in sorted(said - right):
            raise Wrong(self._why_not(code))
        if said != right:
            missing = sorted(right - said)
            phase = self._where(missing[0]).phase
            raise Wrong(
                f"{count(len(missing), 'code')} missing: look {'at' if len(missing) == 1 else 'first at'} {phase}."
            )
        shown = ", ".join(f"{code} ({at(self._where(code))})" for code in sorted(right))
        return f"{shown}. RFC 5321 §4.2.3 lists what they mean, and RFC 4954 §6 those of AUTH."

    def _where(self, code: int) -> Entry:
        return self.first(lambda entry: entry.code == code and entry.phase in self.phases, f"reply {code}")

    def _why_not(self, code: int) -> str:
        for entry in self.transcript:
            if entry.code == code:
                return f"{code} is in your capture, but it belongs to another phase: {entry.phase}, {at(entry)}."
        return f"No line of your capture begins with {code}."


class FramesShown(Exercise):
    form = "two numbers, such as `(5, 40)`: frames with SMTP, all frames"
    hints = (
        "All frames: `len(capture.packets)`. With SMTP: those whose numbers stand in the ladder with `tcp=False`.",
        "`{frame for entry in capture.transcript for frame in entry.frames}` is the set of the frames with SMTP.",
    )

    def solve(self) -> tuple[int, int]:
        return len({frame for entry in self.transcript for frame in entry.frames}), self.transcript.packets

    def judge(self, answer: Any) -> str:
        shown, all_of_them = numbers_in_order(answer, 2)
        right, right_in_all = self.solve()
        if (shown, all_of_them) == (right_in_all, right):
            raise Wrong("You have both numbers: now the other way round.")
        if all_of_them != right_in_all:
            raise Wrong(f"There are not {all_of_them} frames in your capture.")
        if shown == len(self.transcript) != right:
            raise Wrong("You counted what was said. A frame can carry two of these: the mail and the dot that ends it.")
        if shown != right:
            raise Wrong(f"{all_of_them} is right. But not {shown} of them carry SMTP.")
        return (
            f"The filter `smtp` shows {right} of {right_in_all}. The other {right_in_all - right} open and close the "
            "connection or acknowledge: TCP's work, which is in the frames shown too."
        )


class DecodeAs(Exercise):
    form = 'a text such as `"udp.port==53,dns"`'
    hints = (
        "The form is `tcp.port==NUMBER,PROTOCOL`. SMTP goes over TCP; `server.port` is the number.",
        'In Python: `f"tcp.port=={server.port},smtp"`.',
    )

    known = "`'tcp.port==PORT,smtp'`, where PORT is that of the learner's server"

    @property
    def port(self) -> int:
        self.first(lambda entry: True, "SMTP in it")
        return int(self.transcript.streams[0].server.rpartition(":")[2])

    def solve(self) -> str:
        return f"tcp.port=={self.port},smtp"

    def judge(self, answer: Any) -> str:
        said = text_of(answer).rpartition("-d ")[2].replace(" ", "").strip("\"'").lower()
        if said == self.solve():
            return f"`tshark -r session.pcapng -d {said} -Y smtp` now shows the session, and so does Wireshark."
        raise Wrong(self._why_not(said))

    def _why_not(self, said: str) -> str:
        clients_port = self.transcript.streams[0].client.rpartition(":")[2]
        if "{" in said:
            return "The number is missing: Python puts it in the place of the braces only after an f before the quotes."
        if "," not in said:
            return "A comma and the protocol to decode as are missing."
        if "==" not in said:
            return "Wireshark compares with two equals signs."
        if clients_port in said:
            return f"{clients_port} is the client's port, a new one for each connection. The server's stays."
        if str(self.port) not in said:
            return "That is not the port of your server. At 25 and 587 Wireshark would need no help."
        protocol = said.rpartition(",")[2]
        if protocol == "imf":
            return "The port is right. But IMF is the mail, not what carries it: write `smtp`."
        if protocol != "smtp":
            return f"The port is right. But `{say_back(protocol)}` is not what your server speaks."
        if said.startswith("udp"):
            return "The port is right. But SMTP goes over TCP, not over UDP."
        return f"The port is right. But `{say_back(said)}` is not the form that Wireshark reads."


class FirstFlag(Exercise):
    form = 'the name of a flag, such as `"FIN"`'
    hints = (
        "It stands on the first arrow of the ladder with TCP.",
        "TCP opens a connection by a request to synchronise sequence numbers.",
    )

    known = "`'SYN'`"

    def solve(self) -> str:
        if not self.transcript.segments:
            raise NoCapture("Your capture does not show how the connection was opened: make it again.")
        return self.transcript.segments[0].flags

    def judge(self, answer: Any) -> str:
        said, right = _flags_of(answer), self.solve()
        if "ACK" in said.split():
            raise Wrong("ACK acknowledges something that came before. Before the first frame there was nothing.")
        if said.startswith(("220", "EHLO")):
            raise Wrong("That is SMTP. Before it can come, TCP has to open the connection.")
        if said != right:
            raise Wrong(f"The first frame does not carry {say_back(said)}.")
        first = self.transcript.segments[0]
        return (
            f"Frame {first.frame}, from the {first.party}: TCP asks for a connection, and nobody has said a word yet."
        )


def _flags_of(answer: object) -> str:
    """Read flags as Wireshark writes them, "[SYN, ACK]", or as scapy does: "SA". Raises `Unreadable`."""
    letters = {"F": "FIN", "S": "SYN", "R": "RST", "P": "PSH", "A": "ACK"}
    said = re.sub(r"[^A-Z0-9]+", " ", text_of(answer).upper()).removeprefix("THE ").removesuffix(" FLAG").strip()
    if not said:
        raise Unreadable
    return " ".join(letters[letter] for letter in said) if set(said) <= set(letters) and len(said) < 3 else said


EXERCISES: Final = (FirstSpeaker, CodesOfPhases, FramesShown, DecodeAs, FirstFlag)


def _login_is_readable(transcript: Transcript) -> str:
    hidden = not any(name == "password" for entry in transcript for name, _ in entry.decoded)
    return ENCRYPTED if hidden else ENCODED


ENCODED: Final = "yes: it is encoded, and everybody can decode it"
ENCRYPTED: Final = "no: it is encrypted"

PREDICTIONS: Final = (
    Prediction(
        "The connection is open. Who speaks first?",
        ("the client", "the server"),
        lambda transcript: f"the {transcript[0].party}",
    ),
    Prediction(
        "One short mail, one recipient. How many replies will the server send in all?",
        ("3", "6", "10"),
        lambda transcript: str(sum(entry.code is not None for entry in transcript)),
    ),
    Prediction(
        "The client logs in. Can somebody who captures the packets read the password?",
        ("yes: it is sent as it is typed", ENCODED, ENCRYPTED),
        _login_is_readable,
    ),
)
