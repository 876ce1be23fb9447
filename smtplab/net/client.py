"""A client on a real socket: one method for each phase, to be called a step at a time.

Each method sends one command, waits for its reply and returns it. A refusal raises the error of that phase, which
carries the reply. `send_line` says anything at all and raises nothing, for those who want to see what a server makes of
it. `send_message` does a whole mail transaction, with whatever the server offers, and `send_messages` several.
"""

from collections.abc import Callable, Iterable
from typing import Literal

from smtplab.net import nonces
from smtplab.net.dialogue import Dialogue, ServerGone
from smtplab.net.mailing import Mailing, Message, octets_of_message, outgoing
from smtplab.protocol import commands
from smtplab.protocol.client import HelloRefused, SmtpError, TlsRefused
from smtplab.protocol.commands import Ehlo, Expn, Helo, Help, Mail, Noop, Rcpt, Vrfy
from smtplab.protocol.replies import Reply

__all__ = ["Client", "ServerGone"]


class Client(Dialogue):
    """An SMTP client. Use it in a `with` statement, which connects and says QUIT at the end, or call `connect`.

    The arguments, and what it has to tell about the connection, are those of `Dialogue`.
    """

    # The phases

    def ehlo(self, domain: str = "[127.0.0.1]") -> Reply:
        """Introduce the client and ask for the extensions. Raises `HelloRefused`. RFC 5321 §4.1.1.1."""
        return self.command(Ehlo(domain))

    def helo(self, domain: str = "[127.0.0.1]") -> Reply:
        """Introduce the client, without extensions. Raises `HelloRefused`. RFC 5321 §4.1.1.1."""
        return self.command(Helo(domain))

    def starttls(self) -> Reply:
        """Go on inside TLS. What the server said before is forgotten, so EHLO has to come again.

        Raises `TlsRefused`, and ssl.SSLError when the handshake fails or the certificate is not the server's; the
        connection is closed then. RFC 3207 §4.
        """
        reply = self.command(commands.STARTTLS)
        try:
            self.session.tls_started()
            self._handshake()
        except OSError:
            self.close()
            raise
        return reply

    def auth(
        self,
        mechanism: str,
        user: str,
        password: str,
        *,
        initial_response: bool = True,
        nonce: Callable[[], str] = nonces.fresh,
    ) -> Reply:
        """Prove who the user is, by one of `CLIENT_MECHANISMS` in `protocol.auth`, all steps of it.

        initial_response: send what the mechanism begins with in the AUTH line itself, which saves a round trip.
        nonce: gives SCRAM what nobody can guess.
        Raises `AuthenticationRefused`, also when this client cancels since it does not trust the server;
        `ServerNotProven`; ValueError for a mechanism that is not known here.
        RFC 4954 §4.
        """
        said = f"AUTH {mechanism}"
        line = self.session.begin_auth(mechanism, user, password, initial_response=initial_response, nonce=nonce)
        reply = self.exchange(line, said)
        while reply.code == 334:
            line = self.session.respond(reply)
            if self.session.cancelled:
                said = f"AUTH {mechanism}, cancelled here ({self.session.cancelled}),"
            reply = self.exchange(line, said)
        self.session.end_auth(reply)
        return reply

    def mail(self, reverse_path: str, **parameters: str | int) -> Reply:
        """Open a mail transaction; "" is the null reverse-path. Parameters as in `size=1000`, "" for no value.

        Raises `SenderRefused`. RFC 5321 §4.1.1.2.
        """
        return self.command(Mail(reverse_path, {keyword.upper(): str(value) for keyword, value in parameters.items()}))

    def rcpt(self, forward_path: str) -> Reply:
        """Add one recipient. Raises `RecipientRefused`. RFC 5321 §4.1.1.3."""
        return self.command(Rcpt(forward_path))

    def data(self, message: Message) -> Reply:
        """Ask to send the message, send it, and give the reply to its end.

        A str has its line ends made CRLF; bytes go as they are. Dots are stuffed here, and the end mark is added.
        Raises `MessageRefused`, for DATA itself or for the message. RFC 5321 §4.1.1.4.
        """
        self.command(commands.DATA)
        return self.exchange(self.session.send_mail_data(octets_of_message(message)), "the message")

    def rset(self) -> Reply:
        """Abort the mail transaction. RFC 5321 §4.1.1.5."""
        return self.command(commands.RSET)

    def noop(self) -> Reply:
        """Ask for nothing but a 250. RFC 5321 §4.1.1.9."""
        return self.command(Noop())

    def vrfy(self, name: str) -> Reply:
        """Ask whether there is such a user. RFC 5321 §4.1.1.6."""
        return self.command(Vrfy(name))

    def expn(self, name: str) -> Reply:
        """Ask who is on a mailing list. RFC 5321 §4.1.1.7."""
        return self.command(Expn(name))

    def help(self, topic: str = "") -> Reply:
        """Ask for help. RFC 5321 §4.1.1.8."""
        return self.command(Help(topic))

    def send_line(self, line: str | bytes) -> Reply:
        """Say any one line, right or wrong, given without CRLF, and give the reply to it, whatever it is."""
        octets = line.encode() if isinstance(line, str) else line
        self.send(self.session.send_line(octets), octets.decode("ascii", "backslashreplace"))
        return self.answer("the line").reply

    # A whole mail

    def introduce(
        self, domain: str = "[127.0.0.1]", tls: Literal["never", "opportunistic", "required"] = "never"
    ) -> Reply:
        """Say EHLO, or HELO to a server that knows no EHLO, and begin TLS if it is wanted and offered.

        tls: "opportunistic" goes on in clear text where TLS is not offered: whoever can change what is on the wire can
        bring that about (RFC 3207 §6). "required" does not, and raises `TlsRefused` with the reply to EHLO.
        RFC 5321 §3.2, §4.1.4.
        """
        try:
            reply = self.ehlo(domain)
        except HelloRefused as error:
            if error.reply.code not in (500, 502):
                raise
            reply = self.helo(domain)
        if tls == "never" or self.tls:
            return reply
        if "STARTTLS" in self.extensions:
            self.starttls()
            return self.ehlo(domain)
        if tls == "required":
            raise TlsRefused(reply, "EHLO")
        return reply

    def send_message(self, reverse_path: str, forward_paths: Iterable[str], message: Message) -> dict[str, SmtpError]:
        """Send one mail to several recipients, and give those that were refused with their errors.

        Uses PIPELINING, SIZE, 8BITMIME, SMTPUTF8, CHUNKING and BINARYMIME where the server offers them and the mail has
        need of them. Raises `CannotSend` when the mail needs one that is not offered, `SenderRefused`,
        `MessageRefused`, or the last `RecipientRefused` when nobody gets the mail; the transaction is reset then.
        RFC 5321 §3.3, RFC 2920 §3.1.
        """
        mail = outgoing(reverse_path, forward_paths, message, self.extensions)
        Mailing(self).send([mail])
        if mail.failure is not None:
            raise mail.failure
        return mail.refused

    def send_messages(self, mails: Iterable[tuple[str, Iterable[str], Message]]) -> list[dict[str, Exception]]:
        """Send several mails, and give for each those that do not get it, with the reason: {} where all do.

        mails: the arguments of `send_message`. Where the server offers PIPELINING, each envelope goes out right behind
        the message before it, which is faster. When the connection is lost, its error is the reason for all mails that
        the server has not replied to. Raises `CannotSend` before anything is sent when one needs an extension that is
        not offered.
        RFC 5321 §3.3, RFC 2920 §3.1.
        """
        prepared = [outgoing(*mail, self.extensions) for mail in mails]
        try:
            Mailing(self).send(prepared)
        except OSError as error:
            for mail in prepared:
                if not mail.is_done:
                    mail.fail(error)
        return [mail.missed() for mail in prepared]
