"""What the sender asked to be told. RFC 3461 §4.1, §5.2."""

import pytest

from smtplab.protocol.dsn import Action, is_wanted, passed_on
from smtplab.protocol.mail import Recipient


@pytest.mark.parametrize(
    ("notify", "wanted"),
    [
        pytest.param(None, {Action.FAILED}, id="nothing said"),
        pytest.param("NEVER", set(), id="never"),
        pytest.param("never", set(), id="never, in lower case"),
        pytest.param("FAILURE", {Action.FAILED}, id="failure"),
        pytest.param("DELAY", {Action.DELAYED}, id="delay"),
        pytest.param("SUCCESS", {Action.RELAYED, Action.DELIVERED}, id="success"),
        pytest.param("Success,Failure,Delay", set(Action), id="all"),
    ],
)
def test_sender_is_told_what_notify_asks_for(notify: str | None, wanted: set[Action]) -> None:
    recipient = Recipient("test02@coremail.cn", {} if notify is None else {"NOTIFY": notify})
    assert {action for action in Action if is_wanted(action, "test01@coremail.cn", recipient)} == wanted


@pytest.mark.parametrize("action", Action)
def test_null_reverse_path_is_never_told(action: Action) -> None:
    recipient = Recipient("test02@coremail.cn", {"NOTIFY": "SUCCESS,FAILURE,DELAY"})
    assert not is_wanted(action, "", recipient)


def test_parameters_of_dsn_are_passed_on_unchanged() -> None:
    parameters = {"SIZE": "1000", "RET": "hdrs", "ENVID": "a+2Bb", "NOTIFY": "Never", "ORCPT": "rfc822;A@b"}
    wanted = {keyword: parameters[keyword] for keyword in ("RET", "ENVID", "NOTIFY", "ORCPT")}
    assert passed_on(parameters, {"SIZE": "", "DSN": ""}) == wanted


def test_parameters_of_dsn_stay_behind_where_the_server_has_no_dsn() -> None:
    assert passed_on({"RET": "FULL", "NOTIFY": "NEVER"}, {"SIZE": ""}) == {}
