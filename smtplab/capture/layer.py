"""How does scapy know SMTP? It has no layer for it; this module adds one on top of TCP.

    packet.show()                        # the verb and argument, or the code and text, of each line
    packet[SMTPRequest].commands[0].verb
    sniff(offline="session.pcapng", session=TCPSession)    # lines put together out of segments

A segment alone does not tell commands from mail data or from the lines of an AUTH exchange. So a line counts as a
command when it begins with a verb, and the rest is `Raw`, as everything unknown is in scapy. For certainty the whole
conversation has to be followed: that is what a Transcript is for.

Commands: RFC 5321 §4.1.1. Replies: §4.2.
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from scapy.config import conf
from scapy.fields import PacketListField, StrField
from scapy.layers.inet import TCP
from scapy.layers.inet6 import IPv6  # noqa: F401 - scapy knows a layer once it is imported
from scapy.layers.l2 import Ether  # noqa: F401
from scapy.packet import Packet, bind_bottom_up, bind_top_down
from scapy.plist import PacketList
from scapy.utils import EDecimal

from smtplab.capture.frame import SECOND, Frame
from smtplab.protocol.fields import VERBS
from smtplab.protocol.octets import printable

SMTP_PORTS: Final = (25, 587, 2525)
MAX_LINES: Final = 65_535  # in one segment; scapy asks for a limit, and no segment has as many octets

LAST_LINE_OF_REPLY: Final = re.compile(rb"(?:\A|(?<=\n))([2-5][0-9]{2})(?: [^\r\n]*)?\r\n")
END_OF_MAIL_DATA: Final = re.compile(rb"(?:\A|\r\n)\.\r\n")
_ANY_VERB: Final = "|".join(VERBS).encode("ascii")


class _Line(Packet):
    """A line whose octets are the groups of `pattern`, in the order of the fields."""

    pattern: ClassVar[re.Pattern[bytes]]

    def do_dissect(self, s: bytes) -> bytes:
        match = self.pattern.match(s)
        if match is None:
            return s
        for field, octets in zip(self.fields_desc, match.groups(b""), strict=True):
            self.setfieldval(field.name, octets)
        return s[match.end() :]

    def extract_padding(self, s: bytes) -> tuple[bytes, bytes]:
        return b"", s  # the next line is not inside this one


class SMTPCommand(_Line):
    """One command line. RFC 5321 §4.1.1."""

    name = "SMTP command"
    pattern = re.compile(rb"(%b)(?:([ \t]+)([^\r\n]*))?(\r\n)" % _ANY_VERB, re.IGNORECASE)
    fields_desc = [  # noqa: RUF012 - as scapy wants it, here and below
        StrField("verb", b"NOOP"),
        StrField("blank", b""),
        StrField("argument", b""),
        StrField("line_end", b"\r\n"),
    ]

    def mysummary(self) -> str:
        return printable(self.verb + self.blank + self.argument)


class SMTPReplyLine(_Line):
    """One line of a reply. RFC 5321 §4.2."""

    name = "SMTP reply line"
    pattern = re.compile(rb"([2-5][0-9]{2})(?:([ -])([^\r\n]*))?(\r\n)")
    fields_desc = [  # noqa: RUF012
        StrField("code", b"250"),
        StrField("mark", b" "),  # "-": more lines follow
        StrField("text", b""),
        StrField("line_end", b"\r\n"),
    ]

    def mysummary(self) -> str:
        return printable(self.code + self.mark + self.text)


class _Lines(Packet):
    """The whole lines of one kind at the beginning of a segment; what follows them is the payload."""

    line: ClassVar[type[_Line]]

    @classmethod
    def next_line(cls, lines: list[Packet], current: Packet | None, rest: bytes) -> type[_Line] | None:
        return cls.line if cls.line.pattern.match(rest) else None

    @classmethod
    def or_raw(cls, octets: bytes | None) -> type[Packet]:
        """Say which layer these octets are: this one when a whole line of its kind begins them; also without octets."""
        return cls if not octets or cls.line.pattern.match(octets) else conf.raw_layer

    def mysummary(self) -> tuple[str, list[type[Packet]]]:  # type: ignore[override] # scapy takes both
        lines: list[Packet] = self.getfieldval(self.fields_desc[0].name)
        text = "".join(str(line.mysummary()) for line in lines[:1])
        more = f" (+{len(lines) - 1} lines)" if len(lines) > 1 else ""
        return text + more, [TCP]  # and TCP's own summary before it: from where to where


def _lines_field(name: str) -> PacketListField:
    return PacketListField(name, [], next_cls_cb=lambda packet, *seen: packet.next_line(*seen), max_count=MAX_LINES)


class SMTPRequest(_Lines):
    """What a client sends: one command, or a group of pipelined ones."""

    name = "SMTP request"
    line = SMTPCommand
    fields_desc = [_lines_field("commands")]  # noqa: RUF012

    @classmethod
    def dispatch_hook(cls, _pkt: bytes | None = None, *args: Any, **kwargs: Any) -> type[Packet]:
        return cls.or_raw(_pkt)

    @classmethod
    def tcp_reassemble(cls, data: bytes, metadata: dict[str, Any], session: dict[str, Any]) -> Packet | None:
        """Wait for a line end, or after a 354 for the end of mail data (§4.1.1.4), which then is one `Raw`."""
        if session.get("code") == b"354":
            match = END_OF_MAIL_DATA.search(data)
            if match is None:
                return _remainder(data, metadata)
            del session["code"]
            return _cut(conf.raw_layer, data, match.end())
        end = data.rfind(b"\r\n") + 2
        return _cut(cls, data, end) if end > 1 else _remainder(data, metadata)


class SMTPResponse(_Lines):
    """What a server sends: one reply, or those to a pipelined group."""

    name = "SMTP response"
    line = SMTPReplyLine
    fields_desc = [_lines_field("lines")]  # noqa: RUF012

    @classmethod
    def dispatch_hook(cls, _pkt: bytes | None = None, *args: Any, **kwargs: Any) -> type[Packet]:
        return cls.or_raw(_pkt)

    @classmethod
    def tcp_reassemble(cls, data: bytes, metadata: dict[str, Any], session: dict[str, Any]) -> Packet | None:
        """Wait for the last line of a reply: the one without a hyphen (§4.2.1)."""
        lines = list(LAST_LINE_OF_REPLY.finditer(data))
        if not lines:
            return _remainder(data, metadata)
        session["code"] = lines[-1][1]
        return _cut(cls, data, lines[-1].end())


def _cut(layer: type[Packet], data: bytes, end: int) -> Packet:
    """Dissect `data` up to `end`, and give the rest back to scapy's TCPSession, as padding."""
    packet = layer(data[:end])
    return packet / conf.padding_layer(data[end:]) if end < len(data) else packet


def _remainder(data: bytes, metadata: dict[str, Any]) -> Packet | None:
    """Wait for more, unless the connection has ended."""
    return conf.raw_layer(data) if data and metadata.get("tcp_end") else None


def packets_of(frames: Iterable[Frame]) -> PacketList:
    """Dissect captured frames with scapy, with times to the nanosecond. Slow: about 8 frames in a millisecond."""
    return PacketList([_packet_of(frame) for frame in frames], "Captured")


def _packet_of(frame: Frame) -> Packet:
    packet: Packet = conf.l2types[frame.link_type](frame.octets)
    packet.time = EDecimal(frame.time) / SECOND
    packet.wirelen = frame.original_length
    return packet


def bind_port(port: int) -> None:
    """Let scapy take what goes to and from a TCP port for SMTP; once is enough, and twice does no harm."""
    for layer, field in ((SMTPRequest, "dport"), (SMTPResponse, "sport")):
        if ({field: port}, layer) not in TCP.payload_guess:
            bind_bottom_up(TCP, layer, {field: port})


for _port in SMTP_PORTS:
    bind_port(_port)
# For crafting: TCP() / SMTPRequest() gets the port by itself.
bind_top_down(TCP, SMTPRequest, dport=25)
bind_top_down(TCP, SMTPResponse, sport=25)
