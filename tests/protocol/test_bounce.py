"""Notifications, read back by the standard library's own parser of mail. RFC 3464, RFC 3461 §6."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage, Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtplab.protocol.bounce import Report, notification
from smtplab.protocol.dsn import Action
from smtplab.protocol.mail import MailObject, Recipient
from smtplab.protocol.outcomes import Outcome, of_reply
from smtplab.protocol.replies import Reply

ARRIVED = datetime(2024, 5, 1, 9, tzinfo=UTC)
TRIED = datetime(2024, 5, 1, 9, 30, tzinfo=UTC)
CONTENT = b"Subject: Hello\r\nFrom: test01@coremail.cn\r\n\r\nA line.\r\n..\r\n"
REFUSED = of_reply(Reply(550, "5.1.1", "No such mailbox here"), "mx1.coremail.cn")
UNROUTABLE = Outcome("5.1.2", "there is no domain nowhere.test")


def mail(content: bytes = CONTENT, reverse_path: str = "test01@coremail.cn", **parameters: str) -> MailObject:
    return MailObject(reverse_path, (), content, parameters)


def report(
    outcome: Outcome = REFUSED,
    action: Action = Action.FAILED,
    forward_path: str = "test02@coremail.cn",
    until: datetime | None = None,
    **parameters: str,
) -> Report:
    return Report(Recipient(forward_path, parameters), action, outcome, TRIED, until)


def written(*reports: Report, about: MailObject | None = None) -> EmailMessage:
    """Write a notification, and read it as a mail program does."""
    notice = notification(about or mail(), reports or (report(),), "mail.coremail.cn", "0001.1", ARRIVED)
    message = email.message_from_bytes(notice.content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def parts(message: EmailMessage) -> tuple[str, list[Message], EmailMessage]:
    """Give the text, the groups of fields, and the part that is returned."""
    text, status, returned = message.iter_parts()
    groups = status.get_payload()
    assert isinstance(groups, list)
    assert isinstance(returned, EmailMessage)
    return text.get_content(), [group for group in groups if isinstance(group, Message)], returned


def test_envelope_is_null_and_goes_to_the_reverse_path() -> None:
    notice = notification(mail(), [report()], "mail.coremail.cn", "0001.1", ARRIVED)
    assert (notice.reverse_path, notice.forward_paths) == ("", ("test01@coremail.cn",))
    assert notice.recipients[0].parameters == {"NOTIFY": "NEVER"}


def test_null_reverse_path_gets_no_notification() -> None:
    with pytest.raises(AssertionError):
        notification(mail(reverse_path=""), [report()], "mail.coremail.cn", "0001.1", ARRIVED)


def test_header_is_that_of_a_report() -> None:
    message = written()
    assert message.get_content_type() == "multipart/report"
    assert message["Content-Type"].params["report-type"] == "delivery-status"
    assert {name: str(message[name]) for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted", "Date")} == {
        "From": "Mail delivery <postmaster@mail.coremail.cn>",
        "To": "test01@coremail.cn",
        "Subject": "Undelivered mail",
        "Message-ID": "<20240501093000.0001.1@mail.coremail.cn>",
        "Auto-Submitted": "auto-replied",
        "Date": "Wed, 01 May 2024 09:30:00 +0000",
    }


def test_parts_are_a_text_the_fields_and_the_mail() -> None:
    assert [part.get_content_type() for part in written().iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]


def test_text_says_who_said_what() -> None:
    text, _, _ = parts(written())
    assert text.splitlines() == [
        "This is the mail system of mail.coremail.cn.",
        "",
        "Your mail could not be delivered, and will not be tried again, to:",
        "",
        "  <test02@coremail.cn>",
        "  mx1.coremail.cn said:",
        "  550 5.1.1 No such mailbox here",
    ]


def test_fields_of_the_message_come_first() -> None:
    _, groups, _ = parts(written(about=mail(ENVID="QQ+2B314")))
    assert dict(groups[0].items()) == {
        "Original-Envelope-Id": "QQ+314",
        "Reporting-MTA": "dns; mail.coremail.cn",
        "Arrival-Date": "Wed, 01 May 2024 09:00:00 +0000",
    }


def test_fields_of_a_recipient_refused_by_a_server() -> None:
    _, groups, _ = parts(written(report(ORCPT="rfc822;Test+2B02@coremail.cn")))
    assert dict(groups[1].items()) == {
        "Original-Recipient": "rfc822; Test+02@coremail.cn",
        "Final-Recipient": "rfc822; test02@coremail.cn",
        "Action": "failed",
        "Status": "5.1.1",
        "Remote-MTA": "dns; mx1.coremail.cn",
        "Diagnostic-Code": "smtp; 550 5.1.1 No such mailbox here",
        "Last-Attempt-Date": "Wed, 01 May 2024 09:30:00 +0000",
    }


def test_fields_of_a_recipient_whom_no_server_was_asked_about() -> None:
    text, groups, _ = parts(written(report(UNROUTABLE)))
    assert "  there is no domain nowhere.test" in text.splitlines()
    assert groups[1]["Diagnostic-Code"] == "X-smtplab; there is no domain nowhere.test"
    assert "Remote-MTA" not in groups[1]
    assert "Original-Recipient" not in groups[1]


def test_fields_of_a_host_that_did_not_reply() -> None:
    text, groups, _ = parts(written(report(Outcome("4.4.1", "nobody listens there", "mx1.coremail.cn"))))
    assert "  mx1.coremail.cn: nobody listens there" in text.splitlines()
    assert "Remote-MTA" not in groups[1]


def test_delay_says_until_when_it_is_tried() -> None:
    delay = report(Outcome("4.4.1", "nobody listens there"), Action.DELAYED, until=datetime(2024, 5, 6, 9, tzinfo=UTC))
    message = written(delay)
    _, groups, _ = parts(message)
    assert message["Subject"] == "Delayed mail"
    assert groups[1]["Will-Retry-Until"] == "Mon, 06 May 2024 09:00:00 +0000"


def test_only_a_delay_says_until_when_it_is_tried() -> None:
    _, groups, _ = parts(written(report(until=TRIED)))
    assert "Will-Retry-Until" not in groups[1]


def test_success_has_no_diagnostic_where_nobody_replied() -> None:
    message = written(report(Outcome("2.0.0", "stored"), Action.DELIVERED))
    _, groups, _ = parts(message)
    assert message["Subject"] == "Delivered mail"
    assert "Diagnostic-Code" not in groups[1]


def test_several_recipients_have_a_group_each_and_the_worst_gives_the_subject() -> None:
    relayed = report(of_reply(Reply(250, "2.0.0", "OK"), "mx2.test"), Action.RELAYED, "test03@coremail.cn")
    message = written(relayed, report())
    text, groups, _ = parts(message)
    assert message["Subject"] == "Undelivered mail"
    assert [group["Final-Recipient"] for group in groups[1:]] == [
        "rfc822; test03@coremail.cn",
        "rfc822; test02@coremail.cn",
    ]
    assert text.index("<test02@coremail.cn>") < text.index("<test03@coremail.cn>")


# The part that is returned


def test_header_alone_is_returned_without_ret() -> None:
    _, _, returned = parts(written())
    assert returned.get_content_type() == "text/rfc822-headers"
    assert returned.get_content() == "Subject: Hello\r\nFrom: test01@coremail.cn\r\n"


def test_header_that_is_not_ascii_is_returned_in_a_notice_that_is() -> None:
    content = "Subject: 你好\r\nX: =\r\n\r\n你好\r\n".encode()
    notice = notification(mail(content), [report()], "mail.coremail.cn", "0001.1", ARRIVED)
    assert notice.content.isascii()
    _, _, returned = parts(written(about=mail(content)))
    assert returned.get_payload(decode=True) == "Subject: 你好\r\nX: =\r\n".encode()


@pytest.mark.parametrize(
    ("parameters", "action", "whole"),
    [
        pytest.param({"RET": "FULL"}, Action.FAILED, True, id="FULL"),
        pytest.param({"RET": "full"}, Action.FAILED, True, id="full"),
        pytest.param({"RET": "HDRS"}, Action.FAILED, False, id="HDRS"),
        pytest.param({"RET": "FULL"}, Action.RELAYED, False, id="FULL but no failure"),
        pytest.param({"RET": "FULL", "BODY": "BINARYMIME"}, Action.FAILED, False, id="FULL but binary"),
    ],
)
def test_whole_message_is_returned_where_ret_asks_for_it(
    parameters: dict[str, str], action: Action, whole: bool
) -> None:
    _, _, returned = parts(
        written(report(action=action), about=MailObject("test01@coremail.cn", (), CONTENT, parameters))
    )
    assert returned.get_content_type() == ("message/rfc822" if whole else "text/rfc822-headers")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param(CONTENT, "7bit", id="ASCII"),
        pytest.param("Subject: 你好\r\n\r\n你好\r\n".encode(), "8bit", id="UTF-8"),
        pytest.param(b"\r\nno header\r\n", "7bit", id="no header"),
        pytest.param(b"Subject: x\r\n\r\n--report-0001.1-0\r\n", "7bit", id="the boundary inside"),
        pytest.param(b"", "7bit", id="nothing"),
    ],
)
def test_whole_message_is_returned_octet_for_octet(content: bytes, encoding: str) -> None:
    notice = notification(mail(content, RET="FULL"), [report()], "mail.coremail.cn", "0001.1", ARRIVED)
    boundary = email.message_from_bytes(notice.content).get_boundary()
    assert boundary is not None
    *_, last, end = notice.content.split(b"--" + boundary.encode())
    head, _, returned = last.partition(b"\r\n\r\n")
    assert (returned, end) == (content + b"\r\n", b"--\r\n")
    assert head.endswith(b"Content-Transfer-Encoding: " + encoding.encode())
    assert f"Content-Transfer-Encoding: {encoding}\r\n".encode() in notice.content.partition(b"\r\n\r\n")[0]


def test_header_without_a_body_is_returned_whole() -> None:
    _, _, returned = parts(written(about=mail(b"Subject: Hello\r\n")))
    assert returned.get_content() == "Subject: Hello\r\n"


# What strangers said


def test_reply_of_several_lines_is_quoted_as_one_field() -> None:
    said = of_reply(Reply(550, "", "mailbox unavailable\nuser has moved"), "mx1.test")
    notice = notification(mail(), [report(said)], "mail.coremail.cn", "0001.1", ARRIVED)
    assert b"Diagnostic-Code: smtp; 550-mailbox unavailable\r\n 550 user has moved\r\n" in notice.content


def test_reply_without_end_is_cut_in_both_directions() -> None:
    endless = Reply(550, "", "\n".join(["x" * 5000] * 100))
    notice = notification(mail(), [report(of_reply(endless, "mx1.test"))], "mail.coremail.cn", "0001.1", ARRIVED)
    lines = notice.content.split(b"\r\n")
    assert sum(line.startswith((b"Diagnostic-Code: smtp; 550-x", b" 550-x", b" 550 ...")) for line in lines) == 20
    assert max(map(len, lines)) < 600


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("grüß", "gr\\xfc\\xdf", id="UTF-8"),
        pytest.param("gr\udcfc", "gr\\xfc", id="an octet that is no UTF-8"),
        pytest.param("a\rBcc: x", "a\\x0dBcc: x", id="a line end"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="an escape sequence"),
    ],
)
def test_reply_is_shown_as_ascii(text: str, shown: str) -> None:
    _, groups, _ = parts(written(report(of_reply(Reply(550, "", text), "mx1.test"))))
    assert groups[1]["Diagnostic-Code"] == f"smtp; 550 {shown}"


def test_envelope_id_cannot_make_a_field_of_its_own() -> None:
    _, groups, _ = parts(written(about=mail(ENVID="x+0D+0AAction:+20delivered")))
    assert groups[0]["Original-Envelope-Id"] == "x\\x0d\\x0aAction: delivered"


def test_address_in_utf8_has_a_type_of_its_own() -> None:
    _, groups, _ = parts(written(report(forward_path="用户+x@例子.test")))
    assert groups[1]["Final-Recipient"] == "utf-8; \\x{7528}\\x{6237}\\x{2B}x@\\x{4F8B}\\x{5B50}.test"


def test_notification_to_an_address_in_utf8_asks_for_smtputf8() -> None:
    notice = notification(mail(reverse_path="用户@例子.test"), [report()], "mail.coremail.cn", "0001.1", ARRIVED)
    assert notice.parameters == {"SMTPUTF8": ""}


@given(st.text(st.characters(codec="utf-8")), st.binary(), st.sampled_from(["FULL", "HDRS"]))
def test_notification_is_well_formed_whatever_was_said_and_sent(text: str, content: bytes, ret: str) -> None:
    about = mail(b"Subject: x\r\n\r\n" + content, RET=ret)
    said = of_reply(Reply(550, "", text), "mx1.test")
    notice = notification(about, [report(said)], "mail.coremail.cn", "0001.1", ARRIVED)
    message = email.message_from_bytes(notice.content, policy=email.policy.default)
    assert [part.get_content_type() for part in message.iter_parts()][:2] == ["text/plain", "message/delivery-status"]
    assert not message.defects
