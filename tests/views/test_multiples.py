"""Many sessions in small."""

from smtplab.protocol.transcript import Stream, Transcript
from smtplab.views.multiples import ARROWS, SHOWN, multiples
from smtplab.views.scene import Group, Line, Text
from tests.views.sessions import LOGIN, ORDINARY, heard, together

REFUSED = "S: 220 a\nC: X\nS: 500 what?"


def words(group: Group) -> list[str]:
    return [run.text for shape in group.shapes if isinstance(shape, Text) for run in shape.runs]


def tiles(transcript: Transcript, **options: object) -> list[Group]:
    scene = multiples(transcript, **options).scene()  # type: ignore[arg-type]
    return [item for item in scene.items if isinstance(item, Group)]


def test_each_session_is_a_tile_with_its_state() -> None:
    both = together(heard(LOGIN), heard(ORDINARY, stream=1))
    assert [(tile.name, words(tile)) for tile in tiles(both, running=[0])] == [
        ("session-0", ["0", "running", "ready"]),
        ("session-1", ["1", "over", "closed"]),
    ]


def test_arrows_begin_at_the_side_of_their_party() -> None:
    [tile] = tiles(heard("S: 220 a\nC: NOOP"))
    server, client = [shape for shape in tile.shapes if isinstance(shape, Line) and shape.y1 == shape.y2]
    assert (server.role, client.role) == ("server", "client")
    assert server.x1 > server.x2
    assert client.x1 < client.x2


def test_error_has_a_cross_besides_its_colour() -> None:
    [right], [wrong] = tiles(heard(REFUSED.replace("500", "250"))), tiles(heard(REFUSED))
    assert len(wrong.shapes) == len(right.shapes) + 3


def test_long_session_shows_its_end() -> None:
    [tile] = tiles(heard("S: 220 a\n" + "C: NOOP\nS: 250 OK\n" * 99))
    level = [shape for shape in tile.shapes if isinstance(shape, Line) and shape.y1 == shape.y2]
    assert len(level) == ARROWS


def test_selected_session_has_a_second_frame() -> None:
    plain, chosen = (tiles(heard(LOGIN), selected=number)[0] for number in (None, 0))
    assert len(chosen.shapes) == len(plain.shapes) + 1


def test_only_the_newest_sessions_are_shown_and_the_rest_counted() -> None:
    many = together(*(heard("S: 220 a", stream=number) for number in range(SHOWN + 5)))
    assert tiles(many)[0].name == "session-5"
    assert "and 5 sessions before these" in multiples(many).svg()


def test_session_that_has_said_nothing_is_there_too() -> None:
    assert words(tiles(Transcript(streams=(Stream(0, "a", "b"),)))[0])[-1] == "connected"


def test_text_has_a_line_for_each_session() -> None:
    both = together(heard(LOGIN), heard(REFUSED, stream=1))
    assert multiples(both).text() == "session 0  ready  9 arrows\nsession 1  greeted  3 arrows, 1 error"
    assert multiples(Transcript()).text() == "[nothing was said]"


def test_picture_is_named_for_those_who_hear_it() -> None:
    assert 'aria-label="1 session, 1 running"' in multiples(heard(LOGIN), running=[0]).svg()
