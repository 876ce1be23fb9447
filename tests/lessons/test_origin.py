"""Lesson 11: what its server finds out about a mail, and what its checks say beyond right and wrong."""

from base64 import b64decode
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.capture.record import Capture
from smtplab.lessons import Lesson
from smtplab.lessons.exercises import Exercise
from smtplab.lessons.origin.cast import AUTHOR, BOXES, JUNK, MAIL_HOST, READER, SELECTOR, STRANGER, letter
from smtplab.lessons.origin.changes import HARMLESS, KINDS, OF_BLANKS, OF_WORDS, Change, WhatKills
from smtplab.lessons.origin.judging import author_domain, judge, results_field, without_claims
from smtplab.lessons.origin.keys import BITS, key_of
from smtplab.lessons.origin.names import Register
from smtplab.lessons.origin.post import FORWARD, MAILING_LIST, REWRITING, post, send_by
from smtplab.lessons.origin.reasons import REASONS
from smtplab.lessons.origin.receiver import REFUSED, Receiver
from smtplab.lessons.origin.signing import Signature, sign, signatures
from smtplab.lessons.questions import Comparison
from smtplab.lessons.verdicts import Standing
from smtplab.net.client import Client
from smtplab.net.zones import Written
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.routing import LookupFailed
from smtplab.protocol.spf import Result
from smtplab.protocol.tags import parse_tags

Captures = dict[str, Capture]
SEEDS = range(20)
HELLO = "mail.coremail.cn"
KEY = key_of("coremail.cn")
KEY_NAME = f"{SELECTOR}._domainkey.coremail.cn"
SIGNED = sign(letter(), "coremail.cn", KEY)
PUBLISHED = Written(f'{KEY_NAME}. TXT "{KEY.record}"\n')


@pytest.fixture
def names() -> Iterator[Register]:
    """Give a domain name system in which coremail.cn has published all that it can."""
    with Register() as register:
        register.publish("coremail.cn", "v=spf1 mx -all")
        register.publish(KEY_NAME, KEY.record)
        register.publish("_dmarc.coremail.cn", "v=DMARC1; p=reject")
        register.publish("lab.example", "v=spf1 mx -all")
        yield register


@pytest.fixture
def server(names: Register) -> Iterator[Receiver]:
    """Give the reader's server."""
    with Receiver(names) as receiver:
        yield receiver


def exercise(number: int, seed: object = 1, capture: Capture | None = None) -> Exercise:
    made = Lesson("11", seed)._exercise(number, capture)
    assert isinstance(made, Exercise)
    return made


def said_to(number: int, answer: Any, capture: Capture | None = None, seed: object = 1) -> str:
    return Lesson("11", seed).check(number, answer, capture).remarks[0]


def verdicts(server: Receiver) -> tuple[str, list[str], str]:
    judged = server.judged[-1]
    return str(judged.spf.result), [signature.result for signature in judged.dkim], judged.dmarc.result


# On the wire


def test_predictions_are_answered_by_the_wire(captures: Captures) -> None:
    comparison = Lesson("11").compare(captures["11"])
    assert isinstance(comparison, Comparison)
    assert [outcome for _, _, outcome in comparison.rows] == ["250", "none", "the dot"]


def test_stranger_and_genuine_host_say_the_same_octets(captures: Captures) -> None:
    said = [
        b"".join(entry.octets for entry in captures["11"].transcript.stream(number) if entry.party == "client")
        for number in (0, 1, 2, 4, 5, 6)
    ]
    assert len(set(said)) == 1


@pytest.mark.parametrize(
    ("policy", "code", "box"), [("none", 250, READER), ("quarantine", 250, JUNK), ("reject", 550, "")]
)
def test_policy_decides_what_becomes_of_a_spoofed_mail(
    names: Register, server: Receiver, policy: str, code: int, box: str
) -> None:
    names.publish("_dmarc.coremail.cn", f"v=DMARC1; p={policy}")
    assert post(server, STRANGER, HELLO, AUTHOR, letter()).code == code
    assert [name for name in BOXES if len(server.mailboxes[name])] == ([box] if box else [])
    assert verdicts(server) == ("fail", [], "fail")


@pytest.mark.parametrize(
    ("source", "path", "message", "expected"),
    [
        pytest.param(MAIL_HOST, AUTHOR, letter(), ("pass", [], "pass"), id="genuine, not signed"),
        pytest.param(MAIL_HOST, AUTHOR, SIGNED, ("pass", ["pass"], "pass"), id="genuine, signed"),
        pytest.param(
            STRANGER, AUTHOR, SIGNED, ("fail", ["pass"], "pass"), id="a signed mail, sent again by a stranger"
        ),
        pytest.param(STRANGER, "", letter(), ("none", [], "fail"), id="null reverse-path"),
        pytest.param(STRANGER, "me@blue.example", letter(), ("none", [], "fail"), id="another reverse-path"),
    ],
)
def test_verdict_follows_from_address_and_signature(
    server: Receiver, source: str, path: str, message: bytes, expected: tuple[str, list[str], str]
) -> None:
    post(server, source, HELLO, path, message)
    assert verdicts(server) == expected


@pytest.mark.parametrize(
    ("handling", "code", "expected"),
    [
        pytest.param(FORWARD, 250, ("fail", ["pass"], "pass"), id="forwarding breaks SPF"),
        pytest.param(MAILING_LIST, 550, ("pass", ["fail"], "fail"), id="a list breaks DKIM"),
        pytest.param(REWRITING, 250, ("pass", ["fail"], "none"), id="a list under its own name"),
    ],
)
def test_relay_breaks_one_of_them(
    server: Receiver, handling: Any, code: int, expected: tuple[str, list[str], str]
) -> None:
    assert send_by(handling, server, AUTHOR, SIGNED).code == code
    assert verdicts(server) == expected


@pytest.mark.parametrize("end", ["?all", "~all"])
def test_neutral_proves_as_little_as_none(names: Register, server: Receiver, end: str) -> None:
    names.publish("blue.example", f"v=spf1 {end}")
    assert post(server, STRANGER, HELLO, "me@blue.example", letter("me@blue.example")).code == 250
    names.publish("_dmarc.blue.example", "v=DMARC1; p=reject")
    assert post(server, STRANGER, HELLO, "me@blue.example", letter("me@blue.example")) == REFUSED


def test_forwarded_mail_that_is_not_signed_is_lost(server: Receiver) -> None:
    assert send_by(FORWARD, server, AUTHOR, letter()) == REFUSED


def test_smuggled_mail_passes_spf_and_dmarc(names: Register) -> None:
    """An honest host sends a mail of its user; a server that takes bare LF finds two in it."""
    smuggled = f"MAIL FROM:<{AUTHOR}>\r\nRCPT TO:<{READER}>\r\nDATA\r\n".encode() + letter().removesuffix(b"\r\n")
    message = letter("test01@coremail.cn") + b"\n.\n" + smuggled + b"\r\n"
    for lax, authors in (("bare-lf", ["test01@coremail.cn", AUTHOR]), ("", ["test01@coremail.cn"])):
        with Receiver(names, lax=[lax] if lax else []) as receiver, Client(receiver, source=MAIL_HOST) as client:
            client.ehlo(HELLO)
            client.mail("test01@coremail.cn")
            client.rcpt(READER)
            client.data(message)
            for _ in range(5):  # the replies to what was smuggled come first
                client.send_line("NOOP")
            stored = [mail["From"].strip("<>") for mail in receiver.mailboxes[READER]]
            client.close()
        assert stored == authors
        assert {judged.dmarc.result for judged in receiver.judged} == {"pass"}
        assert {judged.spf.result for judged in receiver.judged} == {Result.PASS}


def test_results_stand_on_top_of_what_the_mail_brought(server: Receiver) -> None:
    forged = b"Authentication-Results: mx.river.example;\r\n\tspf=pass;\r\n\tdmarc=pass\r\n"
    post(server, MAIL_HOST, HELLO, AUTHOR, forged + letter())
    (mail,) = server.mailboxes[READER]
    assert mail.keys()[:3] == ["Return-Path", "Authentication-Results", "Received"]
    assert len(mail.get_all("Authentication-Results", [])) == 1
    assert "dkim=none" in mail["Authentication-Results"]


def test_results_of_other_hosts_are_left_in_place() -> None:
    others = b"Authentication-Results: mx.river.example.org; spf=pass\r\nSubject: x\r\n\r\n"
    others += b"Authentication-Results: mx.river.example\r\n"  # in the body
    assert without_claims("mx.river.example", others) == others


@pytest.mark.parametrize(
    "name", [b"authentication-results:", b"Authentication-Results :", b"AUTHENTICATION-RESULTS:\r\n "]
)
def test_forged_results_are_found_in_any_form(name: bytes) -> None:
    forged = b"A: 1\r\n" + name + b" mx.river.example 1;\r\n spf=pass\r\nB: 2\r\n\r\nbody"
    assert without_claims("mx.river.example", forged) == b"A: 1\r\nB: 2\r\n\r\nbody"


def test_stranger_writes_no_results_of_his_own() -> None:
    mail = MailObject("", (Recipient(READER),), letter("x; dmarc=pass header.from@y"))
    judged = judge(mail, "a.example; dkim=pass header.d=coremail.cn", STRANGER, Written(""))
    assert results_field("mx.river.example", judged).count(b"pass") == 0


# Who wrote it


@pytest.mark.parametrize(
    ("header", "domain"),
    [
        ("From: <a@Example.ORG>", "example.org"),
        ('From: "x@example.net" <a@example.org>', "example.org"),
        ("From: a@example.org (x@example.net)", "example.org"),
        ("From: <a@example.org>, <b@example.net>", ""),
        ("From: <a@example.org>\r\nFrom: <b@example.net>", ""),
        ("Sender: <a@example.org>", ""),
        ("From: nobody", ""),
    ],
)
def test_author_is_the_one_address_in_the_one_from(header: str, domain: str) -> None:
    assert author_domain(f"{header}\r\n\r\nFrom: <c@example.com>\r\n".encode()) == domain


@given(st.binary(max_size=200), st.text(max_size=30))
@settings(max_examples=50)
def test_any_mail_can_be_judged(content: bytes, hello: str) -> None:
    judged = judge(MailObject("", (Recipient(READER),), b"From: " + content), hello, STRANGER, Written(""))
    assert results_field("mx.river.example", judged).endswith(b"\r\n")


# Keys and signatures


def test_key_is_the_same_in_each_run_and_of_its_size() -> None:
    key = load_pem_private_key(KEY.private, None)
    assert key.key_size == BITS  # type: ignore[union-attr]
    assert key_of.__wrapped__("coremail.cn") == KEY
    assert key_of("another") != KEY
    assert len(KEY.record) <= 255  # octets of one string of a TXT record


def test_signature_is_the_same_in_each_run() -> None:
    assert sign(letter(), "coremail.cn", KEY) == SIGNED


@pytest.mark.parametrize(
    ("canonicalization", "digest"),
    [
        ("simple/simple", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="),
        ("relaxed/relaxed", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    ],
)
def test_hash_of_an_empty_body_is_that_of_the_standard(canonicalization: str, digest: str) -> None:
    header = letter().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    field = sign(header, "coremail.cn", KEY, canonicalization).partition(b": ")[2].partition(b"\r\nDate")[0]
    assert parse_tags(field.decode())["bh"] == digest


def test_signature_holds_for_another_reader_of_the_standard() -> None:
    """Put together by hand what RFC 6376 §3.7 has signed, and let another library check it."""
    field = SIGNED.decode().partition(": ")[2].partition("\r\nDate")[0]
    tags = parse_tags(field)
    header = dict(line.split(": ", 1) for line in letter().decode().partition("\r\n\r\n")[0].split("\r\n"))
    values = {name.lower(): value for name, value in header.items()}
    signed = "".join(f"{name}:{values[name]}\r\n" for name in "".join(tags["h"].split()).split(":"))
    without = " ".join(field.split(" b=")[0].split()) + " b="
    key = load_der_public_key(b64decode(parse_tags(KEY.record)["p"]))
    assert isinstance(key, RSAPublicKey)
    octets = f"{signed}dkim-signature:{without}".encode()
    key.verify(b64decode("".join(tags["b"].split())), octets, PKCS1v15(), SHA256())


def of(message: bytes, names: Any = PUBLISHED) -> list[Signature]:
    return signatures(message, names)


class Silent:
    """A name server that does not answer."""

    def texts(self, name: str) -> list[str]:
        raise LookupFailed("the name server does not answer")


@pytest.mark.parametrize(
    ("message", "names", "signature"),
    [
        pytest.param(SIGNED, PUBLISHED, Signature("coremail.cn", "pass"), id="good"),
        pytest.param(SIGNED + b"x", PUBLISHED, Signature("coremail.cn", "fail", "the body was changed"), id="body"),
        pytest.param(
            SIGNED.replace(b"The key", b"A key"),
            PUBLISHED,
            Signature("coremail.cn", "fail", "the header was changed"),
            id="header",
        ),
        pytest.param(SIGNED, Written(""), Signature("coremail.cn", "permerror", "there is no such key"), id="no key"),
        pytest.param(
            SIGNED,
            Written(f'{KEY_NAME}. TXT "{key_of("another").record}"\n'),
            Signature("coremail.cn", "fail", "the header was changed"),
            id="another key",
        ),
        pytest.param(
            SIGNED, Silent(), Signature("coremail.cn", "temperror", "the name server does not answer"), id="no answer"
        ),
        pytest.param(
            SIGNED.replace(b"rsa-sha256", b"rot13"),
            PUBLISHED,
            Signature("coremail.cn", "permerror", "it is malformed"),
            id="unknown algorithm",
        ),
        pytest.param(
            b"DKIM-Signature: v=1; v=1\r\n\r\n", PUBLISHED, Signature("", "permerror", "it is malformed"), id="tags"
        ),
    ],
)
def test_signature_is_judged_with_its_reason(message: bytes, names: Any, signature: Signature) -> None:
    assert of(message, names) == [signature]


def test_each_signature_is_judged() -> None:
    twice = sign(SIGNED + b"x", "coremail.cn", KEY)
    assert [each.result for each in of(twice)] == ["pass", "fail"]


def test_mail_without_a_signature_has_none() -> None:
    assert of(letter()) == of(b"") == of(b" x\r\n") == of(b"no field\r\n") == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_mail_raises_nothing(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SIGNED) - 1))
    damaged = SIGNED[:place] + data.draw(st.binary(max_size=3)) + SIGNED[place + 1 :]
    assert {each.result for each in of(damaged)} <= {"pass", "fail", "permerror"}


# The exercises


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", [*OF_BLANKS, *OF_WORDS, *HARMLESS], ids=lambda change: change.words)
def test_change_kills_what_it_is_drawn_for(change: Change, kind: str) -> None:
    dies = WhatKills(Random(1))._dies(kind, change)
    assert dies == (change in OF_WORDS or (change in OF_BLANKS and kind == "simple"))


@pytest.mark.parametrize("change", [*OF_BLANKS, *OF_WORDS, *HARMLESS[:3]], ids=lambda change: change.words)
def test_change_changes_the_mail(change: Change) -> None:
    mail = WhatKills(Random(1))._mail
    assert change.made(mail) != mail


@pytest.mark.parametrize("seed", SEEDS)
def test_five_addresses_have_more_than_one_result(seed: int) -> None:
    right = exercise(2, seed).solve()
    assert right.count("fail") >= 1
    assert len(set(right)) > 1


@pytest.mark.parametrize("seed", SEEDS)
def test_six_mails_have_more_than_one_verdict(seed: int) -> None:
    right = exercise(4, seed).solve()
    assert "pass" in right
    assert len(set(right)) > 1


def test_some_learners_meet_a_null_reverse_path() -> None:
    paths = {seed: lines.lines[1] for seed in SEEDS if (lines := exercise(1, seed).lines)}
    null = [seed for seed, line in paths.items() if line == "MAIL FROM:<>"]
    assert 0 < len(null) < len(SEEDS)
    assert {exercise(1, seed).solve()["SPF"] for seed in null} == {"A"}
    assert {exercise(1, seed).solve()["SPF"] for seed in paths if seed not in null} == {"B"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"SPF": "E", "DKIM": "D", "DMARC": "E"}, "Neither SPF nor DKIM asks who is named there"),
        ({"SPF": "C", "DKIM": "D", "DMARC": "E"}, "who gets the mail"),
        ({"SPF": "B", "DKIM": "D", "DMARC": "A"}, "where the reverse-path is null"),
        ({"SPF": "B", "DKIM": "F", "DMARC": "E"}, "where an answer goes"),
    ],
)
def test_wrong_line_is_told_why(said: dict[str, str], why: str, captures: Captures) -> None:
    assert why in said_to(1, said, captures["11"])


def test_right_lines_are_shown_in_the_capture(captures: Captures) -> None:
    mail = next(entry for entry in captures["11"].transcript if entry.verb == "MAIL")
    assert f"frame {mail.frame}." in said_to(1, exercise(1).solve(), captures["11"])


@pytest.mark.parametrize("number", range(5))
def test_wrong_result_is_told_of_its_address(number: int) -> None:
    right = exercise(2).solve()
    said = [*right[:number], "neutral" if right[number] != "neutral" else "pass", *right[number + 1 :]]
    assert said_to(2, said).startswith(f"{'ABCDE'[number]}: not ")


def test_right_results_name_the_terms_that_matched() -> None:
    assert "by `-ip4:" in said_to(2, exercise(2).solve())


@pytest.mark.parametrize(
    ("number", "answer"), [(1, {"SPF": "A"}), (2, ["maybe"] * 5), (3, {"simple": "A"}), (4, ["bounce"] * 6)]
)
def test_answer_of_another_form_cannot_be_read(number: int, answer: Any) -> None:
    assert Lesson("11").check(number, answer).standing is Standing.UNREADABLE


@pytest.mark.parametrize("seed", range(20))
def test_true_reason_that_was_left_out_is_pointed_at(seed: int) -> None:
    made = exercise(5, seed)
    right, lines = made.solve(), made.lines
    assert lines is not None
    said = said_to(5, right[1:], seed=seed)
    assert said.startswith(f"There is another one, among {lines.half(right[0])}. ")
    assert len(said) > 40


def test_reasons_are_shown_as_they_stand() -> None:
    assert [reason.says for reason in REASONS if "`" in reason.says] == []


def test_reasons_are_of_both_kinds() -> None:
    assert {reason.is_true for reason in REASONS} == {True, False}
    assert len({reason.says for reason in REASONS}) == len(REASONS)
