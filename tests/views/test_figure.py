"""The same picture by matplotlib: PNG and PDF, quiet about glyphs that no font has, without pyplot."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.lines import Line2D

from smtplab.protocol.transcript import Entry, Kind, Transcript
from smtplab.views import figure
from smtplab.views.figure import LARGEST, PIXELS, SCALE, to_figure, to_octets
from smtplab.views.ladder import ladder
from smtplab.views.scene import Scene, Text
from tests.views.sessions import ORDINARY, PIPELINED, heard


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_png_has_the_size_of_the_scene() -> None:
    view = ladder(heard(ORDINARY))
    scene = view.scene()
    assert size_of(view.png()) == (int(scene.width * SCALE), int(scene.height * SCALE))


@pytest.mark.parametrize("form", ["png", "pdf"])
def test_same_transcript_gives_the_same_octets(form: str) -> None:
    first, second = (to_octets(ladder(heard(PIPELINED)).scene(), form) for _ in range(2))
    assert first == second


def test_chinese_text_warns_of_nothing() -> None:
    chinese = Entry(party="server", kind=Kind.REPLY, octets="220 邮件服务器 已准备好\r\n".encode())
    assert ladder(Transcript((chinese,))).png()


def test_font_of_one_weight_is_taken_without_a_word(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As those with Chinese characters are; this one comes with matplotlib."""
    monkeypatch.setattr(figure, "CHINESE", ("cmsy10",))
    for known in (figure._families, figure._glyphs):
        known.cache_clear()
        monkeypatch.setattr(figure, known.__name__, known.__wrapped__)
    refused = Entry(party="server", kind=Kind.REPLY, octets=b"550 5.1.1 No\r\n", answers="RCPT")
    assert "cmsy10" in figure._families(mono=True)
    assert ladder(Transcript((refused,))).png()
    assert caplog.messages == []


def test_dollar_signs_are_no_mathematics() -> None:
    priced = Entry(party="server", kind=Kind.REPLY, octets=rb"220 $\frac$ 5$" + b"\r\n")
    assert ladder(Transcript((priced,))).png()


def test_every_text_of_the_scene_is_drawn() -> None:
    scene = ladder(heard(ORDINARY)).scene()
    runs = [run.text for shape in scene.shapes() if isinstance(shape, Text) for run in shape.runs]
    [axes] = ladder(heard(ORDINARY)).figure().axes
    assert [text.get_text() for text in axes.texts] == runs


def test_gap_is_drawn_with_the_dashes_of_the_scene() -> None:
    gap = Entry(party="server", kind=Kind.GAP, octets=b"", missing=5)
    [axes] = ladder(Transcript((gap,))).figure().axes
    dashed = [line for line in axes.findobj(Line2D) if isinstance(line, Line2D) and line.get_linestyle() == "--"]
    assert len(dashed) == 1


def test_picture_too_high_for_a_png_gets_fewer_dots() -> None:
    high = Scene(20, LARGEST / SCALE + 100)
    assert size_of(to_octets(high, "png"))[1] <= LARGEST


def test_picture_that_nobody_could_read_as_png_is_refused() -> None:
    with pytest.raises(ValueError, match=r"200,000 pixels high, too many for a \.png: save it as \.svg"):
        to_octets(Scene(20, 200_000), "png")


def test_figure_is_measured_in_inches() -> None:
    assert to_figure(Scene(PIXELS * 2, PIXELS)).get_size_inches().tolist() == [2, 1]


def test_drawing_never_loads_pyplot(tmp_path: Path) -> None:
    code = (
        "import sys; from smtplab.views.ladder import ladder; from smtplab.protocol.transcript import Transcript;"
        f"ladder(Transcript()).save({str(tmp_path / 'a.png')!r});"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
