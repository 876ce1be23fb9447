"""What should the checksums of this frame be?

On the loopback interface nobody computes TCP's checksum: the kernel leaves that to a network card, and there is none.
So every captured one is "wrong", and Wireshark can say so. Before a capture is saved they are put right.

RFC 1071 (the sum), RFC 9293 §3.1 and RFC 8200 §8.1 (what is summed for TCP), RFC 791 §3.1 (for the IPv4 header).
"""

import struct
from typing import Final

from smtplab.capture.frame import Frame
from smtplab.capture.link import TCP, Place, place_of

IPV4_CHECKSUM, TCP_CHECKSUM = 10, 16  # where they stand in their headers
IPV4_LENGTH: Final = 2
IPV4_ADDRESSES, IPV6_ADDRESSES = slice(12, 20), slice(8, 40)
IPV6_HEADER, TCP_HEADER = 40, 20  # the least that they are long


def internet_checksum(*parts: bytes | bytearray) -> int:
    """Sum 16-bit words with end-around carry, and complement. Parts of odd length are padded with a zero octet.

    Carrying around the end is what a remainder modulo 65,535 does, so that one division sums all words. RFC 1071 §1.
    """
    return -sum(int.from_bytes(part + b"\0" * (len(part) % 2), "big") for part in parts) % 0xFFFF


def with_checksums(frame: Frame) -> Frame:
    """Give the frame with the right checksums of IPv4 and TCP. What is cut, a fragment, or not TCP stays as it is."""
    try:
        place = place_of(frame)
    except (struct.error, IndexError):
        return frame
    if place is None or not _is_whole(frame.octets, place):
        return frame
    octets = bytearray(frame.octets)
    network, transport, end, *_ = place
    if octets[network] >> 4 == 4:
        _put(octets, network + IPV4_CHECKSUM, network, transport)
        addresses = octets[network:][IPV4_ADDRESSES]
    else:
        addresses = octets[network:][IPV6_ADDRESSES]
    _put(octets, transport + TCP_CHECKSUM, transport, end, addresses + struct.pack("!II", TCP, end - transport))
    return frame._replace(octets=bytes(octets))


def _put(octets: bytearray, at: int, start: int, stop: int, pseudo_header: bytes | bytearray = b"") -> None:
    octets[at : at + 2] = b"\0\0"
    octets[at : at + 2] = internet_checksum(pseudo_header, octets[start:stop]).to_bytes(2, "big")


def _is_whole(octets: bytes, place: Place) -> bool:
    """Tell whether all that a checksum is computed from is there."""
    network, transport, end, quoted, protocol, fragment = place
    if protocol != TCP or transport + TCP_HEADER > end or quoted or fragment or end > len(octets):
        return False
    if octets[network] >> 4 == 6:
        return transport == network + IPV6_HEADER  # an extension header may say that it is a fragment, or go elsewhere
    return octets[network + IPV4_LENGTH : network + IPV4_LENGTH + 2] != b"\0\0"
