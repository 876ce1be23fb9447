"""How fast is a capture read, and each octet in it explained? Against tshark, and against scapy with TCPSession.

    python3 -m benchmarks.dissect [--rounds N]

Makes captures of SMTP sessions, the same ones in each run, and has all read them in turn, since machines differ more
than readers do. Prints processor seconds (of user and system, the least of the rounds, so that a busy machine matters
little) and peak memory of each as a table. scapy is given a tenth of the packets, and counted tenfold.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from multiprocessing import Process
from pathlib import Path
from typing import NamedTuple

from smtplab.capture.save import save
from smtplab.capture.synthesis import Happening, What, synthesised

PACKETS = 100_000
FEW, FIRST_LOOK = PACKETS // 10, 1000
SESSIONS = 10  # at a time
SERVER = ("192.0.2.25", 25)

# Everything about SMTP, and about the mails, that tshark tells.
TSHARK_FIELDS = (
    *("frame.number", "frame.time_epoch", "frame.protocols", "tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.seq"),
    *("tcp.nxtseq", "tcp.len", "smtp.req", "smtp.rsp", "smtp.command_line", "smtp.req.command", "smtp.req.parameter"),
    *("smtp.response", "smtp.response.code", "smtp.rsp.parameter", "smtp.auth.username", "smtp.auth.password"),
    *("smtp.auth.username_password", "smtp.message", "smtp.eom", "smtp.data.fragments", "smtp.data.fragment"),
    *("smtp.data.fragment.count", "smtp.data.fragment.error", "smtp.data.reassembled.in"),
    *("smtp.data.reassembled.length", "smtp.base64_decode", "smtp.response.code.unexpected", "tcp.segments"),
    *("tcp.segment", "tcp.segment.count", "tcp.reassembled_in", "tcp.reassembled.length", "imf.from", "imf.to"),
    *("imf.cc", "imf.subject", "imf.date", "imf.message_id", "imf.content.type", "imf.content.transfer_encoding"),
    *("imf.mime_version", "imf.address", "imf.display_name", "imf.extension.type", "imf.received"),
    *("mime_multipart.header.content-type", "ntlmssp.messagetype", "ntlmssp.auth.username", "_ws.expert.message"),
    *("_ws.col.Protocol", "_ws.col.Info"),
)

DISSECT = "import sys; from smtplab.cli import main; sys.exit(main(['dissect', *sys.argv[1:]]))"
FIELDS = """
import sys
from smtplab import dissect
sum(len(entry.fields) for entry in dissect(sys.argv[1]))
"""
# scapy knows no SMTP by itself; the layer is this project's.
SCAPY = """
import sys
from scapy.sendrecv import sniff
from scapy.sessions import TCPSession
import smtplab.capture.layer
sniff(offline=sys.argv[1], session=TCPSession, store=False, prn=lambda packet: packet.layers())
"""


class Reader(NamedTuple):
    """A program that reads a capture, given as its last argument. tenfold: it is given a tenth of the packets."""

    name: str
    command: tuple[str, ...]
    tenfold: bool = False


class Cost(NamedTuple):
    """What a run of a program took. memory: at most, in MB."""

    processor: float
    wall: float
    memory: float


def readers() -> list[Reader]:
    """Give the programs, ours first."""
    python = (sys.executable, "-c")
    tshark = shutil.which("tshark")
    if tshark is None:
        sys.exit("tshark is not installed")
    fields = [word for field in TSHARK_FIELDS for word in ("-e", field)]
    told = ["-Y", "smtp", "-T", "fields", "-E", "occurrence=a", *fields, "-r"]
    return [
        Reader("smtplab: all entries and their fields", (*python, FIELDS)),
        Reader("smtplab dissect --format json", (*python, DISSECT, "--format", "json")),
        Reader("tshark -T fields", (tshark, "-n", *told)),
        Reader("tshark -2 -T fields", (tshark, "-n", "-2", *told)),
        Reader("scapy, TCPSession", (*python, SCAPY), tenfold=True),
    ]


# The sessions


def session(number: int, chance: random.Random, sizes: tuple[int, ...]) -> Iterator[tuple[What, bytes]]:
    """Give what the sockets of one session saw: a login, one mail to two recipients, of whom one is refused."""
    client = f"client{number % 97}.example.com"
    content = message(number, client, chance.choice(sizes), chance)
    yield "open", b""
    yield "server", b"220 mail.example.org ESMTP ready\r\n"
    yield "client", f"EHLO {client}\r\n".encode()
    yield (
        "server",
        b"250-mail.example.org\r\n250-PIPELINING\r\n250-SIZE 35882577\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME\r\n",
    )
    yield "client", b"AUTH PLAIN AHRlc3QwMQBwYXNzd29yZDAx\r\n"
    yield "server", b"235 2.7.0 Authentication succeeded\r\n"
    yield "client", f"MAIL FROM:<sender{number}@example.com> SIZE={len(content)}\r\n".encode()
    yield "server", b"250 2.1.0 Sender accepted\r\n"
    yield "client", f"RCPT TO:<recipient{number}@example.org>\r\n".encode()
    yield "server", b"250 2.1.5 Recipient accepted\r\n"
    yield "client", b"RCPT TO:<nobody@example.org>\r\n"
    yield "server", b"550 5.1.1 No such mailbox here\r\n"
    yield "client", b"DATA\r\n"
    yield "server", b"354 Send the message, and end it with a dot\r\n"
    yield "client", content
    yield "client", b".\r\n"
    yield "server", b"250 2.0.0 Message accepted\r\n"
    yield "client", b"QUIT\r\n"
    yield "server", b"221 2.0.0 Bye\r\n"
    yield "client closed", b""
    yield "server closed", b""


def message(number: int, client: str, size: int, chance: random.Random) -> bytes:
    """Make a message of two parts, its text and an attachment, of about `size` octets."""
    header = (
        f"Received: from {client} ([192.0.2.{number % 250}]) by mail.example.org with ESMTPSA id {number:x};\r\n"
        "\tMon, 1 Sep 2025 10:00:00 +0800\r\n"
        f'From: "Sender {number}" <sender{number}@example.com>\r\nTo: recipient{number}@example.org\r\n'
        f"Subject: =?utf-8?q?Message_{number}?=\r\nDate: Mon, 1 Sep 2025 10:00:00 +0800\r\n"
        f"Message-ID: <{number}@example.com>\r\nMIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="{number:08x}"\r\n\r\n'
    )
    text = (
        f"--{number:08x}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{lines(size // 3, 'abcdefgh    ', chance)}"
    )
    file = (
        f"--{number:08x}\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{number}.pdf"\r\n\r\n{lines(size * 2 // 3, "ABCDEFGH", chance)}'
    )
    return f"{header}{text}{file}--{number:08x}--\r\n".encode()


def lines(size: int, letters: str, chance: random.Random) -> str:
    """Make lines of 76 letters, as base64 has them, of about `size` octets."""
    return "".join("".join(chance.choices(letters, k=76)) + "\r\n" for _ in range(max(1, size // 78)))


def made(path: Path, packets: int, sizes: tuple[int, ...]) -> Path:
    """Make a capture, in a process of its own, since a program's memory counts from that of the one that starts it."""
    maker = Process(target=make, args=(path, packets, sizes))
    maker.start()
    maker.join()
    return path


def make(path: Path, packets: int, sizes: tuple[int, ...]) -> None:
    """Make a capture of so many packets, with `SESSIONS` connections at a time, each with one mail of these sizes."""
    chance = random.Random(5321)
    coming = ((("198.51.100.1", 20_000 + number % 40_000), session(number, chance, sizes)) for number in count())
    live = [next(coming) for _ in range(SESSIONS)]
    happenings: list[Happening] = []
    now, size = 1_750_000_000_000_000_000, 0
    while size < packets:
        place = chance.randrange(SESSIONS)
        client, saying = live[place]
        now += chance.randrange(1_000_000)
        happened = next(saying, None)
        if happened is None:
            live[place] = next(coming)
        else:
            happenings.append(Happening(client, SERVER, *happened, now))
            size += 1 + len(happened[1]) // 1000  # packets, at least
    save(path, synthesised(happenings)[:packets])


# The measuring


def run(command: list[str]) -> Cost:
    """Run a program without looking at what it prints."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - began, used.ru_maxrss / 1000)


def least(costs: list[Cost]) -> Cost:
    """Give the least of several runs."""
    return Cost(*map(min, zip(*costs, strict=True)))


def compare(title: str, large: Path, small: Path, rounds: int) -> None:
    """Print the table for one capture and its beginning, a tenth of it."""
    each: dict[Reader, list[Cost]] = {reader: [] for reader in readers()}
    for _ in range(rounds):
        for reader, costs in each.items():
            costs.append(run([*reader.command, str(small if reader.tenfold else large)]))
    print(f"| {title} | processor seconds | of tshark's | MB |\n| --- | ---: | ---: | ---: |")
    seconds = {reader.name: least(costs).processor * (10 if reader.tenfold else 1) for reader, costs in each.items()}
    for reader, costs in each.items():
        share = seconds[reader.name] / seconds["tshark -T fields"]
        print(f"| {reader.name} | {seconds[reader.name]:.2f} | {share:.2f} | {least(costs).memory:,.0f} |")
    print(flush=True)


def growth(large: Path, small: Path, nothing: Path, rounds: int) -> None:
    """Print how much longer ten times the packets take, the start of Python not counted."""
    command = [sys.executable, "-c", DISSECT, "--format", "json"]
    start, tenth, whole = (
        least([run([*command, str(path)]) for _ in range(rounds)]) for path in (nothing, small, large)
    )
    ratio = (whole.processor - start.processor) / (tenth.processor - start.processor)
    print(f"Ten times the packets take {ratio:.1f} times as long.")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description="Processor seconds to dissect a capture: smtplab, tshark, scapy.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs (default: %(default)s)")
    rounds = parser.parse_args().rounds
    loads = {"mails of 3 to 150 KB": (3_000, 6_000, 12_000, 25_000, 60_000, 150_000), "mails of 1 KB": (300,)}
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, sizes) in enumerate(loads.items()):
            large = made(Path(folder, f"{number}-large.pcapng"), PACKETS, sizes)
            small = made(Path(folder, f"{number}-small.pcapng"), FEW, sizes)
            compare(f"{PACKETS:,} packets, {title}", large, small, rounds)
        growth(large, small, made(Path(folder, "nothing.pcapng"), 1, sizes), rounds)
        first = made(Path(folder, "first.pcapng"), FIRST_LOOK, sizes)
        look = least([run([sys.executable, "-c", DISSECT, str(first)]) for _ in range(rounds)])
        print(f"A first look, the dialogue of {FIRST_LOOK:,} packets, takes {look.wall:.2f} s from the shell.")


if __name__ == "__main__":
    main()
