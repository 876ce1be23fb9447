"""What does a server say? Every reply text of this server once, and what each code means.

The three digits are the reply; the words after them are for people (RFC 5321 §4.2). The enhanced status code behind
them says more exactly what happened (RFC 3463), and every line of a reply repeats it (RFC 2034 §4).
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from smtplab.protocol.octets import printable

REPLY_LINE_LIMIT: Final = 512  # octets with code and CRLF, §4.5.3.1.5

# Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
# The second digit ends at 5 in the ABNF; servers that say 571 are met all the same, and only the first digit decides.
_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\r\n]*))?\r\n")
_ENHANCED = re.compile(r"([245])\.\d{1,3}\.\d{1,3}(?: |$)")


@dataclass(frozen=True, slots=True)
class Reply:
    r"""One reply: code, enhanced status code ("" where there is none) and text, its lines joined by "\n"."""

    code: int
    enhanced: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The text of each line, oldest first, without codes."""
        return self.text.split("\n")

    @property
    def is_positive(self) -> bool:
        """Whether what was asked for is done (2yz) or may go on (3yz). §4.2.1."""
        return self.code < 400

    def __str__(self) -> str:
        """Show the reply with its codes, one line of text for each; a stranger's octets come through `printable`."""
        return "\n".join(map(printable, bytes(self).removesuffix(b"\r\n").split(b"\r\n")))

    def __bytes__(self) -> bytes:
        """Write the reply as it goes on the wire, each line with CRLF."""
        prefix = f"{self.enhanced} " if self.enhanced else ""
        first_lines, newline, last_line = self.text.rpartition("\n")
        before = "".join([f"{self.code}-{prefix}{line}\r\n" for line in first_lines.split("\n")]) if newline else ""
        return f"{before}{self.code} {prefix}{last_line}\r\n".encode("utf-8", "surrogateescape")


@lru_cache(maxsize=256)  # a server says the same few replies again and again
def parse_reply(octets: bytes) -> Reply:
    """Read one whole reply: all its lines, each with its CRLF.

    Raises ValueError when a line is no reply line, or when the lines do not belong to one reply.
    RFC 5321 §4.2 and, for the enhanced status code, RFC 2034 §4.
    """
    codes, texts = set(), []
    lines = octets.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None or (match[2] == b"-") is (number == len(lines)):
            raise ValueError("not a reply")
        codes.add(int(match[1]))
        texts.append((match[3] or b"").decode("utf-8", "surrogateescape"))
    if len(codes) != 1:
        raise ValueError("a reply has one code")
    code = codes.pop()
    enhanced = _shared_enhanced(code, texts)
    return Reply(
        code, enhanced, "\n".join(text[len(enhanced) :].removeprefix(" ") if enhanced else text for text in texts)
    )


def _shared_enhanced(code: int, texts: list[str]) -> str:
    """The enhanced status code that begins every line, or "". Its class is the code's first digit (RFC 2034 §4)."""
    match = _ENHANCED.match(texts[0])
    if match is None or match[1] != str(code)[0]:
        return ""
    enhanced = match[0].rstrip()
    return enhanced if all(text == enhanced or text.startswith(f"{enhanced} ") for text in texts) else ""


# fmt: off
# Greeting and introduction carry no enhanced status code (RFC 2034 §4).
def greeting(domain: str, text: str) -> Reply:
    return Reply(220, "", f"{domain} {text}")


def introduced(domain: str, *keywords: str) -> Reply:
    return Reply(250, "", "\n".join((domain, *keywords)))


def challenge(base64: str) -> Reply:
    return Reply(334, "", base64)


def chunk_taken(size: int) -> Reply:
    return Reply(250, "2.0.0", f"{size} octets received")


def queued(name: str) -> Reply:
    return Reply(250, "2.0.0", f"Queued as {name}")


def help_text(verbs: list[str]) -> Reply:
    return Reply(214, "2.0.0", "Commands known here:\n" + " ".join(verbs) + "\nRFC 5321 says what they do")


BYE                   = Reply(221, "2.0.0",  "Bye")
AUTHENTICATED         = Reply(235, "2.7.0",  "Authentication successful")
OK                    = Reply(250, "2.0.0",  "OK")
RESET                 = Reply(250, "2.0.0",  "Reset: no mail transaction is open")
SENDER_OK             = Reply(250, "2.1.0",  "Sender accepted")
RECIPIENT_OK          = Reply(250, "2.1.5",  "Recipient accepted")
CANNOT_VERIFY         = Reply(252, "2.5.2",  "Cannot verify the user, but mail for it will be tried")
START_MAIL_INPUT      = Reply(354, "",       "End data with <CR><LF>.<CR><LF>")

READY_FOR_TLS         = Reply(220, "2.0.0",  "Ready to start TLS")
SHUTTING_DOWN         = Reply(421, "4.3.2",  "Server is shutting down, closing the connection")
IDLE_TOO_LONG         = Reply(421, "4.4.2",  "Nothing was heard for too long, closing the connection")
TOO_MANY_ERRORS       = Reply(421, "4.7.0",  "Too many errors, closing the connection")
CANNOT_STORE          = Reply(451, "4.3.0",  "Local error in storing the message, try again later")
GREYLISTED            = Reply(451, "4.7.1",  "Greylisted: not seen before, try again later")
TOO_MANY_RECIPIENTS   = Reply(452, "4.5.3",  "Too many recipients in this mail transaction")

UNKNOWN_COMMAND       = Reply(500, "5.5.2",  "Command not recognized")
LINE_TOO_LONG         = Reply(500, "5.5.2",  "Line too long")
AUTH_LINE_TOO_LONG    = Reply(500, "5.5.6",  "Line too long for an authentication exchange")
NO_ARGUMENT_ALLOWED   = Reply(501, "5.5.4",  "This command takes no argument")
EHLO_SYNTAX           = Reply(501, "5.5.4",  "Syntax: EHLO domain or [address literal]")
HELO_SYNTAX           = Reply(501, "5.5.4",  "Syntax: HELO domain")
AUTH_SYNTAX           = Reply(501, "5.5.4",  "Syntax: AUTH mechanism [initial-response]")
MAIL_SYNTAX           = Reply(501, "5.5.4",  "Syntax: MAIL FROM:<address> [parameters]")
RCPT_SYNTAX           = Reply(501, "5.5.4",  "Syntax: RCPT TO:<address> [parameters]")
VRFY_SYNTAX           = Reply(501, "5.5.4",  "Syntax: VRFY user name or mailbox")
EXPN_SYNTAX           = Reply(501, "5.5.4",  "Syntax: EXPN mailing list")
BDAT_SYNTAX           = Reply(501, "5.5.4",  "Syntax: BDAT size [LAST]")
BLANK_AFTER_COLON     = Reply(501, "5.5.4",  "No blank is allowed before or after the colon")
BAD_SENDER            = Reply(501, "5.1.7",  "Bad syntax of the sender's address")
BAD_RECIPIENT         = Reply(501, "5.1.3",  "Bad syntax of the recipient's address")
PATH_TOO_LONG         = Reply(501, "5.1.3",  "Path too long")
BAD_PARAMETER         = Reply(501, "5.5.4",  "Bad syntax of a parameter")
BAD_BASE64            = Reply(501, "5.5.2",  "Not base64")
AUTH_CANCELLED        = Reply(501, "5.0.0",  "Authentication cancelled")
NO_INITIAL_RESPONSE   = Reply(501, "5.7.0",  "The server begins in this mechanism, so AUTH takes no initial response")
NOT_IMPLEMENTED       = Reply(502, "5.5.1",  "Command not implemented")
BINARY_NEEDS_BDAT     = Reply(503, "5.5.1",  "BODY=BINARYMIME goes with BDAT, not with DATA")
SPOILED_TRANSACTION   = Reply(503, "5.5.1",  "A chunk before this one failed: say RSET")
TLS_ALREADY           = Reply(503, "5.5.1",  "TLS is running already")
BAD_SEQUENCE          = Reply(503, "5.5.1",  "Bad sequence of commands")
EHLO_FIRST            = Reply(503, "5.5.1",  "Say EHLO or HELO first")
EHLO_FOR_AUTH         = Reply(503, "5.5.1",  "AUTH belongs to EHLO: say EHLO first")
MAIL_FIRST            = Reply(503, "5.5.1",  "Say MAIL first")
RCPT_FIRST            = Reply(503, "5.5.1",  "No recipient yet: say RCPT first")
NESTED_MAIL           = Reply(503, "5.5.1",  "A mail transaction is open already")
AUTHENTICATED_ALREADY = Reply(503, "5.5.1",  "Authenticated already")
UNKNOWN_MECHANISM     = Reply(504, "5.5.4",  "Authentication mechanism not known here")
AUTH_REQUIRED         = Reply(530, "5.7.0",  "Authentication required")
TLS_REQUIRED          = Reply(530, "5.7.0",  "TLS required: say STARTTLS first")
BAD_CREDENTIALS       = Reply(535, "5.7.8",  "Wrong user name or password")
TLS_FOR_AUTH          = Reply(538, "5.7.11", "Encryption required: say STARTTLS first")
NO_SUCH_MAILBOX       = Reply(550, "5.1.1",  "No such mailbox here")
NOT_YOUR_ADDRESS      = Reply(550, "5.7.1",  "The sender must be the user who logged in")
TOO_MUCH_DATA         = Reply(552, "5.3.4",  "Message is larger than this server takes")
NEEDS_SMTPUTF8        = Reply(553, "5.6.7",  "An address that is not ASCII needs SMTPUTF8")
NO_SERVICE            = Reply(554, "",       "No SMTP service here")
UNKNOWN_PARAMETER     = Reply(555, "5.5.4",  "Parameter not known here")
# fmt: on

# What a code says by itself, for those who read a dialogue: RFC 5321 §4.2.2 and §4.2.3, RFC 4954 §6, RFC 3207 §4.
CODES: Final = {
    211: ("system status or help", "RFC 5321 §4.2.3"),
    214: ("help, for people", "RFC 5321 §4.2.3"),
    220: ("the service is ready", "RFC 5321 §4.2.3"),
    221: ("the server closes the connection", "RFC 5321 §4.2.3"),
    235: ("authentication succeeded", "RFC 4954 §6"),
    250: ("the requested action is completed", "RFC 5321 §4.2.3"),
    251: ("not a local user, will be forwarded", "RFC 5321 §4.2.3"),
    252: ("cannot verify, but will take the message and try", "RFC 5321 §4.2.3"),
    334: ("go on with the authentication: the text is a challenge in base64", "RFC 4954 §4"),
    354: ("send the mail data, and end it with a line that is a single dot", "RFC 5321 §4.2.3"),
    421: ("the service is not available, the connection is closed", "RFC 5321 §4.2.3"),
    432: ("a password transition is needed", "RFC 4954 §6"),
    450: ("the mailbox is unavailable now, try later", "RFC 5321 §4.2.3"),
    451: ("a local error in processing, try later", "RFC 5321 §4.2.3"),
    452: ("not enough storage, or too many recipients, try later", "RFC 5321 §4.2.3"),
    454: ("a temporary failure of TLS or authentication", "RFC 3207 §4, RFC 4954 §6"),
    455: ("the server cannot take the parameters now", "RFC 5321 §4.2.3"),
    500: ("the command is not recognized, or the line is too long", "RFC 5321 §4.2.3"),
    501: ("a syntax error in the parameters or arguments", "RFC 5321 §4.2.3"),
    502: ("the command is not implemented", "RFC 5321 §4.2.3"),
    503: ("a bad sequence of commands", "RFC 5321 §4.2.3"),
    504: ("a parameter is not implemented", "RFC 5321 §4.2.3"),
    530: ("authentication, or TLS, is required first", "RFC 4954 §6, RFC 3207 §4"),
    534: ("the authentication mechanism is too weak", "RFC 4954 §6"),
    535: ("the authentication credentials are invalid", "RFC 4954 §6"),
    538: ("encryption is required for this mechanism", "RFC 4954 §6"),
    550: ("the mailbox is unavailable, do not try again", "RFC 5321 §4.2.3"),
    551: ("not a local user: the text may name another address", "RFC 5321 §4.2.3"),
    552: ("more storage than allowed", "RFC 5321 §4.2.3"),
    553: ("the mailbox name is not allowed", "RFC 5321 §4.2.3"),
    554: ("the transaction failed, or there is no SMTP service here", "RFC 5321 §4.2.3"),
    555: ("MAIL or RCPT parameters not recognized or not implemented", "RFC 5321 §4.2.3"),
}

_FIRST_DIGIT: Final = {2: "done", 3: "go on", 4: "not now: try again later", 5: "no: do not try the same again"}


def meaning_of_code(code: int) -> tuple[str, str]:
    """Say what a reply code means, and where that is written. An unknown code is read by its first digit (§4.2.1)."""
    digit = _FIRST_DIGIT.get(code // 100, "not a reply code of SMTP")
    return CODES.get(code, (digit, "RFC 5321 §4.2.1"))
