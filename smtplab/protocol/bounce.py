"""What is the sender told when a mail is late or lost? A delivery status notification (RFC 3464), written here.

It is a mail of three parts: a text for people, fields for programs, and the mail it is about, or the header of it. Its
reverse-path is null, and no notification is ever sent about a mail whose reverse-path is null: so two mail systems
cannot go on notifying each other (RFC 5321 §6.1, §4.5.5).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from itertools import count
from quopri import encodestring
from re import sub
from typing import Final

from smtplab.protocol.dsn import Action
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.octets import printable
from smtplab.protocol.outcomes import Outcome
from smtplab.protocol.replies import REPLY_LINE_LIMIT, Reply

REPLY_LINES_LIMIT: Final = 20  # of a reply that is quoted: its length has no limit in the protocol


# What the sender reads first, worst news first.
_HEADLINES: Final = {
    Action.FAILED: ("Undelivered mail", "Your mail could not be delivered, and will not be tried again, to:"),
    Action.DELAYED: ("Delayed mail", "Your mail has not been delivered yet, and is tried again; nothing is to do, to:"),
    Action.RELAYED: ("Relayed mail", "Your mail was handed to a server that sends no notifications, to:"),
    Action.DELIVERED: ("Delivered mail", "Your mail was delivered to:"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What there is to say about one recipient. retry_until: for a delay, when the sender's server gives up."""

    recipient: Recipient
    action: Action
    outcome: Outcome
    tried: datetime
    retry_until: datetime | None = None


def notification(mail: MailObject, reports: Sequence[Report], domain: str, name: str, arrived: datetime) -> MailObject:
    """Write one notification about one or more recipients of a mail.

    domain: the host that reports. name: unique there, for Message-ID and boundary. arrived: when that host took the
    mail. The times have time zones. The message is returned whole where RET=FULL asks for it and a recipient failed,
    else its header alone (RFC 3461 §4.3, §6.2).
    """
    assert mail.reverse_path, "a notification has to go to somebody"
    text = _text_part(reports, domain)
    status = _status_part(mail, reports, domain, arrived)
    returned = _returned_part(mail, reports)
    boundary = _boundary(name, text + status + returned)
    parts = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in (text, status, returned))
    header = _header(mail.reverse_path, reports, domain, name)
    content_type = _lines(
        f"Content-Transfer-Encoding: {_encoding(parts)}",
        "Content-Type: multipart/report; report-type=delivery-status;",
        f'\tboundary="{boundary.decode()}"',
    )
    content = header + content_type + b"\r\n" + parts + b"--%b--\r\n" % boundary
    parameters = {} if mail.reverse_path.isascii() else {"SMTPUTF8": ""}
    return MailObject("", (Recipient(mail.reverse_path, {"NOTIFY": "NEVER"}),), content, parameters)  # RFC 3461 §6.1


def _header(reverse_path: str, reports: Sequence[Report], domain: str, name: str) -> bytes:
    when = max(report.tried for report in reports)
    return _lines(
        f"From: Mail delivery <postmaster@{domain}>",
        f"To: <{reverse_path}>",
        f"Subject: {_HEADLINES[_worst(reports)][0]}",
        f"Date: {format_datetime(when)}",
        f"Message-ID: <{when:%Y%m%d%H%M%S}.{name}@{domain}>",
        "Auto-Submitted: auto-replied",  # RFC 3834 §5: robots shall not answer it
        "MIME-Version: 1.0",
    )


def _worst(reports: Iterable[Report]) -> Action:
    actions = {report.action for report in reports}
    return next(action for action in _HEADLINES if action in actions)


def _boundary(name: str, parts: bytes) -> bytes:
    """Choose a line that is found nowhere in the parts, since it separates them (RFC 2046 §5.1.1)."""
    return next(boundary for number in count() if (boundary := f"report-{name}-{number}".encode()) not in parts)


def _text_part(reports: Sequence[Report], domain: str) -> bytes:
    lines = ["Content-Type: text/plain; charset=us-ascii", "", f"This is the mail system of {domain}."]
    for action, (_, headline) in _HEADLINES.items():
        told = [report for report in reports if report.action is action]
        if told:
            lines += ["", headline]
        for report in told:
            lines += ["", f"  <{_ascii(report.recipient.forward_path)}>", *_reason(report.outcome)]
    return _lines(*lines)


def _reason(outcome: Outcome) -> list[str]:
    if outcome.reply is None:
        where = f"{_ascii(outcome.host)}: " if outcome.host else ""
        return [f"  {where}{_ascii(outcome.text)}"]
    return [f"  {_ascii(outcome.host)} said:", *(f"  {line}" for line in _quoted(outcome.reply))]


def _status_part(mail: MailObject, reports: Iterable[Report], domain: str, arrived: datetime) -> bytes:
    """The fields for programs: those of the message, then a group for each recipient (RFC 3464 §2.1)."""
    lines = ["Content-Type: message/delivery-status", ""]
    if "ENVID" in mail.parameters:
        lines += [f"Original-Envelope-Id: {_from_xtext(mail.parameters['ENVID'])}"]
    lines += [f"Reporting-MTA: dns; {domain}", f"Arrival-Date: {format_datetime(arrived)}"]
    for report in reports:
        lines += ["", *_recipient_fields(report)]
    return _lines(*lines)


def _recipient_fields(report: Report) -> list[str]:
    """Write the fields of one recipient (RFC 3464 §2.3, RFC 3461 §6.3)."""
    fields = []
    if "ORCPT" in report.recipient.parameters:
        kind, _, original = report.recipient.parameters["ORCPT"].partition(";")
        fields += [f"Original-Recipient: {kind}; {_from_xtext(original)}"]
    fields += [
        f"Final-Recipient: {_typed_address(report.recipient.forward_path)}",
        f"Action: {report.action}",
        f"Status: {report.outcome.status}",
    ]
    if report.outcome.reply is not None:
        fields += [f"Remote-MTA: dns; {_ascii(report.outcome.host)}"]
        fields += ["Diagnostic-Code: smtp; " + "\r\n ".join(_quoted(report.outcome.reply))]
    elif report.action in (Action.FAILED, Action.DELAYED):
        fields += [f"Diagnostic-Code: X-smtplab; {_ascii(report.outcome.text)}"]
    fields += [f"Last-Attempt-Date: {format_datetime(report.tried)}"]
    if report.action is Action.DELAYED and report.retry_until is not None:
        fields += [f"Will-Retry-Until: {format_datetime(report.retry_until)}"]
    return fields


def _typed_address(mailbox: str) -> str:
    r"""Write an address with its type: one in UTF-8 as `utf-8; \x{4F8B}@example.org` (RFC 6533 §3)."""
    if mailbox.isascii():
        return f"rfc822; {mailbox}"
    escaped = (
        character if "!" <= character <= "~" and character not in "\\+=" else f"\\x{{{ord(character):X}}}"
        for character in mailbox
    )
    return f"utf-8; {''.join(escaped)}"


def _returned_part(mail: MailObject, reports: Iterable[Report]) -> bytes:
    """The mail it is about, as an attached message, or its header (RFC 3462 §1, §2)."""
    header, blank, _ = mail.content.partition(b"\r\n\r\n")
    whole = mail.parameters.get("RET", "").upper() == "FULL" and mail.parameters.get("BODY", "").upper() != "BINARYMIME"
    if whole and any(report.action is Action.FAILED for report in reports):
        kind, returned = "message/rfc822", mail.content
    else:
        kind, returned = "text/rfc822-headers", header + b"\r\n" if blank else header
    if kind == "text/rfc822-headers" and not returned.isascii():  # the notice shall pass where no 8-bit text may
        returned = encodestring(returned)
        return _lines(f"Content-Type: {kind}", "Content-Transfer-Encoding: quoted-printable", "") + returned
    return _lines(f"Content-Type: {kind}", f"Content-Transfer-Encoding: {_encoding(returned)}", "") + returned


def _encoding(content: bytes) -> str:
    """Name what the octets are; a part that holds others is what they are (RFC 2045 §6.4)."""
    return "7bit" if content.isascii() else "8bit"


def _quoted(reply: Reply) -> list[str]:
    """The lines of a reply as they came, no more and no longer ones than a reply should have (RFC 5321 §4.5.3.1.5)."""
    lines = reply.lines if len(reply.lines) <= REPLY_LINES_LIMIT else [*reply.lines[: REPLY_LINES_LIMIT - 1], "..."]
    return str(Reply(reply.code, reply.enhanced, "\n".join(map(_ascii, lines)))).split("\n")


def _from_xtext(text: str) -> str:
    """Undo the encoding of a parameter of DSN: `+2B` is a plus sign (RFC 3461 §4)."""
    return _ascii(sub(r"\+([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), text))


def _ascii(text: str) -> str:
    """Show what a stranger said, so that it is one line of ASCII, and no longer than a line of a reply should be."""
    shown = printable(text.encode("utf-8", "surrogateescape"))
    return shown.encode("ascii", "backslashreplace").decode()[:REPLY_LINE_LIMIT]


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
