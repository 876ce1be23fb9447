"""How does a client ask a SOCKS proxy for a connection? SOCKS5 is RFC 1928 and RFC 1929; SOCKS4 came before it."""

from ipaddress import ip_address
from typing import Final

from smtplab.protocol.tunnels.message import Message, NoTunnel, Reading

SOCKS4, SOCKS5, SUBNEGOTIATION = 4, 5, 1  # the first octet of a message
NO_AUTHENTICATION, USERNAME_PASSWORD, NONE_ACCEPTABLE = 0, 2, 0xFF
IPV4, NAME, IPV6 = 1, 3, 4
SIZES: Final = {IPV4: 4, IPV6: 16}  # of addresses, in octets

COMMANDS: Final = {1: "CONNECT", 2: "BIND", 3: "UDP ASSOCIATE"}
METHODS: Final = {0: "no authentication", 1: "GSSAPI", 2: "username and password", 0xFF: "none"}
SOCKS5_REPLIES: Final = {
    0: "succeeded",
    1: "the proxy failed",
    2: "the proxy does not allow it",
    3: "network not to be reached",
    4: "host not to be reached",
    5: "connection refused",
    6: "it took too long",
    7: "command not known",
    8: "address type not known",
}
SOCKS4_REPLIES: Final = {90: "granted", 91: "refused", 92: "no identd to ask", 93: "identd says another user"}

_MEMO: Final = "SOCKS4 memo"


def socks5_greeting(octets: bytes) -> Message:
    reading, source = Reading(octets), "RFC 1928 §3"
    reading.expect(SOCKS5, "version", "says that this is SOCKS5", source)
    count = reading.number(1, "number of methods", "is how many methods follow", source)
    offered = [reading.number(1, "method", "is a way to authenticate", source, METHODS) for _ in range(count)]
    reading.message.said = f"SOCKS5 greeting: offers {', '.join(METHODS.get(each, str(each)) for each in offered)}"
    return reading.message


def socks5_choice(octets: bytes) -> Message:
    reading, source = Reading(octets), "RFC 1928 §3"
    reading.expect(SOCKS5, "version", "says that this is SOCKS5", source)
    chosen = reading.number(1, "method", "is the way to authenticate that the proxy chooses", source, METHODS)
    reading.message.method = chosen
    reading.message.said = f"SOCKS5 choice: {METHODS.get(chosen, str(chosen))}"
    return reading.message


def socks5_login(octets: bytes) -> Message:
    reading, source = Reading(octets), "RFC 1929 §2"
    reading.expect(SUBNEGOTIATION, "version", "is that of this way to authenticate", source)
    size = reading.number(1, "length", "is how many octets the username has", source)
    user = reading.take(size, "username", "is the user's name at the proxy", source)
    size = reading.number(1, "length", "is how many octets the password has", source)
    reading.take(size, "password", "is the user's password at the proxy, in clear text", source)
    reading.message.said = f"SOCKS5 username {user.decode('utf-8', 'backslashreplace')} and password"
    return reading.message


def socks5_verdict(octets: bytes) -> Message:
    reading, source = Reading(octets), "RFC 1929 §2"
    reading.expect(SUBNEGOTIATION, "version", "is that of this way to authenticate", source)
    status = reading.number(1, "status", "is 0 if the password was right", source)
    reading.message.granted = status == 0
    reading.message.said = f"SOCKS5 password {'accepted' if status == 0 else 'refused'}"
    return reading.message


def socks5_request(octets: bytes) -> Message:
    reading, source = Reading(octets), "RFC 1928 §4"
    reading.expect(SOCKS5, "version", "says that this is SOCKS5", source)
    command = reading.number(1, "command", "says what the proxy shall do", source, COMMANDS)
    reading.expect(0, "reserved", "is 0", source)
    kind = reading.number(1, "address type", "says what kind of address follows", source)
    reading.message.target = _take_address(reading, kind)
    reading.message.said = f"SOCKS5 {COMMANDS.get(command, str(command))} to {reading.message.target}"
    return reading.message


def socks5_reply(octets: bytes) -> Message:
    reading, source = Reading(octets), "RFC 1928 §6"
    reading.expect(SOCKS5, "version", "says that this is SOCKS5", source)
    reply = reading.number(1, "reply", "says whether the tunnel is open", source, SOCKS5_REPLIES)
    reading.expect(0, "reserved", "is 0", source)
    kind = reading.number(1, "address type", "says what kind of address follows", source)
    _take_address(reading, kind)
    reading.message.granted = reply == 0
    reading.message.said = f"SOCKS5 reply: {SOCKS5_REPLIES.get(reply, str(reply))}"
    return reading.message


def socks4_request(octets: bytes) -> Message:
    reading = Reading(octets)
    reading.expect(SOCKS4, "version", "says that this is SOCKS4", _MEMO)
    command = reading.number(1, "command", "says what the proxy shall do", _MEMO, COMMANDS)
    if command not in COMMANDS:
        raise NoTunnel
    port = reading.number(2, "port", "is the port of the server", _MEMO)
    address = reading.take(4, "address", "is the address of the server", _MEMO)
    host = reading.name(str(ip_address(address)))
    _take_text(reading, "user", "is the client's user, whom nobody checks")
    if address[:3] == bytes(3) and address[3]:  # SOCKS4A: the proxy shall look the name up
        host = _take_text(reading, "name", "is the name of the server, which the proxy looks up")
    reading.message.target = f"{host}:{port}"
    reading.message.said = f"SOCKS4 {COMMANDS[command]} to {host}:{port}"
    return reading.message


def socks4_reply(octets: bytes) -> Message:
    reading = Reading(octets)
    reading.expect(0, "version", "is 0 in an answer", _MEMO)
    reply = reading.number(1, "reply", "says whether the tunnel is open", _MEMO, SOCKS4_REPLIES)
    if reply not in SOCKS4_REPLIES:
        raise NoTunnel
    reading.take(6, "unused", "has no meaning in the answer to CONNECT", _MEMO)
    reading.message.granted = reply == 90
    reading.message.said = f"SOCKS4 reply: {SOCKS4_REPLIES[reply]}"
    return reading.message


def _take_address(reading: Reading, kind: int) -> str:
    """Give an address of a kind, and the port behind it, as "host:port". RFC 1928 §5."""
    meaning, source = "is the host at the other end of the tunnel", "RFC 1928 §5"
    if kind == NAME:
        size = reading.number(1, "length", "is how many octets the name has", source)
        host = reading.take(size, "address", meaning, source).decode("ascii", "backslashreplace")
    elif kind in SIZES:
        host = reading.name(str(ip_address(reading.take(SIZES[kind], "address", meaning, source))))
    else:
        raise NoTunnel
    port = reading.number(2, "port", "is the port there", source)
    return f"[{host}]:{port}" if kind == IPV6 else f"{host}:{port}"


def _take_text(reading: Reading, name: str, meaning: str) -> str:
    text = reading.take(reading.find(b"\0"), name, meaning, _MEMO)
    reading.take(1, "NUL", "ends the text", _MEMO)
    return text.decode("utf-8", "backslashreplace")
