"""Which of what was heard opened a tunnel, and which went through it?"""

from collections.abc import Callable, Iterable

from smtplab.capture.order import Part
from smtplab.protocol.flow import Flow
from smtplab.protocol.transcript import Entry, Kind
from smtplab.protocol.tunnels import NoTunnel, Opening, opening

Held = list[tuple[int, Part]]  # side and part, in order


def find_opening(held: Held, clients: Iterable[int]) -> tuple[int, Opening] | None:
    """Give which side is the client of a tunnel, and how it was opened; None where it is no tunnel.

    clients: the sides that may be it. Raises Unfinished while that cannot be told.
    """
    if any(part.missing for _, part in held):
        return None
    heard = [b"".join(part.octets for sender, part in held if sender == side) for side in (0, 1)]
    for client in clients:
        try:
            return client, opening(heard[client], heard[1 - client])
        except NoTunnel:
            continue
    return None


def cut_off(
    held: Held, client: int, opened: Opening, stream: int, seconds: Callable[[int], float]
) -> tuple[list[Entry], Held]:
    """Give the messages that opened a tunnel as entries, and what else was heard.

    client: its side. seconds: turns the time of a part into that of an entry.
    """
    flows = Flow(), Flow()
    sizes = [opened.size("client" if side == client else "server") for side in (0, 1)]
    rest: Held = []
    for side, part in held:
        head, tail = part.octets[: sizes[side]], part.octets[sizes[side] :]
        sizes[side] -= len(head)
        flows[side].add(head, seconds(part.time), part.number)
        if tail:
            rest.append((side, part._replace(octets=tail)))
    entries = []
    for party, size in opened.messages:
        taken = flows[client if party == "client" else 1 - client].take(size)
        entries.append(
            Entry(
                party=party,
                kind=Kind.UNKNOWN,
                octets=taken.octets,
                time=taken.time,
                frames=taken.frames,
                stream=stream,
            )
        )
    return entries, rest
