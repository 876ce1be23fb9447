"""The knobs, as a kernel sees them."""

from collections.abc import Iterator

import pytest

from smtplab.net.faults import FAULTS
from smtplab.net.server import Server
from smtplab.protocol.commands import Lax
from smtplab.widgets.knobs import Knobs, knobs
from smtplab.widgets.settings import EXTENSIONS
from tests.widgets.controls import named, seen, shows, until

CHECKS = (
    "auth-inside-tls",
    *(f"lax-{name}" for name in Lax),
    *(f"extension-{name}" for name in EXTENSIONS),
    *(f"fault-{name}".replace(" ", "-") for name, _, _ in FAULTS),
)


@pytest.fixture
def made() -> Iterator[Knobs]:
    made = knobs(Server(users={"test01@coremail.cn": "password01"}))
    yield made
    made.close()


@pytest.mark.parametrize("name", CHECKS)
def test_each_check_turns_its_knob_and_back(made: Knobs, name: str) -> None:
    before = made.settings.rows
    check = named(made, name)
    check.value = not check.value
    assert made.settings.rows != before
    check.value = not check.value
    assert made.settings.rows == before


@pytest.mark.parametrize(
    ("name", "value", "row"),
    [
        pytest.param(
            "strictness",
            "lax",
            ("reads", "lax: lets blank-after-colon, bare-lf, octets-before-tls pass"),
            id="strictness",
        ),
        pytest.param("auth", "required", ("AUTH", "required"), id="AUTH"),
        pytest.param("tls-kind", "starttls", ("TLS", "starttls"), id="TLS"),
    ],
)
def test_each_choice_turns_its_knob(made: Knobs, name: str, value: str, row: tuple[str, str]) -> None:
    named(made, name).value = value
    assert row in made.settings.rows


def test_choice_and_checks_agree(made: Knobs) -> None:
    named(made, "strictness").value = "lax"
    until(lambda: named(made, "lax-bare-lf").value)
    named(made, "lax-bare-lf").value = False
    until(lambda: named(made, "strictness").value is None)


def test_server_set_otherwise_by_somebody_else_is_shown(made: Knobs) -> None:
    made.settings.server.change(auth_required=True, lax=["bare-lf"])
    until(lambda: named(made, "auth").value == "required" and named(made, "lax-bare-lf").value)
    shows(made, "code", "Server(lax=[&#x27;bare-lf&#x27;], auth_required=True)")


def test_two_panels_of_one_server_agree(made: Knobs) -> None:
    other = knobs(made.settings.server)
    named(made, "tls-kind").value = "starttls"
    until(lambda: named(other, "tls-kind").value == "starttls")
    other.close()


def test_server_without_users_says_why_auth_stays_off() -> None:
    made = knobs(Server())
    shows(made, "code", "AUTH needs users")
    named(made, "auth").value = "on"
    until(lambda: named(made, "auth").value == "off")
    made.close()


def test_what_each_does_can_be_unfolded(made: Knobs) -> None:
    told = seen(made, "meanings")
    assert told.startswith("<details><summary>what they do</summary>")
    assert all(says.split("(")[0] in told for _, says, _ in FAULTS)


def test_reader_without_a_kernel_sees_how_it_is_set(made: Knobs) -> None:
    bundle = made._repr_mimebundle_()
    assert bundle["text/plain"].startswith("reads      strict\nAUTH       on\n")
    assert all(says.split("(")[0] in bundle["text/html"] for _, says, _ in FAULTS)


def test_closed_it_watches_no_more() -> None:
    server = Server()
    knobs(server).close()
    assert server.watchers == []
