"""Which TCP segments do the frames of a capture bring, and what of them is not read?

A segment is in one frame, or in several where IP has split it. What goes through a tunnel that is not read here is not
seen: it is noted, so that nobody takes it for a capture without mail.
"""

import struct
from typing import Final

from smtplab.capture.fragments import Fragments
from smtplab.capture.frame import Frame
from smtplab.capture.link import LINKS, TCP, Place, TcpSegment, ethertype_of, place_of, segment_at, usual_segment

# What may have mail in it and is not read, by the registries of IEEE and IANA.
ETHERTYPES: Final = {0x88E5: "MACsec", 0x88E7: "PBB", 0x894F: "NSH"}
PROTOCOLS: Final = {47: "GRE", 50: "ESP", 97: "EtherIP", 115: "L2TP"}
UDP: Final = 17
UDP_PORTS: Final = {1701: "L2TP", 2152: "GTP", 4500: "IPsec", 4789: "VXLAN", 6081: "Geneve", 8472: "VXLAN"}


class Segments:
    """The segments of a capture. Feed it each frame, in the order of the capture.

    link_types, tunnels: those that were met and are not read, tunnels by name.
    """

    def __init__(self) -> None:
        self._fragments = Fragments()
        self.link_types: set[int] = set()
        self.tunnels: set[str] = set()

    def of(self, frame: Frame) -> TcpSegment | None:
        """Give the segment that a frame brings or completes; None where it does neither."""
        return usual_segment(frame) or self._unusual(frame)

    def problem(self) -> str:
        """Say in one line what is not read, and what to do; nothing where all is."""
        lines = []
        if self.link_types:
            kinds = ", ".join(map(str, sorted(self.link_types)))
            lines.append(
                f"frames of link type {kinds} are not read here: capture on Ethernet, a loopback interface or 'any'"
            )
        if self.tunnels:
            tunnels = ", ".join(sorted(self.tunnels))
            lines.append(f"what goes through {tunnels} is not read here: capture where the mail goes without")
        return "; ".join(lines)

    def _unusual(self, frame: Frame) -> TcpSegment | None:
        try:
            place = place_of(frame)
            if place is None:
                self._note_link(frame)
                return None
            if place.fragment and not place.quoted:
                return self._fragments.add(frame, place)
            if place.protocol == TCP:
                return segment_at(frame, place)
            self._note_payload(frame, place)
            return None
        except (struct.error, IndexError):  # the frame ends inside a header
            return None

    def _note_link(self, frame: Frame) -> None:
        if frame.link_type not in LINKS:
            self.link_types.add(frame.link_type)
        elif (ethertype := ethertype_of(frame)) in ETHERTYPES:
            self.tunnels.add(ETHERTYPES[ethertype])

    def _note_payload(self, frame: Frame, place: Place) -> None:
        name = PROTOCOLS.get(place.protocol)
        if place.protocol == UDP:
            port = frame.octets[place.transport + 2] << 8 | frame.octets[place.transport + 3]
            name = UDP_PORTS.get(port)
        if name is not None:
            self.tunnels.add(name)
