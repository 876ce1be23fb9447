"""One TLS session as somebody sees it who has its keys, or has not: each record explained, and opened where it can be.

The handshake tells what it takes: the client random, under which the key log keeps the secrets; version and cipher
suite; and from when on records are hidden. In TLS 1.2 that is the change cipher spec, in 1.3 the server hello.

RFC 8446 §4 to §7, RFC 5246 §6 and §7.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from smtplab.capture.tls.direction import Direction
from smtplab.capture.tls.key_log import KeyLog
from smtplab.capture.tls.suites import Suite, suite_of
from smtplab.protocol.tls.hello import Hello, parse_hello
from smtplab.protocol.tls.messages import Said, describe, describe_alert, message_name
from smtplab.protocol.tls.names import (
    ALERT,
    APPLICATION_DATA,
    BEGINS,
    CHANGE_CIPHER_SPEC,
    CLIENT_HELLO,
    CONTINUES,
    ENCRYPT_THEN_MAC,
    FINISHED,
    HANDSHAKE,
    KEY_UPDATE,
    RECORD_TYPES,
    SERVER_HELLO,
    TLS_1_2,
    TLS_1_3,
    TLS_HEADER,
    cipher_suite_name,
    version_name,
)
from smtplab.protocol.transcript import Party

if TYPE_CHECKING:
    from smtplab.capture.tls.openers import Opener

TRAFFIC_SECRETS: Final[dict[Party, tuple[str, str]]] = {  # of the handshake, and of what follows it
    "client": ("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0"),
    "server": ("SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"),
}
HIDDEN: Final = "hidden"


class Opened(NamedTuple):
    """What was in a record. says: as `Entry.decoded` wants it. data: octets for whoever runs on top of TLS.

    hidden: whether it did not open, so that nobody knows.
    """

    says: tuple[Said, ...]
    data: bytes = b""
    hidden: bool = False


class Session:
    """keys: what is known; it may learn more while the session goes on, but too late for what has gone by."""

    def __init__(self, keys: KeyLog) -> None:
        self._keys = keys
        self._directions: dict[Party, Direction] = {"client": Direction(), "server": Direction()}
        self._client_random = self._server_random = b""
        self._version = 0  # until the server has chosen one
        self._suite: Suite | None = None
        self._suite_number = 0
        self._encrypt_then_mac = False

    def receive(self, party: Party, record: bytes) -> Opened:
        """Take in the next whole record of a party, at least `TLS_HEADER` octets."""
        kind, octets = record[0], record[TLS_HEADER:]
        direction = self._directions[party]
        if self._is_encrypted(direction, kind):
            content = direction.open(record) if direction.opener else None
            if content is None:
                return self._hidden(direction, kind)
            kind, octets = content
        match kind:
            case _ if kind == HANDSHAKE:
                return Opened(tuple(self._handshake(party, octets)))
            case _ if kind == APPLICATION_DATA and direction.encrypted:
                return Opened(() if octets else (("application data", "none"),), octets)
            case _ if kind == ALERT:
                return Opened((describe_alert(octets),))
            case _ if kind == CHANGE_CIPHER_SPEC:
                self._change_cipher_spec(party)
                return Opened((("change cipher spec", ""),))
        return self._hidden(direction, kind)

    def lose(self, party: Party, octets: int) -> None:
        """Note that so many octets of a party are not in the capture, and perhaps records among them."""
        self._directions[party].lose(octets)

    def size_inside(self, party: Party, size: int) -> int:
        """Say how many octets at most a lost record of that size carried, 1 at least."""
        opener = self._directions[party].opener
        return max(1, size - TLS_HEADER - (opener.overhead if opener else 0))

    def _is_encrypted(self, direction: Direction, kind: int) -> bool:
        if self._version == TLS_1_3:  # every record that is encrypted says that it is data (RFC 8446 §5.2)
            return direction.encrypted and kind == APPLICATION_DATA
        return direction.encrypted

    def _hidden(self, direction: Direction, kind: int) -> Opened:
        what = "record" if self._version == TLS_1_3 else RECORD_TYPES.get(kind, "record")
        return Opened(((f"{HIDDEN} {what}", self._reason(direction)),), hidden=True)

    def _reason(self, direction: Direction) -> str:
        """Say why a record did not open; nothing where nobody expected it to, since no keys were given."""
        if not self._keys:
            return ""
        if not self._client_random or not self._version:
            return "the hellos are not in the capture"
        if not self._keys.has(self._client_random):
            return "the key log has no key of this session"
        if self._version not in (TLS_1_2, TLS_1_3):
            return f"{version_name(self._version)} is not opened here"
        if self._suite is None:
            return f"{cipher_suite_name(self._suite_number)} is not opened here"
        return "the key does not fit" if direction.keyed else "there is no key for it"

    # The handshake

    def _handshake(self, party: Party, octets: bytes) -> list[Said]:
        direction = self._directions[party]
        continued = direction.begun
        says = []
        for kind, body in direction.messages(octets):
            says.append(describe(kind, body))
            self._follow(party, kind, body)
        if direction.begun is not None:
            part = CONTINUES if continued is not None and not says else BEGINS
            says.append((message_name(direction.begun), part))
        return says

    def _follow(self, party: Party, kind: int, body: bytes) -> None:
        """Note what a message changes."""
        direction = self._directions[party]
        if kind in (CLIENT_HELLO, SERVER_HELLO):
            try:
                hello = parse_hello(body, by_client=kind == CLIENT_HELLO)
            except ValueError:
                return
            self._follow_hello(hello)
        elif kind == FINISHED and self._version == TLS_1_3:
            direction.advance()
        elif kind == KEY_UPDATE and direction.opener is not None:
            from smtplab.capture.tls.openers import TrafficOpener

            if isinstance(direction.opener, TrafficOpener):
                direction.encrypt([direction.opener.updated()])

    def _follow_hello(self, hello: Hello) -> None:
        if hello.by_client:
            self._client_random = hello.random
            return
        self._version = (*hello.versions, 0)[0]
        if hello.is_retry:
            return
        self._server_random = hello.random
        (self._suite_number,) = hello.cipher_suites
        self._suite = suite_of(self._suite_number)
        self._encrypt_then_mac = any(extension.kind == ENCRYPT_THEN_MAC for extension in hello.extensions)
        if self._version == TLS_1_3:
            for party, direction in self._directions.items():
                direction.encrypt(self._traffic_openers(party))

    def _change_cipher_spec(self, party: Party) -> None:
        """Note that what this party says next is encrypted. In TLS 1.3 it says nothing, and is for old middle boxes."""
        if self._version != TLS_1_3:
            self._directions[party].encrypt(self._openers_of_1_2(party))

    # Keys

    def _traffic_openers(self, party: Party) -> "list[Opener]":
        if self._suite is None:
            return []
        secrets = (self._keys.secret(label, self._client_random) for label in TRAFFIC_SECRETS[party])
        known = [secret for secret in secrets if secret is not None]
        if not known:
            return []
        from smtplab.capture.tls.openers import TrafficOpener

        return [TrafficOpener(self._suite, secret) for secret in known]

    def _openers_of_1_2(self, party: Party) -> "list[Opener]":
        secret = self._keys.secret("CLIENT_RANDOM", self._client_random)
        if secret is None or self._suite is None or self._version != TLS_1_2:
            return []
        from smtplab.capture.tls.openers import opener_of_1_2

        seed = self._server_random + self._client_random
        return [opener_of_1_2(self._suite, secret, seed, party, encrypt_then_mac=self._encrypt_then_mac)]
