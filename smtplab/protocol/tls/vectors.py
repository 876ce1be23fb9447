"""How does TLS write a list? As its length, in one to three octets, and then what is in it (RFC 8446 §3.4)."""


class Vectors:
    """Reads octets from left to right. Each method raises ValueError where there are not enough of them."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._position = 0

    def __bool__(self) -> bool:
        """Whether something is left."""
        return self._position < len(self._octets)

    def octets(self, count: int) -> bytes:
        """Read so many octets."""
        stop = self._position + count
        if stop > len(self._octets):
            raise ValueError("a length in the handshake goes beyond its end")
        octets = self._octets[self._position : stop]
        self._position = stop
        return octets

    def number(self, size: int) -> int:
        """Read a number of `size` octets."""
        return int.from_bytes(self.octets(size), "big")

    def vector(self, size: int) -> bytes:
        """Read a vector whose length takes `size` octets."""
        return self.octets(self.number(size))


def numbers(octets: bytes) -> tuple[int, ...]:
    """Read numbers of two octets. Raises ValueError where half of one is left."""
    reading, found = Vectors(octets), list[int]()
    while reading:
        found.append(reading.number(2))
    return tuple(found)
