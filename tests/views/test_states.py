"""The state chart as a notebook and the command line use it: the table, and the way of a session through it."""

from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

import pytest

from smtplab.capture.dissect import dissect
from smtplab.protocol.observer import Observer
from smtplab.protocol.states import NEVER, TRANSITIONS, After, State
from smtplab.protocol.transcript import Entry, Kind, Stream, Transcript
from smtplab.views.chart import Move
from smtplab.views.chart_words import TIMES
from smtplab.views.scene import Box, Line, Scene, Text
from smtplab.views.states import LISTED, states
from smtplab.views.walk import walk
from tests.views.pictures import collisions, outside, shapes_of, texts
from tests.views.sessions import LOGIN, MAIL, ORDINARY, PIPELINED, QUIT, STARTTLS, heard, together

CHUNKED = r"""
S: 220 mail.example.org ready
C: EHLO client.example.org
S: 250 mail.example.org
C: MAIL FROM:<>
S: 250 OK
C: RCPT TO:<a@example.org>
S: 250 OK
C: BDAT 4\r\nab
S: 250 OK
C: BDAT 4 LAST\r\ncd
S: 250 Queued
"""
DISORDER = """
S: 220 mail.example.org ready
C: RCPT TO:<a@example.org>
S: 503 5.5.1 Bad sequence of commands
C: RCPT TO:<a@example.org>
S: 503 5.5.1 Bad sequence of commands
C: EHLO client.example.org
S: 250 mail.example.org
C: DATA
S: 354 Go on
"""


def box_of(scene: Scene, state: str) -> list[Box]:
    return [shape for shape in shapes_of(scene, f"state-{state}") if isinstance(shape, Box)]


def words_in(scene: Scene, state: str) -> str:
    shapes = [shape for shape in shapes_of(scene, f"state-{state}") if isinstance(shape, Text)]
    return " / ".join("".join(run.text for run in shape.runs) for shape in shapes)


# As text


def test_notebook_is_shown_the_picture_and_the_same_as_text() -> None:
    view = states(heard(ORDINARY))
    assert view._repr_mimebundle_() == {"text/plain": view.text(), "image/svg+xml": view.svg()}


def test_text_of_the_table_has_every_row_of_it() -> None:
    told = states().text()
    assert "  AUTH                                        S → ready, I → authenticating, E → ready" in told.splitlines()
    verbs = [verb for line in told.splitlines() if line.startswith(" ") for verb in line[:44].strip().split(", ")]
    assert sorted(verbs) == sorted(verb for _, verb in TRANSITIONS)


def test_text_of_a_session_is_its_way() -> None:
    assert states(heard(PIPELINED)).text() == (
        "connected      GREETING 220 → greeted\n"
        "greeted        EHLO 250 → ready\n"
        "ready          MAIL 250 → sender\n"
        "sender         RCPT 250 → recipients\n"
        "recipients     RCPT 550   permanent\n"
        "recipients     DATA 354 → mail data"
    )


def test_text_of_several_streams_has_headings() -> None:
    both = states(together(heard("S: 220 one"), heard("S: 220 two", stream=3))).text()
    way = "connected      GREETING 220 → greeted"
    assert both == f"stream 0\n{way}\n\nstream 3\n{way}"


def test_text_without_replies_says_so() -> None:
    assert states(heard("C: EHLO a")).text() == "[no reply was seen]"


# As a picture


@pytest.mark.parametrize(
    "transcript",
    [
        pytest.param(None, id="table"),
        pytest.param(Transcript(), id="nothing"),
        pytest.param(heard(ORDINARY), id="ordinary"),
        pytest.param(heard(CHUNKED), id="chunks"),
        pytest.param(heard(DISORDER), id="refused"),
        pytest.param(heard(LOGIN + MAIL * 60 + QUIT), id="long"),
        pytest.param(together(heard(ORDINARY), heard(PIPELINED, stream=1), heard(STARTTLS, stream=2)), id="streams"),
        pytest.param(heard("S: 220 a\nC: " + "X" * 300 + "\nS: 500 " + "W" * 300), id="long words"),
    ],
)
def test_nothing_is_cut_and_no_text_runs_into_another(transcript: Transcript | None) -> None:
    scene = states(transcript).scene()
    assert outside(scene) == []
    assert collisions(scene) == []


def test_boxes_of_states_stand_apart() -> None:
    boxes = [box_of(states().scene(), state.name.lower())[0] for state in State]
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            beside = one.x + one.width < other.x or other.x + other.width < one.x
            assert beside or one.y + one.height < other.y or other.y + other.height < one.y


def test_arrows_touch_boxes_at_their_ends_alone() -> None:
    scene = states().scene()
    boxes = [box_of(scene, state.name.lower())[0] for state in State]
    crossed = [
        (line, box)
        for line in scene.shapes()
        if isinstance(line, Line)
        for box in boxes
        if min(line.x1, line.x2) < box.x + box.width - 1 and max(line.x1, line.x2) > box.x + 1
        if min(line.y1, line.y2) < box.y + box.height - 1 and max(line.y1, line.y2) > box.y + 1
    ]
    assert crossed == []


def test_no_two_arrows_cross() -> None:
    lines = [shape for shape in states().scene().shapes() if isinstance(shape, Line)]
    level = [line for line in lines if line.y1 == line.y2]
    upright = [line for line in lines if line.x1 == line.x2]
    crossings = [
        (one, other)
        for one in level
        for other in upright
        if min(one.x1, one.x2) < other.x1 - 1 and max(one.x1, one.x2) > other.x1 + 1
        if min(other.y1, other.y2) < one.y1 - 1 and max(other.y1, other.y2) > one.y1 + 1
    ]
    assert crossings == []


def test_outcomes_differ_in_dashes_and_have_their_letter() -> None:
    scene = states().scene()
    dashes = {line.dash for line in scene.shapes() if isinstance(line, Line) and line.head}
    assert dashes == {"", "8 4", "2 4"}
    assert {"GREETING S", "DATA I", "GREETING E"} <= set(texts(scene))


def test_state_that_is_added_to_the_table_appears_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    class More(Enum):
        QUEUED = "queued for later"

    queued = cast(State, More.QUEUED)
    monkeypatch.setitem(TRANSITIONS, (State.READY, "ETRN"), After(queued, NEVER, State.READY))
    monkeypatch.setitem(TRANSITIONS, (queued, "RSET"), After(State.READY, NEVER, queued))
    scene = states().scene()
    assert words_in(scene, "queued") == "queued for later"
    assert {"ETRN S", "RSET S"} <= set(texts(scene))
    assert (outside(scene), collisions(scene)) == ([], [])
    assert (
        "queued for later\n  RSET                                        S → ready, E → queued for later"
        in states().text()
    )


def test_error_that_leads_down_past_a_state_goes_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRANSITIONS, (State.GREETED, "HELO"), After(State.READY, NEVER, State.SENDER))
    scene = states().scene()
    arrows = [shape for shape in scene.shapes() if isinstance(shape, Line) and shape.head and shape.x1 < shape.x2]
    [sender] = {(box.x, box.y, box.height) for box in box_of(scene, "sender")}
    assert [arrow for arrow in arrows if arrow.x2 == sender[0] and sender[1] < arrow.y2 < sender[1] + sender[2]]
    assert collisions(scene) == []


def test_table_alone_has_no_way_in_it() -> None:
    scene = states().scene()
    assert {line.opacity for line in scene.shapes() if isinstance(line, Line)} == {1}
    assert not [text for text in texts(scene) if TIMES in text]


def test_steps_of_a_session_are_numbered_along_its_way() -> None:
    shown = texts(states(heard(ORDINARY)).scene())
    assert {"GREETING S 1", "AUTH I 3", "AUTH S 4", "MAIL S 5", "RCPT S 6", "DATA I 7", "END-OF-DATA S 8"} <= set(shown)
    assert "QUIT 9 → closed" in shown


def test_ways_taken_more_often_are_counted() -> None:
    shown = texts(states(heard(LOGIN + MAIL * 4)).scene())
    assert {f"MAIL S {TIMES}4", "AUTH S 4"} <= set(shown)


def test_verbs_that_changed_nothing_are_counted_at_their_state() -> None:
    scene = states(heard(LOGIN + "C: NOOP\nS: 250 a\nC: NOOP\nS: 250 b")).scene()
    assert f"NOOP {TIMES}2" in words_in(scene, "ready")


def test_several_sessions_are_counted_together() -> None:
    shown = texts(states(together(heard(ORDINARY), heard(PIPELINED, stream=1))).scene())
    assert {f"MAIL S {TIMES}2", f"END-OF-DATA S {TIMES}1"} <= set(shown)


def test_states_that_the_session_was_in_are_tinted_and_the_others_faint() -> None:
    scene = states(heard(ORDINARY)).scene()
    assert [box.stroke for box in box_of(scene, "sender") if box.tint] == ["ink"]
    assert [box.tint for box in box_of(scene, "chunks")] == ["", ""]


def test_way_that_was_taken_is_heavier_than_the_others() -> None:
    lines = [shape for shape in states(heard(ORDINARY)).scene().shapes() if isinstance(shape, Line)]
    assert {(line.width, line.opacity) for line in lines if line.head and line.width != 1.5} == {(2.5, 1), (1.2, 0.5)}


def test_selected_entry_lights_the_state_after_it() -> None:
    transcript = heard(ORDINARY)
    reply = next(index for index, entry in enumerate(transcript) if entry.verb == "RCPT" and entry.code)
    for index, state in ((reply - 1, "sender"), (reply, "recipients")):
        scene = states(transcript, selected=index).scene()
        lit = [s.name.lower() for s in State if any(box.fill == "lit" for box in box_of(scene, s.name.lower()))]
        assert lit == [state]


def test_selection_moves_nothing_in_the_picture() -> None:
    places = [states(heard(ORDINARY), selected=index).scene().height for index in (None, 0, 5, 19)]
    assert len(set(places)) == 1


def test_refused_commands_are_listed_once_with_the_state_they_came_in() -> None:
    shown = texts(states(heard(DISORDER)).scene())
    assert "✕ RCPT in state “greeted”: 503 5.5.1 Bad sequence of commands (2 times)" in shown


def test_refusal_that_changes_the_state_says_where_it_leads() -> None:
    shown = texts(states(heard("S: 554 No service here")).scene())
    assert "✕ GREETING in state “connected”, which leads to “refused”: 554 No service here" in shown


def test_move_that_the_table_does_not_have_is_listed() -> None:
    shown = texts(states(heard(DISORDER)).scene())
    assert "? not in the table: DATA in state “ready” answered 354, which leads to “mail data”" in shown


def test_reply_to_no_command_is_listed_as_such() -> None:
    shown = texts(states(heard(LOGIN + "S: 421 Timeout")).scene())
    assert "✕ (no command) in state “ready”, which leads to “closed”: 421 Timeout" in shown


def test_long_list_of_refusals_is_cut_and_counted() -> None:
    script = "S: 220 a" + "".join(f"\nC: NOOP\nS: 500 number {number}" for number in range(LISTED + 5))
    shown = texts(states(heard(script)).scene())
    assert len([text for text in shown if text.startswith("✕")]) == LISTED
    assert "… and 5 more of that kind" in shown


def test_what_a_server_says_is_escaped() -> None:
    svg = states(heard("S: 220 a\nC: <b>\nS: 500 <script>alert(1)</script> \x1b[0m")).svg()
    assert "<script" not in svg
    ElementTree.fromstring(svg)


def test_same_transcript_gives_the_same_octets() -> None:
    for view in (states(), states(heard(ORDINARY), selected=3)):
        assert (view.svg(), view.png()) == (view.svg(), view.png())


# The way


def test_each_reply_is_a_step() -> None:
    steps = walk(heard(PIPELINED))
    assert [(step.verb, step.code) for step in steps] == [
        ("GREETING", 220),
        ("EHLO", 250),
        ("MAIL", 250),
        ("RCPT", 250),
        ("RCPT", 550),
        ("DATA", 354),
    ]
    assert steps[-1].move == Move(State.RECIPIENTS, State.MAIL_DATA, "I", "DATA")


def test_state_that_changed_without_a_reply_is_a_step_too() -> None:
    observer = Observer()
    entries = observer.receive("server", b"220 a\r\n") + observer.receive("client", b"EHLO a\r\n")
    entries += observer.receive("server", b"250 a\r\n") + observer.receive("client", b"STARTTLS\r\n")
    entries += observer.skip("server", 20) + observer.close()
    later = Entry(
        party="server",
        kind=Kind.REPLY,
        octets=b"250 b\r\n",
        answers="NOOP",
        before=State.TLS_HANDSHAKE,
        after=State.TLS_HANDSHAKE,
    )
    transcript = Transcript((*entries, later), (Stream(0, "", ""),))
    assert [(s.source, s.target, s.code) for s in walk(transcript)][-2:] == [
        (State.READY, State.TLS_HANDSHAKE, 0),
        (State.TLS_HANDSHAKE, State.TLS_HANDSHAKE, 250),
    ]
    shown = texts(states(transcript).scene())
    assert "? not in the table: (not in the capture) in state “ready”, which leads to “TLS handshake”" in shown


def test_pipelined_mail_data_that_was_captured_before_its_354_is_no_step() -> None:
    transcript = heard(ORDINARY)
    early = sorted(transcript, key=lambda entry: entry.kind is not Kind.MAIL_DATA)
    assert len(walk(replace(transcript, entries=tuple(early)))) == 10


# Strangers


def test_chart_of_every_strangers_capture_is_well_formed_and_readable(shared_captures: Path) -> None:
    for path in sorted((shared_captures / "pcaps").iterdir()):
        view = states(dissect(path))
        ElementTree.fromstring(view.svg())
        scene = view.scene()
        assert (outside(scene), collisions(scene)) == ([], []), path.name
