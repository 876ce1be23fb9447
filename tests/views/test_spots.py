"""Where in a picture is what can be clicked?"""

from smtplab.views.ladder import Ladder
from smtplab.views.scene import Box, Group, Line, Scene, Shape
from smtplab.views.spots import SELECTED, Spot, selected_spot, spots
from tests.views.sessions import ORDINARY, heard


def test_spot_is_a_part_of_the_picture() -> None:
    scene = Scene(200, 100, items=[Group("here", [Line(0, 0, 1, 1, "ink"), Box(20, 10, 50, 40)])])
    assert spots(scene) == {"here": Spot(0.1, 0.1, 0.25, 0.4)}


def test_group_without_a_box_has_no_spot() -> None:
    assert spots(Scene(10, 10, items=[Group("line", [Line(0, 0, 1, 1, "ink")]), Box(0, 0, 1, 1)])) == {}


def test_selected_box_has_a_spot_wherever_it_is() -> None:
    boxes: list[Shape] = [Box(0, 0, 100, 50), Box(50, 25, 10, 5, name=SELECTED)]
    places: tuple[list[Shape | Group], ...] = ([*boxes], [Group("row", boxes)])
    for items in places:
        assert selected_spot(Scene(100, 50, items=items)) == Spot(0.5, 0.5, 0.1, 0.1)


def test_picture_in_which_nothing_is_selected_has_no_selected_spot() -> None:
    assert selected_spot(Scene(10, 10, items=[Box(0, 0, 1, 1)])) is None


def test_every_arrow_has_a_spot_below_the_one_before() -> None:
    found = spots(Ladder(heard(ORDINARY)).scene())
    tops = [found[f"entry-{number}"].top for number in range(20)]
    assert tops == sorted(set(tops))
    assert all(0 < spot.middle < 1 for spot in found.values())


def test_css_places_it_in_percent() -> None:
    assert Spot(0.1, 0.2, 0.25, 0.5).css() == "left:10.000%;top:20.000%;width:25.000%;height:50.000%"
