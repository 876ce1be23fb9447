"""A server that says yes to everybody. It knows no user, and takes every password: to have it, or for the mail."""

from smtplab.protocol.hooks import Hook
from smtplab.protocol.replies import AUTHENTICATED, Reply


class YesToAll(Hook):
    """Say that the authentication succeeded, whoever it was and whatever was said."""

    def manner(self, verb: str, reply: Reply) -> Reply:
        """Say 235 in the place of 535."""
        return AUTHENTICATED if verb == "AUTH" and reply.code == 535 else reply
