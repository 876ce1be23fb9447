"""What is known of one mail: its envelope, its message, and what the server said to each (RFC 5321 §3.3)."""

from dataclasses import dataclass, field


@dataclass
class Transaction:
    """One mail transaction, as far as the transcript holds it.

    reverse_path: as MAIL gave it, "" for the null one; None where the MAIL command was not seen.
    recipients: (forward-path, reply code) for each RCPT, in order; the code is None where no reply was seen. Where each
        recipient has a reply to the message as well, as in LMTP (RFC 2033), it is that of the latter once it was seen.
    pieces: the octets of the message, dots unstuffed, as they came; None where none was sent.
    missing: how many octets the capture does not hold of it; where it does not hold the end mark either, with that, and
        with what the client said behind it. ended: whether its end was seen, the end mark or all of the last chunk.
    code: of the reply to its end, of several the best. sender_code: of the reply to MAIL. refusal: of a negative reply
        to DATA or a chunk. frame: of the reply that decided. All of these are None where they were not seen.
    refused_at: "DATA" or "a chunk". aborted_by: the verb that ended it early, RSET or a hello.
    tls: whether its message was inside TLS.
    """

    stream: int
    reverse_path: str | None = None
    recipients: list[tuple[str, int | None]] = field(default_factory=list)
    pieces: list[bytes] | None = None
    code: int | None = None
    sender_code: int | None = None
    refusal: int | None = None
    aborted_by: str = ""
    tls: bool = False
    frame: int | None = None
    refused_at: str = ""
    missing: int = 0
    ended: bool = False

    @property
    def content(self) -> bytes | None:
        """The octets of the message; None where none was sent."""
        return None if self.pieces is None else b"".join(self.pieces)

    @property
    def lack(self) -> str:
        """What is not known of its octets, in a few words behind how many are; "" where it is whole."""
        if self.missing:
            return f"{self.missing:,} more {'is' if self.missing == 1 else 'are'} missing from the capture"
        return "" if self.ended else "its end was not seen"

    @property
    def accepted(self) -> bool:
        """Whether the server took the message, and with it the responsibility (§4.2.5)."""
        return self.code is not None and 200 <= self.code < 300

    @property
    def outcome(self) -> str:
        """What came of it, in a few words."""
        if self.code is not None:
            return f"{'accepted' if self.accepted else 'refused'} with {self.code}"
        if self.refusal is not None:
            return f"refused at {self.refused_at} with {self.refusal}"
        if self.sender_code is not None and self.sender_code >= 400:
            return f"refused at MAIL with {self.sender_code}"
        if self.aborted_by:
            return f"aborted by {self.aborted_by}"
        if self.pieces is not None:
            return "no reply to its end was seen" if self.ended else "its end was not seen"
        refused = bool(self.recipients) and all(code is not None and code >= 400 for _, code in self.recipients)
        return "no recipient was accepted" if refused else "no message was sent"
