"""What is said in an AUTH exchange? Follows one, message by message, for those who listen to a connection."""

from typing import Final

from smtplab.protocol.auth.exchange import EMPTY_INITIAL_RESPONSE, decode
from smtplab.protocol.auth.explain import Decoded, explain, explain_challenge

# After so many responses of the client the server gives its verdict. Other mechanisms may ask on.
RESPONSES: Final = {"PLAIN": 1, "XOAUTH2": 1, "CRAM-MD5": 1, "LOGIN": 2}


class Listener:
    """Follows the AUTH exchanges of one connection, one after the other."""

    def __init__(self) -> None:
        self._mechanism = ""
        self._responses = 0

    def begin(self, argument: bytes) -> Decoded:
        """Take what follows the verb AUTH, right or wrong, and give what its initial response holds (RFC 4954 §4)."""
        mechanism, *response = argument.split() or [b""]
        self._mechanism, self._responses = mechanism.decode("ascii", "replace").upper(), 0
        if response[:1] == [EMPTY_INITIAL_RESPONSE.encode()]:
            self._responses = 1
            return ()
        return self.response(response[0]) if response else ()

    def response(self, base64: bytes) -> Decoded:
        """Give what a response of the client holds; () where it is no base64."""
        step, self._responses = self._responses, self._responses + 1
        try:
            return explain(self._mechanism, step, decode(base64))
        except ValueError:
            return ()

    def challenge(self, base64: bytes) -> Decoded:
        """Give what a challenge of the server holds; () where it is no base64."""
        try:
            return explain_challenge(self._mechanism, self._responses, decode(base64))
        except ValueError:
            return ()

    @property
    def is_over(self) -> bool:
        """Whether the client has nothing more to say, so that the server must have given its verdict."""
        return self._responses >= RESPONSES.get(self._mechanism, self._responses + 1)
