"""What are the passwords, or why can nobody tell? Four streams in which somebody logs in."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from smtplab.lessons.capstone.about import AboutTheFile
from smtplab.lessons.exercises import Unreadable, Wrong, at, say_back
from smtplab.lessons.functions import line_of
from smtplab.protocol.auth import encode
from smtplab.protocol.transcript import Entry, Kind

NO_KEYS, ONLY_A_PROOF = "no keys", "only a proof"
WHY_NOT: Final = {"hidden": NO_KEYS, "proof": ONLY_A_PROOF}
LOGINS: Final = ("clear", "proof", "opened", "hidden")


class Passwords(AboutTheFile):
    """Give the password that each of four streams tells, or why it tells none."""

    form = (
        f'a dict by number of the stream: the password, or `"{NO_KEYS}"`, or `"{ONLY_A_PROOF}"`, such as '
        f'`{{0: "secret", 1: "{NO_KEYS}", ...}}`'
    )
    hints = (
        "Which stream says AUTH so that you can read it, and which mechanism does it name? A masked password is in "
        "`entry.octets`, in base64.",
        "PLAIN puts NUL before the name and before the password. SCRAM says a proof, which gives the password to "
        "nobody. And what TLS hides, only its keys open.",
    )

    @property
    def question(self) -> str:
        numbers = list(map(str, sorted(self.solve())))
        return (
            f"Somebody logs in in each of the streams {', '.join(numbers[:-1])} and {numbers[-1]}. By which password?"
        )

    @property
    def _names(self) -> dict[int, str]:
        return {self._file.stream_of(name): name for name in LOGINS}

    def solve(self) -> dict[int, str]:
        passwords = self._file.plot.passwords
        return {number: WHY_NOT.get(name, passwords[name]) for number, name in sorted(self._names.items())}

    def judge(self, answer: Any) -> str:
        said, right = _texts_of(answer), self.solve()
        for number in said:
            if number not in right:
                raise Wrong(f"Stream {number} is not asked about: the four are {', '.join(map(str, right))}.")
        for number, password in right.items():
            if number not in said:
                raise Wrong(f"Stream {number} is missing.")
            if said[number] != password:
                raise Wrong(f"Stream {number}: {self._why_not(number, said[number])}")
        clear, opened = (self._login(self._file.stream_of(name)) for name in ("clear", "opened"))
        return (
            f"{at(clear).capitalize()} tells one to everybody, {at(opened)} one to whoever has the keys, which are in "
            "this file. Without keys not even the user's name is seen; and SCRAM proves that it knows the password, "
            "and does not say it (RFC 4616 §2, RFC 5802 §3)."
        )

    def _login(self, number: int) -> Entry:
        """Give the AUTH that succeeded."""
        entries = self.transcript.stream(number)
        verdict = next(entry for entry in entries if entry.answers == "AUTH" and entry.code == 235)
        return [entry for entry in entries if entry.verb == "AUTH" and entry.time <= verdict.time and _is_said(entry)][
            -1
        ]

    def _why_not(self, number: int, said: str) -> str:
        name = self._names[number]
        if name == "hidden":
            return self._why_hidden(number)
        login = self._login(number)
        if name == "proof":
            return f"{at(login)} is of SCRAM-SHA-256. Is a password in there, or something that was made with one?"
        if said == NO_KEYS and name == "opened":
            return f"The file has the keys of this session: {at(login)} can be read."
        if said in WHY_NOT.values():
            return f"There is one to be read: look at {at(login)}."
        return self._why_not_this(number, said, login)

    def _why_hidden(self, number: int) -> str:
        first = self.entry(number, lambda entry: entry.kind is Kind.TLS)
        return f"From {at(first)} on there are TLS records, and no key in the file opens them. So why not?"

    def _why_not_this(self, number: int, said: str, login: Entry) -> str:
        password = self._file.plot.passwords[self._names[number]]
        user = next(value for name, value in login.decoded if name == "username")
        if said in (b64encode(password.encode()).decode(), encode(f"\0{user}\0{password}".encode())):
            return "That is base64 still. Undo it."
        if said == user:
            return "That is the user's name."
        if password in said:
            return f"The password of {at(login)} is in there, and something else too."
        tried = self.entry(number, lambda entry: entry.answers == "AUTH")
        if tried.code == 535 and self._is_tried(number, said):
            return f"That one was tried, and answered {tried.code} in {at(tried)}."
        return f"`{say_back(said)}` is not what {at(login)} says."

    def _is_tried(self, number: int, said: str) -> bool:
        return any(value == said for entry in self.transcript.stream(number) for _, value in entry.decoded)


def _is_said(entry: Entry) -> bool:
    return entry.party == "client" and bool(entry.decoded)


def _texts_of(answer: object) -> dict[int, str]:
    """Read a dict of texts by number, or its JSON. Raises `Unreadable`."""
    read = json.loads(answer) if isinstance(answer, str) else answer
    if not isinstance(read, Mapping) or not read:
        raise Unreadable
    said = {int(number): line_of(value) for number, value in read.items()}
    return {number: value.lower() if value.lower() in WHY_NOT.values() else value for number, value in said.items()}
