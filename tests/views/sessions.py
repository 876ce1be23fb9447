"""Sessions for the tests of views and widgets: dialogues in short, read by the observer."""

from dataclasses import replace

from smtplab.protocol.observer import Observer
from smtplab.protocol.transcript import Party, Segment, Stream, Transcript

PARTIES: dict[str, Party] = {"C": "client", "S": "server"}

LOGIN = r"""
S: 220 mail.coremail.cn Anti-spam GT ready
C: EHLO TINY-DESKTOP
S: 250-mail.coremail.cn\r\n250-PIPELINING\r\n250 AUTH LOGIN PLAIN
C: AUTH LOGIN
S: 334 dXNlcm5hbWU6
C: dGVzdDAxQGNvcmVtYWlsLmNu
S: 334 UGFzc3dvcmQ6
C: cGFzc3dvcmQwMQ==
S: 235 2.7.0 Authentication successful
"""
MAIL = r"""
C: MAIL FROM:<test01@coremail.cn>
S: 250 2.1.0 Sender accepted
C: RCPT TO:<test02@coremail.cn>
S: 250 2.1.5 Recipient accepted
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: First mail\r\n\r\n..dot\r\n.
S: 250 2.0.0 Queued as 1
"""
QUIT = """
C: QUIT
S: 221 2.0.0 Bye
"""
ORDINARY = LOGIN + MAIL + QUIT
PIPELINED = r"""
S: 220 mail.example.org ready
C: EHLO client.example.org
S: 250-mail.example.org\r\n250 PIPELINING
C: MAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<nobody@example.org>\r\nDATA
S: 250 2.1.0 OK\r\n250 2.1.5 OK\r\n550 5.1.1 No such mailbox here\r\n354 Go on
"""
PLAIN = """
S: 220 mail.example.org ready
C: EHLO client.example.org
S: 250 mail.example.org
C: AUTH PLAIN AHRlc3QwMUBjb3JlbWFpbC5jbgBwYXNzd29yZDAx
S: 535 5.7.8 Wrong user name or password
"""
STARTTLS = r"""
S: 220 mail.example.org ready
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
C: \x16\x03\x01\x00\x02ab
S: \x16\x03\x03\x00\x03abc
S: \x17\x03\x03\x00\x01z
"""


def heard(script: str, *, stream: int = 0, port: int = 40312, begin: float = 0.0, end: str = "\r\n") -> Transcript:
    r"""Read a dialogue: one packet a line, a millisecond apart, `\r\n` and `\xNN` standing for octets.

    end: what ends each packet. TLS records are whole as they stand.
    """
    observer, entries = Observer(stream), []
    packets = [line for line in script.splitlines() if line]
    for number, line in enumerate(packets, start=4):
        octets = line[3:].encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")
        whole = octets if octets.startswith((b"\x16", b"\x17")) else octets + end.encode()
        entries += observer.receive(PARTIES[line[0]], whole, begin + (number - 1) / 1000, number)
    last = len(packets) + 3
    flags: list[tuple[int, Party, str]] = [
        (1, "client", "SYN"),
        (2, "server", "SYN, ACK"),
        (3, "client", "ACK"),
        (last + 1, "client", "FIN, ACK"),
        (last + 2, "server", "FIN, ACK"),
    ]
    return Transcript(
        entries=(*entries, *observer.close()),
        streams=(Stream(stream, f"127.0.0.1:{port}", "127.0.0.1:2525"),),
        segments=tuple(Segment(stream, party, named, begin + (n - 1) / 1000, n) for n, party, named in flags),
        source="live",
        packets=last + 2,
        lost=0,
    )


def together(*transcripts: Transcript) -> Transcript:
    """Put the connections of several transcripts into one."""
    return replace(
        transcripts[0],
        entries=tuple(entry for transcript in transcripts for entry in transcript),
        streams=tuple(stream for transcript in transcripts for stream in transcript.streams),
        segments=tuple(segment for transcript in transcripts for segment in transcript.segments),
    )
