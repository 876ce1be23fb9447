"""What is each octet of a client hello or a server hello for?"""

from typing import Final

from smtplab.protocol.fields.tiles import Tiles
from smtplab.protocol.octets import count
from smtplab.protocol.tls.hello import RANDOM_SIZE, Extension, Hello
from smtplab.protocol.tls.names import (
    EXTENSIONS,
    PROTOCOLS,
    SERVER_NAME,
    SUPPORTED_VERSIONS,
    UNKNOWN_EXTENSION,
    cipher_suite_name,
    version_name,
)

EXTENSION_HEADER: Final = 4  # octets: type, length


def tile_hello(tiles: Tiles, hello: Hello) -> None:
    """Cut a hello, which stands here without its type and length, into its fields."""
    source = "RFC 8446 §4.1.2" if hello.by_client else "RFC 8446 §4.1.3"
    suites = " ".join(map(cipher_suite_name, hello.cipher_suites))
    offered = "are the ways to hide and check what is said that the client knows, best first"
    chosen = "is the way to hide and check what is said that the server has chosen"
    # Of a list, the client's hello holds the length as well; the server's holds what it has chosen from it.
    listed = 2 if hello.by_client else 0

    def take(size: int, name: str, meaning: str, value: str | None = None) -> None:
        tiles.take(tiles.position + size, name, meaning, source, value)

    take(
        2,
        "legacy version",
        "is never above TLS 1.2, since old servers failed at more",
        version_name(hello.legacy_version),
    )
    take(RANDOM_SIZE, "random", "makes every session different, and names it in a key log", hello.random.hex())
    session = hello.session_id.hex() or "none"
    take(1 + len(hello.session_id), "session id", "resumed sessions before 1.3, which only repeats it", session)
    meaning = offered if hello.by_client else chosen
    take(listed + 2 * len(hello.cipher_suites), "cipher suites" if hello.by_client else "cipher suite", meaning, suites)
    take(
        listed // 2 + len(hello.compressions),
        "compression",
        "is never used any more, since it gave secrets away",
        hello.compressions.hex(),
    )
    if hello.extended:
        size = sum(EXTENSION_HEADER + len(extension.octets) for extension in hello.extensions)
        take(2, "length of extensions", "is how many octets they have", str(size))
    for extension in hello.extensions:
        name, meaning, source = EXTENSIONS.get(extension.kind, UNKNOWN_EXTENSION)
        size = EXTENSION_HEADER + len(extension.octets)
        tiles.take(tiles.position + size, name, meaning, source, _value(hello, extension))


def _value(hello: Hello, extension: Extension) -> str:
    match extension.kind:
        case _ if extension.kind == SERVER_NAME and hello.server_name:
            return hello.server_name
        case _ if extension.kind == SUPPORTED_VERSIONS:
            return ", ".join(map(version_name, hello.versions))
        case _ if extension.kind == PROTOCOLS:
            return ", ".join(hello.protocols)
    size = count(len(extension.octets), "octet")
    return size if extension.kind in EXTENSIONS else f"number {extension.kind}, {size}"
