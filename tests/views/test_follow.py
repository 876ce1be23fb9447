"""One connection, followed."""

import re

from smtplab.views.follow import AROUND, follow
from tests.views.sessions import ORDINARY, PIPELINED, PLAIN, heard, together


def words(html: str) -> list[str]:
    return [
        " ".join(line.split())
        for line in re.sub(r"<[^>]*>", "", re.sub("</div>|</p>", "\n", html)).splitlines()
        if line
    ]


def test_connection_has_the_lines_of_both_sides() -> None:
    assert words(follow(heard(ORDINARY), 0))[:4] == [
        "S:220 mail.coremail.cn Anti-spam GT ready",
        "C:EHLO TINY-DESKTOP",
        "S:250-mail.coremail.cn",
        "250-PIPELINING",
    ]


def test_current_entry_is_marked() -> None:
    [current] = re.findall(
        r'<div class="smtplab-client" aria-current="true">(.*?)</div>', follow(heard(ORDINARY), 11), re.S
    )
    assert "RCPT TO:" in current


def test_other_connections_are_left_out() -> None:
    both = together(heard(ORDINARY), heard(PIPELINED, stream=1))
    html = follow(both, len(both) - 1)
    assert "mail.example.org" in html
    assert "coremail" not in html


def test_long_connection_is_shown_around_the_entry() -> None:
    transcript = heard("S: 220 a\n" + "C: NOOP\nS: 250 a\n" * 200)
    lines = words(follow(transcript, 200))
    assert lines[0] == "… 100 more before these"
    assert lines[-1] == "… 100 more after these"
    assert len(lines) == 2 * AROUND + 3


def test_password_is_masked_and_an_error_named() -> None:
    lines = words(follow(heard(PLAIN), 0))
    assert lines[3].startswith("C:AUTH PLAIN ••••••••")
    assert lines[4] == "S:535 5.7.8 Wrong user name or password ✕ permanent"


def test_markup_is_escaped() -> None:
    assert "<script" not in follow(heard("S: 220 <script>\nC: <script>"), 0)
