"""Who got a mail that does not name them? The envelope knows, and the header does not."""

from typing import Any

from smtplab.lessons.capstone.about import AboutTheFile
from smtplab.lessons.exercises import Unreadable, Wrong, at, mailbox_of, say_back
from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.transactions import all_transactions
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views.layers import Layers, Mention


def unnamed(transcript: Transcript) -> list[Mention]:
    """Give all who get a mail of which no field names them."""
    mails = (Layers(each) for each in all_transactions(transcript) if each.accepted)
    return [mention for mail in mails for mention in mail.mentions if not mention.refused and not mention.fields]


class BlindReader(AboutTheFile):
    """Name the mailbox that gets a mail and is in no field of it."""

    form = 'a mailbox, such as `"somebody@lab.example"`'
    hints = (
        "Whom does RCPT name in each stream, and whom do To and Cc of the mail that follows?",
        "A RCPT that was refused brings no mail. One that was answered 250 names somebody whom its header does not: "
        "one stream has one more RCPT than names.",
    )

    def solve(self) -> str:
        (mention,) = unnamed(self.transcript)
        return mention.mailbox

    def judge(self, answer: Any) -> str:
        said = mailbox_of(answer)
        if "@" not in said:
            raise Unreadable
        if same_mailbox(said) != same_mailbox(self.solve()):
            raise Wrong(self._why_not(said))
        rcpt = self._rcpt(said)
        assert rcpt is not None
        return (
            f"{at(rcpt).capitalize()}, in stream {rcpt.stream}, names this mailbox, and nothing behind the 354 does. "
            "So a Bcc works: it is in the envelope alone (RFC 5321 §7.2)."
        )

    def _rcpt(self, mailbox: str) -> Entry | None:
        named = same_mailbox(mailbox).encode()
        return next((entry for entry in self.transcript if entry.verb == "RCPT" and named in entry.octets), None)

    def _why_not(self, said: str) -> str:
        rcpt = self._rcpt(said)
        if rcpt is None:
            sender = any(entry.verb == "MAIL" and said.encode() in entry.octets for entry in self.transcript)
            return f"`{say_back(said)}` {'sends, and gets nothing here' if sender else 'is in no RCPT of this file'}."
        mentions = [
            mention
            for each in all_transactions(self.transcript.stream(rcpt.stream))
            for mention in Layers(each).mentions
            if same_mailbox(mention.mailbox) == same_mailbox(said)
        ]
        if all(mention.refused for mention in mentions):
            return f"{at(rcpt).capitalize()} names `{say_back(said)}`, and the server refused it: no mail goes there."
        if not any(mention.fields for mention in mentions):
            return f"{at(rcpt).capitalize()} names it, but nothing came of it."
        fields = ", ".join(field for mention in mentions for field in mention.fields)
        return f"{at(rcpt).capitalize()} names `{say_back(said)}`, and so does {fields} of that mail."
