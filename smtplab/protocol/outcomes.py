"""How did an attempt to deliver end, for one recipient? Delivered, not now, or never (RFC 5321 §4.2.1)."""

from dataclasses import dataclass

from smtplab.protocol.replies import Reply


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one recipient at one host.

    status: an enhanced status code, whose first digit decides. text: for people. host: the server's name, "" where none
    was reached. reply: what it said, None where it said nothing. ask_next: whether the next host of the list may be
    asked. notifies: the server took over the duty to notify the sender, since it offers DSN (RFC 3461 §5.2.1).
    """

    status: str
    text: str
    host: str = ""
    reply: Reply | None = None
    ask_next: bool = False
    notifies: bool = False

    @property
    def is_delivered(self) -> bool:
        """Whether the server took the responsibility (§4.2.5)."""
        return self.status.startswith("2")

    @property
    def is_transient(self) -> bool:
        """Whether the same may succeed later."""
        return self.status.startswith("4")


def of_reply(
    reply: Reply, host: str, *, about_host: bool = False, to_rcpt: bool = False, notifies: bool = False
) -> Outcome:
    """Read a reply. The next host may be asked after a transient one, and after any that is `about_host`, not the mail.

    to_rcpt: 552 is then what 452 should have been, too many recipients (§4.5.3.1.10). An intermediate reply where none
    is due counts as transient, but what it means is anybody's guess, so no other host is asked.
    """
    if to_rcpt and reply.code == 552:
        return Outcome("4.5.3", reply.text, host, reply, ask_next=True)
    digit = {2: "2", 5: "5"}.get(reply.code // 100, "4")
    status = reply.enhanced if reply.enhanced.startswith(digit) else f"{digit}.0.0"  # RFC 3461 §6.3 (g)
    ask_next = about_host or reply.code // 100 == 4
    return Outcome(status, reply.text, host, reply, ask_next, notifies)


def later_one(before: Outcome | None, now: Outcome) -> Outcome:
    """Choose what counts when several hosts were asked: the last, unless an earlier one may still take the mail."""
    hopeless = not now.is_transient and not now.is_delivered
    return before if before is not None and before.is_transient and hopeless and now.ask_next else now
