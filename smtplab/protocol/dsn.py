"""What does the sender want to be told, and who tells it? The parameters of the DSN extension (RFC 3461)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from smtplab.protocol.mail import Recipient


class Action(StrEnum):
    """What became of the mail for one recipient (RFC 3464 §2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"  # to a server that knows no DSN, so that nothing more will be heard


# The keyword of NOTIFY that asks to be told of each (RFC 3461 §4.1, §5.2).
_CONDITIONS: Final = {
    Action.FAILED: "FAILURE",
    Action.DELAYED: "DELAY",
    Action.DELIVERED: "SUCCESS",
    Action.RELAYED: "SUCCESS",
}

_KEYWORDS: Final = ("RET", "ENVID", "NOTIFY", "ORCPT")


def is_wanted(action: Action, reverse_path: str, recipient: Recipient) -> bool:
    """Tell whether the sender is to be notified of this: never at a null reverse-path, else as NOTIFY says.

    Without NOTIFY only failures are told. RFC 3461 §4.1, §5.2.
    """
    conditions = recipient.parameters.get("NOTIFY", "FAILURE").upper().split(",")
    return bool(reverse_path) and _CONDITIONS[action] in conditions


def passed_on(parameters: Mapping[str, str], offered: Mapping[str, str]) -> dict[str, str]:
    """Give those parameters of DSN that go along to the next server: all and unchanged, or none where it has no DSN.

    parameters: of MAIL or of RCPT. offered: the extensions that the server listed. RFC 3461 §5.2.1, §5.2.2.
    """
    return {key: parameters[key] for key in _KEYWORDS if key in parameters} if "DSN" in offered else {}
