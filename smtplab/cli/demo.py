"""`smtplab demo`: one mail end to end, with what a capture of it looks like."""

import argparse
from pathlib import Path

MESSAGE = """\
Date: Thu, 01 Jan 2026 12:00:00 +0000
From: "test01" <test01@coremail.cn>
To: "test02" <test02@coremail.cn>
Subject: one mail, end to end
Message-ID: <demo@coremail.cn>

Hello,
this mail went through every phase: greeting, EHLO, AUTH, MAIL, RCPT, DATA, QUIT.
.A dot at the beginning of a line is doubled on the wire.
Goodbye.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = (
        "Start a server, send it one mail and capture the packets. "
        "It leaves session.pcapng, ladder.svg and transcript.txt."
    )
    parser.add_argument("-o", "--output", default=".", metavar="DIR", help="where to leave them (default: here)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Send the mail, print the transcript, and say what was left where."""
    from smtplab.capture.record import Capture
    from smtplab.net.client import Client
    from smtplab.net.server import Server
    from smtplab.views.ladder import ladder

    directory = Path(arguments.output)
    directory.mkdir(parents=True, exist_ok=True)
    with Server({"test01@coremail.cn": "password01"}) as server, Capture(server) as capture, Client(server) as client:
        client.ehlo("TINY-DESKTOP")
        client.auth("LOGIN", "test01@coremail.cn", "password01")
        client.mail("test01@coremail.cn")
        client.rcpt("test02@coremail.cn")
        client.data(MESSAGE)
        client.quit()
    print(capture.transcript)
    (directory / "transcript.txt").write_text(f"{capture.transcript}\n", encoding="utf-8")
    ladder(capture.transcript).save(directory / "ladder.svg")
    saved = capture.save(directory / "session.pcapng")
    print(f"\n{len(server.mailboxes['test02@coremail.cn'])} message in the mailbox of test02@coremail.cn")
    print(f"packets: {capture.source}")
    print(saved)
    print(f"picture: {directory / 'ladder.svg'}")
    print(f"transcript: {directory / 'transcript.txt'}")
    return 0
