"""The knobs without their widgets: how a server is set, and set otherwise."""

import pytest

from smtplab.net.faults import FAULTS
from smtplab.net.server import Server
from smtplab.protocol.commands import Lax
from smtplab.protocol.hooks import Reword
from smtplab.widgets.settings import AUTH_SETTINGS, EXTENSIONS, LAX_WORDS, Settings

USERS = {"test01@coremail.cn": "password01"}


@pytest.fixture
def settings() -> Settings:
    return Settings(Server(users=USERS))


def test_every_deviation_has_words() -> None:
    assert set(LAX_WORDS) == set(Lax)


def test_strictness_is_all_or_nothing_or_in_part(settings: Settings) -> None:
    assert settings.strictness == "strict"
    settings.set_lax(Lax.BARE_LF, True)
    assert (settings.strictness, settings.lax(Lax.BARE_LF)) == ("in part", True)
    settings.set_strictness("lax")
    assert settings.server.policy.lax == set(Lax)
    settings.set_strictness("strict")
    assert settings.server.policy.lax == frozenset()


@pytest.mark.parametrize("setting", AUTH_SETTINGS)
def test_auth_is_set_and_read(settings: Settings, setting: str) -> None:
    settings.set_auth(setting)  # type: ignore[arg-type]
    assert settings.auth == setting
    assert ("AUTH" in settings.server.policy.extensions) is (setting != "off")
    assert settings.server.policy.auth_required is (setting == "required")


def test_auth_is_off_without_users() -> None:
    settings = Settings(Server())
    settings.set_auth("on")
    assert (settings.auth, settings.can_authenticate) == ("off", False)


def test_auth_inside_tls_is_set(settings: Settings) -> None:
    settings.set_auth_inside_tls(True)
    assert settings.auth_inside_tls


def test_tls_is_set(settings: Settings) -> None:
    settings.set_tls("starttls")
    assert (settings.tls, settings.server.policy.starttls) == ("starttls", True)


@pytest.mark.parametrize("name", EXTENSIONS)
def test_extension_is_switched_off_and_on(settings: Settings, name: str) -> None:
    settings.set_extension(name, False)
    assert not settings.extension(name)
    settings.set_extension(name, True)
    assert settings.server.policy.extensions == Server().policy.extensions


@pytest.mark.parametrize("name", [fault.name for fault in FAULTS])
def test_fault_is_switched_on_and_off_and_others_stay(name: str) -> None:
    own = Reword("mine")
    settings = Settings(Server(hooks=[own]))
    settings.set_fault(name, True)
    settings.set_fault(name, True)
    assert settings.fault(name)
    assert len(settings.server.policy.hooks) == 2
    settings.set_fault(name, False)
    assert not settings.fault(name)
    assert list(settings.server.policy.hooks) == [own]


def test_code_makes_a_server_that_is_set_so(settings: Settings) -> None:
    assert settings.code == "Server()"
    settings.set_strictness("lax")
    settings.set_auth("required")
    settings.set_auth_inside_tls(True)
    settings.set_tls("starttls")
    settings.set_extension("CHUNKING", False)
    made: Server = eval(settings.code, {"Server": Server})
    assert made.tls == settings.tls
    for name in ("lax", "extensions", "auth_required", "auth_inside_tls"):
        assert getattr(made.policy, name) == getattr(settings.server.policy, name)


def test_rows_say_how_each_knob_stands(settings: Settings) -> None:
    settings.set_lax(Lax.BARE_LF, True)
    settings.set_extension("SIZE", False)
    settings.set_fault("disk full", True)
    assert settings.rows == [
        ("reads", "in part: lets bare-lf pass"),
        ("AUTH", "on"),
        ("TLS", "none"),
        ("extensions", "all but SIZE"),
        ("faults", "disk full"),
    ]
