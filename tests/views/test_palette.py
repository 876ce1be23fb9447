"""Whether everything can be read, in both themes: contrast as WCAG 2.1 §1.4.3 measures it."""

from itertools import combinations

import pytest

from smtplab.views.palette import FIELD_TINTS, HTML_OPACITY, INKS, OTHER_TINT, TINT_OPACITY, TINTS, in_dark, tint

READABLE = 4.5
THEMES = ("light", "dark")
TEXT_ROLES = ("ink", "dim", "client", "server", "error")
Rgb = tuple[float, ...]


def rgb(colour: str) -> Rgb:
    return tuple(octet / 255 for octet in bytes.fromhex(colour[1:]))


def over(paper: Rgb, colour: str, opacity: float) -> Rgb:
    return tuple(a * (1 - opacity) + b * opacity for a, b in zip(paper, rgb(colour), strict=True))


def luminance(colour: Rgb) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgb, other: Rgb) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink(role: str, theme: str) -> Rgb:
    return rgb(getattr(INKS[role], theme))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", TEXT_ROLES)
@pytest.mark.parametrize("colour", sorted({*TINTS.values(), OTHER_TINT}))
def test_text_reads_on_every_band(role: str, colour: str, theme: str) -> None:
    band = over(ink("paper", theme), colour, float(getattr(TINT_OPACITY, theme)))
    assert contrast(ink(role, theme), band) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_text_reads_on_the_paper(role: str, theme: str) -> None:
    assert contrast(ink(role, theme), ink("paper", theme)) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colour", FIELD_TINTS)
def test_octets_read_on_the_tint_of_their_field(colour: str, theme: str) -> None:
    tinted = over(ink("paper", theme), colour, float(HTML_OPACITY))
    assert contrast(ink("ink", theme), tinted) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
def test_octets_read_while_they_are_lit(theme: str) -> None:
    assert contrast(ink("ink", theme), ink("lit", theme)) >= READABLE


def deuteranopic(colour: Rgb) -> Rgb:
    """How the colour looks to an eye without green cones (Viénot, Brettel and Mollon, 1999, in linear light)."""
    red, green, blue = (part**2.2 for part in colour)
    yellow = 0.29275 * red + 0.70725 * green
    return yellow ** (1 / 2.2), yellow ** (1 / 2.2), max(0.0, -0.02234 * red + 0.02234 * green + blue) ** (1 / 2.2)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("one", "other"), list(combinations(("client", "server", "error"), 2)))
def test_parties_and_errors_stay_apart_for_colour_blind_eyes(one: str, other: str, theme: str) -> None:
    seen = zip(deuteranopic(ink(one, theme)), deuteranopic(ink(other, theme)), strict=True)
    assert max(abs(a - b) for a, b in seen) > 0.15


def test_unknown_phase_has_the_neutral_tint() -> None:
    assert tint("XYZZY") == OTHER_TINT


def test_dark_selector_names_the_themes_of_the_notebooks() -> None:
    assert in_dark(".a") == ":is([data-jp-theme-light=false],.vscode-dark) .a"
