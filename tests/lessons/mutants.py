"""Broken variants of lesson 13's server and client, as data: which words of the reference are others, and what fails.

Each case of the grader fails alone in one of them at least, so that none of them is there in vain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import getsource
from types import ModuleType
from typing import Any, Final

from smtplab.lessons.project import reference_client, reference_server


@dataclass(frozen=True)
class Mutant:
    """A variant. old, new: what is replaced, once. fails: the cases that fail, and no others;
    a star behind them says that much fails beside them, for nothing goes without what is broken."""

    name: str
    old: str
    new: str
    fails: str

    def function(self, module: ModuleType, name: str) -> Callable[..., Any]:
        """Give the function of this name from the broken module. The words must be there, or the test is none."""
        source = getsource(module)
        assert self.old in source, f"{self.name}: the reference has not these words"
        broken: dict[str, Any] = {"__name__": self.name}
        exec(compile(source.replace(self.old, self.new, 1), self.name, "exec"), broken)
        function: Callable[..., Any] = broken[name]
        return function



def _first(method: str, line: str) -> tuple[str, str]:
    """Give a replacement that puts a line at the beginning of a method of the server."""
    head = f"    def on_{method}(self, argument: bytes) -> None:\n"
    return head, f"{head}        {line}\n"


def _ends_at(pattern: str) -> str:
    """Take whatever fits the pattern for the end of a mail, too."""
    return f'        self.waiting = re.sub(rb"{pattern}", b"\\r\\n.\\r\\n", self.waiting + octets)\n'


GREETING: Final = 'self.reply(220, f"{self.site.domain} ESMTP ready")'
LINE: Final = '        line, _, self.waiting = self.waiting.partition(b"\\r\\n")\n'
DOT: Final = 'line[1:] if line.startswith(b".") else line'
GOODBYE: Final = 'self.reply(221, f"{self.site.domain} closes the connection")'
MAIL_LINES: Final = 'b"".join(line + b"\\r\\n" for line in lines)'
READ: Final = "        octets = self.connection.recv(65536)\n"
ADD: Final = "        self.waiting += octets\n"
TRANSACTION: Final = 'self.site.deliver(self.reverse_path or "", self.forward_paths, message)'
FORGET: Final = "        return self.forget()\n"
MISSING: Final = "            if handler is None:\n"
LIST: Final = 'f"SIZE {self.site.size_limit}", "PIPELINING", "8BITMIME", own)'
EMPTY_BUFFER: Final = '        self.waiting = b""  # whatever came behind STARTTLS'

SERVERS: Final = (
    Mutant("greets under another name", GREETING, 'self.reply(220, "mailer ready")', "S1.2"),
    Mutant("answers QUIT with 250", GOODBYE, 'self.reply(250, "Bye")', "S1.4"),
    Mutant("keeps the connection open", GOODBYE, f"{GOODBYE}; self.read()", "S1.5"),
    Mutant("wants QUIT in capital letters", 'self.read_line()).upper() != b"QUIT"', 'self.read_line()) != b"QUIT"', "S1.6"),
    Mutant("lists extensions after HELO", "        return self.reply(250, self.site.domain)\n", '        return self.reply(250, self.site.domain, "SIZE")\n', "S2.2"),
    Mutant("keeps one recipient", "        self.forward_paths.append(mailbox)\n", "        self.forward_paths = [mailbox]\n", "S2.4"),
    Mutant("takes mail for anybody", "        if mailbox not in self.site.mailboxes:\n", "        if False:\n", "S2.5 S2.6 S3.5 S5.11"),
    Mutant("forgets all recipients when one is refused", '            return self.reply(550, "No such', '            self.forward_paths.clear()\n            return self.reply(550, "No such', "S2.6"),
    Mutant("refuses the null reverse-path", *_first("mail", 'if b"<>" in argument: return self.reply(501, "Who are you?")'), "S2.7"),
    Mutant("keeps recipients after a mail", "        return self.reset()\n", "        self.reverse_path = None\n        return None\n", "S2.8"),
    Mutant("delivers half a mail", '            raise EOFError\n', '            if self.forward_paths: self.site.deliver(self.reverse_path or "", self.forward_paths, self.waiting)\n            raise EOFError\n', "S2.9"),
    Mutant("delivers at QUIT", GOODBYE, f"self.forward_paths and {TRANSACTION}; {GOODBYE}".replace("message", "self.waiting"), "S2.10"),
    Mutant("has no Postmaster", 'b"TO:<POSTMASTER>"', 'b"TO:<HOSTMASTER>"', "S2.11"),
    Mutant("compares domains letter by letter", "{domain.lower()}", "{domain}", "S2.12"),
    Mutant("takes MAIL before EHLO", "if not self.introduced or self.reverse_path is not None:\n            return self.reply(503, \"Bad sequence of commands\")\n        match", "if self.reverse_path is not None:\n            return self.reply(503, \"Bad sequence of commands\")\n        match", "S3.1 S7.7"),
    Mutant("takes RCPT before MAIL", '        if self.reverse_path is None:\n            return self.reply(503', '        if False:\n            return self.reply(503', "S3.2 S3.6 S5.5 S7.8"),
    Mutant("takes MAIL twice", "or self.reverse_path is not None:\n            return self.reply(503, \"Bad sequence of commands\")\n        match", "or False:\n            return self.reply(503, \"Bad sequence of commands\")\n        match", "S3.3"),
    Mutant("takes DATA without recipients", "        if not self.forward_paths:\n", "        if self.reverse_path is None:\n", "S3.4 S3.5 S3.6 S5.11"),
    Mutant("counts refused recipients", '            return self.reply(550, "No such mailbox here")\n', '            self.forward_paths.append("")\n            return self.reply(550, "No such mailbox here")\n', "S2.6 S3.5 S5.11"),
    Mutant("forgets RSET", '            return self.reply(501, "RSET takes no argument")\n        self.reset()\n', '            return self.reply(501, "RSET takes no argument")\n', "S3.6"),
    Mutant("forgets the reset of EHLO", '        self.reset()\n        own', "        own", "S3.7"),
    Mutant("ends at an unknown verb", MISSING, f"{MISSING}                return\n", "S3.8 S3.9 S3.18 S4.12"),
    Mutant("passes over empty lines", MISSING, "            if not line:\n                continue\n" + MISSING, "S3.9"),
    Mutant("takes no word with NOOP", *_first("noop", 'if argument: return self.reply(501, "NOOP alone")'), "S3.10"),
    Mutant("knows no VRFY", "def on_vrfy", "def on_verify", "S3.11"),
    Mutant("wants no name", '            return self.reply(501, "Say your name")\n        self.introduced = True\n        self.reset()\n        own', '            pass\n        self.introduced = True\n        self.reset()\n        own', "S3.12"),
    Mutant("takes a path without brackets", *_first("mail", 'argument = argument if b"<" in argument else b"FROM:<" + argument[5:] + b">"'), "S3.13"),
    Mutant("takes a blank after the colon", *_first("mail", 'argument = argument.replace(b": ", b":")'), "S3.14"),
    Mutant("passes over unknown parameters", '                return self.reply(555, "Parameter unknown")\n', "                continue\n", "S3.15"),
    Mutant("takes a name for a mailbox", *_first("rcpt", 'argument = argument if b"@" in argument or b"aster" in argument else argument.replace(b">", b"@" + self.site.domain.encode() + b">")'), "S3.16"),
    Mutant("takes DATA with an argument", '            return self.reply(501, "DATA takes no argument")\n', "            pass\n", "S3.17"),
    Mutant("ends the transaction with an error", '                self.reply(500, "Command unknown")\n', '                self.reply(500, "Command unknown")\n                self.reset()\n', "S3.18"),
    Mutant("wants FROM in capital letters", 'argument[:5].upper() != b"FROM:"', 'argument[:5] != b"FROM:"', "S3.19"),
    Mutant("takes lines of 100 octets", "LONGEST = 4096", "LONGEST = 100", "S3.20"),
    Mutant("cuts long lines", LINE + "        return line\n", LINE + '        if len(line) > 8192:\n            line, self.waiting = line[:8192], line[8192:] + b"\\r\\n" + self.waiting\n        return line\n', "S3.21"),
    Mutant("takes local-parts of 32 octets", "[^<>@\\s]+@", "[^<>@\\s]{1,32}@", "S3.22"),
    Mutant("takes 50 recipients", *_first("rcpt", 'if len(self.forward_paths) >= 50: return self.reply(452, "Too many recipients")'), "S3.23"),
    Mutant("takes lines of 500 octets in a mail", "        return b\"\".join(line + b\"\\r\\n\" for line in lines)", "        return b\"\".join(line[:500] + b\"\\r\\n\" for line in lines)", "S3.24"),
    Mutant("takes mails of 60,000 octets", "        if len(message) > self.site.size_limit:", "        if len(message) > 60_000:", "S3.25"),
    Mutant("leaves the stuffed dots", DOT, "line", "S4.1 S4.2 S4.4 S4.5"),
    Mutant("takes two dots for the end", '!= b".":', 'not in (b".", b".."):', "S4.2"),
    Mutant("takes away all dots at the beginning", DOT, 'line.lstrip(b".")', "S4.1 S4.2 S4.4 S4.5"),
    Mutant("halves all double dots", DOT, 'line.replace(b"..", b".")', "S4.3"),
    Mutant("looks for CRLF before the first line", "            lines.append(" + DOT, '            lines.append(line[1:] if line.startswith(b".") and lines else line', "S4.5"),
    Mutant("breaks down at an empty mail", '        self.reply(354, "End data with <CRLF>.<CRLF>")\n        message = self.read_mail_data()\n', '        self.reply(354, "End data with <CRLF>.<CRLF>")\n        message = self.read_mail_data()\n        message[0]\n', "S4.7"),
    Mutant("ends lines at LF", LINE, '        line, _, self.waiting = self.waiting.partition(b"\\n")\n        line = line.rstrip(b"\\r")\n', "S4.9 S4.12"),
    Mutant("decodes the mail", "        message = self.read_mail_data()\n", "        message = self.read_mail_data()\n        message.decode()\n", "S4.13"),
    Mutant("lists no SIZE", LIST, '"PIPELINING", "8BITMIME", own)', "S5.1"),
    Mutant("lists SIZE without the limit", LIST, '"SIZE", "PIPELINING", "8BITMIME", own)', "S5.1"),
    Mutant("lists no PIPELINING", LIST, 'f"SIZE {self.site.size_limit}", "8BITMIME", own)', "S5.2"),
    Mutant("leaves its name out of the list", "return self.reply(250, self.site.domain, f", 'return self.reply(250, "Hello", f', "S5.3"),
    Mutant("does not know the parameter SIZE", '(b"SIZE", b"BODY")', '(b"BODY",)', "S5.4 S5.5 S5.6"),
    Mutant("does not compare the size", "int(value) > self.site.size_limit", "False", "S5.5"),
    Mutant("breaks down at a size that is no number", "not value.isdigit()", "False", "S5.6"),
    Mutant("takes any size that comes", "        if len(message) > self.site.size_limit:", "        if False:", "S5.7"),
    Mutant("loses what is behind the dot", "        return b\"\".join(line + b\"\\r\\n\"", "        self.waiting = b\"\"\n        return b\"\".join(line + b\"\\r\\n\"", "S5.9 S5.10 S5.11 S5.12"),
    Mutant("lists AUTH in clear text", "PIPELINING\", \"8BITMIME\", own)", "PIPELINING\", \"8BITMIME\", own, \"AUTH PLAIN\")", "S6.1"),
    Mutant("takes passwords in clear text", "if not self.in_tls or mechanism", "if mechanism", "S6.2"),
    Mutant("lists no AUTH", '"AUTH PLAIN" if', '"HELP" if', "S6.3"),
    Mutant("wants AUTH in two steps", '        if not response:\n', '        if response:\n            return self.reply(501, "Say AUTH PLAIN first")\n        if not response:\n', "S6.4 S6.6 S6.9 S6.11 S6.12"),
    Mutant("knows AUTH in one step alone", '            self.reply(334, "")\n            response = self.read_line()\n', '            return self.reply(501, "Say all in one line")\n', "S6.5 S6.7"),
    Mutant("ends the session with a wrong password", '            return self.reply(535, "Authentication failed")\n', '            self.reply(535, "Authentication failed")\n            raise EOFError\n', "S6.6 S6.12"),
    Mutant("waits for base64 after *", "            response = self.read_line()\n", "            while (response := self.read_line()) == b\"*\": pass\n", "S6.7"),
    Mutant("does not expect bad base64", "except (NotBase64, ValueError):", "except UnicodeError:", "S6.7 S6.8"),
    Mutant("takes AUTH twice", " or self.user is not None", "", "S6.9"),
    Mutant("takes AUTH in a transaction", "self.user is not None or self.reverse_path is not None", "self.user is not None", "S6.10"),
    Mutant("takes any mechanism for PLAIN", 'or mechanism.upper() != b"PLAIN"', "", "S6.11"),
    Mutant("breaks down at an unknown user", "self.site.users.get(user) !=", "self.site.users[user] !=", "S6.12"),
    Mutant("lists no STARTTLS", 'else "STARTTLS"', 'else "HELP"', "S7.1"),
    Mutant("begins TLS inside TLS", '            return self.reply(503, "TLS is active already")\n', "            pass\n", "S7.4"),
    Mutant("takes STARTTLS with an argument", '            return self.reply(501, "STARTTLS takes no argument")\n', "            pass\n", "S7.5"),
    Mutant("greets again inside TLS", FORGET, f"        self.forget()\n        {GREETING}\n", "S7.6 *"),
    Mutant("keeps EHLO over STARTTLS", FORGET, "        return self.reset()\n", "S7.7"),
    Mutant("keeps the transaction over STARTTLS", FORGET, "        self.introduced = False\n        return None\n", "S7.8"),
    Mutant("keeps the buffer over STARTTLS", EMPTY_BUFFER, "        #", "S7.9 S7.10"),
    Mutant("keeps an envelope over STARTTLS", EMPTY_BUFFER, '        self.waiting = self.waiting if b"MAIL" in self.waiting else b""  #', "S7.10"),
    Mutant("keeps NOOP over STARTTLS", EMPTY_BUFFER, '        self.waiting = self.waiting if self.waiting == b"NOOP\\r\\n" else b""  #', "S7.9"),
    Mutant("delivers nothing inside TLS", "            self.site.deliver(", "            self.in_tls or self.site.deliver(", "S7.11"),
    Mutant("says nothing", GREETING, "pass", "S1.1 *"),
    Mutant("greets twice", GREETING, f'{GREETING}; {GREETING}', "S1.3 *"),
    Mutant("ends its greeting with LF", GREETING, 'self.connection.sendall(f"220 {self.site.domain}\\n".encode())', "S1.9"),
    Mutant("loses an octet that comes alone", READ, f'{READ}        if octets == b"Q":\n            octets = self.connection.recv(65536)\n', "S1.7"),
    Mutant("reads on where nobody is", "            raise EOFError\n", "            return\n", "S1.8"),
    Mutant("knows no EHLO", "def on_ehlo", "def on_elho", "S2.1 *"),
    Mutant("loses the last line of a mail", MAIL_LINES, MAIL_LINES.replace("in lines", "in lines[:-1]"), "S2.3 *"),
    Mutant("says 250 to what it does not know", MISSING, '            if handler is None and argument:\n                self.reply(250, "OK")\n            elif handler is None:\n', "S3.8"),
    Mutant("leaves the dot of a line that is not dots alone", DOT, 'line[1:] if line.startswith(b".") and line != b"..x" else line', "S4.1"),
    Mutant("takes two dots of three away", DOT, 'line[2 if line.startswith(b"...") else 1 :] if line.startswith(b".") else line', "S4.4"),
    Mutant("loses a dot that comes alone", READ, f'{READ}        if octets == b"." and self.forward_paths:\n            octets = self.connection.recv(65536)\n', "S4.6"),
    Mutant("takes LF dot LF for the end", ADD, _ends_at(r"(?<!\r)\n\.\n"), "S4.8"),
    Mutant("takes LF dot CRLF for the end", ADD, _ends_at(r"(?<!\r)\n\.\r\n"), "S4.9"),
    Mutant("takes CR dot CR for the end", ADD, _ends_at(r"\r\.\r(?!\n)"), "S4.10"),
    Mutant("takes CRLF dot LF for the end", ADD, _ends_at(r"\r\n\.\n"), "S4.11"),
    Mutant("takes a command that ends with LF", ADD, '        self.waiting = (self.waiting + octets).replace(b"NOOP\\n", b"NOOP\\r\\n")\n', "S4.12"),
    Mutant("calls bad base64 a wrong password", 'return self.reply(501, "Cannot', 'return self.reply(501 if response == b"*" else 535, "Cannot', "S6.8"),
    Mutant("lists STARTTLS inside TLS", "own)", 'own, "STARTTLS")', "S7.3"),
    Mutant("has no certificate", "context.load_cert_chain(self.site.certificate)", "pass", "S7.2 *"),
    Mutant("does not expect a handshake to fail", "suppress(OSError, EOFError)", "suppress(ConnectionError, EOFError)", "S7.12"),
    Mutant("takes MAIL before EHLO, outside TLS", "if not self.introduced or self.reverse_path is not None:\n            return self.reply(503, \"Bad sequence of commands\")\n        match", "if not self.introduced and self.in_tls or self.reverse_path is not None:\n            return self.reply(503, \"Bad sequence of commands\")\n        match", "S3.1"),
    Mutant("takes small mails for large ones", "int(value) > self.site.size_limit", "(int(value) == 500 or int(value) > self.site.size_limit)", "S5.4"),
    Mutant("loses QUIT behind the dot", MAIL_LINES, f'(setattr(self, "waiting", b"") if self.waiting[:4] == b"QUIT" else None) or {MAIL_LINES}', "S5.9"),
    Mutant("loses MAIL behind the dot", MAIL_LINES, f'(setattr(self, "waiting", b"") if self.waiting[:4] == b"MAIL" else None) or {MAIL_LINES}', "S5.10"),
    Mutant("loses a second RCPT", LINE, f'{LINE}        if line.startswith(b"RCPT") and self.waiting.startswith(b"RCPT"):\n            self.waiting = b""\n', "S5.8"),
    Mutant("stops the group at a refusal", '            return self.reply(550, "No such', '            self.waiting = b""\n            return self.reply(550, "No such', "S5.11"),
    Mutant("says 334 without its blank", 'self.reply(334, "")', 'self.connection.sendall(b"334\\r\\n")', "S6.5"),
    Mutant("ends the session when a user errs", '            return self.reply(535, "Authentication failed")\n', '            self.reply(535, "Authentication failed")\n            if user in self.site.users:\n                raise EOFError\n            return None\n', "S6.6"),
    Mutant("loses an R that comes alone", READ, f'{READ}        if octets == b"R":\n            octets = self.connection.recv(65536)\n', "S5.12"),
    Mutant("loses what comes behind MAIL", LINE, f'{LINE}        if line.startswith(b"MAIL"):\n            self.waiting = b""\n', "S4.9 S5.8 S5.10 S5.11 S5.12"),
)

EHLO: Final = 'self.say("EHLO [127.0.0.1]")'
END: Final = 'self.connection.sendall(stuffed(message) + b".\\r\\n")'
STUFFED: Final = '(b"." if line.startswith(b".") else b"") + line'
REPLY: Final = 'rb"[2-5]\\d\\d([ -].*)?"'
NO_TLS: Final = '        if code // 100 != 2 or b"STARTTLS" not in'
CONTEXT: Final = "        context = ssl.create_default_context(cafile=authority)\n"
CLIENT_BUFFER: Final = '        self.waiting = b""  # whatever came behind the 220'
DATA: Final = '        code, _ = self.say("DATA")\n'
DECIDE: Final = '"later" if code // 100 == 4 else "never"'

MAIL_REFUSED: Final = "            return self.decide(code, *self.fates)\n        accepted"

CLIENTS: Final = (
    Mutant("speaks first", "        code, _ = self.hear()\n        if code == 220:\n", '        self.connection.sendall(b"NOOP\\r\\n")\n        code, _ = self.hear()\n        self.hear()\n        if code == 220:\n', "C1.1"),
    Mutant("says no QUIT", '            self.say("QUIT")\n', "            pass\n", "C1.2"),
    Mutant("does not wait for the 221", 'self.say("QUIT")', 'self.connection.sendall(b"QUIT\\r\\n")', "C1.3"),
    Mutant("takes the first line of a greeting for all of it", "            if line[3:4] != b\"-\":\n", "            if line[3:4] != b\"-\" or line[:3] == b\"220\":\n", "C1.4"),
    Mutant("does not look at the greeting", "        if code == 220:\n", "        if True:\n", "C1.5 C4.19"),
    Mutant("says a verb of its own", 'f"MAIL FROM:<{reverse_path}>"', 'f"SEND FROM:<{reverse_path}>"', "C2.1 *"),
    Mutant("sends to the first recipient alone", "        for path in self.fates:\n            code", "        for path in list(self.fates)[:1]:\n            code", "C2.2 C4.3 C4.4"),
    Mutant("does not wait for the 354", DATA, '        self.connection.sendall(b"DATA\\r\\n" + stuffed(message) + b".\\r\\n")\n        code, _ = self.hear()\n        stuffed_ = 0\n', "C2.3 *"),
    Mutant("says MAIL and RCPT in one", 'code, _ = self.say(f"MAIL FROM:<{reverse_path}>")', 'code, _ = self.say(f"MAIL FROM:<{reverse_path}>\\r\\nNOOP"); self.hear()', "C2.4"),
    Mutant("doubles no dot", STUFFED, "line", "C2.5 C2.6"),
    Mutant("doubles lone dots alone", 'if line.startswith(b".")', 'if line == b"."', "C2.5 C2.6"),
    Mutant("doubles dots behind CRLF alone", '        self.connection.sendall(stuffed(message)', '        self.connection.sendall(message.replace(b"\\r\\n.", b"\\r\\n..") if message.startswith(b".") else stuffed(message)', "C2.6"),
    Mutant("gives a last line no CRLF", '    if lines[-1] == b"":\n        lines.pop()\n', '    if lines[-1] == b"":\n        lines.pop()\n    else:\n        return stuffed(message + b"\\r\\n")[:-2]\n', "C2.7"),
    Mutant("takes empty lines off the end", '    if lines[-1] == b"":\n', '    while lines[-1] == b"":\n', "C2.8"),
    Mutant("leaves LF as it is", 'rb"\\r?\\n", message', 'rb"\\r\\n", message', "C2.9"),
    Mutant("has a name for nobody", 'f"MAIL FROM:<{reverse_path}>"', 'f"MAIL FROM:<{reverse_path or \'nobody\'}>"', "C2.10"),
    Mutant("decodes the mail", "        self.connection.sendall(stuffed(message)", "        message.decode('ascii')\n        self.connection.sendall(stuffed(message)", "C2.11"),
    Mutant("folds long lines", 'lines = re.split(rb"\\r?\\n", message)', 'lines = re.split(rb"\\r?\\n", re.sub(rb"(y{500})", rb"\\1\\r\\n", message))', "C2.11"),
    Mutant("knows no HELO", "if code in (500, 502) else code", "if False else code", "C3.1 C3.2"),
    Mutant("knows 500 alone", "(500, 502)", "(500,)", "C3.1"),
    Mutant("knows 502 alone", "(500, 502)", "(502,)", "C3.2"),
    Mutant("loses a 2 that comes alone", "            self.waiting += octets\n", "            self.waiting += octets if octets != b'2' else b''\n", "C3.3 C3.4"),
    Mutant("counts five lines", '            if line[3:4] != b"-":\n', '            if line[3:4] != b"-" or len(lines) == 5:\n', "C3.4"),
    Mutant("knows lists after EHLO alone", '            if line[3:4] != b"-":\n', '            if line[3:4] != b"-" or line[4:] in (b"I see", b"him?", b"taken"):\n', "C3.5"),
    Mutant("wants words", REPLY, 'rb"[2-5]\\d\\d([ -].*)"', "C3.6"),
    Mutant("takes all refusals for good", DECIDE, '"never"', "C4.1 C4.3 C4.5 C4.7 C4.15 C5.4 C3.7 C4.9"),
    Mutant("takes no refusal for good", DECIDE, '"later"', "C4.2 C4.3 C4.4 C4.8 C4.17 C4.19"),
    Mutant("takes 451 for good", "code // 100 == 4", "code // 100 == 4 and code != 451", "C4.1 C4.5"),
    Mutant("takes the last RCPT for all", "                self.decide(code, path)\n", "                self.decide(code, *self.fates)\n", "C4.3"),
    Mutant("sends a mail for nobody", "        if not accepted:\n            return None\n", "", "C4.4 C4.15 C4.17"),
    Mutant("gives up for good when DATA is put off", '        if code != 354:\n            return self.decide(code, *accepted)\n', '        if code != 354:\n            return self.decide(550, *accepted)\n', "C4.5"),
    Mutant("sends the mail after 250", "        if code != 354:\n", "        if code // 100 not in (2, 3):\n", "C4.6"),
    Mutant("takes the 354 for success", "        code, _ = self.hear()\n        if code // 100 != 2:\n            return self.decide(code, *accepted)\n", "        self.hear()\n", "C4.7 C4.8"),
    Mutant("takes 452 for good", "code // 100 == 4", "code // 100 == 4 and code != 452", "C4.7"),
    Mutant("tries again after 554 to the dot", "        code, _ = self.hear()\n        if code // 100 != 2:\n            return self.decide(code, *accepted)\n", "        code, _ = self.hear()\n        if code // 100 != 2:\n            return self.decide(450, *accepted)\n", "C4.8"),
    Mutant("takes 421 for a refusal of the mail", "code // 100 == 4", "code // 100 == 4 and code != 421", "C4.9 C3.7"),
    Mutant("gives up when the greeting is 421", "        elif code != 421:\n            self.decide(code, *self.fates)\n", "        else:\n            self.decide(code if code != 421 else 550, *self.fates)\n", "C4.10"),
    Mutant("breaks down when the connection does", "suppress(OSError, EOFError, ValueError)", "suppress(OSError, ValueError)", "C4.9 C4.11 C4.12 C4.13"),
    Mutant("gives up when nobody replies to the dot", "        code, _ = self.hear()\n        if code // 100 != 2:\n", "        self.decide(550, *accepted)\n        code, _ = self.hear()\n        if code // 100 != 2:\n", "C4.12"),
    Mutant("hopes for the best after the dot", f"        {END}\n", f'        {END}\n        self.fates.update(dict.fromkeys(accepted, "done"))\n', "C4.12"),
    Mutant("believes nothing without a 221", "            self.say(\"QUIT\")\n", "            done = dict(self.fates)\n            self.fates.update(dict.fromkeys(done, 'later'))\n            self.say(\"QUIT\")\n            self.fates.update(done)\n", "C4.13"),
    Mutant("breaks down when nobody listens", "    with suppress(OSError):  # nobody listens\n", "    if True:\n", "C4.14"),
    Mutant("puts a server off that says 554", "        elif code != 421:\n            self.decide(code, *self.fates)\n", "        elif code != 421:\n            self.decide(450, *self.fates)\n", "C4.19"),
    Mutant("does not double the dot of .two", 'if line.startswith(b".")', 'if line.startswith(b".") and line != b".two"', "C2.5"),
    Mutant("takes 451 to MAIL for good", MAIL_REFUSED, MAIL_REFUSED.replace("(code,", "(550 if code == 451 else code,"), "C4.1"),
    Mutant("tries again after 550 to MAIL", MAIL_REFUSED, MAIL_REFUSED.replace("(code,", "(450 if code == 550 else code,"), "C4.2"),
    Mutant("takes 421 to MAIL for good", MAIL_REFUSED, MAIL_REFUSED.replace("(code,", "(550 if code == 421 else code,"), "C4.9"),
    Mutant("takes 421 to RCPT for good", "self.decide(code, path)", "self.decide(550 if code == 421 else code, path)", "C3.7"),
    Mutant("gives up when nobody replies to RCPT", '            code, _ = self.say(f"RCPT TO:<{path}>")\n', '            self.fates[path] = "never"\n            code, _ = self.say(f"RCPT TO:<{path}>")\n            self.fates[path] = "later"\n', "C4.11"),
    Mutant("reads the words", '            code, _ = self.say(f"RCPT TO:<{path}>")\n', '            code, words = self.say(f"RCPT TO:<{path}>")\n            code = 450 if b"later" in words[0] else code\n', "C4.17"),
    Mutant("says no STARTTLS", "        if code // 100 != 2 or b", "        if True or b", "C5.1 C5.2"),
    Mutant("knows the codes of the standard alone", "code // 100 == 4", "code in (421, 450, 451, 452, 454)", "C4.15"),
    Mutant("wants 250", "        if code // 100 != 2:\n            return self.decide(code, *self.fates)\n", "        if code != 250:\n            return self.decide(code, *self.fates)\n", "C4.16"),
    Mutant("breaks down at what is no reply", "EOFError, ValueError)", "EOFError)", "C4.18"),
    Mutant("says EHLO but once", f'        return {EHLO}[0]\n', "        return 250\n", "C5.2"),
    Mutant("goes on in clear text where TLS is not offered", '            return 454\n', "            return code\n", "C5.3"),
    Mutant("goes on in clear text after 454", '        if code != 220:\n            return code\n', '        if code != 220:\n            return 250\n', "C5.4"),
    Mutant("says HELO where TLS is wanted", "        if authority is None:\n            return self", "        if authority is None or code == 502:\n            return self", "C5.5"),
    Mutant("keeps the buffer over STARTTLS", CLIENT_BUFFER, "        #", "C5.6"),
    Mutant("checks no certificate", CONTEXT, f"{CONTEXT}        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE\n", "C5.7 C5.8"),
    Mutant("checks no name", CONTEXT, f"{CONTEXT}        context.check_hostname = False\n", "C5.8"),
)
