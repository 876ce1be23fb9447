"""What is in a stranger's file? Sessions of the lab's own server and client, mixed and impaired, by a seed.

    strangers_file(5).save("strangers.pcapng")

writes the file. Names, octets, times and numbers are the same each time, but for what TLS makes new: keys, and what
they hide.
"""

from functools import cached_property, lru_cache
from os import PathLike, fspath
from random import Random
from typing import Final

from smtplab.capture.dissect import transcript_of
from smtplab.capture.frame import Frame
from smtplab.capture.record import Saved
from smtplab.capture.save import decode_as, save
from smtplab.capture.synthesis import MTU
from smtplab.capture.tls.key_log import KeyLog
from smtplab.lessons.capstone.cast import Talk
from smtplab.lessons.capstone.impairment import JUMBO, frames_of, mixed, out_of_order, sent_again
from smtplab.lessons.capstone.incidents import INCIDENTS
from smtplab.lessons.capstone.sessions import Plot
from smtplab.protocol.transcript import Transcript

SOURCE: Final = "sessions of the lab's own, mixed"
SENT_AGAIN: Final = ("clear", "proof", "relayed")  # in one of these a segment comes twice
KEPT: Final = 32  # files: a class has about so many learners


class StrangersFile:
    """The capture of one seed. incident: its name. plot, talks: what is in it, for those who check answers."""

    def __init__(self, seed: object) -> None:
        variant = Random(f"{seed}/strangers")
        self.plot = Plot(variant)
        self.incident = variant.choice(list(INCIDENTS))
        self.talks = [*self.plot.talks(), INCIDENTS[self.incident](self.plot)]
        self.keys = b"".join(talk.keys for talk in self.talks)
        again = variant.choice(SENT_AGAIN)
        self.frames = mixed(frames for talk in self.talks for frames in self._frames_of(talk, variant, again))

    @staticmethod
    def _frames_of(talk: Talk, variant: Random, again: str) -> list[list[Frame]]:
        mtu = MTU if talk.server.tls == "none" else JUMBO
        connections = frames_of(talk.tape.happenings, variant, mtu=mtu)
        if talk.name == again:
            return [sent_again(frames, variant) for frames in connections]
        if talk.name == "attached":
            return [out_of_order(frames, variant) for frames in connections]
        return connections

    @cached_property
    def transcript(self) -> Transcript:
        """What was said, as far as the keys in the file open it."""
        keys = KeyLog()
        keys.add(self.keys)
        return transcript_of(self.frames, SOURCE, (), keys)

    def stream_of(self, name: str) -> int:
        """Give the number of the first connection of a talk."""
        (server,) = (f"{host}:{port}" for host, port in (talk.ends for talk in self.talks if talk.name == name))
        return next(stream.number for stream in self.transcript.streams if stream.server == server)

    def save(self, path: str | PathLike[str]) -> Saved:
        """Save as a pcapng file, with the keys that are known, and no comments: strangers leave none."""
        save(path, self.frames, source=SOURCE, keys=self.keys)
        return Saved(fspath(path), " -d ".join(self.decode_as))

    @property
    def decode_as(self) -> list[str]:
        """What Wireshark has to be told, for each server at a port that it does not know."""
        servers = (talk.server for talk in self.talks)
        told = (decode_as(server.port, implicit_tls=server.tls == "implicit") for server in servers)
        return sorted(filter(None, set(told)))


@lru_cache(maxsize=KEPT)
def strangers_file(seed: object) -> StrangersFile:
    """Give the capture of a seed, which is anything that can be hashed and written."""
    return StrangersFile(seed)
