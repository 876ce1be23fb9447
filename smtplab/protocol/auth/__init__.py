"""How does a user prove who it is? The SASL mechanisms behind AUTH (RFC 4954), as generators.

`exchange` says what they share, `plain`, `cram` and `scram` are the mechanisms, `strength` says how good each is, and
`explain` what their messages hold, which `listener` follows. Base64 is only how these travel, and it hides nothing
(RFC 4954 §9).
"""

from typing import Final

from smtplab.protocol.auth.cram import cram_client, cram_server
from smtplab.protocol.auth.exchange import (
    AUTH_LINE_LIMIT,
    CANCEL,
    EMPTY_INITIAL_RESPONSE,
    ClientExchange,
    ClientMechanism,
    Nonce,
    Passwords,
    ServerExchange,
    ServerMechanism,
    decode,
    decode_initial,
    encode,
    no_nonce,
)
from smtplab.protocol.auth.explain import SECRETS, Decoded, explain, explain_challenge
from smtplab.protocol.auth.listener import Listener
from smtplab.protocol.auth.plain import (
    LOGIN_PASSWORD,
    LOGIN_USERNAME,
    login_client,
    login_server,
    plain_client,
    plain_server,
)
from smtplab.protocol.auth.scram import scram_client, scram_server
from smtplab.protocol.auth.strength import STRENGTH, Strength

__all__ = [
    "AUTH_LINE_LIMIT",
    "CANCEL",
    "CLIENT_MECHANISMS",
    "EMPTY_INITIAL_RESPONSE",
    "LOGIN_PASSWORD",
    "LOGIN_USERNAME",
    "SECRETS",
    "SERVER_FIRST",
    "SERVER_MECHANISMS",
    "STRENGTH",
    "ClientExchange",
    "Decoded",
    "Listener",
    "Nonce",
    "Passwords",
    "ServerExchange",
    "Strength",
    "decode",
    "decode_initial",
    "encode",
    "explain",
    "explain_challenge",
    "no_nonce",
]

# Best first: a server that offers all lists them in this order.
SERVER_MECHANISMS: Final[dict[str, ServerMechanism]] = {
    "SCRAM-SHA-256": scram_server,
    "CRAM-MD5": cram_server,
    "PLAIN": plain_server,
    "LOGIN": login_server,
}
CLIENT_MECHANISMS: Final[dict[str, ClientMechanism]] = {
    "SCRAM-SHA-256": scram_client,
    "CRAM-MD5": cram_client,
    "PLAIN": plain_client,
    "LOGIN": login_client,
}

# The server begins: an initial response is an error (RFC 4954 §4). LOGIN does too, but clients that send the name at
# once are met everywhere.
SERVER_FIRST: Final = frozenset({"CRAM-MD5"})
