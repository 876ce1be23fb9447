"""How views say that something was inside TLS."""

from dataclasses import replace

import pytest

from smtplab.protocol.observer import Observer
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Kind, Transcript
from smtplab.views.dialogue import dialogue
from smtplab.views.ladder import ladder
from smtplab.views.records import record
from smtplab.views.scene import Group, Line, Text
from smtplab.views.walk import walk
from smtplab.widgets.steps import Steps
from tests.views.sessions import LOGIN, STARTTLS, heard
from tests.views.test_dialogue import rows_of


@pytest.fixture
def inside() -> Transcript:
    """Give a session whose commands from AUTH on were inside TLS."""
    transcript = heard(LOGIN)
    entries = (replace(entry, tls=entry.phase == "AUTH") for entry in transcript)
    return replace(transcript, entries=tuple(entries))


def texts(transcript: Transcript) -> list[str]:
    return [
        "".join(run.text for run in item.runs) for item in ladder(transcript).scene().items if isinstance(item, Text)
    ]


def test_ladder_marks_the_phase(inside: Transcript) -> None:
    assert texts(inside).count("in TLS") == 1
    assert "in TLS" not in texts(heard(LOGIN))


def test_ladder_draws_a_pipe_around_what_was_inside_and_around_records(inside: Transcript) -> None:
    def pipes(transcript: Transcript) -> int:
        rows = [item for item in ladder(transcript).scene().items if isinstance(item, Group)]
        return sum(isinstance(shape, Line) and shape.width == 7 for row in rows for shape in row.shapes)

    assert pipes(inside) == sum(entry.tls for entry in inside)
    assert pipes(heard(STARTTLS)) == 3
    assert pipes(heard(LOGIN)) == 0


def test_ladder_as_text_marks_each_arrow(inside: Transcript) -> None:
    lines = ladder(inside).text().splitlines()
    assert [line.endswith("in TLS") for line in lines] == [line.startswith("AUTH") for line in lines]


def test_dialogue_marks_the_phase(inside: Transcript) -> None:
    phases = [row[0] for row in rows_of(dialogue(inside).html()) if len(row) == 4]
    assert phases == ["phase", "greeting", "EHLO", "AUTH in TLS"]


def test_json_says_it(inside: Transcript) -> None:
    assert [record(entry)["tls"] for entry in inside] == [entry.phase == "AUTH" for entry in inside]


def test_stepper_says_it(inside: Transcript) -> None:
    steps = Steps(inside)
    steps.select(4)
    assert "in TLS" in steps.line()
    steps.select(0)
    assert "in TLS" not in steps.line()


def test_password_inside_is_masked(inside: Transcript) -> None:
    for shown in (str(inside), ladder(inside).text(), dialogue(inside).html(), ladder(inside).svg()):
        assert "password01" not in shown
        assert "cGFzc3dvcmQwMQ" not in shown


def test_record_is_said_by_what_it_holds() -> None:
    transcript = heard(STARTTLS)
    decoded = (("server hello", "TLS 1.3"), ("finished", ""))
    entries = tuple(replace(e, decoded=decoded) if e.kind is Kind.TLS else e for e in transcript)
    told = replace(transcript, entries=entries)
    assert "server hello: TLS 1.3; finished" in ladder(told).text()
    assert str(told).splitlines()[-1] == "TLS       S: [server hello: TLS 1.3; finished]"
    assert record(told[-1])["decoded"] == {"server hello": "TLS 1.3", "finished": ""}


def test_state_chart_finds_nothing_strange_in_a_session_that_goes_on_inside_tls() -> None:
    outside = heard(STARTTLS)
    observer = Observer(inside_tls=True, state=State.GREETED)
    inside = observer.receive("client", b"EHLO a.example\r\n") + observer.receive("server", b"250 hello\r\n")
    steps = walk(replace(outside, entries=(*outside, *inside)))
    assert [(step.source, step.target) for step in steps][-2:] == [
        (State.GREETED, State.TLS_HANDSHAKE),
        (State.GREETED, State.READY),
    ]
