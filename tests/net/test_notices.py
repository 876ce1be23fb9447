"""The notice of success that a server of the final delivery writes where NOTIFY asks for it."""

from smtplab.net.client import Client
from smtplab.net.server import Server


def send(server: Server, line: str) -> None:
    with Client(server) as client:
        client.ehlo("client.example.org")
        client.send_line("MAIL FROM:<a@example.org> RET=HDRS ENVID=x1")
        client.send_line(line)
        client.data("Subject: notify me\n\nText\n")


def test_success_is_told_to_the_sender_who_asked_for_it() -> None:
    with Server(mailboxes=["a@example.org", "b@example.org"]) as server:
        send(server, "RCPT TO:<b@example.org> NOTIFY=SUCCESS")
        (notice,) = server.mailboxes["a@example.org"]
    assert notice["Return-Path"] == "<>"
    assert notice.get_content_type() == "multipart/report"
    assert "Action: delivered" in notice.as_string()


def test_success_is_told_to_nobody_who_did_not_ask() -> None:
    with Server(mailboxes=["a@example.org", "b@example.org"]) as server:
        send(server, "RCPT TO:<b@example.org> NOTIFY=FAILURE")
        assert len(server.mailboxes["a@example.org"]) == 0


def test_success_is_not_told_to_a_sender_elsewhere() -> None:
    with Server(mailboxes=["b@example.org"]) as server:
        send(server, "RCPT TO:<b@example.org> NOTIFY=SUCCESS")
        assert {name: len(server.mailboxes[name]) for name in server.mailboxes} == {"b@example.org": 1}
