"""TLS between the octets of SMTP and the octets on the wire.

It is kept apart from the sockets: octets of TLS in, octets of SMTP out, and the reverse. So client and server use the
same class, and whoever taps a connection sees what a wire would carry.
"""

import ssl
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from smtplab.net.certificates import Authority

READ_SIZE: Final = 65536


def server_context(authority: "Authority", domain: str, key_log: Path | None) -> ssl.SSLContext:
    """Make the settings of a TLS server: a certificate for `domain`, and TLS 1.2 at least (RFC 8996).

    key_log: a file that collects the secrets of each session, so that a capture can be opened.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Tickets let a client resume a session, which nobody does here. In TLS 1.3 they come before or after the client's
    # next command, as it happens, so that no two captures of one lesson would be alike.
    context.num_tickets = 0
    authority.certify(context, domain)
    if key_log is not None:
        context.keylog_filename = str(key_log)
    return context


def client_context(authority: str | None, *, verify: bool) -> ssl.SSLContext:
    """Make the settings of a TLS client, TLS 1.2 at least.

    authority: PEM text of a certificate authority to trust beside those of the system. verify: whether to check that
    the server is the one that was asked for; without it, TLS hides the session from all but an impostor.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authority is not None:
        context.load_verify_locations(cadata=authority)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class TlsLayer:
    """One TLS session. server_hostname: for a client, the name that the certificate must be for; None for a server.

    `handshake_done` says whether octets of SMTP may be sent; `version` names the TLS version then, as "TLSv1.3".
    """

    def __init__(self, context: ssl.SSLContext, server_hostname: str | None = None) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_hostname is None, server_hostname=server_hostname
        )
        self.handshake_done = False

    @property
    def version(self) -> str:
        """The version that was agreed on, such as "TLSv1.3"; "" before that."""
        return self._tls.version() or ""

    def receive(self, octets: bytes | memoryview) -> bytes:
        """Take in octets from the wire, and give the octets of SMTP in them.

        `take_output` may have something for the wire afterwards. Raises ssl.SSLError when it is no TLS, or when the
        other side's certificate is not right.
        """
        self._incoming.write(octets)
        plain = bytearray()
        try:
            if not self.handshake_done:
                self._tls.do_handshake()
                self.handshake_done = True
            while piece := self._tls.read(READ_SIZE):
                plain += piece
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            pass  # close_notify: the end of the connection follows
        return bytes(plain)

    def send(self, octets: bytes) -> bytes:
        """Give the octets for the wire that carry these octets of SMTP."""
        if octets:
            self._tls.write(octets)
        return self.take_output()

    def take_output(self) -> bytes:
        """Give what the handshake, or an alert, has for the wire."""
        return self._outgoing.read()

    def close(self) -> bytes:
        """Give the octets that end the TLS session in an orderly way (close_notify)."""
        # The other side has not said its own close_notify yet, and SMTP does not wait for it: QUIT has ended it all.
        with suppress(ssl.SSLError):
            self._tls.unwrap()
        return self.take_output()
