"""The ladder as a notebook and the command line use it."""

import subprocess
import sys
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree

import pytest

from smtplab.capture.dissect import dissect
from smtplab.protocol.transcript import Transcript
from smtplab.views.ladder import ladder
from tests.views.sessions import LOGIN, MAIL, ORDINARY, PIPELINED, QUIT, STARTTLS, heard, together


def test_notebook_is_shown_the_picture_and_the_arrows_as_text() -> None:
    view = ladder(heard(ORDINARY))
    assert view._repr_mimebundle_() == {"text/plain": view.text(), "image/svg+xml": view.svg()}


def test_text_has_an_arrow_for_each_entry() -> None:
    assert repr(ladder(heard(PIPELINED))).splitlines()[:3] == [
        "greeting  client ← server  220 mail.example.org ready",
        "EHLO      client → server  EHLO client.example.org",
        "EHLO      client ← server  250-mail.example.org   +1 keyword",
    ]


def test_text_of_a_second_run_is_the_same_text() -> None:
    runs = (heard(ORDINARY), heard(ORDINARY, begin=7.5, port=50001))
    assert len({ladder(transcript).text() for transcript in runs}) == 1


def test_text_names_errors_and_leaves_out_the_length_of_tls_records() -> None:
    assert "550 5.1.1 No such mailbox here   permanent" in ladder(heard(PIPELINED)).text()
    assert ladder(heard(STARTTLS)).text().splitlines()[-2:] == [
        "TLS       client ← server  TLS handshake",
        "TLS       client ← server  TLS application data",
    ]


def test_text_of_several_streams_has_headings() -> None:
    both = ladder(together(heard("S: 220 one"), heard("S: 220 two", stream=3))).text()
    assert both == "stream 0\ngreeting  client ← server  220 one\n\nstream 3\ngreeting  client ← server  220 two"


def test_text_of_an_empty_transcript_says_so() -> None:
    assert ladder(Transcript()).text() == "[nothing was said]"


@pytest.mark.parametrize("secret", ["password01", "cGFzc3dvcmQwMQ=="])
def test_picture_masks_passwords_unless_they_are_asked_for(secret: str) -> None:
    assert secret not in ladder(heard(LOGIN)).svg() + ladder(heard(LOGIN)).text()
    assert secret in ladder(heard(LOGIN), passwords=True).svg()


@pytest.mark.parametrize(
    ("name", "magic"),
    [("a.svg", b"<svg xmlns="), ("a.PNG", b"\x89PNG"), ("a.pdf", b"%PDF-")],
    ids=["svg", "png", "pdf"],
)
def test_saved_file_has_the_format_that_its_name_says(tmp_path: Path, name: str, magic: bytes) -> None:
    path = ladder(heard(ORDINARY)).save(tmp_path / name)
    assert path.read_bytes().startswith(magic)


def test_file_of_another_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"saved as \.svg, \.png or \.pdf, not as 'a\.gif'"):
        ladder(heard(ORDINARY)).save(tmp_path / "a.gif")


def test_five_hundred_entries_are_drawn_in_less_than_a_second() -> None:
    transcript = heard(LOGIN + MAIL * 53 + QUIT)
    assert len(transcript) > 485
    begin = perf_counter()
    ladder(transcript).svg()
    assert perf_counter() - begin < 1


def test_views_load_neither_matplotlib_nor_ipywidgets_before_they_need_them() -> None:
    code = (
        "import sys, smtplab.views.dialogue, smtplab.views.hexdump;"
        "[view(smtplab.Transcript()).svg() for view in (smtplab.ladder, smtplab.timing, smtplab.states)];"
        "sys.exit(any(name in sys.modules for name in ('matplotlib', 'ipywidgets', 'scapy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_ladder_of_every_strangers_capture_is_well_formed(shared_captures: Path) -> None:
    for path in sorted((shared_captures / "pcaps").iterdir()):
        transcript = dissect(path)
        root = ElementTree.fromstring(ladder(transcript).svg())
        groups = [group.get("id") for group in root.iter("{http://www.w3.org/2000/svg}g")]
        assert sorted(groups, key=str) == sorted((f"entry-{n}" for n in range(len(transcript))), key=str), path.name
