"""Mail on the disk: whole or not at all, octet for octet, and nowhere but where it belongs."""

import errno
import mailbox
import os
import threading
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from smtplab.net.client import Client
from smtplab.net.mailboxes import Mailboxes
from smtplab.net.server import Server
from smtplab.protocol.client import MessageRefused
from smtplab.protocol.mail import stuff
from tests.net.talker import Talker

ONE, TWO = "test01@coremail.cn", "test02@coremail.cn"


def files(directory: Path) -> list[Path]:
    """Give every file below a directory."""
    return sorted(path for path in directory.rglob("*") if path.is_file())


# Reading


def test_mailbox_is_a_maildir_that_anybody_opens(tmp_path: Path) -> None:
    Mailboxes(tmp_path).deliver({ONE: b"Subject: hello\r\n\r\nbody\r\n"})
    stranger = mailbox.Maildir(tmp_path / ONE, create=False)
    assert [message["Subject"] for message in stranger] == ["hello"]


def test_mailbox_gives_messages_of_the_modern_kind_oldest_first(tmp_path: Path) -> None:
    mailboxes = Mailboxes(tmp_path)
    for number in range(20):
        mailboxes.deliver({ONE: f"Subject: {number}\r\n\r\n".encode()})
    messages = list(mailboxes[ONE])
    assert all(isinstance(message, EmailMessage) for message in messages)
    assert [message["Subject"] for message in messages] == [str(number) for number in range(20)]


def test_mailbox_repr_counts_its_messages(tmp_path: Path) -> None:
    mailboxes = Mailboxes(tmp_path, [ONE, TWO])
    mailboxes.deliver({ONE: b"\r\n"})
    assert repr(mailboxes[ONE]) == "Mailbox(1 message)"
    assert repr(mailboxes[TWO]) == "Mailbox(0 messages)"


def test_mailboxes_are_a_mapping_of_those_that_exist(tmp_path: Path) -> None:
    mailboxes = Mailboxes(tmp_path, [TWO, ONE])
    assert (list(mailboxes), len(mailboxes), ONE in mailboxes) == ([ONE, TWO], 2, True)
    with pytest.raises(KeyError, match=f"there are: {ONE}, {TWO}"):
        mailboxes["nobody@coremail.cn"]


def test_mailboxes_without_names_come_with_their_first_message(tmp_path: Path) -> None:
    mailboxes = Mailboxes(tmp_path / "new")
    assert list(mailboxes) == []
    mailboxes.deliver({ONE: b"\r\n"})
    assert list(mailboxes) == [ONE]
    assert repr(mailboxes) == f"Mailboxes({ONE}: 1)"


def test_mailboxes_mail_for_the_postmaster_can_be_read(tmp_path: Path) -> None:
    """Every server takes it (RFC 5321 §4.5.1), whatever mailboxes it was given."""
    mailboxes = Mailboxes(tmp_path, [ONE])
    mailboxes.deliver({"Postmaster": b"Subject: help\r\n\r\n"})
    assert [message["Subject"] for message in mailboxes["postmaster"]] == ["help"]
    assert repr(mailboxes) == f"Mailboxes(postmaster: 1, {ONE}: 0)"


@pytest.mark.parametrize("other", ["test01@COREMAIL.CN", '"test01"@coremail.cn'])
def test_mailboxes_other_forms_of_one_name_are_one_mailbox(tmp_path: Path, other: str) -> None:
    mailboxes = Mailboxes(tmp_path)
    mailboxes.deliver({other: b"\r\n"})
    assert (list(mailboxes), len(mailboxes[ONE]), len(mailboxes[other])) == ([ONE], 1, 1)


def test_mailboxes_may_be_read_while_mail_comes_in(tmp_path: Path) -> None:
    for number in range(50):
        mailboxes, together = Mailboxes(tmp_path / str(number)), threading.Barrier(2)

        def deliver(mailboxes: Mailboxes = mailboxes, together: threading.Barrier = together) -> None:
            together.wait()
            mailboxes.deliver({ONE: b"\r\n"})

        thread = threading.Thread(target=deliver)
        thread.start()
        together.wait()
        assert len(mailboxes[ONE]) in (0, 1)
        thread.join()
        assert len(mailboxes[ONE]) == 1


# Names of strangers

HOSTILE = [
    '"../../x"@example.org',
    '"/etc/passwd"@example.org',
    '"..\\/.."@example.org',
    '"%2e%2e%2f"@example.org',
    '".."@[127.0.0.1]',
    '"a b\\"c"@example.org',
    '"*?|<>:"@example.org',
    "δοκιμή@παράδειγμα.example",
    '"' + "x" * 62 + '"@' + "d" * 180 + ".example",
    "~root@example.org",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_local_part_stays_inside_the_directory(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "a" / "b"
    mailboxes = Mailboxes(inside)
    mailboxes.deliver({name: b"Subject: x\r\n\r\n"})
    (file,) = files(tmp_path)
    assert file.relative_to(inside).parts[1] == "new"
    assert len(mailboxes[name]) == 1


@pytest.mark.parametrize("name", ["", ".", "..", "../..", "/"])
def test_name_that_is_no_mailbox_stays_inside_the_directory(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "a" / "b"
    mailboxes = Mailboxes(inside)
    assert len(mailboxes[name]) == 0
    assert {path.parent.parent for path in tmp_path.rglob("new")} == {inside}


def test_hostile_local_parts_do_not_meet_in_one_mailbox(tmp_path: Path) -> None:
    mailboxes = Mailboxes(tmp_path)
    mailboxes.deliver({name: name.encode() for name in HOSTILE})
    assert [len(mailboxes[name]) for name in HOSTILE] == [1] * len(HOSTILE)
    assert set(mailboxes) >= {"../../x@example.org", "δοκιμή@παράδειγμα.example"}


# What is on the disk

CONTENTS = [
    pytest.param(b"Subject: x\r\n\r\nbody\r\n", id="text"),
    pytest.param(b"", id="nothing"),
    pytest.param(b".\r\n..\r\n...\r\n.x\r\n", id="dots"),
    pytest.param(bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n", id="every octet"),
    pytest.param(b"a\nb\rc\r\r\n\n\r\n", id="bare CR and LF"),
    pytest.param(b"From x\r\n>From y\r\n", id="From lines"),
    pytest.param(b"x" * 998 + b"\r\n" + b"." * 998 + b"\r\n", id="long lines"),
    pytest.param(b"y" * 99 + b"\r\n" * 50_000, id="large"),
]


@pytest.mark.parametrize("content", CONTENTS)
def test_message_is_stored_as_it_was_sent_behind_two_trace_fields(content: bytes) -> None:
    with Server() as server, Talker(server) as talker:
        talker.say("EHLO client.example", f"MAIL FROM:<{ONE}>", f"RCPT TO:<{TWO}>", "DATA")
        talker.send(stuff(content) + b".\r\n")
        assert talker.replies(1) == [250]
    (file,) = files(server.mailboxes.directory)
    first, second, stored = _split_trace(file.read_bytes())
    assert first == b"Return-Path: <test01@coremail.cn>\r\n"
    assert second.startswith(
        b"Received: from client.example ([127.0.0.1])\r\n\tby mail.coremail.cn with ESMTP id 1;\r\n"
    )
    assert stored == content


def _split_trace(octets: bytes) -> tuple[bytes, bytes, bytes]:
    return_path, _, rest = octets.partition(b"\r\n")
    end = rest.index(b"000\r\n") + 5  # of the time zone
    return return_path + b"\r\n", rest[:end], rest[end:]


def test_message_for_several_is_in_each_mailbox_once() -> None:
    with Server() as server, Client(server) as client:
        client.ehlo()
        client.send_message(ONE, [ONE, TWO, '"test02"@coremail.cn', "test02@COREMAIL.cn"], "Subject: x\n\n")
    assert {name: len(box) for name, box in server.mailboxes.items()} == {ONE: 1, TWO: 1}


def test_message_that_is_discarded_is_nowhere() -> None:
    with Server(discard=True) as server, Client(server) as client:
        client.ehlo()
        assert client.send_message(ONE, [TWO], "Subject: x\n\n") == {}
    assert files(server.mailboxes.directory) == []


# All or nothing


class Disk:
    """A disk that fails at the `fails`-th call of one function of `os`, counted from 1."""

    def __init__(self, real: Callable[..., Any], fails: int) -> None:
        self.real = real
        self.calls_left = fails

    def __call__(self, *arguments: Any) -> Any:
        self.calls_left -= 1
        if self.calls_left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.real(*arguments)


def break_disk(monkeypatch: pytest.MonkeyPatch, function: str, fails: int) -> Disk:
    disk = Disk(getattr(os, function), fails)
    monkeypatch.setattr(f"os.{function}", disk)
    return disk


@pytest.mark.parametrize("function", ["fsync", "rename"])
@pytest.mark.parametrize("fails", range(1, 12))
def test_deliver_on_a_failing_disk_leaves_all_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, fails: int
) -> None:
    mailboxes = Mailboxes(tmp_path, [ONE, TWO])
    disk = break_disk(monkeypatch, function, fails)
    try:
        mailboxes.deliver({ONE: b"one\r\n", TWO: b"two\r\n"})
    except OSError:
        assert files(tmp_path) == []
    else:
        assert disk.calls_left > 0
        assert [path.parent.name for path in files(tmp_path)] == ["new", "new"]


@pytest.mark.parametrize("function", ["fsync", "rename"])
def test_server_on_a_failing_disk_says_451_and_takes_the_next(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    with Server() as server, Client(server) as client:
        client.ehlo()
        break_disk(monkeypatch, function, 1)
        with pytest.raises(MessageRefused, match=r"451 4\.3\.0 Local error in storing"):
            client.send_message(ONE, [TWO], "Subject: lost\n\n")
        client.send_message(ONE, [TWO], "Subject: kept\n\n")
    assert [message["Subject"] for message in server.mailboxes[TWO]] == ["kept"]


def test_server_without_room_for_a_directory_says_451(tmp_path: Path) -> None:
    (tmp_path / "box").write_text("a file where a directory should be")
    with Server(maildir=tmp_path / "box") as server, Client(server) as client:
        client.ehlo()
        with pytest.raises(MessageRefused, match="451"):
            client.send_message(ONE, [TWO], "Subject: x\n\n")


def test_deliver_has_all_on_the_disk_before_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The octets before the name, the name after it, and the directories that are new."""
    done: list[str] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(descriptor: int) -> None:
        done.append(f"fsync {Path(os.readlink(f'/proc/self/fd/{descriptor}')).parts[-1]}")
        fsync(descriptor)

    def noted_rename(old: Path, new: Path) -> None:
        done.append("rename")
        rename(old, new)

    monkeypatch.setattr("os.fsync", noted_fsync)
    monkeypatch.setattr("os.rename", noted_rename)
    mailboxes = Mailboxes(tmp_path / "box")
    mailboxes.deliver({ONE: b"\r\n"})
    first = done.copy()
    done.clear()
    mailboxes.deliver({ONE: b"\r\n"})
    again = [step if not step.endswith(".smtplab") else "fsync message" for step in done]
    assert again == ["fsync message", "rename", "fsync new"]
    assert first[-2:] == ["rename", "fsync new"]
    assert {f"fsync {ONE}", "fsync box"} <= set(first)
