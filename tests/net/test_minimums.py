"""What a server has to bear at least, and bears unless it is told otherwise (RFC 5321 §4.5.3)."""

import pytest

from smtplab.net.server import IDLE_TIMEOUT
from smtplab.protocol import grammar
from smtplab.protocol.policy import RECIPIENTS_LIMIT, SIZE_LIMIT
from smtplab.protocol.sending import TEXT_LINE_LIMIT
from smtplab.protocol.server import LINE_LIMIT


@pytest.mark.parametrize(
    ("limit", "minimum"),
    [
        pytest.param(grammar.LOCAL_PART_LIMIT, 64, id="local-part"),
        pytest.param(grammar.DOMAIN_LIMIT, 255, id="domain"),
        pytest.param(grammar.PATH_LIMIT, 256, id="path"),
        pytest.param(LINE_LIMIT, 1036, id="command line, with the parameters of DSN"),
        pytest.param(TEXT_LINE_LIMIT, 1000, id="text line"),
        pytest.param(SIZE_LIMIT, 64 * 1024, id="message"),
        pytest.param(RECIPIENTS_LIMIT, 100, id="recipients"),
        pytest.param(IDLE_TIMEOUT, 5 * 60, id="seconds for the next command"),
    ],
)
def test_default_limits_are_at_least_the_minimum(limit: float, minimum: float) -> None:
    assert limit >= minimum
