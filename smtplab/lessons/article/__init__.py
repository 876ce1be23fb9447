"""What does the article say, and what is right? Its claims, by the number that the curriculum gives them.

The words are the article's, in English. A section stands here only if it was read; of an RFC that is not at hand, the
number alone. Each lesson's claims are in a module that is named like the lesson.
"""

from typing import Final

from smtplab.lessons.article import (
    authentication,
    by_hand,
    encryption,
    envelope,
    failure,
    finding,
    first_capture,
    mail_data,
    session,
)
from smtplab.lessons.claims import Claim

CLAIMS: Final[dict[str, Claim]] = {
    **first_capture.CLAIMS,
    **session.CLAIMS,
    **by_hand.CLAIMS,
    **authentication.CLAIMS,
    **envelope.CLAIMS,
    **mail_data.CLAIMS,
    **failure.CLAIMS,
    **encryption.CLAIMS,
    **finding.CLAIMS,
}
