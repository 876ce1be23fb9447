"""In which order may commands come? The whole answer is one table.

`TRANSITIONS` says for each pair of a state and a verb which state follows the reply: a positive completion (2yz), an
intermediate (3yz) or a negative one (4yz, 5yz). They are the columns S, I and E of RFC 5321 §4.3.2. A verb that has no
row in the current state is answered 503 and changes nothing.

The server, the client, the observer and the state chart all read this table, so they cannot disagree. What is not a
state: whether somebody is authenticated, which extensions are on, whether TLS runs, how large a message may be. Those
are facts about a session, and the handler of the command asks for them.
"""

from enum import Enum
from typing import Final, NamedTuple


class State(Enum):
    """Where a session stands between two replies."""

    CONNECTED = "connected"  # the server speaks first (§3.1)
    REFUSED = "refused"  # greeted with 554: only QUIT is left (§3.1)
    GREETED = "greeted"  # 220 was sent, no EHLO or HELO yet
    READY = "ready"  # introduced, no mail transaction open
    AUTHENTICATING = "authenticating"  # 334 was sent: the next line is not a command (RFC 4954 §4)
    SENDER = "sender"  # MAIL was accepted
    RECIPIENTS = "recipients"  # and at least one RCPT
    MAIL_DATA = "mail data"  # 354 was sent: what follows is the message (RFC 5321 §4.1.1.4)
    CHUNKS = "chunks"  # at least one BDAT chunk, not the last (RFC 3030 §2)
    TLS_HANDSHAKE = "TLS handshake"  # 220 answered STARTTLS: what follows is not SMTP (RFC 3207 §4)
    CLOSED = "closed"  # nothing more will be said

    # There is one object of each, so its identity will do; Enum would hash its name, a dozen times a message.
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"State.{self.name}"


class After(NamedTuple):
    """The state after each class of reply; `NEVER` where that class is no legal answer."""

    success: State | None
    intermediate: State | None
    error: State | None


NEVER: Final = None

# Not verbs: the two moments that a server answers without a command line before its reply, and the last of the chunks.
GREETING: Final = "GREETING"
END_OF_DATA: Final = "END-OF-DATA"
BDAT_LAST: Final = "BDAT LAST"

(CONNECTED, REFUSED, GREETED, READY, AUTHENTICATING, SENDER, RECIPIENTS, MAIL_DATA, CHUNKS, TLS_HANDSHAKE, CLOSED) = (
    State
)

# Those in which a whole command is expected next.
COMMAND_STATES: Final = (GREETED, READY, SENDER, RECIPIENTS, CHUNKS)

# fmt: off
TRANSITIONS: Final[dict[tuple[State, str], After]] = {
    #                                    S              I               E
    (CONNECTED,      GREETING):    After(GREETED,       NEVER,          REFUSED),
    (REFUSED,        "QUIT"):      After(CLOSED,        NEVER,          REFUSED),

    # §4.1.4: EHLO and HELO come at any time and end an open mail transaction, but only if they are accepted.
    (GREETED,        "EHLO"):      After(READY,         NEVER,          GREETED),
    (GREETED,        "HELO"):      After(READY,         NEVER,          GREETED),
    (READY,          "EHLO"):      After(READY,         NEVER,          READY),
    (READY,          "HELO"):      After(READY,         NEVER,          READY),
    (SENDER,         "EHLO"):      After(READY,         NEVER,          SENDER),
    (SENDER,         "HELO"):      After(READY,         NEVER,          SENDER),
    (RECIPIENTS,     "EHLO"):      After(READY,         NEVER,          RECIPIENTS),
    (RECIPIENTS,     "HELO"):      After(READY,         NEVER,          RECIPIENTS),
    (CHUNKS,         "EHLO"):      After(READY,         NEVER,          CHUNKS),
    (CHUNKS,         "HELO"):      After(READY,         NEVER,          CHUNKS),

    # RFC 4954 §4: not during a mail transaction. 334 asks for a line, which may be answered by another 334.
    (READY,          "AUTH"):      After(READY,         AUTHENTICATING, READY),
    (AUTHENTICATING, "AUTH"):      After(READY,         AUTHENTICATING, READY),

    # RFC 3207 §4.2: after the handshake everything learnt before is forgotten; EHLO has to come again.
    (GREETED,        "STARTTLS"):  After(TLS_HANDSHAKE, NEVER,          GREETED),
    (READY,          "STARTTLS"):  After(TLS_HANDSHAKE, NEVER,          READY),

    # §3.3: one mail transaction.
    (READY,          "MAIL"):      After(SENDER,        NEVER,          READY),
    (SENDER,         "RCPT"):      After(RECIPIENTS,    NEVER,          SENDER),
    (RECIPIENTS,     "RCPT"):      After(RECIPIENTS,    NEVER,          RECIPIENTS),
    (RECIPIENTS,     "DATA"):      After(NEVER,         MAIL_DATA,      RECIPIENTS),
    (MAIL_DATA,      END_OF_DATA): After(READY,         NEVER,          READY),

    # RFC 3030 §2: a failed chunk spoils the transaction, and only RSET clears it.
    (RECIPIENTS,     "BDAT"):      After(CHUNKS,        NEVER,          CHUNKS),
    (RECIPIENTS,     BDAT_LAST):   After(READY,         NEVER,          CHUNKS),
    (CHUNKS,         "BDAT"):      After(CHUNKS,        NEVER,          CHUNKS),
    (CHUNKS,         BDAT_LAST):   After(READY,         NEVER,          CHUNKS),

    # §4.1.1.5: RSET aborts the mail transaction, and does nothing where there is none.
    (GREETED,        "RSET"):      After(GREETED,       NEVER,          GREETED),
    (READY,          "RSET"):      After(READY,         NEVER,          READY),
    (SENDER,         "RSET"):      After(READY,         NEVER,          SENDER),
    (RECIPIENTS,     "RSET"):      After(READY,         NEVER,          RECIPIENTS),
    (CHUNKS,         "RSET"):      After(READY,         NEVER,          CHUNKS),

    # §4.1.4: at any time, before EHLO too, and without any effect on the transaction.
    **{(state, verb): After(state, NEVER, state)
       for verb in ("NOOP", "HELP", "VRFY", "EXPN") for state in COMMAND_STATES},

    # §4.1.1.10: QUIT at any time.
    **{(state, "QUIT"): After(CLOSED, NEVER, state) for state in COMMAND_STATES},
}
# fmt: on


def after(state: State, verb: str, code: int) -> State:
    """Give the state that follows when `verb`, sent in `state`, is answered with `code`.

    An unknown pair, or a class of reply that the table rules out, changes nothing. 421 closes the session whatever it
    answers (§3.8).
    """
    if code == 421:
        return CLOSED
    row = TRANSITIONS.get((state, verb))
    if row is None:
        return state
    follows = row.success if code < 300 else row.intermediate if code < 400 else row.error
    return follows or state
