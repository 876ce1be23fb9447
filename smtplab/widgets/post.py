"""Which mailbox is open, and which message lies on the table? The inbox without its widgets."""

from typing import Final, NamedTuple

from smtplab.net.mailboxes import Mailbox, Mailboxes
from smtplab.protocol.text import cut
from smtplab.views.message import Message

SHOWN: Final = 100  # messages of a mailbox: those that came last
BOXES: Final = 200  # mailboxes: where every mailbox exists, a stranger can fill a server with them
COLUMNS: Final = 90


class Letter(NamedTuple):
    """One message in the list. key: what the Maildir knows it by."""

    key: str
    line: str


class Post:
    """The mailboxes of one server. `mailbox` and `key` say what is selected, "" for nothing.

    As long as nobody has selected anything, it is what came last.
    """

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes
        self._lines: dict[str, str] = {}  # by key: a message does not change
        self.mailbox = ""
        self.key = ""
        self._mailbox_was_chosen = self._letter_was_chosen = False

    def boxes(self) -> list[tuple[str, int]]:
        """Give the mailboxes with how many messages they hold."""
        return [(name, len(self._mailboxes[name])) for name in list(self._mailboxes)[:BOXES]]

    def settle(self) -> None:
        """Select what came last, where nothing was chosen or that is gone."""
        names = [name for name, _ in self.boxes()]
        if not self._mailbox_was_chosen or self.mailbox not in names:
            self.mailbox = max(names, key=self._latest, default="")
        keys = [letter.key for letter in self.letters()]
        if not self._letter_was_chosen or self.key not in keys:
            self.key = keys[0] if keys else ""

    def open_mailbox(self, name: str) -> None:
        """Select a mailbox, and whatever message came last in it."""
        self.mailbox, self._mailbox_was_chosen, self._letter_was_chosen = name, True, False

    def open_letter(self, key: str) -> None:
        """Select a message of the mailbox that is open."""
        self.key, self._mailbox_was_chosen, self._letter_was_chosen = key, True, True

    def next_mailbox(self) -> None:
        """Select the next mailbox; after the last one, the first."""
        names = [name for name, _ in self.boxes()]
        if names:
            self.open_mailbox(names[(names.index(self.mailbox) + 1) % len(names) if self.mailbox in names else 0])

    def step(self, by: int) -> None:
        """Select an older message of the mailbox with 1, a newer one with -1; none beyond the last."""
        keys = [letter.key for letter in self.letters()]
        if self.key in keys:
            self.open_letter(keys[min(max(keys.index(self.key) + by, 0), len(keys) - 1)])

    def letters(self) -> list[Letter]:
        """Give the messages of the open mailbox, the newest first."""
        box = self._box()
        if box is None:
            return []
        keys = list(box.iterkeys())[: -SHOWN - 1 : -1]
        return [Letter(key, self._line(box, key)) for key in keys]

    def message(self) -> Message | None:
        """Give the message that is selected; None where there is none, or none any more."""
        box = self._box()
        try:
            return Message(box.get_bytes(self.key)) if box is not None and self.key else None
        except (KeyError, OSError):
            return None

    def _latest(self, name: str) -> str:
        """Give the key of the newest message of a mailbox: it begins with the time of its delivery."""
        return max(self._mailboxes[name].iterkeys(), default="")

    def _box(self) -> Mailbox | None:
        return self._mailboxes[self.mailbox] if self.mailbox else None

    def _line(self, box: Mailbox, key: str) -> str:
        if key not in self._lines:
            self._lines[key] = _summary(box, key)
        return self._lines[key]


def _summary(box: Mailbox, key: str) -> str:
    try:
        message = Message(box.get_bytes(key))
    except (KeyError, OSError):  # somebody else took it away
        return "(gone)"
    author, subject = (", ".join(message.values(name)) or f"(no {name})" for name in ("From", "Subject"))
    return cut(f"{author} — {subject}", COLUMNS)
