"""How tests look at fields: as pairs of names and octets, or one of a name; and whether they tile."""

from smtplab.protocol import auth
from smtplab.protocol.fields import Field, tile
from smtplab.protocol.transcript import Kind


def assert_tiled(tiles: tuple[Field, ...], octets: bytes) -> None:
    """Assert that the fields begin at 0, touch each other, end at the last octet, and are safe to show."""
    assert [field.start for field in tiles] == [0, *(field.stop for field in tiles)][: len(tiles)]
    assert (tiles[-1].stop if tiles else 0) == len(octets)
    assert all(field.start < field.stop and field.name and field.meaning for field in tiles)
    assert all(field.value.isprintable() or not field.value.isascii() for field in tiles)


def named(kind: Kind, octets: bytes, answers: str | None = None, decoded: auth.Decoded = ()) -> list[tuple[str, bytes]]:
    """Give the fields as pairs of their names and their octets."""
    return [(field.name, octets[field.start : field.stop]) for field in tile(kind, octets, answers, decoded)]


def only(name: str, tiles: tuple[Field, ...]) -> Field:
    """Give the one field of that name."""
    (field,) = (field for field in tiles if field.name == name)
    return field


def of_message(octets: bytes) -> tuple[Field, ...]:
    """Give the fields of mail data."""
    return tile(Kind.MAIL_DATA, octets, None, ())


def of_header_field(octets: bytes) -> list[tuple[str, bytes]]:
    """Give the fields of the body of one header field, which stands here with its name and without its CRLF."""
    return named(Kind.MAIL_DATA, octets + b"\r\n")[2:-1]
