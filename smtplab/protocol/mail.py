"""What is carried? An envelope and its content: a mail object (RFC 5321 §2.3.1), and how dots keep it whole."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Recipient:
    """One recipient: its mailbox, and the parameters of its RCPT command by keyword (NOTIFY, ORCPT)."""

    forward_path: str
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailObject:
    """One mail as a server took it.

    reverse_path: a mailbox, "" for the null reverse-path. recipients: those accepted, in order of RCPT.
    content: the octets of the message, header and body, dot-stuffing removed; without the end mark.
    parameters: of the MAIL command, by keyword.
    """

    reverse_path: str
    recipients: tuple[Recipient, ...]
    content: bytes
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def forward_paths(self) -> tuple[str, ...]:
        """The mailboxes of the recipients, in order of RCPT."""
        return tuple(recipient.forward_path for recipient in self.recipients)


@dataclass(slots=True)
class Buffers:
    """What a server keeps of the open mail transaction: reverse-path, forward-paths and mail data (§3.3, §4.1.1).

    size: octets of all chunks, including those that were dropped because they are too many. is_spoiled: a chunk failed,
    so that only RSET helps (RFC 3030 §2).
    """

    reverse_path: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    recipients: list[Recipient] = field(default_factory=list)
    chunks: bytearray = field(default_factory=bytearray)
    size: int = 0
    is_spoiled: bool = False

    def mail_object(self, content: bytes) -> MailObject:
        """Make of the buffers what goes to the mailboxes."""
        return MailObject(self.reverse_path, tuple(self.recipients), content, self.parameters)


def stuff(content: bytes) -> bytes:
    """Double the dot of each line that begins with one, so that no line of the content is a single dot (§4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if content.startswith(b".") else stuffed


def unstuff(wire: bytes) -> bytes:
    """Remove the first dot of each line that begins with one: the reverse of `stuff` (§4.5.2)."""
    content = wire.replace(b"\r\n.", b"\r\n")
    return content[1:] if wire.startswith(b".") else content


def mail_data(content: bytes) -> bytes:
    """Give all octets that follow a 354: the content made transparent, and the end mark.

    The CRLF before the dot belongs to the content's last line, so it is added only where it is missing (§4.1.1.4).
    """
    if content and not content.endswith(b"\r\n"):
        content += b"\r\n"
    return stuff(content) + b".\r\n"


def with_crlf(content: bytes) -> bytes:
    """Turn every line end, LF or CR alone among them, into the CRLF that the wire asks for (§2.3.8)."""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
