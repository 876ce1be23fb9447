"""What stands under a picture? Where its packets came from, and what was lost."""

from typing import Final

from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, safe
from smtplab.protocol.transcript import Transcript

COLUMNS: Final = 105
ORIGINS: Final = {
    "live": "captured live on loopback",
    "private network": "captured live in a private network",
    "recorded at the socket": "made from what the sockets saw",
}


def caption(transcript: Transcript, *, times: str | None = None) -> list[str]:
    """Say where the packets came from and what was lost; a second line says what stopped the reading, if any.

    times: what there is to say about the times in the picture, if not since when they count.
    """
    clock = _clock(transcript) if times is None else times
    lines = [" · ".join(filter(None, (_origin(transcript), _loss(transcript), clock)))]
    if transcript.problem:
        lines.append(f"✕ reading stopped: {safe(transcript.problem)}")
    return [cut(line, COLUMNS) for line in lines]


def _origin(transcript: Transcript) -> str:
    origin = ORIGINS.get(transcript.source, f"read from {safe(transcript.source)}")
    frames = count(transcript.packets, "frame") if transcript.packets else ""
    return " ".join(filter(None, (frames, origin if transcript.source else "")))


def _loss(transcript: Transcript) -> str:
    return "" if transcript.lost is None else f"{transcript.lost:,} lost"


def _clock(transcript: Transcript) -> str:
    if not any(entry.time for entry in transcript):
        return ""
    first = transcript.segments[0] if transcript.segments else None
    opened = first is not None and first.flags == "SYN" and first.time == 0
    return "times since the first SYN" if opened else "times since the first packet"
