"""Which entries are to be seen? A display filter, in the part of Wireshark's language that learners use.

    smtp.req.command == "MAIL" or smtp.response.code >= 400

A display filter chooses among what was captured already, by fields. A capture filter, such as `tcp port 25`, decides
what is captured at all, and speaks another language: typing the one where the other belongs is told apart here.
"""

from dataclasses import replace

from smtplab.capture.display_filter.fields import FIELDS
from smtplab.capture.display_filter.parser import Test, parse
from smtplab.capture.display_filter.tokens import FilterError
from smtplab.protocol.transcript import Transcript

__all__ = ["FIELDS", "FilterError", "display_filter", "filtered"]


def display_filter(expression: str) -> Test:
    """Read a display filter, and give the function that tells whether an entry passes it.

    The function takes an entry and its transcript. Raises `FilterError`, which says where the expression is wrong and
    why.
    """
    return parse(expression)


def filtered(transcript: Transcript, expression: str) -> Transcript:
    """Give the transcript with those entries only that pass a display filter. Raises `FilterError`."""
    passes = display_filter(expression)
    return replace(transcript, entries=tuple(entry for entry in transcript if passes(entry, transcript)))
