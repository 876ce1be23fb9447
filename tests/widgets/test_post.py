"""Which mailbox and which message are selected."""

from pathlib import Path

import pytest

from smtplab.net.mailboxes import Mailboxes
from smtplab.widgets.post import SHOWN, Post

A, B = "a@example.org", "b@example.org"


@pytest.fixture
def mailboxes(tmp_path: Path) -> Mailboxes:
    return Mailboxes(tmp_path, [A, B])


def deliver(mailboxes: Mailboxes, name: str, subject: str) -> None:
    mailboxes.deliver({name: f"From: c@x.org\r\nSubject: {subject}\r\n\r\n".encode()})


def subject(post: Post) -> str:
    message = post.message()
    return message.values("Subject")[0] if message else ""


def test_nothing_there_selects_the_first_mailbox_and_no_message(mailboxes: Mailboxes) -> None:
    post = Post(mailboxes)
    post.settle()
    assert (post.mailbox, post.key, post.letters(), post.message()) == (A, "", [], None)


def test_no_mailboxes_select_nothing(tmp_path: Path) -> None:
    post = Post(Mailboxes(tmp_path))
    post.settle()
    assert (post.mailbox, post.boxes(), post.letters(), post.message()) == ("", [], [], None)


def test_what_came_last_is_selected_as_long_as_nobody_chooses(mailboxes: Mailboxes) -> None:
    post = Post(mailboxes)
    for name, text in ((A, "1"), (B, "2"), (A, "3")):
        deliver(mailboxes, name, text)
        post.settle()
        assert (post.mailbox, subject(post)) == (name, text)


def test_chosen_mailbox_stays_and_shows_what_came_last_in_it(mailboxes: Mailboxes) -> None:
    post = Post(mailboxes)
    post.open_mailbox(B)
    for name, text in ((B, "1"), (A, "2"), (B, "3"), (A, "4")):
        deliver(mailboxes, name, text)
    post.settle()
    assert (post.mailbox, subject(post)) == (B, "3")


def test_chosen_message_stays_when_others_come(mailboxes: Mailboxes) -> None:
    post = Post(mailboxes)
    deliver(mailboxes, A, "1")
    post.settle()
    post.open_letter(post.letters()[0].key)
    deliver(mailboxes, A, "2")
    post.settle()
    assert subject(post) == "1"


def test_message_that_is_gone_is_left_for_another(mailboxes: Mailboxes) -> None:
    post = Post(mailboxes)
    for text in "12":
        deliver(mailboxes, A, text)
    post.settle()
    post.open_letter(post.key)
    mailboxes[A].remove(post.key)
    assert post.message() is None
    post.settle()
    assert subject(post) == "1"


def test_messages_are_listed_the_newest_first(mailboxes: Mailboxes) -> None:
    post = Post(mailboxes)
    for text in "123":
        deliver(mailboxes, A, text)
    post.settle()
    assert [letter.line for letter in post.letters()] == [f"c@x.org — {text}" for text in "321"]
    assert post.boxes() == [(A, 3), (B, 0)]


def test_message_without_fields_is_listed(mailboxes: Mailboxes) -> None:
    mailboxes.deliver({A: b"\r\n"})
    post = Post(mailboxes)
    post.settle()
    assert post.letters()[0].line == "(no From) — (no Subject)"


def test_full_mailbox_lists_what_came_last(mailboxes: Mailboxes) -> None:
    for number in range(SHOWN + 3):
        deliver(mailboxes, A, str(number))
    post = Post(mailboxes)
    post.settle()
    assert (len(post.letters()), post.letters()[0].line) == (SHOWN, f"c@x.org — {SHOWN + 2}")


def test_next_mailbox_goes_round(mailboxes: Mailboxes) -> None:
    post = Post(mailboxes)
    post.settle()
    seen = []
    for _ in "123":
        post.next_mailbox()
        seen.append(post.mailbox)
    assert seen == [B, A, B]


def test_step_goes_to_older_and_newer_messages_and_no_further(mailboxes: Mailboxes) -> None:
    for text in "123":
        deliver(mailboxes, A, text)
    post = Post(mailboxes)
    post.settle()
    seen = []
    for by in (1, 1, 1, -1, -1, -1):
        post.step(by)
        seen.append(subject(post))
    assert seen == ["2", "1", "1", "2", "3", "3"]


def test_step_where_there_is_nothing_does_nothing(tmp_path: Path) -> None:
    post = Post(Mailboxes(tmp_path))
    post.step(1)
    post.next_mailbox()
    assert (post.mailbox, post.key) == ("", "")
