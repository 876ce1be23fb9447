"""What does a program get to read about a whole connection? One JSON object a line, of kind "stats".

The keys are a promise, as those of `records` are. Times are in seconds. Secrets are masked.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from smtplab.protocol.auth import SECRETS
from smtplab.protocol.mime.attachments import attachments
from smtplab.protocol.sessions import Session, Waits, sessions
from smtplab.protocol.text import MASK
from smtplab.protocol.transactions import Transaction
from smtplab.protocol.transcript import Entry, Transcript
from smtplab.views.records import in_one_line, well_formed


def statistics_lines(transcript: Transcript) -> Iterator[str]:
    """Write each connection as JSON in one line, without its line end, in the order of their numbers."""
    for session in sessions(transcript):
        yield in_one_line(json.dumps(statistics_record(session), ensure_ascii=False))


def statistics_record(session: Session) -> dict[str, Any]:
    """Give what there is to know about one connection.

    `response_time` is over all replies, None where no reply was timed; `response_times` has an object for each verb.
    `code` of a recipient is that of the reply to RCPT, of a transaction that to the end of its message. `octets` are
    those of the message that the capture holds, `missing` those that it does not; of half a message `sha256` is None.
    """
    return {
        "kind": "stats",
        "stream": session.stream.number,
        "client": session.stream.client,
        "server": session.stream.server,
        "protection": session.protection,
        "opened": session.opened,
        "commands": session.commands,
        "replies": session.replies,
        "round_trips": session.round_trips,
        "seconds": round(session.seconds, 9),
        "response_time": _wait(session.overall) if session.overall else None,
        "response_times": [{"verb": waits.verb or None} | _wait(waits) for waits in session.waits],
        "transactions": [_transaction(each) for each in session.transactions],
        "clear_text": [_told(each) for each in session.secrets],
        "findings": [
            {"frame": entry.frame, "rule": finding.rule, "meaning": finding.meaning, "source": finding.source}
            for entry, finding in session.findings
        ],
    }


def _wait(waits: Waits) -> dict[str, Any]:
    return {
        "count": waits.count,
        "median": round(waits.median, 9),
        "worst": round(waits.worst, 9),
        "frame": waits.frame,
    }


def _transaction(transaction: Transaction) -> dict[str, Any]:
    content = transaction.content
    return {
        "reverse_path": None if transaction.reverse_path is None else well_formed(transaction.reverse_path),
        "recipients": [{"forward_path": well_formed(path), "code": code} for path, code in transaction.recipients],
        "outcome": transaction.outcome,
        "code": transaction.code,
        "frame": transaction.frame,
        "tls": transaction.tls,
        "octets": None if content is None else len(content),
        "missing": transaction.missing,
        "sha256": None if content is None or transaction.lack else sha256(content).hexdigest(),
        "attachments": [
            {
                "name": well_formed(each.name),
                "media_type": each.media_type,
                "octets": len(each.octets),
                "sha256": None if transaction.lack else each.sha256,
            }
            for each in attachments(content or b"")
        ],
    }


def _told(entry: Entry) -> dict[str, Any]:
    said = {name: MASK if name in SECRETS else well_formed(value) for name, value in entry.decoded if value}
    return {"frame": entry.frame, "told": said}
