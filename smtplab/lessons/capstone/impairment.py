"""What does a network do to a connection? A segment is sent again, two change places, and several connections mix.

The octets that TCP carries stay as they are; only how they come differs, and who reads them has to undo it
(RFC 9293).
"""

from collections.abc import Iterable
from heapq import merge
from random import Random
from typing import Final

from smtplab.capture.frame import Frame
from smtplab.capture.link import TcpSegment, segment_of
from smtplab.capture.synthesis import Endpoint, Happening, synthesised
from smtplab.lessons.capstone.tape import MICROSECOND, MILLISECOND
from smtplab.protocol.transcript import Party

APART: Final = 40 * MICROSECOND  # frames of one happening
PATIENCE: Final = 220 * MILLISECOND  # until a segment without an acknowledgment is sent again
JUMBO: Final = 9000  # octets: an MTU with which a TLS handshake takes as many frames with every library


def frames_of(happenings: Iterable[Happening], variant: Random, *, mtu: int) -> list[list[Frame]]:
    """Make the frames of each connection, with sequence numbers that are drawn."""
    connections: dict[Endpoint, list[Happening]] = {}
    for happening in happenings:
        connections.setdefault(happening.client, []).append(happening)
    return [spread(synthesised(each, _sequence_numbers(variant), mtu)) for each in connections.values()]


def _sequence_numbers(variant: Random) -> dict[Party, int]:
    return {"client": variant.randrange(2**32), "server": variant.randrange(2**32)}


def spread(frames: Iterable[Frame]) -> list[Frame]:
    """Let no two frames of a connection have the same time."""
    spread: list[Frame] = []
    for frame in frames:
        earliest = spread[-1].time + APART if spread else 0
        spread.append(frame._replace(time=max(frame.time, earliest)))
    return spread


def sent_again(frames: list[Frame], variant: Random) -> list[Frame]:
    """Let one segment of the client's be sent twice: its first acknowledgment was lost, and all else comes later."""
    first = variant.choice([number for number, frame in enumerate(frames) if _said_by_client(frame, frames)])
    late = [frame._replace(time=frame.time + PATIENCE) for frame in frames]
    return [*frames[: first + 1], *late[first:]]


def out_of_order(frames: list[Frame], variant: Random) -> list[Frame]:
    """Let two segments that the client sent one right behind the other change places."""
    said = [number for number, frame in enumerate(frames) if _said_by_client(frame, frames)]
    pairs = [number for number in said if number + 1 in said]
    first = variant.choice(pairs)
    swapped = list(frames)
    swapped[first] = frames[first + 1]._replace(time=frames[first].time)
    swapped[first + 1] = frames[first]._replace(time=frames[first + 1].time)
    return swapped


def _said_by_client(frame: Frame, frames: list[Frame]) -> bool:
    segment, opening = _segment(frame), _segment(frames[0])
    return bool(segment.payload) and segment.source == opening.source


def _segment(frame: Frame) -> TcpSegment:
    segment = segment_of(frame)
    assert segment is not None
    return segment


def mixed(connections: Iterable[list[Frame]]) -> list[Frame]:
    """Give the frames of all connections in the order of their times, numbered from 1."""
    together = merge(*connections, key=lambda frame: frame.time)
    return [frame._replace(number=number) for number, frame in enumerate(together, 1)]
