"""Display filters over strangers' captures: they let the same frames pass as tshark's, where tshark reads as we do.

A filter is about an entry here, and about a frame there: what `not` and `!=` make of a frame with several replies is no
matter of right or wrong, so they are not compared. Frames that tshark reads otherwise are left out: `differences.tsv`
has them, with the reasons.
"""

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from smtplab.capture.display_filter import FIELDS, filtered
from smtplab.capture.dissect import dissect
from smtplab.capture.files import read_frames
from smtplab.protocol.transcript import Transcript
from tests.capture.test_strangers import SEEN_ELSEWHERE
from tests.capture.test_tshark import TABLE

Place = tuple[str, int]  # a capture, and the number of a frame in it

READ_OTHERWISE = {
    "sv-url-base64-2525": "tshark takes port 2525 for SMTP only if it is told so",
    "tracepcap-week1-broken": "all sequence numbers are 0, so that tshark takes the first octet for the SYN",
}
PLAIN_IS_ONE_FIELD = frozenset({"ark-data-250-authplain", "ark-data-521", "brute-auth-plain"})

FILTERS = [
    "smtp.req",
    "smtp.rsp",
    'smtp.req.command == "MAIL"',
    'smtp.req.command == "mail"',
    'smtp.req.command in {"RCPT", "DATA", "quit"}',
    'smtp.req.parameter contains "FROM"',
    'smtp.req.parameter matches "^to:<.*@"',
    "smtp.response.code == 250",
    "smtp.response.code >= 400",
    "smtp.response.code in {200..235, 354}",
    "smtp.response.code > 200 and smtp.response.code < 230",
    'smtp.response.code >= 500 or smtp.req.command == "QUIT"',
    "smtp.response.code == 354 && tcp",
    'smtp.rsp.parameter contains "ok"',
    'smtp.rsp.parameter matches "ok"',
    "smtp.eom",
    "smtp.req and tcp.stream == 1",
    "smtp.req and tcp.port == 25",
    "smtp.rsp and tcp.dstport > 2000",
    "smtp.req and ip.src == 10.10.1.4",
    "smtp.rsp and ip.addr == 10.10.1.4",
    "smtp.rsp and frame.number <= 300",
    "smtp.rsp and ip",
    "smtp.req and ip.addr",
    "smtp.req and ip.addr == 10.10.0.0/16",
    "smtp.req and ip.src == 10.10.1.4/32",
    "smtp.req and ip.src > 192.168.0.0",
    "smtp.req and ip.dst <= 74.0.0.0/8",
    "smtp.req and ip.addr != 10.10.1.4",
    "smtp.req and ip.addr in {10.10.1.1 .. 10.10.1.5}",
    "smtp.req and ip.addr in {10.10.1.4, 192.168.0.0/16}",
    "smtp.rsp and ipv6",
    "smtp.req and ipv6.src",
    "smtp.req and ipv6.addr != ::1",
    "smtp.rsp and ipv6.dst == 2000::/3",
    r'smtp.req.command == "\x4dAIL"',
    r'smtp.command_line == "DATA\r\n"',
    r'smtp.command_line matches "^rcpt to:<.*@.*\\.com>"',
    r'smtp.command_line matches r"^rcpt to:<.*@.*\.com>"',
    'smtp.req and smtp contains "EHLO"',
    'smtp.rsp and smtp matches "esmtp"',
    'smtp.rsp and tcp contains "ESMTP"',
    'smtp.req and frame contains "MAIL FROM"',
    "smtp.req and tcp contains 4d:41:49:4c",
    'smtp.req.parameter[0:4] == "FROM"',
    "smtp.req.parameter[0:4] == 46524f4d",
    'smtp.req.parameter[0-3] == "FROM"',
    'smtp.req.parameter[5:] contains "a"',
    'smtp.req.parameter[-4:3] == "com"',
    'smtp.req.parameter[0,-1] == "F>"',
    "smtp.req.parameter[20:2]",
    "smtp.req.command[0] > 4e",
    "smtp.req and smtp[0:4] == 51.55.49.54",
    "smtp.rsp and ip.dst[0:2] == 0a:0a",
    'lower(smtp.req.command) == "mail"',
    'upper(smtp.req.parameter) contains "FROM:<"',
    'lower(smtp.req.parameter)[0:4] == "from"',
    "len(smtp.req.parameter) > 30",
    "smtp.req and count(ip.addr) == 2",
    "smtp.req and ip.src === 10.10.1.4",
    "smtp.response.code any_eq 354",
    "smtp.req and tcp.port !== 25",
    "smtp.response.code any_ne 250 and smtp.response.code all_ne 220",
    'smtp.req.command in {"D".."N"}',
    "smtp.req and ip.src not in {10.0.0.0/8, 192.168.0.0/16}",
]
# tshark finds the header in the frame with the end mark, if that is another.
FILTERS_OF_MAILS = [
    'imf contains "Subject"',
    "imf.content.type",
    'imf.content.type contains "multipart"',
    "imf.ext.mailer",
    "imf.user_agent",
    'imf.mime_version == "1.0"',
]


class Captures(NamedTuple):
    """All captures in one file. places: of its frames, in order."""

    path: Path
    places: list[Place]
    transcript: Transcript

    def passed(self, expression: str) -> set[Place]:
        """Give the frames with an entry that passes."""
        return {self.places[entry.frame - 1] for entry in filtered(self.transcript, expression) if entry.frame}

    def passed_in_tshark(self, tshark: str, expression: str) -> set[Place]:
        """Give the frames that pass in tshark."""
        command = [tshark, "-n", "-2", "-r", str(self.path), "-Y", expression, "-T", "fields", "-e", "frame.number"]
        numbers = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        return {self.places[int(number) - 1] for number in numbers.split()}


@pytest.fixture(scope="module")
def captures(
    shared_captures: Path, program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Captures:
    paths = [path for path in sorted((shared_captures / "pcaps").iterdir()) if path.name not in SEEN_ELSEWHERE]
    together = tmp_path_factory.mktemp("together") / "all.pcapng"
    subprocess.run([program("mergecap"), "-a", "-w", str(together), *map(str, paths)], check=True)
    places = [(path.stem, frame.number) for path in paths for frame in read_frames(path)]
    return Captures(together, places, dissect(together))


@pytest.fixture(scope="module")
def listed() -> set[Place]:
    """Give the frames that tshark reads otherwise."""
    with TABLE.open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {(row["capture"], int(row["frame"])) for row in rows}


@pytest.mark.parametrize("expression", FILTERS)
def test_filter_lets_the_frames_pass_that_pass_in_tshark(
    captures: Captures, listed: set[Place], program: Callable[[str], str], expression: str
) -> None:
    ours, theirs = captures.passed(expression), captures.passed_in_tshark(program("tshark"), expression)
    assert theirs
    differing = {place for place in (ours ^ theirs) - listed if place[0] not in READ_OTHERWISE}
    assert differing == set()


@pytest.mark.parametrize("expression", FILTERS_OF_MAILS)
def test_filter_lets_a_mail_pass_in_the_captures_where_one_passes_in_tshark(
    captures: Captures, listed: set[Place], program: Callable[[str], str], expression: str
) -> None:
    ours, theirs = captures.passed(expression), captures.passed_in_tshark(program("tshark"), expression)
    assert theirs
    read_otherwise = {*READ_OTHERWISE, *(name for name, _ in listed)}
    assert ({name for name, _ in ours} ^ {name for name, _ in theirs}) - read_otherwise == set()


def test_fields_are_wiresharks(program: Callable[[str], str]) -> None:
    command = [program("tshark"), "-G", "fields"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.splitlines()
    assert set(FIELDS) <= {line.split(b"\t")[2].decode() for line in lines}


@pytest.mark.parametrize("field", ["smtp.auth.username", "smtp.auth.password"])
def test_filter_finds_the_logins_that_tshark_finds_and_those_of_plain(
    captures: Captures, program: Callable[[str], str], field: str
) -> None:
    ours, theirs = captures.passed(field), captures.passed_in_tshark(program("tshark"), field)
    assert theirs <= ours
    assert {name for name, _ in ours - theirs} == PLAIN_IS_ONE_FIELD
