"""What do the numbers in TLS mean? The names that the registries give them, and a word on what they are for.

The registries are IANA's, "TLS Parameters" and "TLS ExtensionType Values" (RFC 8447).
"""

from typing import Final, NamedTuple


class Named(NamedTuple):
    """What a number stands for. meaning, source: see `Field`."""

    name: str
    meaning: str
    source: str


TLS_HEADER: Final = 5  # octets before what is in a record: content type, version, length (RFC 8446 §5.1)

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
RECORD_TYPES: Final = {
    CHANGE_CIPHER_SPEC: "change cipher spec",
    ALERT: "alert",
    HANDSHAKE: "handshake",
    APPLICATION_DATA: "application data",
}

# What a listener calls a record of which octets are lost, and what stands between the gap and the next record.
TORN, REST = "torn record", "rest of a torn record"
BEGINS, CONTINUES = "begins", "continues"  # what it says of a message that goes on in the next record

TLS_1_2, TLS_1_3 = 0x0303, 0x0304
VERSIONS: Final = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", TLS_1_2: "TLS 1.2", TLS_1_3: "TLS 1.3"}

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, FINISHED, KEY_UPDATE = 1, 2, 11, 20, 24
MESSAGES: Final = {
    0: Named("hello request", "asks the client for a new handshake", "RFC 5246 §7.4.1.1"),
    CLIENT_HELLO: Named("client hello", "opens the handshake with all that the client can do", "RFC 8446 §4.1.2"),
    SERVER_HELLO: Named("server hello", "chooses from what the client can do", "RFC 8446 §4.1.3"),
    4: Named("new session ticket", "lets the client resume the session later", "RFC 8446 §4.6.1"),
    5: Named("end of early data", "ends what was sent before the handshake was done", "RFC 8446 §4.5"),
    8: Named("encrypted extensions", "answers the extensions that nobody else need see", "RFC 8446 §4.3.1"),
    CERTIFICATE: Named("certificate", "says who its sender is, and who vouches for that", "RFC 8446 §4.4.2"),
    12: Named("server key exchange", "is the server's half of the secret, signed", "RFC 5246 §7.4.3"),
    13: Named("certificate request", "asks the client for a certificate too", "RFC 8446 §4.3.2"),
    14: Named("server hello done", "ends what the server says at once", "RFC 5246 §7.4.5"),
    15: Named("certificate verify", "proves that its sender has the key of the certificate", "RFC 8446 §4.4.3"),
    16: Named("client key exchange", "is the client's half of the secret", "RFC 5246 §7.4.7"),
    FINISHED: Named("finished", "proves that nobody has changed the handshake", "RFC 8446 §4.4.4"),
    22: Named("certificate status", "says that the certificate is not revoked", "RFC 6066 §8"),
    KEY_UPDATE: Named("key update", "says that the next records have a new key", "RFC 8446 §4.6.3"),
    25: Named("compressed certificate", "is the certificate, compressed", "RFC 8879 §4"),
}
UNKNOWN_MESSAGE: Final = Named("unknown message", "is of a type not known here", "RFC 8446 §4")

# RFC 8446 §6, §B.2, and RFC 5246 §7.2 for those that 1.3 has no more.
ALERTS: Final = {
    0: "close notify",
    10: "unexpected message",
    20: "bad record MAC",
    21: "decryption failed",
    22: "record overflow",
    30: "decompression failure",
    40: "handshake failure",
    41: "no certificate",
    42: "bad certificate",
    43: "unsupported certificate",
    44: "certificate revoked",
    45: "certificate expired",
    46: "certificate unknown",
    47: "illegal parameter",
    48: "unknown CA",
    49: "access denied",
    50: "decode error",
    51: "decrypt error",
    70: "protocol version",
    71: "insufficient security",
    80: "internal error",
    86: "inappropriate fallback",
    90: "user canceled",
    100: "no renegotiation",
    109: "missing extension",
    110: "unsupported extension",
    112: "unrecognized name",
    113: "bad certificate status response",
    115: "unknown PSK identity",
    116: "certificate required",
    120: "no application protocol",
}

SERVER_NAME, PROTOCOLS, ENCRYPT_THEN_MAC, SUPPORTED_VERSIONS = 0, 16, 22, 43
EXTENSIONS: Final = {
    SERVER_NAME: Named("server name", "says whom the client wants to talk to, readable by all", "RFC 6066 §3"),
    5: Named("status request", "asks for a proof that the certificate is not revoked", "RFC 6066 §8"),
    10: Named("supported groups", "lists the groups in which keys may be exchanged", "RFC 8446 §4.2.7"),
    11: Named("point formats", "says how points of curves may be written", "RFC 8422 §5.1.2"),
    13: Named("signature algorithms", "lists those that the sender can check", "RFC 8446 §4.2.3"),
    15: Named("heartbeat", "allows to ask whether the other side is still there", "RFC 6520 §2"),
    PROTOCOLS: Named("application protocols", "lists what may be spoken inside (ALPN)", "RFC 7301 §3.1"),
    18: Named("certificate timestamps", "shows that the certificate was made in public", "RFC 6962 §3.3.1"),
    21: Named("padding", "makes the message longer, for old servers", "RFC 7685 §3"),
    ENCRYPT_THEN_MAC: Named("encrypt then MAC", "protects what is encrypted, and not what is not yet", "RFC 7366 §2"),
    23: Named("extended master secret", "ties the secret to the whole handshake", "RFC 7627 §5.1"),
    27: Named("certificate compression", "lists how certificates may be compressed", "RFC 8879 §3"),
    28: Named("record size limit", "says how large a record may be", "RFC 8449 §4"),
    35: Named("session ticket", "resumes a session of TLS 1.2, or asks for a ticket", "RFC 5077 §3.2"),
    41: Named("pre-shared key", "resumes an earlier session", "RFC 8446 §4.2.11"),
    42: Named("early data", "announces data before the handshake is done", "RFC 8446 §4.2.10"),
    SUPPORTED_VERSIONS: Named(
        "supported versions", "lists the versions of TLS, or names the chosen one", "RFC 8446 §4.2.1"
    ),
    44: Named("cookie", "gives back what the server's first answer brought", "RFC 8446 §4.2.2"),
    45: Named("PSK key exchange modes", "says how a session may be resumed", "RFC 8446 §4.2.9"),
    49: Named("post-handshake auth", "allows to ask for a certificate later", "RFC 8446 §4.2.6"),
    50: Named("certificate signature algorithms", "lists those for the signatures in certificates", "RFC 8446 §4.2.3"),
    51: Named("key share", "is the sender's half of the secret", "RFC 8446 §4.2.8"),
    0xFF01: Named("renegotiation info", "ties a new handshake to the one before", "RFC 5746 §3.2"),
}
UNKNOWN_EXTENSION: Final = Named(
    "extension", "is not known here, and whoever does not know it ignores it", "RFC 8446 §4.2"
)

# Those that a server of our days may choose.
CIPHER_SUITES: Final = {
    0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
    0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
    0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
    0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
    0x003C: "TLS_RSA_WITH_AES_128_CBC_SHA256",
    0x003D: "TLS_RSA_WITH_AES_256_CBC_SHA256",
    0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
    0x006B: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
    0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
    0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
    0x009E: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    0x009F: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0x1304: "TLS_AES_128_CCM_SHA256",
    0x1305: "TLS_AES_128_CCM_8_SHA256",
    0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    0xC023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    0xC024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    0xC028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    0xC09C: "TLS_RSA_WITH_AES_128_CCM",
    0xC09D: "TLS_RSA_WITH_AES_256_CCM",
    0xC09E: "TLS_DHE_RSA_WITH_AES_128_CCM",
    0xC09F: "TLS_DHE_RSA_WITH_AES_256_CCM",
    0xC0AC: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM",
    0xC0AD: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM",
    0xC0AE: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
    0xC0AF: "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8",
    0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    0xCCAA: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
}


def version_name(number: int) -> str:
    """Name a version, or write its number."""
    return VERSIONS.get(number, f"0x{number:04x}")


def cipher_suite_name(number: int) -> str:
    """Name a cipher suite, or write its number."""
    return CIPHER_SUITES.get(number, f"0x{number:04x}")
