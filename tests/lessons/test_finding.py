"""Lesson 09: what its checks say beyond right and wrong, and that the facts it states come out of queue and wire."""

from collections.abc import Iterator
from typing import Any

import pytest
from dnslib import QTYPE, DNSRecord

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.failure.cast import NINE
from smtplab.lessons.finding import town as towns
from smtplab.lessons.finding.cast import (
    HOSTS,
    MAIL,
    MX1,
    MX2,
    RECIPIENT,
    SENDER,
    SENDERS,
    SMTP,
    THREE_FATES,
    THREE_HOSTS,
    ZONE,
    letter,
)
from smtplab.lessons.finding.datagrams import ask_by_hand, datagram
from smtplab.lessons.finding.doors import Grid, ask, doors, grid
from smtplab.lessons.finding.fates import Case, Fates, fate
from smtplab.lessons.finding.hops import takers
from smtplab.lessons.finding.mending import SECOND
from smtplab.lessons.finding.relaying import DENIED
from smtplab.lessons.finding.town import Town
from smtplab.lessons.questions import Comparison
from smtplab.lessons.verdicts import Standing
from smtplab.net.client import Client
from smtplab.net.networks import LOOPBACK
from smtplab.net.timeline import What
from smtplab.protocol import trace
from smtplab.protocol.client import RecipientRefused, SenderRefused
from smtplab.protocol.transcript import Transcript
from tests.lessons import lesson_09

Captures = dict[str, Capture]
SEEDS = range(20)
UDP = 17  # in the IPv4 header: the protocol above it


def exercise(number: int, seed: object = 1, capture: Capture | None = None) -> Exercise:
    made = Lesson("09", seed)._exercise(number, capture)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, capture: Capture | None = None, seed: object = 1) -> str:
    return Lesson("09", seed).check(number, answer, capture).remarks[0]


@pytest.fixture
def town() -> Iterator[Town]:
    """Give the town of the lesson, running."""
    with Town(ZONE, HOSTS) as town:
        yield town


# What is watched


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("09").compare(captures["09"])
    assert isinstance(comparison, Comparison)
    assert [outcome for _, _, outcome in comparison.rows] == ["asks mx2", "three times", "to mx1"]


def test_mail_hops_over_three_hosts_in_five_connections(captures: Captures) -> None:
    transcript = captures["09"].transcript
    assert len(transcript.streams) == 5
    assert list(takers(transcript)) == [SMTP, MX2, MX1]


def test_capture_from_the_wire_says_the_same_as_the_sockets(captures: Captures) -> None:
    try:
        live = lesson_09.capture(live=True)
    except PermissionError as refused:
        pytest.skip(f"this system lets nobody capture: {refused}")
    assert str(live.transcript) == str(captures["09"].transcript)
    assert {stream.server.rpartition(":")[0] for stream in live.transcript.streams} == {
        "127.0.0.2",
        "127.0.0.4",
        "127.0.0.5",
    }


def test_capture_from_the_wire_has_the_questions_too() -> None:
    try:
        live = lesson_09.capture(live=True)
    except PermissionError as refused:
        pytest.skip(f"this system lets nobody capture: {refused}")
    datagrams = [frame.octets[42:] for frame in live.frames if frame.octets[23] == UDP]
    messages = [DNSRecord.parse(octets) for octets in datagrams]
    assert [str(each.q.qname) for each in messages if each.q.qtype == QTYPE.MX] == ["north.example."] * 6
    assert sum(each.header.qr for each in messages) == len(messages) / 2 == 11


def test_town_without_a_private_network_is_on_loopback(monkeypatch: pytest.MonkeyPatch, captures: Captures) -> None:
    monkeypatch.setattr(towns, "town_network", lambda: LOOPBACK)
    capture = lesson_09.capture()
    assert str(capture.transcript) == str(captures["09"].transcript)
    assert int(capture.transcript.streams[0].server.rpartition(":")[2]) > 1023


def test_two_towns_at_once_are_apart(town: Town) -> None:
    with Town(ZONE, HOSTS) as other:
        assert other.port != town.port
        assert other.names.port != town.names.port


def test_each_host_calls_from_its_own_address(town: Town) -> None:
    town[SMTP].post(SENDER, RECIPIENT, letter(RECIPIENT))
    town.run(NINE)
    (mail,) = town[MX1].mailboxes[RECIPIENT]
    assert "from smtp.coremail.cn ([127.0.0.2])" in mail["Received"]
    assert {query.client for query in town.names.queries} == {"127.0.0.2"}


def test_client_asks_the_name_server_nothing(captures: Captures, town: Town) -> None:
    with Client(town[SMTP]) as client:
        client.ehlo()
        client.auth("PLAIN", SENDER, "password01")
        client.send_message(SENDER, [RECIPIENT], letter(RECIPIENT))
    assert town.names.queries == []


def test_host_takes_mail_of_strangers_for_its_domains_alone(town: Town) -> None:
    with Client(town[MX2]) as client:
        client.ehlo()
        client.mail(SENDER)
        assert client.rcpt(RECIPIENT).code == 250
        with pytest.raises(RecipientRefused) as refused:
            client.rcpt("carol@blue.example")
    assert refused.value.reply == DENIED


def test_submission_server_takes_nothing_before_the_login(town: Town) -> None:
    with Client(town[SMTP]) as client:
        client.ehlo()
        with pytest.raises(SenderRefused, match="530"):
            client.mail(SENDER)


def test_mail_for_here_and_elsewhere_is_delivered_and_passed_on() -> None:
    zone = f"{ZONE}blue.example. MX 10 mail.blue.example.\nmail.blue.example. A 127.0.0.7\n"
    hosts = {**HOSTS, MX1: {"delivers": ["north.example"], "passes_on": ["blue.example"]}}
    with Town(zone, {**hosts, "mail.blue.example": {"delivers": ["blue.example"]}}) as town:
        with Client(town[MX1]) as client:
            client.ehlo()
            client.send_message(SENDER, [RECIPIENT, "carol@blue.example"], letter(RECIPIENT))
        town.run(NINE)
        assert len(town[MX1].mailboxes[RECIPIENT]) == 1
        (mail,) = town["mail.blue.example"].mailboxes["carol@blue.example"]
    assert trace.hops(mail.as_bytes().replace(b"\n", b"\r\n")) == 2


def test_town_needs_the_address_of_each_host() -> None:
    with pytest.raises(ValueError, match=r"no address for mx3\.north\.example"):
        Town(ZONE, {"mx3.north.example": {}})


@pytest.mark.parametrize(
    ("domain", "what", "address"),
    [
        pytest.param("plain.example", What.DELIVERED, "127.0.0.4", id="A alone"),
        pytest.param("both.example", What.DELIVERED, "127.0.0.5", id="MX and A"),
        pytest.param("null.example", What.FAILED, "", id="null MX"),
    ],
)
def test_three_zones_have_three_fates(domain: str, what: What, address: str) -> None:
    with Town(SENDERS + THREE_FATES, THREE_HOSTS) as town:
        town[SMTP].post(SENDER, f"bob@{domain}", letter(f"bob@{domain}"))
        town.run(NINE)
        event = next(event for event in town[SMTP].queue.events if event.what in (What.DELIVERED, What.FAILED))
        assert (event.what, event.address) == (what, address)
        assert len(town[MAIL].mailboxes[SENDER]) == (what is What.FAILED)


# The datagrams


@pytest.mark.parametrize("kind", ["MX", "A", "AAAA", "SOA"])
def test_fields_tile_the_octets_of_a_datagram(town: Town, kind: str) -> None:
    for octets in ask_by_hand(town.names, "north.example", kind):
        fields = datagram(octets).fields
        assert [field.start for field in fields] == [0, *(field.stop for field in fields[:-1])]
        assert fields[-1].stop == len(octets)


def test_fields_of_a_datagram_say_what_another_reader_says(town: Town) -> None:
    octets = ask_by_hand(town.names, "north.example", "MX").answer
    said = [(field.name, field.value) for field in datagram(octets).fields]
    for record in DNSRecord.parse(octets).rr:
        assert ("preference", str(record.rdata.preference)) in said
        assert ("exchange", str(record.rdata.label)) in said


def test_question_and_answer_are_told_apart(town: Town) -> None:
    question, answer = ask_by_hand(town.names, "north.example", "MX")
    assert [datagram(octets).fields[1].meaning for octets in (question, answer)] == [
        "a question",
        "an authoritative answer, not cut short",
    ]


@pytest.mark.parametrize(
    ("flags", "meaning"),
    [
        pytest.param(0x8180, "an answer, not cut short", id="from memory"),
        pytest.param(0x8600, "an authoritative answer, cut short", id="too long for a datagram"),
    ],
)
def test_flags_of_an_answer_are_told(town: Town, flags: int, meaning: str) -> None:
    octets = ask_by_hand(town.names, "north.example", "MX").answer
    assert datagram(octets[:2] + flags.to_bytes(2) + octets[4:]).fields[1].meaning == meaning


# The doors


@pytest.fixture(scope="module")
def asked() -> dict[int, dict[str, str]]:
    """Give what the three doors said."""
    with doors() as servers:
        return {port: ask(server) for port, server in servers.items()}


@pytest.mark.parametrize(
    ("port", "starttls", "auth", "relay"),
    [
        (25, "220", "502", "550 for everybody"),
        (465, "503", "235", "530 for a stranger, 250 for a user"),
        (587, "220", "538 in clear, 235 in TLS", "530 for a stranger, 250 for a user"),
    ],
)
def test_each_door_has_its_part(asked: dict[int, Any], port: int, starttls: str, auth: str, relay: str) -> None:
    assert asked[port] == {"STARTTLS": starttls, "AUTH": auth, "relay": relay}


def test_grid_is_shown_as_text_and_html(asked: dict[int, Any]) -> None:
    view = grid(asked)
    assert isinstance(view, Grid)
    assert view.text().splitlines()[0].split() == ["port", "STARTTLS", "AUTH", "relay"]
    assert view.html().count("<td>") == 9


def test_grid_escapes_what_was_said() -> None:
    assert "<script>" not in Grid((("25", "<script>", "", ""),)).html()


# Exercise 1


@pytest.mark.parametrize("seed", SEEDS)
def test_both_orders_of_equal_hosts_are_right(seed: int) -> None:
    made = exercise(1, seed)
    right, lines = made.solve(), made.lines
    assert lines is not None
    number = {each: lines[each].split()[2] for each in right}
    place = next(place for place in range(len(right) - 1) if number[right[place]] == number[right[place + 1]])
    other = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
    assert Lesson("09", seed).check(1, other).is_correct
    assert Lesson("09", seed).check(1, right).is_correct


def test_host_that_asks_does_not_call_itself() -> None:
    made = exercise(1)
    assert made.lines is not None
    own = next(each for each in made.lines.letters if "mx1.river.example" in made.lines[each])
    assert "mx1.river.example already" in said_to(1, made.solve() + own)


def test_address_of_the_domain_is_no_last_resort() -> None:
    made = exercise(1)
    assert made.lines is not None
    address = next(each for each in made.lines.letters if " A " in made.lines[each])
    assert "not even at the last" in said_to(1, made.solve() + address)


def test_order_from_the_highest_is_told_that_lower_is_better() -> None:
    assert "lower is better" in said_to(1, exercise(1).solve()[::-1])


# Exercise 2


@pytest.mark.parametrize(
    ("case", "becomes"),
    [
        *zip(Fates.ALWAYS, ("A", "back", "MX"), strict=True),
        *zip(Fates.SOMETIMES, ("MX", "later", "back", "back", "later", "MX"), strict=True),
    ],
    ids=lambda given: given.words("D") if isinstance(given, Case) else given,
)
def test_fate_of_a_zone_is_what_the_queue_does(case: Case, becomes: str) -> None:
    assert fate(case, "river.example") == becomes


def test_records_of_a_zone_stand_below_each_other() -> None:
    text = Lesson("09").check(2, ...).text()
    assert "B  lab.example. CNAME other.lab.example.\n   other.lab.example. MX 10 mx.lab.example.\n" in text


@pytest.mark.parametrize("seed", SEEDS)
def test_the_three_zones_of_the_lesson_are_always_asked(seed: int) -> None:
    assert {"A", "back", "undefined"} <= set(exercise(2, seed).solve())


def test_alias_behind_mx_is_not_promised_to_work() -> None:
    right = exercise(2).solve()
    assert "none has to" in said_to(2, ["MX" if word == "undefined" else word for word in right])


@pytest.mark.parametrize("answer", [["A"] * 4, {"A", "MX", "back"}, ["a", "b", "c", "d", "e"], [1] * 5])
def test_fates_that_are_none_cannot_be_read(answer: object) -> None:
    assert Lesson("09").check(2, answer).standing is Standing.UNREADABLE


# Exercise 3, in two kinds of variants: seed 1 lacks the MX record of mx2, seed 2 the address of backup.


@pytest.mark.parametrize(
    ("seed", "added"),
    [
        pytest.param(1, "@ MX 20 mx2", id="second MX"),
        pytest.param(1, "river.example. 60 IN MX 65535 mx2.river.example.", id="in full"),
        pytest.param(1, "@ MX 20 mx2\nmx1 A 127.0.0.4", id="mx1 once more"),
        pytest.param(1, "@ MX 20 other\nother A 127.0.0.5", id="new name"),
        pytest.param(2, "backup A 127.0.0.5", id="address"),
        pytest.param(2, "$ORIGIN .\nbackup.blue.example A 127.0.0.5", id="other origin"),
    ],
)
def test_zone_is_mended_in_any_way_that_works(seed: int, added: str) -> None:
    verdict = Lesson("09", seed).check(3, added)
    assert verdict.is_correct, verdict


@pytest.mark.parametrize(
    ("added", "said"),
    [
        pytest.param("@ A 127.0.0.5", "does not stand in for them", id="A beside MX"),
        pytest.param("@ MX 20 127.0.0.5", "an address in its place is read as a name", id="address in MX"),
        pytest.param("@ MX 20 mx2.river.example", "here a second time", id="no dot"),
        pytest.param("@ MX 5 mx2", "goes past it", id="better than mx1"),
        pytest.param("@ MX 10 mx2", "half of the mail", id="as good as mx1"),
        pytest.param("@ MX 20 nobody", "led from the domain to a host", id="host without address"),
        pytest.param("MX! 20?", "line 6 of the zone text cannot be read.", id="no zone"),
        pytest.param("@ MX zzz mx2", "After MX a number is needed", id="a word for the number"),
        pytest.param("@ mx mx2", "After MX a number is needed", id="no number"),
        pytest.param("@ MX 20", "then the name of a host", id="no host"),
        pytest.param("mx1 A 127.0.0.5", "gives the name mx1 to another machine", id="second address of mx1"),
        pytest.param("mx1 A 127.0.0.5\n@ MX 20 mx2", "gives the name mx1 to another", id="second MX and address"),
        pytest.param("mx1 CNAME mx2", "gives the name mx1 to another machine", id="alias of mx1"),
        pytest.param("mx1 CNAME mx1\n@ MX 20 mx2", "must not name an alias", id="alias without end"),
        pytest.param("@ MX 20 other\nother CNAME mx2", "must not name an alias", id="alias"),
    ],
)
def test_zone_that_does_not_work_is_told_why(added: str, said: str) -> None:
    assert said in said_to(3, added)


def test_queue_says_whom_it_asked() -> None:
    assert "`mx1.river.example` at 127.0.0.4: nobody listens there" in said_to(3, "; nothing")


@pytest.mark.parametrize("answer", ["x" * 3000, "\n".join(f"@ MX {number} mx2" for number in range(11, 50)), 20, ""])
def test_zone_that_is_too_much_or_nothing_cannot_be_read(answer: object) -> None:
    assert Lesson("09").check(3, answer).standing is Standing.UNREADABLE


def test_zone_of_a_learner_sends_nothing_beyond_this_machine() -> None:
    assert "nothing leaves this one" in said_to(3, "@ MX 20 far\nfar A 192.0.2.1")


@pytest.mark.parametrize("seed", SEEDS)
def test_zone_as_given_does_not_work(seed: int) -> None:
    assert SECOND not in said_to(3, "; nothing", seed=seed).partition("The queue")[2]


# Exercise 4


def test_frame_in_which_another_host_takes_the_mail_is_named(captures: Captures) -> None:
    capture = captures["09"]
    hosts, _ = exercise(4, capture=capture).solve()
    other = takers(capture.transcript)[MX1].frame
    assert f"frame {other} is where `{MX1}` takes it" in said_to(4, (hosts, other), capture)


def test_frame_of_the_dot_is_not_yet_the_reply(captures: Captures) -> None:
    capture = captures["09"]
    hosts, frame = exercise(4, capture=capture).solve()
    dot = next(entry.frame for entry in reversed(capture.transcript[:]) if entry.kind == "end of data")
    assert dot != frame
    assert "only sent" in said_to(4, (hosts, dot), capture)


def test_frame_without_smtp_is_told_so(captures: Captures) -> None:
    hosts, _ = exercise(4, capture=captures["09"]).solve()
    assert "only TCP in it" in said_to(4, (hosts, 1), captures["09"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(-2, "Each of them wrote a field", id="two too few"),
        pytest.param(-1, "The host that has it now", id="one too few"),
        pytest.param(1, "is a field of another name, and what stands below the empty line", id="one that is none"),
        pytest.param(2, "is a field of another name, and what stands below the empty line", id="both that are none"),
        pytest.param(3, "A field may go on", id="each line counted"),
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_wrong_number_of_hosts_is_told_why(seed: int, more: int, said: str, captures: Captures) -> None:
    hosts, frame = exercise(4, seed, captures["09"]).solve()
    assert said in said_to(4, (hosts + more, frame), captures["09"], seed)


def test_field_that_is_no_trace_field_is_named(captures: Captures) -> None:
    made = exercise(4, capture=captures["09"])
    hosts, frame = made.solve()
    assert made.lines is not None
    decoy = next(line for line in made.lines.lines if "received" in line.lower() and line[:9] != "Received:")
    assert f"`{decoy.partition(':')[0]}`" in said_to(4, (hosts + 1, frame), captures["09"])


def test_hops_need_the_capture_of_the_lesson() -> None:
    assert "run the cell that makes it again" in Lesson("09").check(4, (3, 20), Transcript()).text()


@pytest.mark.parametrize("seed", SEEDS)
def test_stranger_has_passed_two_to_five_hosts(seed: int, captures: Captures) -> None:
    assert 2 <= exercise(4, seed, captures["09"]).solve()[0] <= 5


# Exercise 5


@pytest.mark.parametrize("seed", SEEDS)
def test_three_of_six_ask(seed: int) -> None:
    assert len(exercise(5, seed).solve()) == 3


@pytest.mark.parametrize("seed", SEEDS)
def test_asker_that_is_missing_is_looked_for_in_half_of_the_lines(seed: int) -> None:
    right = exercise(5, seed).solve()
    for missing in right:
        where = "A to C" if missing in "ABC" else "D to F"
        assert f"One is missing, among {where}." in said_to(5, right.replace(missing, ""), seed=seed)


def test_who_was_told_the_host_asks_for_no_mx() -> None:
    assert "Its settings name one host" in said_to(5, "A")
