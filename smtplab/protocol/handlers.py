"""What does a server answer to each command? One handler for each verb, which answers its own question and no other.

Whether the verb may come now, the table in `states` was asked before; which state follows, the table is asked after. So
a handler only does what the command asks for, and gives the reply.
"""

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any, Final

from smtplab.protocol import auth, commands, replies
from smtplab.protocol.extensions import MAIL_PARAMETERS, OFFERED, RCPT_PARAMETERS, refuse_parameters
from smtplab.protocol.grammar import same_mailbox
from smtplab.protocol.mail import Buffers, Recipient
from smtplab.protocol.replies import Reply
from smtplab.protocol.states import State

if TYPE_CHECKING:
    from smtplab.protocol.server import ServerSession


def on_ehlo(session: "ServerSession", command: commands.Ehlo) -> Reply:
    """Introduce each other, and list the extensions.

    Replies 250, one keyword a line after the first. It ends an open mail transaction.
    RFC 5321 §3.2, §4.1.1.1, §4.1.4.
    """
    session.forget_transaction()
    policy = session.policy
    session.client_domain, session.extended = command.domain, True
    session.extensions = policy.offered(tls=session.tls)
    keywords = [policy.keyword_line(keyword) for keyword in OFFERED if keyword in session.extensions]
    return replies.introduced(policy.domain, *keywords)


def on_helo(session: "ServerSession", command: commands.Helo) -> Reply:
    """Introduce each other, and no more: a session that began with HELO has no extensions.

    Replies 250 in one line. It ends an open mail transaction.
    RFC 5321 §3.2, §4.1.1.1, §4.1.4.
    """
    session.forget_transaction()
    session.client_domain, session.extended = command.domain, False
    session.extensions = frozenset()
    return replies.introduced(session.policy.domain)


def on_auth(session: "ServerSession", command: commands.Auth) -> Reply:
    """Let a user prove who it is, by one of the mechanisms that EHLO listed.

    Replies 334 with a challenge, or at once 235 2.7.0 or 535 5.7.8; 501 for an initial response that is no base64, or
    where the server begins; 503 without EHLO or when somebody has authenticated already, 504 for an unknown mechanism,
    538 when TLS must be first.
    RFC 4954 §4.
    """
    if session.policy.auth_inside_tls and not session.tls:
        return replies.TLS_FOR_AUTH
    if "AUTH" not in session.policy.offered(tls=session.tls):
        return replies.NOT_IMPLEMENTED
    if not session.extended:
        return replies.EHLO_FOR_AUTH
    if session.user is not None:
        return replies.AUTHENTICATED_ALREADY
    if command.mechanism not in session.policy.mechanisms:
        return replies.UNKNOWN_MECHANISM
    try:
        initial = auth.decode_initial(command.initial_response)
    except ValueError:
        return replies.BAD_BASE64
    if initial is not None and command.mechanism in auth.SERVER_FIRST:
        return replies.NO_INITIAL_RESPONSE
    mechanism, policy = auth.SERVER_MECHANISMS[command.mechanism], session.policy
    return session.begin_exchange(mechanism(policy.passwords, initial, policy.nonce, policy.domain))


def on_starttls(session: "ServerSession", _command: commands.Bare) -> Reply:
    """Let TLS begin right after the reply. All that was learnt before is forgotten then.

    Replies 220; 503 inside TLS, 502 where there is no certificate.
    RFC 3207 §4.
    """
    if session.tls:
        return replies.TLS_ALREADY
    if "STARTTLS" not in session.policy.offered(tls=False):
        return replies.NOT_IMPLEMENTED
    return replies.READY_FOR_TLS


def on_mail(session: "ServerSession", command: commands.Mail) -> Reply:
    """Open a mail transaction with the reverse-path, which is "" for a notice that must not be answered.

    Replies 250 2.1.0; 530 5.7.0 or 550 5.7.1 when the user must log in first or is somebody else; 555, 501, 552 or 553
    when a parameter, an announced size (RFC 1870 §6.1) or an address in UTF-8 (RFC 6531 §3.5) cannot be taken.
    RFC 5321 §3.3, §4.1.1.2, §4.5.5.
    """
    policy = session.policy
    if policy.auth_required and session.user is None:
        return replies.AUTH_REQUIRED
    if policy.sender_is_user and same_mailbox(command.reverse_path) != same_mailbox(session.user or ""):
        return replies.NOT_YOUR_ADDRESS
    refused = refuse_parameters(command.parameters, MAIL_PARAMETERS, session.extensions)
    if refused is not None:
        return refused
    if int(command.parameters.get("SIZE", 0)) > policy.size_limit:
        return replies.TOO_MUCH_DATA
    if not command.reverse_path.isascii() and "SMTPUTF8" not in command.parameters:
        return replies.NEEDS_SMTPUTF8 if "SMTPUTF8" in session.extensions else replies.BAD_SENDER
    session.buffers = Buffers(command.reverse_path, command.parameters)
    return replies.SENDER_OK


def on_rcpt(session: "ServerSession", command: commands.Rcpt) -> Reply:
    """Add one forward-path to the open mail transaction.

    Replies 250 2.1.5 when accepted, 550 5.1.1 when there is no such mailbox, 452 4.5.3 when there are too many; 555,
    501 or 553 when a parameter or an address in UTF-8 cannot be taken. A postmaster there is always (§4.5.1).
    RFC 5321 §3.3, §4.1.1.3, §4.5.3.1.10.
    """
    refused = refuse_parameters(command.parameters, RCPT_PARAMETERS, session.extensions)
    if refused is not None:
        return refused
    if not command.forward_path.isascii() and "SMTPUTF8" not in session.buffers.parameters:
        return replies.NEEDS_SMTPUTF8 if "SMTPUTF8" in session.extensions else replies.BAD_RECIPIENT
    if session.policy.mailboxes is not None and not _exists(command.forward_path, session.policy.mailboxes):
        return replies.NO_SUCH_MAILBOX
    if len(session.buffers.recipients) >= session.policy.recipients_limit:
        return replies.TOO_MANY_RECIPIENTS
    session.buffers.recipients.append(Recipient(command.forward_path, command.parameters))
    return replies.RECIPIENT_OK


def _exists(forward_path: str, mailboxes: Container[str]) -> bool:
    mailbox = same_mailbox(forward_path)
    return mailbox in mailboxes or mailbox.partition("@")[0] == "postmaster"


def on_data(session: "ServerSession", _command: commands.Bare) -> Reply:
    """Ask for the mail data. Replies 354, or 503 for a message without lines (RFC 3030 §3). RFC 5321 §3.3, §4.1.1.4."""
    if session.buffers.parameters.get("BODY", "").upper() == "BINARYMIME":
        return replies.BINARY_NEEDS_BDAT
    return replies.START_MAIL_INPUT


def on_bdat(session: "ServerSession", command: commands.Bdat) -> Reply:
    """Take a chunk, whose octets have come in already. The last one is answered once the message is stored.

    Replies 250; 552 5.3.4 when the message grows too large, and then 503 until RSET; 502 where it is not offered.
    RFC 3030 §2.
    """
    if "CHUNKING" not in session.policy.extensions:
        return replies.NOT_IMPLEMENTED
    if session.buffers.is_spoiled:
        return replies.SPOILED_TRANSACTION
    if session.buffers.size > session.policy.size_limit:
        session.buffers.is_spoiled = True
        return replies.TOO_MUCH_DATA
    return replies.chunk_taken(command.size)


def on_rset(session: "ServerSession", _command: commands.Bare) -> Reply:
    """Abort the mail transaction. Replies 250. RFC 5321 §4.1.1.5."""
    session.forget_transaction()
    return replies.RESET


def on_noop(_session: "ServerSession", _command: commands.Noop) -> Reply:
    """Do nothing. Replies 250. RFC 5321 §4.1.1.9."""
    return replies.OK


def on_vrfy(session: "ServerSession", command: commands.Vrfy) -> Reply:
    """Say neither yes nor no, so that nobody harvests addresses here.

    Replies 252 2.5.2; 501 for a name in UTF-8 where that cannot be taken (RFC 6531 §3.7.4.2).
    RFC 5321 §3.5.3, §7.3.
    """
    if not command.name.isascii() and "SMTPUTF8" not in session.extensions:
        return replies.VRFY_SYNTAX
    return replies.CANNOT_VERIFY


def on_help(session: "ServerSession", _command: commands.Help) -> Reply:
    """List the verbs that are done in this session. Replies 214. RFC 5321 §4.1.1.8."""
    offered = session.policy.offered(tls=session.tls)
    done = [verb for verb, handler in HANDLERS.items() if handler is not on_not_implemented]
    return replies.help_text([verb for verb in done if EXTENSION_OF.get(verb) in (None, *offered)])


def on_quit(_session: "ServerSession", _command: commands.Bare) -> Reply:
    """End the session. Replies 221, and the connection is closed then. RFC 5321 §4.1.1.10."""
    return replies.BYE


def on_not_implemented(_session: "ServerSession", _command: commands.Command) -> Reply:
    """Tell that a command is known but not done here. Replies 502. RFC 5321 §4.2.4."""
    return replies.NOT_IMPLEMENTED


# Verbs that an extension brings; the others are everybody's.
EXTENSION_OF: Final = {"AUTH": "AUTH", "STARTTLS": "STARTTLS", "BDAT": "CHUNKING"}

# Each handler takes its own kind of command, which this table pairs with its verb; a dict's type cannot say so.
HANDLERS: Final[dict[str, Callable[["ServerSession", Any], Reply]]] = {
    "EHLO": on_ehlo,
    "HELO": on_helo,
    "AUTH": on_auth,
    "MAIL": on_mail,
    "RCPT": on_rcpt,
    "DATA": on_data,
    "RSET": on_rset,
    "NOOP": on_noop,
    "VRFY": on_vrfy,
    "EXPN": on_not_implemented,
    "HELP": on_help,
    "QUIT": on_quit,
    "BDAT": on_bdat,
    "STARTTLS": on_starttls,
}


def out_of_order(state: State, verb: str) -> Reply:
    """Give the 503 that tells a client what is missing before `verb` may come (§4.1.4)."""
    if state is State.GREETED:
        return replies.EHLO_FIRST
    if verb == "MAIL":
        return replies.NESTED_MAIL
    if verb in ("RCPT", "DATA") and state is State.READY:
        return replies.MAIL_FIRST
    if verb == "DATA" and state is State.SENDER:
        return replies.RCPT_FIRST
    return replies.BAD_SEQUENCE
