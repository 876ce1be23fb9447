"""Lesson 10: that each attack works and each fix stops it, and what its checks say beyond right and wrong."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.attacks.cast import ACCOUNTS, BOSS, MALLORY, OFFICE
from smtplab.lessons.attacks.injection import INJECTED, TEST02, FrameOfInjection, send_as_victim
from smtplab.lessons.attacks.relaying import PROBES, Guard, Policy, by_name, probe, rcpt
from smtplab.lessons.attacks.smuggling import (
    FIRSTS,
    LAX,
    SECONDS,
    TRICKS,
    Relay,
    hand_in,
    poisoned,
    second_server,
    stored,
    table,
)
from smtplab.lessons.attacks.stripping import (
    ANSWERS,
    ATTACKERS,
    IMPOSTOR,
    SETTINGS,
    STRIKES,
    Setting,
    SurvivingSettings,
    _kept,
    survives,
)
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.questions import Comparison
from smtplab.net.server import Server
from smtplab.net.tampering_proxy import TamperingProxy
from smtplab.protocol.commands import Mail
from smtplab.protocol.tampering import Append
from tests.lessons import lesson_10

Captures = dict[str, Capture]
SEEDS = range(20)
SAFE = ("required", "implicit")


def exercise(number: int, seed: object = 1) -> Exercise:
    made = Lesson("10", seed)._exercise(number, None)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, seed: object = 1) -> str:
    return Lesson("10", seed).check(number, answer).remarks[0]


# Smuggling


@pytest.mark.parametrize("smuggled", [1, 2])
@pytest.mark.parametrize("trick", TRICKS, ids=["LF . LF", "LF . CR LF"])
@pytest.mark.parametrize("second", SECONDS)
@pytest.mark.parametrize("first", FIRSTS)
def test_mail_is_smuggled_only_from_a_strict_to_a_lax_server(
    first: str, second: str, trick: bytes, smuggled: int
) -> None:
    expected = 1 + smuggled if (first, second) == ("strict", "lax") else 1
    assert stored(first, second, trick, smuggled) == expected


def test_smuggled_mail_bears_the_name_that_its_author_may_not_use(captures: Captures) -> None:
    senders = [e.message.reverse_path for e in captures["10"].transcript if isinstance(e.message, Mail)]
    assert senders == [MALLORY, BOSS]


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("10").compare(captures["10"])
    assert isinstance(comparison, Comparison)
    assert [outcome for _, _, outcome in comparison.rows] == ["two", BOSS, "LF . CR LF"]


def test_transcript_of_a_smuggled_mail_is_the_same_each_time() -> None:
    first, again = (str(lesson_10.capture().transcript) for _ in range(2))
    assert first == again


def test_strict_second_server_keeps_the_letter_as_it_is() -> None:
    with second_server() as second, Relay(second) as first:
        hand_in(first, poisoned(TRICKS[1]))
    (mail,) = second.mailboxes[OFFICE]
    assert "MAIL FROM:<boss@coremail.cn>" in mail.get_payload()


def test_relay_whose_next_server_is_gone_does_not_take_the_mail() -> None:
    second = second_server()
    with second, Relay(second) as first:
        second.stop()
        with Capture(first, live=False) as capture:
            hand_in(first, poisoned(TRICKS[0]))
    assert 451 in [entry.code for entry in capture.transcript]


def test_table_has_a_row_for_each_first_server() -> None:
    rows = table(TRICKS[0]).splitlines()
    assert [re.findall(r"\b\d\b", row) for row in rows[1:]] == [["1", "2"], ["1", "1"], ["1", "1"]]


def test_wireshark_reads_as_a_strict_server_and_shows_one_354_more(
    captures: Captures, tmp_path: Path, program: Callable[[str], str]
) -> None:
    saved = captures["10"].save(tmp_path / "smuggled.pcapng")

    def frames(wanted: str) -> int:
        command = [program("tshark"), "-r", saved.path, "-d", saved.decode_as, "-Y", wanted]
        return len(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines())

    assert frames('smtp.req.command == "MAIL"') == 1
    assert frames("smtp.response.code == 354") == 2


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        ("strict → second server lax", "the second does not"),
        ("lax → second server lax", "answered 550"),
        ("lax → second server strict", "answered 550"),
        ("strict → second server strict", "they agree"),
        ("mends → second server lax", "doubles the dot"),
    ],
)
def test_wrong_count_is_told_what_that_pair_does(pair: str, why: str) -> None:
    for seed in SEEDS:
        lines = exercise(1, seed).lines
        assert lines is not None
        for place, line in enumerate(lines.lines):
            if line.endswith(f" {pair}"):
                answer = exercise(1, seed).solve()
                answer[place] += 5
                assert why in said_to(1, answer, seed)
                return
    pytest.fail(f"nobody is asked about {pair}")


def test_lax_end_of_data_is_told_that_a_mail_can_be_smuggled_in() -> None:
    lax = lesson_10.mistaken_ends(exercise(2))[0]
    assert "here a mail can be smuggled in" in said_to(2, lax)


def test_end_of_data_that_forgets_the_empty_mail_is_told() -> None:
    forgets = lesson_10.mistaken_ends(exercise(2))[3]
    assert "A mail of nothing" in said_to(2, forgets)


@pytest.mark.parametrize(
    ("function", "why"),
    [
        pytest.param(
            lambda octets: octets.find(b"\r\n.\r\n") + 5, "it gives 4, and right is None. `find`", id="-1 + 5"
        ),
        pytest.param(
            lambda octets: octets.find(b"\r\n.\r\n") + 5 * (b"\r\n.\r\n" in octets),
            "it gives -1, and right is None. `find`",
            id="-1",
        ),
        pytest.param(lambda octets: octets.find(b"\r\n.\r\n"), "There the end mark begins", id="where it begins"),
        pytest.param(lambda octets: len(octets), "There is no end here", id="always the end"),
        pytest.param(lambda octets: 3, "There is no end so early", id="too early"),
    ],
)
def test_wrong_end_of_data_is_told_what_it_took_for_the_end(function: Callable[[bytes], int], why: str) -> None:
    told = said_to(2, function)
    assert why in told
    assert "smuggled" not in told


# Injection


@pytest.mark.parametrize(("lax", "receiver"), [(["octets-before-tls"], MALLORY), ([], TEST02)], ids=["lax", "strict"])
def test_victims_mail_and_password_go_to_mallory_only_where_octets_are_kept(lax: list[str], receiver: str) -> None:
    choices: dict[str, Any] = {"mechanisms": ["PLAIN"], "extensions": ["STARTTLS", "AUTH"], "lax": lax}
    with (
        Server(ACCOUNTS, tls="starttls", auth_required=True, **choices) as server,
        TamperingProxy(server, Append("STARTTLS", INJECTED)) as proxy,
    ):
        send_as_victim(proxy)
    assert [name for name in server.mailboxes if len(server.mailboxes[name])] == [receiver]
    (mail,) = server.mailboxes[receiver]
    assert ("AUTH PLAIN" in mail.as_string()) == bool(lax)


@pytest.mark.parametrize("seed", SEEDS)
def test_frame_of_the_injection_is_the_same_in_each_recording(seed: int) -> None:
    assert exercise(3, seed).solve() == exercise(3, seed).solve()


def test_server_of_the_strangers_forgets_what_was_injected() -> None:
    made = exercise(3)
    assert isinstance(made, FrameOfInjection)
    inside = [entry for entry in made.transcript if entry.tls and entry.party == "client"]
    assert inside[0].verb == "EHLO"


@pytest.mark.parametrize(
    ("verb", "why"),
    [("STARTTLS", "is as it should be"), ("EHLO", "before any STARTTLS"), ("MAIL", "PIPELINING allows")],
)
def test_wrong_frame_is_told_what_is_in_it(verb: str, why: str) -> None:
    for seed in SEEDS:
        made = exercise(3, seed)
        assert isinstance(made, FrameOfInjection)
        right = made.solve()
        for entry in made.transcript:
            if entry.party == "client" and entry.verb == verb and not entry.tls and entry.frame not in (None, right):
                assert why in said_to(3, entry.frame, seed)
                return
    pytest.fail(f"no {verb} in clear text")


# Stripping


@pytest.mark.parametrize("attacker", ATTACKERS)
@pytest.mark.parametrize("setting", [pytest.param(each, id=each.says) for each in SETTINGS])
def test_setting_survives_as_its_words_promise(setting: Setting, attacker: str) -> None:
    checked, safe = setting.verify and setting.tls != "never", setting.tls in SAFE
    assert survives(setting, attacker) is (checked if attacker == IMPOSTOR else safe)


@pytest.mark.parametrize("seed", SEEDS)
def test_some_settings_survive_and_some_do_not(seed: int) -> None:
    made = exercise(4, seed)
    assert made.lines is not None
    assert 0 < len(made.solve()) < len(made.lines)


def seed_of(attacker: str, *settings: Setting) -> int:
    """Give a seed whose learner is asked about an attacker, and about these settings among others."""
    for seed in range(500):
        made = exercise(4, seed)
        assert isinstance(made, SurvivingSettings)
        if made._attacker == attacker and {*settings} <= {*made._settings}:
            return seed
    pytest.fail("nobody is asked that")


IF_AVAILABLE, ALWAYS, ALWAYS_ANY, FROM_THE_START, FROM_THE_START_ANY = (SETTINGS[number] for number in (1, 3, 4, 5, 6))


@pytest.mark.parametrize(
    ("attacker", "setting", "why"),
    [
        pytest.param(IMPOSTOR, IF_AVAILABLE, "An impostor who does not offer STARTTLS would get it", id="checks"),
        pytest.param(IMPOSTOR, ALWAYS, "the certificate is a stranger's: the client stops", id="insists and checks"),
        pytest.param(IMPOSTOR, FROM_THE_START, "the certificate is a stranger's, and the client stops", id="implicit"),
        pytest.param(STRIKES, ALWAYS_ANY, "no longer in the list: the client stops", id="insists, no list"),
        pytest.param(ANSWERS, ALWAYS, "answered 454: the client stops", id="insists, 454"),
        pytest.param(ANSWERS, FROM_THE_START_ANY, "TLS came first", id="nothing to change"),
    ],
)
def test_setting_left_out_is_told_why_it_survives_this_attacker(attacker: str, setting: Setting, why: str) -> None:
    seed = seed_of(attacker, setting)
    made = exercise(4, seed)
    assert isinstance(made, SurvivingSettings)
    letter = made.lines.letters[made._settings.index(setting)]
    rest = made.solve().replace(letter, "")
    told = said_to(4, rest, seed) if rest else _kept(setting, attacker)
    assert f"{letter} does" not in told
    assert why in told


@pytest.mark.parametrize(
    ("attacker", "why"),
    [
        pytest.param(STRIKES, "no longer in the list, and “if available” goes on", id="no list"),
        pytest.param(ANSWERS, "answered 454, and “if available” goes on", id="454"),
    ],
)
def test_if_available_is_told_what_it_went_on_without(attacker: str, why: str) -> None:
    seed = seed_of(attacker, IF_AVAILABLE)
    made = exercise(4, seed)
    assert isinstance(made, SurvivingSettings)
    assert why in said_to(4, made.lines.letters[made._settings.index(IF_AVAILABLE)], seed)


def test_client_that_takes_any_certificate_is_told_with_whom_it_had_tls() -> None:
    seed = seed_of(IMPOSTOR, ALWAYS_ANY)
    made = exercise(4, seed)
    assert isinstance(made, SurvivingSettings)
    assert "with the attacker" in said_to(4, made.lines.letters[made._settings.index(ALWAYS_ANY)], seed)


# Relaying


@pytest.mark.parametrize(
    ("policy", "taken"),
    [
        pytest.param(None, PROBES, id="none"),
        pytest.param(by_name, [PROBES[0], *PROBES[3:7]], id="by name"),
        pytest.param(rcpt, PROBES[:1], id="two questions"),
    ],
)
def test_probes_find_the_holes_of_a_policy(policy: Policy | None, taken: list[str]) -> None:
    with Server(hooks=[Guard(policy)] if policy else []) as server:
        codes = probe(server)
    assert [path for path, code in zip(PROBES, codes, strict=True) if code == 250] == list(taken)
    assert len(server.mailboxes) == 0


def test_wrong_policy_is_told_the_case_and_why() -> None:
    assert "right is 550" in said_to(5, lambda path, user, domains, mailboxes: 250)
    assert "right is 250" in said_to(5, lambda path, user, domains, mailboxes: 550)
    assert "raised ZeroDivisionError" in said_to(5, lambda path, user, domains, mailboxes: 1 // 0)


def test_fix_of_the_notebook_is_one_choice() -> None:
    with second_server(lax=LAX) as second, Relay(second) as first:
        second.change(lax=[])
        hand_in(first, poisoned(TRICKS[1]))
        assert len(second.mailboxes[OFFICE]) == 1
