"""`smtplab dissect`: what was said in a capture file."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from smtplab.cli import options, reading
from smtplab.protocol.octets import count
from smtplab.protocol.transcript import Entry, Transcript


def add(parser: argparse.ArgumentParser) -> None:
    """Say which options there are."""
    parser.description = "Read a pcap or pcapng file and tell what was said in it, by SMTP on any port."
    option = parser.add_argument
    reading.add(parser)
    option("--filter", default="", metavar="EXPR", help="only what passes this display filter, in Wireshark's language")
    option(
        "--format", choices=["text", "json", "bytes"], default="text", help="text, one JSON object a line, or octets"
    )
    option(
        "--stats",
        action="store_true",
        help="then, for each connection shown: times, mails and their outcomes, what was open, rules broken",
    )
    option("--export", metavar="DIR", help="write each message to DIR, as an .eml file of its very octets")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what could be read, and then what stopped the reading."""
    from smtplab.capture.dissect import garbage_left

    with garbage_left():
        return _run(arguments)


def _run(arguments: argparse.Namespace) -> int:
    from smtplab.capture.display_filter import display_filter

    passes = display_filter(arguments.filter)  # a wrong one is told before a large file is read
    transcript = reading.read(arguments)
    shown = tuple(entry for entry in transcript if passes(entry, transcript))
    if arguments.export:  # first, since whoever reads what is printed may stop
        _export(transcript, Path(arguments.export))
    if transcript.entries and not shown and arguments.format == "text":
        print("[no entry passes this filter]")
        return reading.status(arguments, transcript)
    FORMATS[arguments.format](replace(transcript, entries=shown))
    if not transcript.entries and not transcript.problem:
        options.complain(f"{arguments.file}: {reading.NO_SMTP}")  # no failure: many a capture has none
    if arguments.stats:
        _print_statistics(_connections(transcript, shown), as_json=arguments.format == "json")
    return reading.status(arguments, transcript)


def _print_text(transcript: Transcript) -> None:
    print(transcript)


def _print_json(transcript: Transcript) -> None:
    from smtplab.views.records import json_lines

    sys.stdout.writelines(f"{line}\n" for line in json_lines(transcript))


def _print_octets(transcript: Transcript) -> None:
    from smtplab.views.hexdump import octets

    for entry in transcript:
        print(octets(entry).text(), end="\n\n")


def _connections(transcript: Transcript, shown: tuple[Entry, ...]) -> Transcript:
    """Leave out the connections of which nothing is shown. The others stay whole, since half of one has no counts."""
    numbers = {entry.stream for entry in shown}
    return replace(transcript, entries=tuple(entry for entry in transcript if entry.stream in numbers))


def _print_statistics(transcript: Transcript, *, as_json: bool) -> None:
    if as_json:
        from smtplab.views.statistics_records import statistics_lines

        for line in statistics_lines(transcript):
            print(line)
    else:
        from smtplab.views.statistics import statistics_text

        print("", statistics_text(transcript), sep="\n")


FORMATS = {"text": _print_text, "json": _print_json, "bytes": _print_octets}


def _export(transcript: Transcript, directory: Path) -> None:
    """Write the messages, numbered in their order in each stream: `stream-0-mail-1.eml`; say which are not whole."""
    from smtplab.protocol.transactions import transactions

    directory.mkdir(parents=True, exist_ok=True)
    numbers: dict[int, int] = {}
    for transaction in transactions(transcript):
        number = numbers[transaction.stream] = numbers.get(transaction.stream, 0) + 1
        path = directory / f"stream-{transaction.stream}-mail-{number}.eml"
        content = transaction.content or b""
        path.write_bytes(content)
        if transaction.lack:
            options.complain(f"{path}: {count(len(content), 'octet')}, {transaction.lack}")
