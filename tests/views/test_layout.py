"""Where things stand: everything inside the picture, nothing over its neighbour, a height that follows the content."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.text import width
from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.ladder import ladder
from smtplab.views.layout import CLIENT_X, ROW, SERVER_X, WIDTH
from smtplab.views.scene import Box, Group, Line, Scene, Text
from tests.views.sessions import LOGIN, MAIL, ORDINARY, PIPELINED, QUIT, STARTTLS, heard, together

EM_OF_A_COLUMN = 0.602


def scene_of(script: str, selected: int | None = None) -> Scene:
    return ladder(heard(script), selected=selected).scene()


def texts(scene: Scene) -> list[str]:
    return ["".join(run.text for run in shape.runs) for shape in scene.shapes() if isinstance(shape, Text)]


def group_of(scene: Scene, name: str) -> list[Box | Line | Text]:
    [group] = [item for item in scene.items if isinstance(item, Group) and item.name == name]
    return group.shapes


def test_width_is_fixed_and_height_follows_the_rows() -> None:
    one, two, three = (scene_of(LOGIN + MAIL * mails + QUIT) for mails in (5, 6, 7))
    assert one.width == two.width == WIDTH
    assert three.height - two.height == two.height - one.height > 9 * ROW


def test_everything_stands_inside_the_picture() -> None:
    scene = ladder(together(heard(ORDINARY), heard(PIPELINED, stream=1), heard(STARTTLS, stream=2))).scene()
    for shape in scene.shapes():
        match shape:
            case Box():
                assert 0 <= shape.x <= shape.x + shape.width <= scene.width
                assert 0 <= shape.y <= shape.y + shape.height <= scene.height
            case Line():
                assert 0 <= min(shape.x1, shape.x2) <= max(shape.x1, shape.x2) <= scene.width
            case Text():
                assert shape.size < shape.y < scene.height


@given(octets=st.binary(max_size=200), kind=st.sampled_from([Kind.COMMAND, Kind.REPLY, Kind.AUTH, Kind.UNKNOWN]))
def test_what_was_said_stays_between_the_lifelines(octets: bytes, kind: Kind) -> None:
    said = Entry(party="client", kind=kind, octets=b"550 " + octets, decoded=(("challenge", "x" * 50),))
    [text] = [shape for shape in ladder(Transcript((said,))).scene().shapes() if isinstance(shape, Text) and shape.mono]
    length = sum(width(run.text) for run in text.runs) * EM_OF_A_COLUMN * text.size
    assert length < SERVER_X - CLIENT_X - 16


def test_arrows_point_from_the_party_that_speaks() -> None:
    scene = scene_of("S: 220 ready\nC: NOOP")
    heads = [
        (line.x1 < line.x2, line.role)
        for name in ("entry-0", "entry-1")
        for line in group_of(scene, name)
        if isinstance(line, Line) and line.head
    ]
    assert heads == [(False, "server"), (True, "client")]


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        pytest.param(Kind.COMMAND, [(1.5, "", True)], id="command"),
        pytest.param(Kind.MAIL_DATA, [(3, "", True)], id="mail data is heavier"),
        pytest.param(Kind.TLS, [(7, "", False), (1.5, "", True)], id="TLS runs in a pipe"),
        pytest.param(Kind.UNKNOWN, [(1.5, "7 4", True)], id="what is no SMTP is dashed"),
        pytest.param(Kind.GAP, [(1.5, "2 5", False)], id="a gap arrives nowhere"),
    ],
)
def test_each_kind_has_its_arrow(kind: Kind, lines: list[tuple[float, str, bool]]) -> None:
    scene = ladder(Transcript((Entry(party="client", kind=kind, octets=b"a\r\n", missing=1),))).scene()
    drawn = [shape for shape in group_of(scene, "entry-0") if isinstance(shape, Line)]
    assert [(line.width, line.dash, line.head) for line in drawn] == lines


def test_selected_row_is_lifted_out_of_its_band() -> None:
    scene = scene_of(ORDINARY, selected=1)
    lifts = [group_of(scene, f"entry-{index}")[0] for index in (0, 1)]
    assert [(lift.fill, lift.stroke) for lift in lifts if isinstance(lift, Box)] == [("", ""), ("paper", "client")]


def test_one_frame_that_brought_several_rows_is_numbered_once() -> None:
    shown = texts(scene_of(PIPELINED))
    assert shown.count("#7") == shown.count("#8") == 1


def test_message_in_several_frames_names_the_first_and_the_last() -> None:
    data = Entry(party="client", kind=Kind.MAIL_DATA, octets=b"a\r\n", frames=(3, 5, 8))
    assert "#3\N{EN DASH}8" in texts(ladder(Transcript((data,))).scene())


def test_error_is_marked_with_a_cross_on_the_lifeline_of_its_sender() -> None:
    crosses = [
        shape
        for shape in scene_of("S: 220 a\nC: X\nS: 500 what?").shapes()
        if isinstance(shape, Line) and shape.role == "error"
    ]
    assert len(crosses) == 2
    assert all((line.x1 + line.x2) / 2 == SERVER_X for line in crosses)


@pytest.mark.parametrize(
    ("longest", "shown"),
    [
        pytest.param(0.0123, "12.3 ms", id="milliseconds"),
        pytest.param(1.5, "1.500 s", id="seconds"),
        pytest.param(3600.25, "3600.2 s", id="an hour"),
    ],
)
def test_time_has_a_unit_that_suits_the_longest(longest: float, shown: str) -> None:
    said = Entry(party="server", kind=Kind.REPLY, octets=b"220 a\r\n", time=longest)
    assert shown in texts(ladder(Transcript((said,))).scene())


def test_times_of_captures_years_apart_count_from_each_connection() -> None:
    said = [
        Entry(party="server", kind=Kind.REPLY, octets=b"220 a\r\n", time=time, stream=stream)
        for stream, time in ((0, 0.0), (0, 0.5), (1, 183_109_020.4), (1, 183_109_020.6))
    ]
    shown = texts(ladder(Transcript(tuple(said))).scene())
    assert [text for text in shown if text.endswith(" ms")] == ["0.0 ms", "500.0 ms", "0.0 ms", "200.0 ms"]
    assert shown[-1].endswith("the times of each connection count from its own first")


def test_transcript_without_times_shows_none() -> None:
    said = Entry(party="server", kind=Kind.REPLY, octets=b"220 a\r\n")
    assert not [text for text in texts(ladder(Transcript((said,))).scene()) if text.endswith(" ms")]


def test_long_ladder_names_the_parties_again_at_its_end() -> None:
    assert texts(scene_of(ORDINARY)).count("client") == 1
    assert texts(scene_of(LOGIN + MAIL * 3)).count("client") == 2


def test_several_streams_have_headings_and_one_has_none() -> None:
    both = ladder(together(heard("S: 220 one"), heard("S: 220 two", stream=3))).scene()
    assert {"stream 0", "stream 3"} <= set(texts(both))
    assert not [text for text in texts(scene_of(ORDINARY)) if text.startswith("stream")]
