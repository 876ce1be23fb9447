"""Display filters: what passes, and what is told about those that are none."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from smtplab.capture.display_filter import FIELDS, FilterError, display_filter, filtered
from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Stream, Transcript

DIALOGUE = (
    ("server", b"220 mail.example.org ready\r\n"),
    ("client", b"EHLO client.example.org\r\n"),
    ("server", b"250-mail.example.org\r\n250 AUTH PLAIN\r\n"),
    ("client", b"AUTH PLAIN AHVzZXIAc2VjcmV0\r\n"),
    ("server", b"235 2.7.0 Welcome\r\n"),
    ("client", b"MAIL FROM:<a@example.org>\r\n"),
    ("server", b"250 2.1.0 OK\r\n"),
    ("client", b"RCPT TO:<b@example.org>\r\n"),
    ("server", b"550 5.1.1 Nobody\r\n"),
    ("client", b"RCPT TO:<c@example.org>\r\n"),
    ("server", b"250 2.1.5 OK\r\n"),
    ("client", b"DATA\r\n"),
    ("server", b"354 Go on\r\n"),
    ("client", b"Subject: a letter\r\nX-Mailer: a pen\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nText\r\n.\r\n"),
    ("server", b"250 2.0.0 Queued\r\n"),
)


@pytest.fixture(scope="module")
def transcript() -> Transcript:
    observer = Observer(stream=3)
    entries = []
    for frame, (party, octets) in enumerate(DIALOGUE, start=1):
        entries += observer.receive(party, octets, frame / 10, frame)  # type: ignore[arg-type]
    return Transcript(tuple(entries), (Stream(3, "127.0.0.1:40000", "[::1]:2525"),))


class CountedStreams(tuple[Stream, ...]):
    """Connections, and how many were gone through."""

    walked = 0

    def __iter__(self) -> Iterator[Stream]:
        for stream in super().__iter__():
            self.walked += 1
            yield stream


def greetings(*ends: tuple[str, str]) -> Transcript:
    """Give a transcript with one connection for each client and server: in frames 1 and 2, 3 and 4, and so on."""
    entries = []
    for number, _ in enumerate(ends):
        observer = Observer(stream=number)
        entries += observer.receive("server", b"220 mail.example.org ready\r\n", frame=2 * number + 1)
        entries += observer.receive("client", b"EHLO client.example.org\r\n", frame=2 * number + 2)
    return Transcript(tuple(entries), CountedStreams(Stream(number, *pair) for number, pair in enumerate(ends)))


@pytest.fixture(scope="module")
def of_both_families() -> Transcript:
    """Give a transcript with a connection over IPv4, one over IPv6, and one between names."""
    return greetings(
        ("192.168.1.10:40000", "192.168.1.2:25"),
        ("[2001:db8::1]:40001", "[fe80::25]:587"),
        ("client.example.org:40002", "mail.example.org:25"),
    )


@pytest.mark.parametrize(
    ("expression", "frames"),
    [
        ("", [*range(1, 15), 14, 15]),
        ("smtp.req", [2, 4, 6, 8, 10, 12]),
        ("!smtp.req && !smtp.rsp", [14, 14]),
        ('smtp.req.command == "RCPT"', [8, 10]),
        ("smtp.req.command eq RCPT", [8, 10]),
        ('smtp.req.command in {"MAIL", "DATA"}', [6, 12]),
        ("smtp.response.code in {200..230, 550}", [1, 9]),
        ("smtp.response.code in {550, 300 .. 399}", [9, 13]),
        ('smtp.req.parameter contains "b@"', [8]),
        ('smtp.req.parameter matches "^to:<[bc]@"', [8, 10]),
        ("smtp.response.code >= 300", [9, 13]),
        ("smtp.response.code != 250", [1, 5, 9, 13]),
        ("smtp.response.code > 200 and smtp.response.code < 230", [1]),
        ("smtp.response.code == 220 or smtp.response.code == 550", [1, 9]),
        ("smtp.response.code == 220 || (smtp.response.code == 354 && tcp)", [1, 13]),
        ("not (smtp.req or smtp.rsp)", [14, 14]),
        ('smtp.rsp.parameter contains "5.1.1"', [9]),
        ('smtp.response == "250 AUTH PLAIN"', [3]),
        ('smtp.auth.username == "user"', [4]),
        ('smtp.auth.password == "secret"', [4]),
        ('imf.subject contains "letter"', [14]),
        ("smtp.eom", [14]),
        ("frame.number <= 2", [1, 2]),
        ("frame.time_relative > 1.35", [14, 14, 15]),
        ("tcp.stream == 3 and frame.number == 1", [1]),
        ("tcp.stream == 1", []),
        ("tcp.srcport == 2525 and smtp.response.code == 220", [1]),
        ("tcp.dstport == 2525 and frame.number < 3", [2]),
        ("ip.src == 127.0.0.1 and frame.number < 3", [2]),
        ('ipv6.addr == "::1" and frame.number < 3', [1, 2]),
        ('smtp.req.command == "\\"MAIL\\""', []),
        (r'smtp.req.command == "M\x41\x49L"', [6]),
        (r'smtp.req.command == r"M\x41IL"', []),
        (r'smtp.command_line == "DATA\r\n"', [12]),
        (r'smtp.rsp.parameter matches "^5\.1\.1\s"', [9]),
        (r'smtp.rsp.parameter matches "^5\\.1\\.1\\s"', [9]),
        (r'smtp.rsp.parameter matches r"^5\.1\.1\s"', [9]),
        ('imf.content.type contains "utf-8"', [14]),
        ('imf.ext.mailer == "a pen"', [14]),
        ('imf contains "Text"', [14]),
        ('smtp contains "example.org" and smtp.req', [2, 6, 8, 10]),
        ('tcp matches "^mail from"', [6]),
        ('frame contains "550"', [9]),
        ("tcp contains 4d:41:49:4c", [6]),
        ("tcp contains 4d41494c", [6]),
        ("smtp.response.code == 250 xor smtp.rsp", [1, 5, 9, 13]),
        ("smtp ^^ smtp.req ^^ smtp.rsp", [14, 14]),
        ("smtp.rsp and smtp xor smtp.req or smtp.eom", [*range(1, 14), 14, 15]),
        ('smtp.req.parameter[0:4] == "FROM"', [6]),
        ('smtp.req.parameter[0-3] == "FROM"', [6]),
        ('smtp.req.parameter [:4] == "FROM"', [6]),
        ("smtp.req.parameter[0:4] == 46:52:4f:4d", [6]),
        ("smtp.req.parameter[0] == 46", [6]),
        ("smtp.req.parameter[0x0] == 0x46", [6]),
        (r'smtp.req.parameter[0] == "\x46"', [6]),
        (r'smtp.req.parameter[0] == r"F"', [6]),
        (r'smtp.req.parameter[0] < "\xff"', [2, 4, 6, 8, 10]),
        ('smtp.req.parameter[0,3-4] == "FM:"', [6]),
        ('smtp.req.parameter[-1] == ">"', [6, 8, 10]),
        ('smtp.req.parameter[-4:4] == "org>"', [6, 8, 10]),
        ('smtp.req.parameter[-4--2] == "org"', [6, 8, 10]),
        ('smtp.req.parameter[4:] contains "b@"', [8]),
        ("smtp.req.parameter[21:]", [4]),
        ("smtp.req.parameter[22:]", []),
        ("smtp.req.parameter[-40:1]", []),
        ('smtp.req.parameter[0:4][1:2] == "RO"', [6]),
        ('smtp.req.parameter[0:2] in {"FR", "TO", "A".."Q"}', [4, 6, 8, 10]),
        ('smtp[0:4] matches "^mail"', [6]),
        ("ip.src[0] == 7f and smtp.req.command == MAIL", [6]),
        ('lower(smtp.req.command) == "mail"', [6]),
        ('upper(smtp.rsp.parameter) contains "NOBODY"', [9]),
        ('lower(smtp.req.parameter)[0:4] == "from"', [6]),
        ('lower(upper(smtp.req.command)) in {"mail", "data"}', [6, 12]),
        ("len(smtp.req.parameter) > 19", [4, 6]),
        ("len(smtp.req.parameter[5:]) == 15", [6]),
        ("len(smtp) == 3", [14]),
        ("len(ip.addr) == 4 and smtp.eom", [14]),
        ("count(smtp.rsp.parameter) == 2", [3]),
        ("count(smtp.req) == 0", []),
        ("smtp.response.code === 220", [1]),
        ("tcp.port === 2525 or tcp.port all_eq 40000", []),
        ("tcp.port !== 2525 and smtp.eom", [14]),
        ("smtp.response.code any_eq 220 or smtp.response.code any_ne 250", [1, 5, 9, 13]),
        ("smtp.response.code all_ne 250", [1, 5, 9, 13]),
        ("smtp.response.code not in {250, 354} and smtp.rsp", [1, 5, 9]),
        ('smtp.req.command in {"D".."N"}', [2, 6, 12]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_filter_passes_the_entries_of_these_frames(transcript: Transcript, expression: str, frames: list[int]) -> None:
    assert [entry.frame for entry in filtered(transcript, expression)] == frames


@pytest.mark.parametrize(
    ("expression", "frames"),
    [
        ("ip", [1, 2]),
        ("ip.addr", [1, 2]),
        ("ip.src or ip.dst", [1, 2]),
        ("ip.src == 192.168.1.10", [2]),
        ("ip.dst == 192.168.1.10", [1]),
        ("ip.addr == 192.168.1.0/24", [1, 2]),
        ("ip.src == 192.168.1.10/32", [2]),
        ("ip.addr == 192.168.2.0/24", []),
        ("ip.addr != 192.168.1.10", []),
        ("ip.src != 192.168.1.10", [1]),
        ("ip.src > 192.168.1.5", [2]),
        ("ip.src < 192.168.1.5", [1]),
        ("ip.src > 192.168.1.5/24", []),
        ("ip.src in {192.168.1.3 .. 192.168.1.20}", [2]),
        ("ip.src in {10.0.0.0/8, 192.168.0.0/16}", [1, 2]),
        ("ipv6", [3, 4]),
        ("ipv6.addr", [3, 4]),
        ("ipv6.src == 2001:DB8::1", [4]),
        ("ipv6.dst == 2001:db8:0:0:0:0:0:1", [3]),
        ("ipv6.addr == 2001:db8::/32", [3, 4]),
        ("ipv6.addr == fe80::/10 and ipv6.src != fe80::25", [4]),
        ("ipv6.addr != fe80::1", [3, 4]),
        ("tcp.port == 25", [1, 2, 5, 6]),
    ],
)
def test_filter_by_address_passes_those_of_its_family_only(
    of_both_families: Transcript, expression: str, frames: list[int]
) -> None:
    assert [entry.frame for entry in filtered(of_both_families, expression)] == frames


@pytest.mark.parametrize("expression", ["tcp.port == 25", "ip.src == 10.0.0.0/8"])
def test_filter_by_connection_goes_through_the_connections_once(expression: str) -> None:
    transcript = greetings(*[(f"10.0.0.1:{port}", "10.0.0.2:25") for port in range(40000, 40100)])
    assert len(filtered(transcript, expression)) == 200
    assert isinstance(transcript.streams, CountedStreams)
    assert transcript.streams.walked == 100


@pytest.mark.parametrize("expression", ["ip", "ipv6.addr", "tcp.port"])
def test_entry_whose_connection_is_not_known_has_no_ends(transcript: Transcript, expression: str) -> None:
    assert len(filtered(replace(transcript, streams=()), expression)) == 0


def test_filter_is_asked_of_one_transcript_after_another() -> None:
    first, second = greetings(("10.0.0.1:1", "10.0.0.2:25")), greetings(("10.0.0.1:1", "10.0.0.2:587"))
    test = display_filter("tcp.port == 25")
    assert [test(transcript[0], transcript) for transcript in (first, second, first)] == [True, False, True]


@pytest.mark.parametrize("name", ["tcp", "frame"])
def test_what_was_said_inside_tls_stands_in_no_frame(transcript: Transcript, name: str) -> None:
    inside = replace(transcript, entries=tuple(replace(entry, tls=True) for entry in transcript))
    assert len(filtered(inside, f'smtp contains "MAIL" and {name}')) == 1
    assert len(filtered(inside, f'{name} contains "MAIL"')) == 0


@pytest.mark.parametrize(
    ("expression", "position", "reason"),
    [
        ("smtp.foo == 1", 0, "no field that is known"),
        ("smtp smtp", 5, "'and' or 'or' is missing"),
        ("smtp and", 8, "a field is missing"),
        ('"MAIL"', 0, "this is no field"),
        ("(smtp", 5, "a closing bracket is missing"),
        ("smtp.response.code == many", 22, "this field is a number"),
        ("smtp.response.code ==", 21, "a value is missing"),
        ('smtp.response matches "("', 22, "not a regular expression"),
        ("smtp.response matches (", 22, "a value is missing"),
        ("smtp.response.code in 250", 22, "a set begins with {"),
        ("smtp.response.code in {250", 26, "a set ends with }"),
        ("smtp.response.code in {250..}", 23, "this field is a number"),
        ("(" * 101 + "smtp" + ")" * 101, 100, "there are too many"),
        ("!" * 2000 + "smtp", 100, "there are too many"),
        ("smtp" + "[0:1]" * 2000, 504, "there are too many"),
        ("len(" * 2000 + "smtp", 403, "there are too many"),
        ('smtp.response contains "x', 23, "a string without its end"),
        ("smtp = 1", 5, "not understood"),
        ("tcp > 1", 4, "it has no value to compare"),
        ("smtp.req == 1", 9, "it has no value to compare"),
        ('smtp.eom contains "x"', 9, "it has no value to compare"),
        ('imf == "x"', 4, "it has no value to compare"),
        ("frame.number == 1.5", 16, "this field is a number, and that is none"),
        ("tcp.port == 99999", 12, "a port, from 0 to 65535, and that is none"),
        ("tcp.port == -1", 12, "a port, from 0 to 65535, and that is none"),
        ("ip.addr == 192.168.1.300", 11, "an IPv4 address or network, and that is none"),
        ("ip.addr == ::1", 11, "an IPv4 address or network, and that is none"),
        ("ip.src in {10.0.0.0/33}", 11, "an IPv4 address or network, and that is none"),
        ("ipv6.addr == example", 13, "an IPv6 address or network, and that is none"),
        ("imf.nonsense", 0, "no field that is known"),
        ("imf.content_type", 0, "no field that is known"),
        ("smtp.req.command == 'MAIL'", 20, "a string stands in double quotes"),
        (r'smtp.req.command == "M\qIL"', 20, r"the string has an unknown escape, \q"),
        ("smtp.response.code[0] == 2", 18, "a number cannot be sliced"),
        ("tcp[0:2] == 00:19", 3, "octets without their headers cannot be sliced"),
        ('smtp.req.parameter[0:4 == "FROM"', 18, "a slice ends with ]"),
        ('smtp.req.parameter[] == "FROM"', 18, "a slice is [start:length]"),
        ('smtp.req.parameter[x] == "F"', 18, "a slice is [start:length]"),
        ('smtp.req.parameter[0:0] == "F"', 18, "a slice has a length of 1 at least"),
        ('smtp.req.parameter[3-1] == "F"', 18, "a slice goes from the first to the last"),
        ("smtp.req.parameter[0:4] == FROM", 27, 'this field is octets, as in "MA" or 4d:41, and that is none'),
        ("tcp contains EHLO", 13, 'this field is octets, as in "MA" or 4d:41, and that is none'),
        ("lower(smtp.req.command)", 23, "what lower() gives has to be compared"),
        ("lower(smtp.response.code) == 2", 6, "lower() takes text, and this is a number"),
        ("len(smtp.response.code) == 2", 4, "len() takes text, octets or an address, and this is a number"),
        ("lower() == 2", 6, "this is no field"),
        ("lower(smtp.req.command, smtp.req) == 2", 22, "a function takes one field"),
        ("shout(smtp.req.command) == 2", 0, "'shout' is no function; there are lower, upper, len, count"),
        ("smtp.req.command == smtp.response", 20, "a field stands on the left only"),
        ("smtp.response.code not 250", 19, "'and' or 'or' is missing"),
        ("smtp xor", 8, "a field is missing"),
        ("tcp port 25", 4, "this is a capture filter"),
        ("port 25", 0, "this is a capture filter"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_filter_that_is_wrong_says_where_and_why(expression: str, position: int, reason: str) -> None:
    with pytest.raises(FilterError) as caught:
        display_filter(expression)
    assert caught.value.position == position
    assert reason in caught.value.reason


@pytest.mark.parametrize("field", FIELDS)
def test_field_can_be_asked_of_every_entry(transcript: Transcript, field: str) -> None:
    test = display_filter(field)
    assert all(test(entry, transcript) in (True, False) for entry in transcript)
