"""The outgoing queue, among real mail hosts and a real name server on loopback. RFC 5321 §4.5.4.1, §5.1, §6.1."""

import email
import email.policy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage, Message
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.net import private_network
from smtplab.net.clocks import FakeClock
from smtplab.net.dns import NameServer
from smtplab.net.queue import Queue, run
from smtplab.net.resolver import Resolver
from smtplab.net.server import Server
from smtplab.net.spool import InUse
from smtplab.net.timeline import Event, What
from smtplab.net.zones import Zones
from smtplab.protocol.hooks import DropConnection, Greylist
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.replies import GREYLISTED, Reply
from smtplab.protocol.retry import Schedule
from smtplab.protocol.states import END_OF_DATA
from tests.net.relays import DROP, Relay, Scripted, common_port

MX1, MX2, HOME, DEAD = "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.9"  # nobody listens at the last

ZONES = """
$ORIGIN coremail.cn.
@        MX     10 mx1
         MX     20 mx2
mx1      A      127.0.0.2
mx2      A      127.0.0.3
$ORIGIN test.
home     MX     10 mail.home
mail.home  A    127.0.0.4
half     MX     10 dead
         MX     20 mx2.coremail.cn.
gone     MX     10 dead
dead     A      127.0.0.9
equal    MX     10 mx1.coremail.cn.
         MX     10 mx2.coremail.cn.
addressed  A    127.0.0.2
alias    CNAME  coremail.cn.
six      AAAA   ::1
null     MX     0 .
own      MX     10 mail
         MX     20 mx1.coremail.cn.
far      MX     10 far.away
far.away A      192.0.2.25
"""
NINE = datetime(2024, 5, 1, 9, tzinfo=UTC)
ALICE, BOB, CAROL = "alice@home.test", "bob@coremail.cn", "carol@coremail.cn"
CONTENT = b"Subject: Hello\r\nFrom: alice@home.test\r\n\r\nA line.\r\n.\r\n..dots\r\n"


class World:
    """A name server, a queue and its clock; the hosts are up to each test."""

    def __init__(self, names: NameServer, directory: Path) -> None:
        self.names = names
        self.directory = directory
        self.clock = FakeClock(NINE)
        self.port = common_port("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.9", "::1")
        self.queue = self.new_queue()

    def new_queue(self, schedule: Schedule | None = None) -> Queue:
        return Queue(
            Resolver(self.names),
            self.directory,
            domain="mail.test",
            port=self.port,
            schedule=schedule,
            clock=self.clock,
            random=Random(1),
            timeout=5.0,
        )

    def send(
        self,
        *forward_paths: str | Recipient,
        reverse_path: str = ALICE,
        content: bytes = CONTENT,
        parameters: dict[str, str] | None = None,
        until: timedelta = timedelta(0),
    ) -> list[Event]:
        """Put a mail into the queue, let the queue work, and give the events."""
        recipients = tuple(path if isinstance(path, Recipient) else Recipient(path) for path in forward_paths)
        self.queue.put(MailObject(reverse_path, recipients, content, parameters or {}))
        self.queue.run(NINE + until)
        return self.queue.events

    def server(self, host: str, **settings: object) -> Server:
        return Server(host=host, port=self.port, clock=self.clock, **settings)  # type: ignore[arg-type]

    def scripted(self, host: str, **script: list[str]) -> Scripted:
        return Scripted(host, self.port, **script)


@contextmanager
def world_of(names: NameServer, directory: Path) -> Iterator[World]:
    world = World(names, directory)
    yield world
    world.queue.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with NameServer(ZONES, failing=["failing.test"]) as names, world_of(names, tmp_path / "queue") as world:
        yield world


def contents(server: Server, name: str) -> list[bytes]:
    """Give what lies in a mailbox, oldest first, without the trace fields of the delivery."""
    if name not in server.mailboxes:
        return []
    box = server.mailboxes[name]
    return [strip_trace(box.get_bytes(key)) for key in box.iterkeys()]


def strip_trace(message: bytes) -> bytes:
    lines = message.splitlines(keepends=True)
    assert lines[0].startswith(b"Return-Path: <")
    assert lines[1].startswith(b"Received: from mail.test")
    return b"".join(lines[4:])


def whats(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.what, event.recipient) for event in events]


def bounce(server: Server, name: str = ALICE) -> tuple[EmailMessage, list[Message]]:
    """Give the one notification in a mailbox, and the groups of its fields."""
    (content,) = contents(server, name)
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message, fields_of(content)


def fields_of(notification: bytes) -> list[Message]:
    """Give the fields of a notification: those of the message, then a group for each recipient."""
    message = email.message_from_bytes(notification, policy=email.policy.default)
    status = message.get_payload(1)
    assert isinstance(status, EmailMessage)
    groups = status.get_payload()
    assert isinstance(groups, list)
    return [group for group in groups if isinstance(group, Message)]


# Where it goes


@pytest.mark.parametrize(
    ("forward_path", "host"),
    [
        pytest.param(BOB, MX1, id="the best MX"),
        pytest.param("bob@half.test", MX2, id="the second MX where the first is dead"),
        pytest.param("bob@addressed.test", MX1, id="A only"),
        pytest.param("bob@alias.test", MX1, id="CNAME"),
        pytest.param("bob@[127.0.0.3]", MX2, id="IPv4 literal"),
        pytest.param("bob@six.test", "::1", id="AAAA only"),
        pytest.param("bob@[IPv6:::1]", "::1", id="IPv6 literal"),
        pytest.param("bob@CoreMail.CN", MX1, id="domain in any case"),
    ],
)
def test_mail_goes_to_the_host_of_the_domain(world: World, forward_path: str, host: str) -> None:
    with world.server(host) as server:
        world.send(forward_path)
        assert contents(server, forward_path) == [CONTENT]
    assert len(world.queue) == 0
    assert [path.name for path in world.directory.iterdir()] == ["lock"]


def test_best_host_is_asked_first_though_others_listen(world: World) -> None:
    with world.server(MX1) as first, world.server(MX2) as second:
        world.send(BOB)
        assert (len(contents(first, BOB)), len(contents(second, BOB))) == (1, 0)


def test_hosts_of_one_preference_share_the_load(world: World) -> None:
    with world.server(MX1) as first, world.server(MX2) as second:
        for _ in range(20):
            world.send("bob@equal.test")
        shares = [len(contents(server, "bob@equal.test")) for server in (first, second)]
    assert sum(shares) == 20
    assert min(shares) > 3


def test_dead_host_and_the_next_are_on_the_timeline(world: World) -> None:
    with world.server(MX2, domain="mx2.coremail.cn"):
        events = world.send("bob@half.test")
    assert [str(event) for event in events] == [
        "2024-05-01 09:00:00  0001  queued  <bob@half.test>",
        "2024-05-01 09:00:00  0001  tried  <bob@half.test>  dead.test [127.0.0.9]  nobody listens there",
        "2024-05-01 09:00:00  0001  delivered  <bob@half.test>  mx2.coremail.cn [127.0.0.3]  250 2.0.0 Queued as 1",
    ]
    assert events[-1].reply == Reply(250, "2.0.0", "Queued as 1")


@pytest.mark.parametrize(
    ("forward_path", "status"),
    [
        pytest.param("bob@null.test", "5.1.10", id="null MX"),
        pytest.param("bob@nowhere.test", "5.1.2", id="no such domain"),
        pytest.param("bob@own.test", "5.4.6", id="we are its best MX"),
        pytest.param("bob@far.test", "5.4.4", id="another machine"),
        pytest.param("bob@[192.0.2.25]", "5.4.4", id="another machine, by address"),
        pytest.param("postmaster", "5.1.2", id="no domain"),
    ],
)
def test_mail_that_nobody_may_take_is_bounced_into_the_senders_mailbox(
    world: World, forward_path: str, status: str
) -> None:
    with world.server(HOME) as home:
        world.send(forward_path)
        _, (_, fields) = bounce(home)
    assert fields["Final-Recipient"] == f"rfc822; {forward_path}"
    assert (fields["Action"], fields["Status"]) == ("failed", status)
    assert len(world.queue) == 0


def test_domain_that_cannot_be_looked_up_is_tried_again(world: World) -> None:
    events = world.send("bob@failing.test")
    assert whats(events)[-1] == ("deferred", "bob@failing.test")
    world.names.failing.clear()
    world.names.zones = Zones("failing.test. A 127.0.0.2")
    with world.server(MX1) as server:
        world.queue.run(NINE + timedelta(minutes=30))
        assert contents(server, "bob@failing.test") == [CONTENT]


# One transaction


def test_recipients_of_one_domain_share_a_transaction(world: World) -> None:
    with world.scripted(MX1) as server:
        world.send(BOB, CAROL)
    assert [line.partition(":")[0] for line in server.lines] == [
        "EHLO mail.test", "MAIL FROM", "RCPT TO", "RCPT TO", "DATA", "QUIT",
    ]  # fmt: skip
    assert server.taken == [CONTENT]


def test_recipients_of_two_domains_get_a_transaction_each(world: World) -> None:
    with world.server(MX1) as server, world.server(HOME) as home:
        world.send(BOB, ALICE)
        assert (len(contents(server, BOB)), len(contents(home, ALICE))) == (1, 1)
        assert contents(server, ALICE) == []


def test_recipient_named_twice_gets_one_copy(world: World) -> None:
    with world.server(MX1) as server:
        world.send(BOB, BOB)
        assert contents(server, BOB) == [CONTENT]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\r\n", id="an empty header"),
        pytest.param(b".\r\n..\r\n...\r\n", id="dots"),
        pytest.param("Subject: x\r\n\r\n你好\r\n".encode(), id="UTF-8"),
        pytest.param(b"Subject: x\r\n\r\n" + b"x" * 998 + b"\r\n", id="the longest line"),
        pytest.param(b"Subject: x\r\n\r\na\nb\0c" + b"x" * 2000, id="binary"),
        pytest.param(b"Subject: x\r\n\r\n" + b"0123456789abcde\r\n" * 40_000, id="680 kB"),
    ],
)
def test_message_arrives_octet_for_octet(world: World, content: bytes) -> None:
    with world.server(MX1) as server:
        world.send(BOB, content=content)
        assert contents(server, BOB) == [content]


def test_queue_with_a_source_calls_from_there(world: World) -> None:
    called_from: list[str] = []
    with world.server(HOME) as home:
        home.taps = [lambda client, server, happening, octets: called_from.append(client[0])]
        queue = Queue(Resolver(world.names), port=world.port, source=MX1, clock=world.clock)
        with queue:
            queue.put(MailObject("", (Recipient(ALICE),), CONTENT))
            queue.run(NINE)
    assert set(called_from) == {MX1}


def test_session_begins_tls_where_it_is_offered(world: World) -> None:
    with world.server(MX1, tls="starttls") as server:
        world.send(BOB)
        (message,) = server.mailboxes[BOB]
    assert "with ESMTPS id" in message["Received"]


def test_session_goes_on_in_clear_text_where_tls_is_refused(world: World) -> None:
    script = {"EHLO": ["250-scripted.test\r\n250 STARTTLS"], "STARTTLS": ["454 4.7.0 No TLS now"]}
    with world.scripted(MX1, **script) as server:
        world.send(BOB)
    assert server.taken == [CONTENT]


def test_server_that_knows_no_ehlo_is_told_helo(world: World) -> None:
    with world.scripted(MX1, EHLO=["502 What?"]) as server:
        world.send(BOB)
    assert server.lines[:2] == ["EHLO mail.test", "HELO mail.test"]
    assert server.taken == [CONTENT]


# Not now


def test_greylisted_mail_is_delivered_once_half_an_hour_later(world: World) -> None:
    greylist = Greylist(seconds=300, clock=lambda: world.clock().timestamp())
    with world.server(MX1, hooks=[greylist]) as server:
        events = world.send(BOB, until=timedelta(days=6))
        assert contents(server, BOB) == [CONTENT]
    assert [(event.time - NINE, event.what, event.reply) for event in events if event.what != What.QUEUED] == [
        (timedelta(0), What.TRIED, GREYLISTED),
        (timedelta(0), What.TRIED, None),  # the second host is dead
        (timedelta(0), What.DEFERRED, None),
        (timedelta(minutes=30), What.DELIVERED, Reply(250, "2.0.0", "Queued as 1")),
    ]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param({"greeting": ["421 Busy"]}, id="greeting 421"),
        pytest.param({"greeting": ["554 No SMTP service here"]}, id="greeting 554"),
        pytest.param({"greeting": [DROP]}, id="closed before the greeting"),
        pytest.param({"greeting": ["hello"]}, id="no SMTP at all"),
        pytest.param({"EHLO": ["550 Not you"]}, id="EHLO 550"),
        pytest.param({"EHLO": [DROP]}, id="closed at EHLO"),
        pytest.param({"MAIL": ["451 Later"]}, id="MAIL 451"),
        pytest.param({"MAIL": [DROP]}, id="closed at MAIL"),
        pytest.param({"RCPT": ["450 Later"]}, id="RCPT 450"),
        pytest.param({"RCPT": ["552 Too many recipients"]}, id="RCPT 552"),
        pytest.param({"RCPT": ["421 Bye"]}, id="RCPT 421"),
        pytest.param({"RCPT": [DROP]}, id="closed at RCPT"),
        pytest.param({"DATA": ["451 Later"]}, id="DATA 451"),
        pytest.param({"DATA": [DROP]}, id="closed at DATA"),
        pytest.param({"message": ["452 Full"]}, id="message 452"),
    ],
)
def test_host_that_cannot_take_it_now_leaves_it_to_the_next(world: World, script: dict[str, list[str]]) -> None:
    with world.scripted(MX1, **script), world.server(MX2) as second:
        world.send(BOB)
        assert contents(second, BOB) == [CONTENT]
    assert len(world.queue) == 0


def test_one_recipient_put_off_does_not_hold_up_the_others(world: World) -> None:
    with world.scripted(MX1, RCPT=["450 Later", "250 OK", "250 OK"]) as server:
        events = world.send(BOB, CAROL, until=timedelta(minutes=30))
    assert [(event.time - NINE, event.recipient) for event in events if event.what is What.DELIVERED] == [
        (timedelta(0), CAROL),
        (timedelta(minutes=30), BOB),
    ]
    assert len(server.taken) == 2


def test_all_hosts_down_is_tried_again_by_the_schedule(world: World) -> None:
    events = world.send("bob@gone.test", until=timedelta(hours=3))
    ages = [event.time - NINE for event in events if event.what is What.TRIED]
    assert ages == [timedelta(0), timedelta(minutes=30), timedelta(minutes=150)]
    assert world.queue.next_due() == NINE + timedelta(minutes=270)


def test_host_at_which_nobody_answers_is_left_alone_by_other_mails(world: World) -> None:
    with world.server(MX2):
        world.send("bob@half.test")
        world.clock.wait_until(NINE + timedelta(minutes=29))
        world.queue.put(MailObject(ALICE, (Recipient("carol@half.test"),), CONTENT))
        world.queue.run(world.clock())
        world.clock.wait_until(NINE + timedelta(minutes=30))
        world.queue.put(MailObject(ALICE, (Recipient("dave@half.test"),), CONTENT))
        world.queue.run(world.clock())
    assert [event.text for event in world.queue.events if event.what is What.TRIED] == [
        "nobody listens there",
        "nobody answered at 09:00: not called again yet",
        "nobody listens there",
    ]


def test_silent_host_is_given_up_after_the_timeout(world: World) -> None:
    world.queue.close()
    world.queue = Queue(Resolver(world.names), domain="mail.test", port=world.port, clock=world.clock, timeout=0.7)
    with world.scripted(MX1, greeting=["220-wait"]), world.server(MX2) as second:
        world.send(BOB)
        assert contents(second, BOB) == [CONTENT]


# Lost after the dot


def test_message_answered_with_354_is_tried_again_at_the_same_host(world: World) -> None:
    with world.scripted(MX1, message=["354 Go on and on"]) as server, world.server(MX2) as second:
        world.send(BOB, until=timedelta(minutes=30))
        assert contents(second, BOB) == []
    assert server.taken == [CONTENT, CONTENT]


def test_connection_lost_after_the_dot_is_tried_again_and_makes_a_second_copy(world: World) -> None:
    with world.server(MX1, hooks=[DropConnection(END_OF_DATA)]) as server, world.server(MX2) as second:
        events = world.send(BOB, until=timedelta(minutes=30))
        assert contents(server, BOB) == [CONTENT, CONTENT]
        assert contents(second, BOB) == []  # the next host is not asked: it would make a second copy at once
    lost = next(event for event in events if event.what is What.TRIED)
    assert "it may have the message" in lost.text


@pytest.mark.parametrize("quit", ["421 Bye", "554 No", DROP])
def test_trouble_after_the_250_makes_no_second_copy(world: World, quit: str) -> None:
    with world.scripted(MX1, QUIT=[quit]) as server:
        world.send(BOB, until=timedelta(days=6))
    assert server.taken == [CONTENT]


# Never


@pytest.mark.parametrize(
    ("script", "reply"),
    [
        pytest.param({"MAIL": ["550 5.7.1 Not from you"]}, "550 5.7.1 Not from you", id="MAIL"),
        pytest.param({"RCPT": ["550 5.1.1 No such mailbox"]}, "550 5.1.1 No such mailbox", id="RCPT"),
        pytest.param({"DATA": ["554 5.5.1 No"]}, "554 5.5.1 No", id="DATA"),
        pytest.param({"message": ["554 5.6.0 I don't like it"]}, "554 5.6.0 I don't like it", id="message"),
        pytest.param({"message": ["554 gr\udcfc\udcdf"]}, "554 gr\\xfc\\xdf", id="no UTF-8"),
        pytest.param({"message": ["554-5.6.0 I\r\n554 5.6.0 mind"]}, "554-5.6.0 I 554 5.6.0 mind", id="two lines"),
    ],
)
def test_refusal_for_good_is_bounced_and_no_other_host_asked(
    world: World, script: dict[str, list[str]], reply: str
) -> None:
    with world.scripted(MX1, **script) as first, world.scripted(MX2) as second, world.server(HOME) as home:
        world.send(BOB)
        _, (_, fields) = bounce(home)
    assert fields["Diagnostic-Code"] == f"smtp; {reply}"
    assert fields["Remote-MTA"] == "dns; mx1.coremail.cn"
    assert second.lines == []
    assert len(first.taken) == ("message" in script)


def test_all_hosts_that_let_nobody_in_are_a_failure(world: World) -> None:
    closed = {"greeting": ["554 5.3.2 No SMTP service here"]}
    with world.scripted(MX1, **closed), world.scripted(MX2, **closed), world.server(HOME) as home:
        world.send(BOB)
        _, (_, fields) = bounce(home)
    assert fields["Status"] == "5.3.2"


def test_one_recipient_refused_is_bounced_and_the_other_served_once(world: World) -> None:
    with world.server(MX1, mailboxes=[CAROL]) as server, world.server(HOME) as home:
        world.send(BOB, CAROL, until=timedelta(days=6))
        _, (_, *groups) = bounce(home)
        assert contents(server, CAROL) == [CONTENT]
    assert [group["Final-Recipient"] for group in groups] == [f"rfc822; {BOB}"]


def test_message_that_the_server_has_no_extension_for_is_bounced(world: World) -> None:
    plain = {"EHLO": ["250 scripted.test"]}
    with world.scripted(MX1, **plain), world.scripted(MX2, **plain), world.server(HOME) as home:
        world.send(BOB, content="Subject: x\r\n\r\n你好\r\n".encode())
        _, (_, fields) = bounce(home)
    assert fields["Status"] == "5.6.3"


def test_mail_is_given_up_after_five_days_and_the_reason_told(world: World) -> None:
    with world.server(HOME) as home:
        events = world.send("bob@gone.test", until=timedelta(days=7))
        message, (_, fields) = bounce(home)
    failed = next(event for event in events if event.what is What.FAILED)
    assert failed.time - NINE == timedelta(days=5, minutes=30)
    assert (message["Subject"], fields["Action"], fields["Status"]) == ("Undelivered mail", "failed", "4.4.1")
    assert len(world.queue) == 0


def test_schedule_is_data(world: World) -> None:
    world.queue.close()
    world.queue = world.new_queue(Schedule((timedelta(minutes=1),), give_up_after=timedelta(minutes=2)))
    events = world.send("bob@gone.test", until=timedelta(minutes=2))
    assert [event.time - NINE for event in events if event.what is What.TRIED and event.message == "0001"] == [
        timedelta(minutes=minutes) for minutes in range(3)
    ]


# What the sender is told


def test_bounce_has_a_null_reverse_path_and_the_whole_message_if_asked_for(world: World) -> None:
    with world.server(HOME) as home:
        world.send("bob@null.test", parameters={"RET": "FULL", "ENVID": "QQ314"})
        message, (fields, _) = bounce(home)
        (stored,) = home.mailboxes[ALICE]
    assert stored["Return-Path"] == "<>"
    assert fields["Original-Envelope-Id"] == "QQ314"
    returned = list(message.iter_parts())[2]
    assert returned.get_content_type() == "message/rfc822"


def test_bounce_that_cannot_be_delivered_is_dropped(world: World) -> None:
    with world.server(HOME, mailboxes=[]) as home:
        events = world.send("bob@null.test", until=timedelta(days=6))
        assert contents(home, ALICE) == []
    assert [(event.message, event.what) for event in events[-3:]] == [
        ("0001.1", What.TRIED),
        ("0001.1", What.FAILED),
        ("0001.1", What.DROPPED),
    ]
    assert len(world.queue) == 0


def test_notify_never_is_respected(world: World) -> None:
    with world.server(HOME) as home:
        events = world.send(Recipient("bob@null.test", {"NOTIFY": "NEVER"}))
        assert contents(home, ALICE) == []
    assert events[-1].what is What.FAILED
    assert len(world.queue) == 0


def test_delay_is_told_once_to_a_sender_who_asks(world: World) -> None:
    with world.server(HOME) as home:
        world.send(Recipient("bob@gone.test", {"NOTIFY": "DELAY"}), until=timedelta(days=7))
        message, (_, fields) = bounce(home)
    assert (message["Subject"], fields["Action"], fields["Status"]) == ("Delayed mail", "delayed", "4.4.1")
    assert fields["Will-Retry-Until"] == "Mon, 06 May 2024 09:00:00 +0000"


@pytest.mark.parametrize(
    ("extensions", "told"), [pytest.param(["DSN"], 0, id="with DSN"), pytest.param([], 1, id="without DSN")]
)
def test_success_is_told_by_the_last_server_that_can(world: World, extensions: list[str], told: int) -> None:
    with world.server(MX1, extensions=extensions), world.server(HOME) as home:
        world.send(Recipient(BOB, {"NOTIFY": "SUCCESS"}))
        assert len(contents(home, ALICE)) == told


def test_relayed_mail_is_told_with_the_reply(world: World) -> None:
    with world.scripted(MX1), world.server(HOME) as home:
        world.send(Recipient(BOB, {"NOTIFY": "SUCCESS"}))
        message, (_, fields) = bounce(home)
    assert (message["Subject"], fields["Action"], fields["Status"]) == ("Relayed mail", "relayed", "2.0.0")
    assert fields["Diagnostic-Code"] == "smtp; 250 Taken"


def test_parameters_of_dsn_go_along_where_they_are_known(world: World) -> None:
    recipient = Recipient(BOB, {"NOTIFY": "FAILURE", "ORCPT": "rfc822;bob@alias.test"})
    with world.scripted(MX1, EHLO=["250-scripted.test\r\n250 DSN"]) as server:
        world.send(recipient, parameters={"RET": "HDRS", "ENVID": "QQ314"})
        world.send(recipient, parameters={"RET": "HDRS", "ENVID": "QQ314"})
    assert [line for line in server.lines if ":" in line] == [
        f"MAIL FROM:<{ALICE}> RET=HDRS ENVID=QQ314",
        f"RCPT TO:<{BOB}> NOTIFY=FAILURE ORCPT=rfc822;bob@alias.test",
        f"MAIL FROM:<{ALICE}> SIZE={len(CONTENT)}",
        f"RCPT TO:<{BOB}>",
    ]


# Several hosts


def test_mail_hops_over_two_relays(world: World) -> None:
    onward = Queue(
        Resolver(world.names, source=MX2), domain="mx2.coremail.cn", port=world.port, own=[MX2], clock=world.clock
    )
    backup = Relay(onward, host=MX2, port=world.port, domain="mx2.coremail.cn", clock=world.clock)
    with onward, backup:
        world.send(BOB)  # mx1 is down
        assert len(world.queue) == 0
        assert len(onward) == 1
        with world.server(MX1) as server:
            run([world.queue, onward], NINE + timedelta(hours=1))
            box = server.mailboxes[BOB]
            (message,) = box
            (octets,) = (box.get_bytes(key) for key in box.iterkeys())
    assert [line.partition("\tby ")[0] for line in map(str, message.get_all("Received", []))] == [
        "from mx2.coremail.cn ([127.0.0.1])",
        "from mail.test ([127.0.0.1])",
    ]
    assert octets.endswith(CONTENT)


def test_mail_that_goes_round_in_circles_is_bounced(world: World) -> None:
    """A mail host that does not know its own name sends the mail to the best host of the domain: to itself."""
    confused = Queue(Resolver(world.names), domain="confused.test", port=world.port, clock=world.clock)
    relay = Relay(confused, host=MX1, port=world.port, domain="confused.test", clock=world.clock)
    with confused, relay, world.server(HOME) as home:
        world.send(BOB)
        run([world.queue, confused], NINE)
        box = home.mailboxes[ALICE]
        (notification,) = (box.get_bytes(key) for key in box.iterkeys())
    _, fields = fields_of(notification)
    assert (fields["Final-Recipient"], fields["Status"]) == (f"rfc822; {BOB}", "5.4.6")
    assert len(confused) == 0


def test_several_queues_work_in_order_of_time(world: World) -> None:
    with Queue(Resolver(world.names), domain="b.test", port=world.port, clock=world.clock) as other:
        other.put(MailObject(ALICE, (Recipient("bob@gone.test"),), CONTENT))
        world.clock.wait_until(NINE + timedelta(minutes=10))
        world.queue.put(MailObject(ALICE, (Recipient("bob@gone.test"),), CONTENT))
        run([world.queue, other], NINE + timedelta(minutes=40))
        tried = [event for event in world.queue.events + other.events if event.what is What.TRIED]
    assert sorted((event.time - NINE).total_seconds() / 60 for event in tried) == [10, 10, 40, 40]


def test_whole_world_fits_into_a_private_network() -> None:
    try:
        network = private_network.shared()
    except PermissionError as refusal:
        pytest.skip(str(refusal))
    clock = FakeClock(NINE)
    with (
        NameServer(ZONES, network=network) as names,
        Server(host=MX1, port=25, network=network, clock=clock) as server,
        Queue(Resolver(names), domain="mail.test", network=network, clock=clock) as queue,
    ):
        queue.put(MailObject(ALICE, (Recipient(BOB),), CONTENT))
        queue.run(NINE)
        assert contents(server, BOB) == [CONTENT]


# The queue itself


def test_queue_without_work_does_nothing(world: World) -> None:
    assert world.queue.next_due() is None
    assert not world.queue.step()
    world.queue.run(NINE + timedelta(days=1))
    assert world.clock() == NINE


def test_step_before_its_time_does_nothing(world: World) -> None:
    world.send("bob@gone.test")
    before = len(world.queue.events)
    assert not world.queue.step()
    assert len(world.queue.events) == before


def test_new_queue_takes_up_where_the_last_one_stopped(world: World) -> None:
    world.send("bob@gone.test", Recipient(BOB, {"NOTIFY": "FAILURE"}), until=timedelta(hours=1))
    world.queue.close()
    world.queue = world.new_queue()
    assert world.queue.next_due() == NINE + timedelta(minutes=150)
    assert repr(world.queue) == "Queue(mail.test, 1 waiting)"
    with world.server(DEAD) as dead, world.server(MX1) as server:
        world.queue.run(NINE + timedelta(minutes=150))
        assert contents(dead, "bob@gone.test") == contents(server, BOB) == [CONTENT]
    assert world.queue.put(MailObject(ALICE, (Recipient(BOB),), CONTENT)) == "0002"


def test_two_queues_cannot_share_a_directory(world: World) -> None:
    with pytest.raises(InUse, match="another queue"):
        world.new_queue()


def test_queue_refuses_a_file_that_is_no_envelope(world: World) -> None:
    world.queue.close()
    (world.directory / "0001.json").write_text("{}")
    with pytest.raises(ValueError, match="no envelope"):
        world.new_queue()
    (world.directory / "0001.json").unlink()
    world.queue = world.new_queue()


@pytest.mark.parametrize(
    ("mail", "problem"),
    [
        pytest.param(MailObject(ALICE, (), CONTENT), "needs a recipient", id="no recipient"),
        pytest.param(MailObject("a\r\nRSET@b", (Recipient(BOB),), CONTENT), "line end", id="reverse-path"),
        pytest.param(MailObject(ALICE, (Recipient("a\nb@c"),), CONTENT), "line end", id="forward-path"),
        pytest.param(MailObject(ALICE, (Recipient(BOB, {"NOTIFY": "a\r"}),), CONTENT), "line end", id="parameter"),
    ],
)
def test_mail_that_cannot_be_sent_is_not_taken(world: World, mail: MailObject, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        world.queue.put(mail)
    assert len(world.queue) == 0


def test_mails_may_come_from_several_threads(world: World) -> None:
    def put() -> None:
        for _ in range(10):
            world.queue.put(MailObject(ALICE, (Recipient(BOB),), CONTENT))

    threads = [threading.Thread(target=put) for _ in range(4)]
    with world.server(MX1) as server:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or len(world.queue):
            world.queue.step()
        assert len(contents(server, BOB)) == 40


def test_queue_by_the_clock_of_the_machine_delivers_at_once(world: World) -> None:
    with Queue(Resolver(world.names), domain="mail.test", port=world.port) as queue, world.server(MX1) as server:
        queue.put(MailObject(ALICE, (Recipient(BOB),), CONTENT))
        queue.run(datetime.now(UTC))
        assert contents(server, BOB) == [CONTENT]


# Whatever the hosts say

NOT_NOW = ["421 Bye", "450 Later", DROP]
ANYTHING = {
    "greeting": ["220 Welcome", "554 No service", *NOT_NOW],
    "EHLO": ["250 scripted.test", "502 What?", "550 Not you", *NOT_NOW],
    "HELO": ["250 scripted.test", "550 Not you", *NOT_NOW],
    "MAIL": ["250 OK", "550 Not from you", *NOT_NOW],
    "RCPT": ["250 OK", "550 No such mailbox", "552 Too many", *NOT_NOW],
    "DATA": ["354 Go on", "554 No", *NOT_NOW],
    "message": ["250 Taken", "554 No", *NOT_NOW],
    "QUIT": ["221 Bye", "500 What?", *NOT_NOW],
}
SCRIPTS = st.fixed_dictionaries({verb: st.lists(st.sampled_from(said), max_size=4) for verb, said in ANYTHING.items()})


@settings(max_examples=60)
@given(SCRIPTS, SCRIPTS)
def test_each_recipient_gets_one_copy_or_one_bounce_whatever_the_hosts_say(
    first: dict[str, list[str]], second: dict[str, list[str]]
) -> None:
    with NameServer(ZONES) as names, TemporaryDirectory() as directory, world_of(names, Path(directory)) as world:
        with world.scripted(MX1, **first) as mx1, world.scripted(MX2, **second) as mx2, world.server(HOME) as home:
            world.send(BOB, CAROL, until=timedelta(days=7))
            failed = [
                group["Final-Recipient"].removeprefix("rfc822; ")
                for content in contents(home, ALICE)
                for group in fields_of(content)[1:]
            ]
        assert sorted(mx1.accepted + mx2.accepted + failed) == [BOB, CAROL]
        assert len(world.queue) == 0


def test_mails_are_those_that_wait_whole_and_oldest_first(world: World) -> None:
    for subject in (b"first", b"second"):
        world.queue.put(MailObject(ALICE, (Recipient(BOB),), b"Subject: " + subject + b"\r\n\r\n", {}))
    assert [mail.content for mail in world.queue.mails] == [b"Subject: first\r\n\r\n", b"Subject: second\r\n\r\n"]
    assert [list(mail.forward_paths) for mail in world.queue.mails] == [[BOB], [BOB]]
