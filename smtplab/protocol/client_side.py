"""What does the client say? Its octets as commands, lines of AUTH, mail data and chunks, by the state of the session.

Where octets of it are missing that is not known for sure. A line that begins with a verb of the standard is a command
then; what anything else is, such as the rest of a message or a password, the reply tells, and it is held until then.
"""

from smtplab.protocol.commands import Bdat
from smtplab.protocol.fields import argument_of, verb_of
from smtplab.protocol.flow import Taken
from smtplab.protocol.hearing import Hearing
from smtplab.protocol.leniency import read_command
from smtplab.protocol.pairing import LONGEST_VERB, STANDARD_VERBS, begins_with_command, holds_mail_data, is_auth_line
from smtplab.protocol.states import AUTHENTICATING, BDAT_LAST, END_OF_DATA, MAIL_DATA, READY
from smtplab.protocol.transcript import Entry, Kind


class ClientSide(Hearing):
    """Reads the client's side of a connection."""

    def _next_of_client(self) -> Entry | None:
        if self._chunk:
            return self._take_chunk()
        if self._client_lost:
            self._find_command()
        if self.state is MAIL_DATA and END_OF_DATA not in self._asked:
            return self._take_mail_data()
        if self._is_puzzled:
            return None
        line = self._client.take_line()
        if line is None:
            return None
        return self._auth_line(line) if self.state is AUTHENTICATING else self._command(line)

    def _find_command(self) -> None:
        """See whether what went before, an AUTH exchange or mail data, ended in octets that are missing.

        While mail data is sent the server says nothing, so if octets of both are missing its end and the reply are.
        """
        in_mail_data = self.state is MAIL_DATA and self._server_lost and not self._asked
        if (in_mail_data or self.state is AUTHENTICATING) and begins_with_command(self._client.octets):
            self.state = READY

    @property
    def _is_puzzled(self) -> bool:
        """Whether octets are missing before these of the client, so that only the reply will tell what they are."""
        if not (self._client_lost and self._client) or self._tls or self._chunk or self._waits_for_reply():
            return False
        if self.state in (MAIL_DATA, AUTHENTICATING):
            return False
        return verb_of(bytes(self._client.octets[:LONGEST_VERB])) not in STANDARD_VERBS

    def _understand(self, code: int = 0) -> None:
        """Decide what it is that puzzled, and was answered with this code."""
        self._client_lost = False
        if is_auth_line(self._client.octets, code):
            self.state = AUTHENTICATING
        elif holds_mail_data(self._client):
            self.state, self._has_hole = MAIL_DATA, True

    def _command(self, line: Taken) -> Entry:
        self._client_lost = self._has_hole = False
        verb = verb_of(line.octets)
        command = read_command(line.octets)
        if isinstance(command, Bdat):
            self._chunk = command.size
            self._pairing.ask(BDAT_LAST if command.last else "BDAT")
        else:
            self._pairing.ask(verb)
        kind = Kind.COMMAND if verb else Kind.UNKNOWN
        decoded = self._auth.begin(argument_of(line.octets)) if verb == "AUTH" else ()
        return self._entry("client", kind, line, message=command, decoded=decoded)

    def _auth_line(self, line: Taken) -> Entry:
        self._pairing.ask("AUTH")
        return self._entry("client", Kind.AUTH, line, decoded=self._auth.response(line.octets.rstrip(b"\r\n")))

    def _take_chunk(self) -> Entry | None:
        if len(self._client) < self._chunk:
            return None
        size, self._chunk = self._chunk, 0
        self._client_lost = False
        return self._entry("client", Kind.CHUNK, self._client.take(size))

    def _take_mail_data(self) -> Entry | None:
        """Give the mail data up to the end mark; or the end mark itself, where nothing stands before it."""
        if self._client.torn and self._client.begins_with_dot and begins_with_command(self._client.octets, 3):
            self._client.torn = False
        end = self._client.find_mail_data_end()
        if end is None or self.is_in_doubt:
            return None
        if end > 0:
            return self._entry("client", Kind.MAIL_DATA, self._client.take(end))
        self._pairing.ask(END_OF_DATA)
        self._client_lost = False
        return self._entry("client", Kind.END_OF_DATA, self._client.take(self._client.octets.index(b"\n") + 1))

    @property
    def is_in_doubt(self) -> bool:
        """Whether the mail data may have ended before its end mark. The next replies, or commands, will show it.

        A server that takes a dot between LFs for the end answers more than once, though the client has said no more.
        Nobody waits for that unless a command stands behind such a dot: else nothing was meant to be smuggled.
        """
        if not self._doubts or self._client.lax:
            return False
        start = self._client.find_early_end()
        return start is not None and verb_of(bytes(self._client.octets[start : start + 10])) in STANDARD_VERBS
