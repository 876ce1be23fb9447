"""What the tests of the protocol share: `play` plays a dialogue against a server, however its octets are cut."""

from typing import Any, Protocol

import pytest

from smtplab.protocol.policy import Policy
from tests.protocol.dialogues import FEEDS, Driver, Store, play


class Play(Protocol):
    """Play a dialogue against a server set up as the keywords of `Policy` say."""

    def __call__(self, dialogue: str, *, store: Store | None = None, **policy: Any) -> Driver: ...


@pytest.fixture(params=FEEDS, name="play")
def _play(request: pytest.FixtureRequest) -> Play:
    """Play a dialogue; each test that uses this is run once for each way of cutting the client's octets."""

    def played(dialogue: str, *, store: Store | None = None, **policy: Any) -> Driver:
        return play(dialogue, request.param, Policy(**policy), store)

    return played
