"""What does the base64 of an AUTH exchange say? For those who listen: each message as (name, value) pairs.

It reads more mechanisms than the lab's server and client speak, since strangers' captures hold them. What it does not
understand it gives as it is. Values are text that still has to be made safe to show.
"""

import re
from collections.abc import Callable
from typing import Final

from smtplab.protocol.auth.exchange import decode
from smtplab.protocol.auth.ntlm import explain_ntlm

Decoded = tuple[tuple[str, str], ...]

# Names of values that let anybody log in. "response" is that of a mechanism not known here: it may be anything.
SECRETS: Final = frozenset({"password", "access token", "response"})


def explain(mechanism: str, step: int, message: bytes) -> Decoded:
    """Say what a response of the client holds.

    step: how many responses came before it, an initial response counted. message: octets, base64 already undone.
    """
    return _explained(mechanism, _RESPONSES, step, message) or (("response", _shown(message)),)


def explain_challenge(mechanism: str, step: int, message: bytes) -> Decoded:
    """Say what a challenge of the server holds. step: how many responses of the client came before it."""
    return _explained(mechanism, _CHALLENGES, step, message) or (("challenge", _shown(message)),)


def _explained(mechanism: str, explainers: "dict[str, Explainer]", step: int, message: bytes) -> Decoded:
    family = "SCRAM" if mechanism.startswith("SCRAM-") else mechanism  # whatever its hash is
    explainer = explainers.get(family)
    return explainer(step, message) if explainer else ()


def _shown(octets: bytes) -> str:
    return octets.decode("utf-8", "backslashreplace")


# One function for each mechanism. It gives () for a message that it does not understand.
Explainer = Callable[[int, bytes], Decoded]


def _plain(step: int, message: bytes) -> Decoded:
    """RFC 4616 §2."""
    if step > 0 or message.count(b"\0") != 2:
        return ()
    names = ("authorization identity", "username", "password")
    return tuple(zip(names, map(_shown, message.split(b"\0")), strict=True))


def _login(step: int, message: bytes) -> Decoded:
    return ((("username", "password")[step], _shown(message)),) if step < 2 else ()


def _cram(_step: int, message: bytes) -> Decoded:
    """RFC 2195 §2."""
    name, blank, digest = message.rpartition(b" ")
    return (("username", _shown(name)), ("digest", _shown(digest))) if blank else ()


def _xoauth2(_step: int, message: bytes) -> Decoded:
    """No RFC has it; those who offer it document `user=NAME ^A auth=Bearer TOKEN ^A ^A`."""
    match = re.fullmatch(rb"user=([^\x01]*)\x01auth=Bearer ([^\x01]*)\x01\x01", message)
    return (("username", _shown(match[1])), ("access token", _shown(match[2]))) if match else ()


_ATTRIBUTES: Final = {
    "a": "authorization identity",
    "c": "channel binding",
    "e": "error",
    "i": "iterations",
    "n": "username",
    "p": "proof",
    "r": "nonce",
    "s": "salt",
    "v": "server signature",
}


def _scram(_step: int, message: bytes) -> Decoded:
    """RFC 5802 §5.1 for the attributes, §7 for what stands before them in the client's first message."""
    text = _shown(message)
    flag = re.match(r"([ny]|p=[^,]*),", text)
    pairs = [("channel binding", flag[1])] if flag else []
    for attribute in filter(None, text[flag.end() if flag else 0 :].split(",")):
        letter, equals, value = attribute.partition("=")
        if not equals:
            return ()
        pairs.append((_ATTRIBUTES.get(letter, f"extension {letter}"), _attribute_value(letter, value)))
    return tuple(pairs)


def _attribute_value(letter: str, value: str) -> str:
    if letter in ("a", "n"):
        return value.replace("=2C", ",").replace("=3D", "=")
    if letter == "c":
        try:
            return _shown(decode(value.encode()))
        except ValueError:
            return value
    return value


def _ntlm(_step: int, message: bytes) -> Decoded:
    return explain_ntlm(message)


_RESPONSES: Final[dict[str, Explainer]] = {
    "CRAM-MD5": _cram,
    "LOGIN": _login,
    "NTLM": _ntlm,
    "PLAIN": _plain,
    "SCRAM": _scram,
    "XOAUTH2": _xoauth2,
}
_CHALLENGES: Final[dict[str, Explainer]] = {"NTLM": _ntlm, "SCRAM": _scram}
