"""Envelope and letter are compared, mailbox by mailbox."""

import pytest

from smtplab.protocol.transactions import Transaction
from smtplab.views.layers import Layers

Recipients = list[tuple[str, int | None]]


def layers(
    header: str, recipients: Recipients, *, reverse_path: str | None = "a@example.org", code: int = 250
) -> Layers:
    content = header.replace("\n", "\r\n").encode() + b"\r\n\r\nbody\r\n"
    return Layers(Transaction(0, reverse_path, recipients, [content], code))


@pytest.mark.parametrize(
    ("header", "recipients", "so"),
    [
        pytest.param("To: b@x.org", [("b@x.org", 250)], "gets a copy that names it", id="To"),
        pytest.param("Cc: b@x.org", [("b@x.org", 251)], "gets a copy that names it", id="Cc"),
        pytest.param(
            "To: c@x.org", [("b@x.org", 250)], "gets a copy that does not name it, as with Bcc", id="no field"
        ),
        pytest.param(
            "Bcc: b@x.org", [("b@x.org", 250)], "gets a copy, and Bcc was left in: every reader sees it", id="Bcc"
        ),
        pytest.param("To: b@x.org", [("b@x.org", 550)], "gets no copy: the server refused it", id="refused"),
        pytest.param("To: b@x.org", [], "is named, but no copy goes there", id="no RCPT"),
        pytest.param("To: b@x.org", [("b@x.org", None)], "gets a copy that names it", id="reply not seen"),
    ],
)
def test_mailbox_is_told_what_follows(header: str, recipients: Recipients, so: str) -> None:
    [mention] = [mention for mention in layers(header, recipients).mentions if mention.mailbox == "b@x.org"]
    assert mention.so == so


def test_nobody_gets_a_message_that_was_refused() -> None:
    refused = layers("To: b@x.org", [("b@x.org", 250)], code=554)
    assert [mention.so for mention in refused.mentions] == ["gets no copy: the server did not take the message"]
    assert refused.fate == "✕ refused with 554"


def test_mailboxes_of_the_envelope_come_first_and_each_once() -> None:
    mentions = layers("To: c@x.org, B@X.ORG\nCc: c@x.org", [("B@x.org", 250)]).mentions
    assert [(mention.mailbox, mention.fields) for mention in mentions] == [
        ("B@x.org", ("To",)),
        ("c@x.org", ("To", "Cc")),
    ]


@pytest.mark.parametrize(
    ("reverse_path", "header", "words"),
    [
        pytest.param("a@example.org", "From: A <a@Example.ORG>", "is the author's mailbox", id="the same"),
        pytest.param("b@example.org", "From: a@example.org", "is not what From says", id="another"),
        pytest.param("", "From: a@example.org", "nobody is told", id="null"),
        pytest.param("a@example.org", "Subject: x", "From is missing", id="no From"),
    ],
)
def test_sender_of_the_envelope_is_compared_with_the_author(reverse_path: str, header: str, words: str) -> None:
    assert words in layers(header, [], reverse_path=reverse_path).about_the_sender


def test_reverse_path_that_was_not_seen_is_not_made_up() -> None:
    unseen = layers("From: a@example.org", [], reverse_path=None)
    assert (unseen.reverse_path, unseen.about_the_sender) == ("(not seen)", "")


def test_lines_that_begin_with_a_dot_have_another_on_the_wire() -> None:
    mail = Layers(Transaction(0, "", [], [b"Subject: x\r\n\r\n.a\r\nb.\r\n..\r\n.\r\n"]))
    assert [tuple(dot) for dot in mail.dot_lines] == [(3, ".a", "..a"), (5, "..", "..."), (6, ".", "..")]
