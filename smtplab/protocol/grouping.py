"""Which commands may go out together? The groups of a client that does not wait for each reply (RFC 2920 §3.1)."""

from collections.abc import Iterable, Iterator
from typing import Final

from smtplab.protocol.commands import Command

# Octets. A client that does not listen while it sends must not say more than the server takes in while nobody reads its
# replies, or both wait for ever: a group has to fit into the TCP window, for which 4 KiB is a careful guess (§3.1).
GROUP_LIMIT: Final = 4096


def groups(envelope: Iterable[Command], *, pipelined: bool) -> Iterator[list[Command]]:
    """Divide the commands of an envelope, MAIL to DATA, into those that are sent together; each alone if not pipelined.

    Only the last command, DATA, changes what comes next, so it ends the last group.
    """
    limit = GROUP_LIMIT if pipelined else 0
    group: list[Command] = []
    size = 0
    for command in envelope:
        length = len(bytes(command)) + len(b"\r\n")
        if group and size + length > limit:
            yield group
            group, size = [], 0
        group.append(command)
        size += length
    yield group
