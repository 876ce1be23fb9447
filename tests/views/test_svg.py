"""The SVG of a scene: well formed whatever was captured, the same every time, marked for the stepper."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views.ladder import ladder
from smtplab.views.scene import Box, Group, Line, Run, Scene, Text
from smtplab.views.svg import to_svg
from tests.views.sessions import ORDINARY, PIPELINED, heard

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_same_transcript_gives_the_same_octets() -> None:
    assert ladder(heard(PIPELINED)).svg() == ladder(heard(PIPELINED)).svg()


def test_each_entry_has_a_group_with_its_index_as_id() -> None:
    ids = [group.get("id") for group in parsed(ladder(heard(ORDINARY)).svg()).iter(f"{SVG}g")]
    assert ids == [f"entry-{index}" for index in range(20)]


@given(octets=st.binary(max_size=120))
def test_captured_octets_come_out_as_text_and_as_nothing_else(octets: bytes) -> None:
    said = Entry(party="client", kind=Kind.UNKNOWN, octets=octets)
    plain = Entry(party="client", kind=Kind.UNKNOWN, octets=b"harmless")
    tags = [[part.tag for part in parsed(ladder(Transcript((entry,))).svg()).iter()] for entry in (said, plain)]
    assert tags[0] == tags[1]


def test_markup_in_what_was_said_is_escaped() -> None:
    svg = ladder(heard('S: 220 <script>alert(1)</script> & "ready"')).svg()
    assert "<script" not in svg
    assert '<script>alert(1)</script> & "ready"' in "".join(parsed(svg).itertext())


def test_picture_needs_no_style_sheet_to_have_its_colours() -> None:
    without = re.sub(r"<style>.*?</style>", "", ladder(heard(ORDINARY)).svg())
    painted = [part for part in parsed(without).iter() if part.tag in (f"{SVG}rect", f"{SVG}path", f"{SVG}tspan")]
    assert all(part.get("fill") for part in painted)


def test_picture_turns_dark_where_the_page_is_dark() -> None:
    assert "@media screen and (prefers-color-scheme:dark)" in ladder(heard(ORDINARY)).svg()


def test_style_can_be_left_to_the_page() -> None:
    assert "<style>" not in to_svg(Scene(10, 10), style=False)


def test_shapes_are_written_with_their_roles() -> None:
    scene = Scene(40, 20, "a title", [Group("row", [Line(0, 5, 30, 5, "client", head=True, dash="2 3")])])
    scene.items += [Box(1, 2, 3, 4, fill="paper"), Text(5, 6, (Run("a  b", "dim", True),), mono=True)]
    svg = to_svg(scene, style=False)
    assert 'aria-label="a title"' in svg
    assert '<g id="row"><path class="stroke-client" d="M0 5L30 5"' in svg
    assert 'stroke-dasharray="2 3"' in svg
    assert 'd="M30 5L22 1.4V8.6Z"' in svg
    assert 'class="fill-paper" x="1" y="2" width="3" height="4"' in svg
    assert 'font-weight="bold">a  b</tspan>' in svg
