"""Claims that lesson 05 judges: about DATA, lines, dots, and what Wireshark shows of a message."""

from collections.abc import Callable
from typing import Final

from smtplab.lessons.article.evidence import command, either, every_smtp_frame, frames_of, reply_to, smtp
from smtplab.lessons.claims import Claim, Section
from smtplab.protocol.mime.attachments import attachments
from smtplab.protocol.mime.header import header_fields
from smtplab.protocol.transcript import Entry, Kind, Transcript


def _mail_data(wanted: Callable[[bytes], bool] = lambda _: True) -> Callable[[Transcript], set[int]]:
    """Find the frames of messages that are wanted, by their octets."""
    return frames_of(lambda entry: entry.kind is Kind.MAIL_DATA and wanted(entry.octets))


def _is_end_mark(entry: Entry) -> bool:
    return entry.kind is Kind.END_OF_DATA


def _lacks_a_date(octets: bytes) -> bool:
    return "date" not in [field.name for field in header_fields(octets, 0, len(octets))]


CLAIMS: Final = {
    "C02": Claim(
        says="SMTP is a relatively simple protocol, based on text.",
        letter="T",
        right="Commands and replies are lines of ASCII. The content may be more, where an extension says so: octets "
        "over 127 (RFC 6152), any octets at all (RFC 3030), addresses in UTF-8 (RFC 6531).",
        sections=(*smtp("2.4", "2.3.7", "4.2", "2.3.1"), Section("6152"), Section("3030"), Section("6531")),
        hint="Which octets stand in commands and replies? Look at any of them.",
        frames=every_smtp_frame,
    ),
    "C26": Claim(
        says="With DATA the client announces the body of the mail.",
        letter="I",
        right="The whole message: the header, an empty line, and the body.",
        sections=(*smtp("2.3.9", "3.3", "2.3.1", "4.1.1.4"), Section("5322", "2.1")),
        hint="What is the first line that goes over after 354?",
        frames=either(command("DATA"), _mail_data()),
    ),
    "C27": Claim(
        says="The server answers 354, and says that CRLF, a dot and CRLF end the content.",
        letter="T",
        right="The code says: go on. The words behind it are for people; that the dot ends it stands in the standard.",
        sections=smtp("4.1.1.4", "4.5.2", "3.3", "4.2"),
        hint="Look at the reply to DATA, octet by octet.",
        frames=either(reply_to("DATA"), frames_of(_is_end_mark)),
    ),
    "C28": Claim(
        says="Lines end with CRLF in Windows and with LF in Linux.",
        letter="I",
        right="In files. On the wire a line ends with CRLF, whoever sends it, and LF alone ends nothing.",
        sections=smtp("2.3.8", "4.1.1.4", "2.3.7"),
        hint="On which system do you run this? And how do the lines end in your capture?",
        frames=every_smtp_frame,
    ),
    "C29": Claim(
        says="When the server gets a line with nothing but a dot, the content is complete.",
        letter="I",
        right="So it is, but then such a line in the text would end it too: each line that begins with a dot gets "
        "another one, which the server takes off. And the CRLF before the dot belongs to the message.",
        sections=smtp("4.5.2", "4.1.1.4"),
        hint="How would you write a mail in which a line is a single dot?",
        frames=frames_of(_is_end_mark),
    ),
    "C31": Claim(
        says="The packet with the content has two parts, SMTP and IMF.",
        letter="T",
        right="Wireshark shows it so: SMTP carries the content, and IMF, the Internet Message Format, is what it is.",
        sections=(*smtp("2.3.1", "2.3.9"), Section("5322", "1"), Section("5322", "2.1")),
        hint="Open your file in Wireshark and look at a frame with a message.",
        frames=_mail_data(),
    ),
    "C32": Claim(
        says="Since it is all text, the protocol IMF could carry it directly.",
        letter="F",
        right="IMF is a format and carries nothing: SMTP does. And a picture is shown as SMTP and IMF just the same, "
        "for in base64 it is text as well.",
        sections=(*smtp("2.3.1"), Section("5322", "1"), Section("2045", "6.8"), Section("2045", "1")),
        hint="Your capture has a mail whose content is not all text. What does Wireshark call that?",
        frames=_mail_data(lambda octets: bool(attachments(octets))),
    ),
    "C33": Claim(
        says="The SMTP part of that packet is only the mark that ends DATA.",
        letter="F",
        right="It was so there, since the lines came in segments of their own and the last one held the dot alone; "
        "Wireshark hangs the whole message onto that frame. Sent in one segment, SMTP has it all.",
        sections=(),
        hint="Compare the mail in one segment with that in three: what stands in the frame with the dot?",
        frames=either(_mail_data(), frames_of(_is_end_mark)),
    ),
    "C39": Claim(
        says="After DATA comes an empty line, and then Subject, From and To.",
        letter="F",
        right="The empty line ends the header before it has begun, and all of it is body. Python finds no field there, "
        "and Wireshark no subject.",
        sections=(Section("5322", "2.1"), *smtp("2.3.1")),
        hint="Where does a header end? Find the frame with this mail.",
        frames=_mail_data(lambda octets: octets.startswith(b"\r\n")),
    ),
    "C40": Claim(
        says="Subject, From and To are the header of a mail.",
        letter="I",
        right="Date and From must be there, and Message-ID should. Subject and To need not. A submission server may "
        "add what is missing (RFC 6409).",
        sections=(Section("5322", "3.6"), Section("6409")),
        hint="Which fields does the table in RFC 5322 want once at least?",
        frames=_mail_data(_lacks_a_date),
    ),
}
