"""Claims that lesson 00 judges: about the capture, and what its filter hides."""

from typing import Final

from smtplab.lessons.article.evidence import either, frames_of, reply_to, smtp, without_smtp
from smtplab.lessons.claims import Claim
from smtplab.protocol.states import GREETING
from smtplab.protocol.transcript import Entry, Kind, Transcript


def _is_hidden_by_tls(entry: Entry) -> bool:
    return entry.tls or entry.kind is Kind.TLS


def every_frame(transcript: Transcript) -> set[int]:
    """Find all frames."""
    return set(range(1, transcript.packets + 1))


CLAIMS: Final = {
    "C09": Claim(
        says="To capture SMTP alone, set the protocol in Wireshark's filter to SMTP.",
        letter="F",
        right="`smtp` is a display filter: everything is captured, and then hidden. "
        "As a capture filter it is a syntax error; write `tcp port 25` there.",
        sections=(),
        hint="Were the frames without SMTP captured? Look for one in the ladder that shows TCP.",
        frames=without_smtp,
    ),
    "C10": Claim(
        says="That filter catches nearly all the packets; if it does not, add the server's address.",
        letter="I",
        right="It goes by the port. Frames without SMTP in them never pass, and on a port that Wireshark does not know "
        "none does before it is told to decode it: the address helps nothing. Inside TLS it finds SMTP only with the "
        "keys of the session.",
        sections=(),
        hint="Count: how many frames of your capture would the filter leave out? Name one of them.",
        frames=either(without_smtp, frames_of(_is_hidden_by_tls)),
    ),
    "C11": Claim(
        says="The TCP handshake is not seen since TCP is filtered out.",
        letter="I",
        right="Frames without SMTP in them are hidden. Each frame that is shown has its TCP header all the same.",
        sections=(),
        hint="What does TCP carry in a frame that the filter shows?",
        frames=every_frame,
    ),
    "C12": Claim(
        says="The first packet shown goes from the server to the client.",
        letter="T",
        right="The server speaks first: its 220 is the first frame with SMTP in it.",
        sections=smtp("3.1", "4.3.1", "3.2"),
        hint="Look at the first arrow of the ladder without TCP.",
        frames=reply_to(GREETING),
    ),
}
