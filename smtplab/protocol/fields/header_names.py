"""Which header fields are there, what do they say, and how is each to be read?

By name in lower case: what the field says, where it is defined, and the kind of its body; see `header`.
"""

from typing import Final, NamedTuple

TEXT: Final = "text"
ADDRESSES: Final = "addresses"
DATE: Final = "date"
IDENTIFIERS: Final = "identifiers"
TRACE: Final = "trace"
MEDIA_TYPE: Final = "media type"
DISPOSITION: Final = "disposition"
ENCODING: Final = "encoding"
TAGS: Final = "tags"


class HeaderName(NamedTuple):
    """meaning: goes on after "the field". body: one of the kinds above."""

    meaning: str
    source: str
    body: str = TEXT


# fmt: off
HEADER_NAMES: Final[dict[str, HeaderName]] = {
    # The message: RFC 5322 §3.6
    "date":              HeaderName("says when the author had finished the message", "RFC 5322 §3.6.1", DATE),
    "from":              HeaderName("says who wrote the message; nobody has checked it", "RFC 5322 §3.6.2", ADDRESSES),
    "sender":            HeaderName("says who sent it off, if not the one author", "RFC 5322 §3.6.2", ADDRESSES),
    "reply-to":          HeaderName("says where replies shall go", "RFC 5322 §3.6.2", ADDRESSES),
    "to":                HeaderName("names those it is written to; RCPT, not this, decides who gets it",
                                    "RFC 5322 §3.6.3", ADDRESSES),
    "cc":                HeaderName("names others who get it too", "RFC 5322 §3.6.3", ADDRESSES),
    "bcc":               HeaderName("names recipients that the others shall not see: it should not be here",
                                    "RFC 5322 §3.6.3", ADDRESSES),
    "message-id":        HeaderName("names this very message, as no other", "RFC 5322 §3.6.4", IDENTIFIERS),
    "in-reply-to":       HeaderName("names the message that this one answers", "RFC 5322 §3.6.4", IDENTIFIERS),
    "references":        HeaderName("names the messages of the thread, oldest first", "RFC 5322 §3.6.4", IDENTIFIERS),
    "subject":           HeaderName("says what it is about", "RFC 5322 §3.6.5"),
    "comments":          HeaderName("says something about the message", "RFC 5322 §3.6.5"),
    "keywords":          HeaderName("lists words to find it by", "RFC 5322 §3.6.5"),
    "resent-date":       HeaderName("says when it was sent on", "RFC 5322 §3.6.6", DATE),
    "resent-from":       HeaderName("says who sent it on", "RFC 5322 §3.6.6", ADDRESSES),
    "resent-sender":     HeaderName("says who sent it on for another", "RFC 5322 §3.6.6", ADDRESSES),
    "resent-to":         HeaderName("says to whom it was sent on", "RFC 5322 §3.6.6", ADDRESSES),
    "resent-cc":         HeaderName("says who else it was sent on to", "RFC 5322 §3.6.6", ADDRESSES),
    "resent-bcc":        HeaderName("says who it was secretly sent on to", "RFC 5322 §3.6.6", ADDRESSES),
    "resent-message-id": HeaderName("names the sending on", "RFC 5322 §3.6.6", IDENTIFIERS),

    # The way it came: each server puts its own on top
    "return-path":       HeaderName("keeps the reverse-path of MAIL; the last server writes it", "RFC 5321 §4.4",
                                    ADDRESSES),
    "received":          HeaderName("was written by a server that the message went through", "RFC 5321 §4.4", TRACE),
    "delivered-to":      HeaderName("says which mailbox it was delivered to", "RFC 9228", ADDRESSES),
    "received-spf":      HeaderName("says what a check of the sender's network address gave", "RFC 7208 §9.1"),
    "authentication-results": HeaderName("says what the checks of a server gave", "RFC 8601 §2.2"),

    # Signatures
    "dkim-signature":    HeaderName("signs header and body for a domain", "RFC 6376 §3.5", TAGS),
    "arc-seal":          HeaderName("seals what the servers before found", "RFC 8617 §4.1.3", TAGS),
    "arc-message-signature": HeaderName("signs the message as a server passed it on", "RFC 8617 §4.1.2", TAGS),
    "arc-authentication-results": HeaderName("says what the checks of a server on the way gave", "RFC 8617 §4.1.1"),

    # MIME
    "mime-version":      HeaderName("says that the message is built as MIME tells", "RFC 2045 §4"),
    "content-type":      HeaderName("says what the body is", "RFC 2045 §5", MEDIA_TYPE),
    "content-transfer-encoding": HeaderName("says how the body was made fit for travel", "RFC 2045 §6", ENCODING),
    "content-id":        HeaderName("names the part, so that others can point to it", "RFC 2045 §7", IDENTIFIERS),
    "content-description": HeaderName("describes the part in words", "RFC 2045 §8"),
    "content-disposition": HeaderName("says how the part wants to be shown", "RFC 2183 §2", DISPOSITION),
    "content-language":  HeaderName("says which language it is in", "RFC 3282 §2"),
    "content-location":  HeaderName("says where the part can be found", "RFC 2557 §4.2"),

    # Programs and lists
    "auto-submitted":    HeaderName("says that a program wrote it, which nobody should answer by program",
                                    "RFC 3834 §5"),
    "disposition-notification-to": HeaderName("asks for a notice once it is read", "RFC 8098 §2.1", ADDRESSES),
    "list-id":           HeaderName("names the mailing list", "RFC 2919"),
    "list-help":         HeaderName("says where help about the list is", "RFC 2369 §3.1"),
    "list-unsubscribe":  HeaderName("says how to leave the list", "RFC 2369 §3.2"),
    "list-subscribe":    HeaderName("says how to join the list", "RFC 2369 §3.3"),
    "list-post":         HeaderName("says how to write to the list", "RFC 2369 §3.4"),
    "list-owner":        HeaderName("says who runs the list", "RFC 2369 §3.5"),
    "list-archive":      HeaderName("says where old messages of the list are", "RFC 2369 §3.6"),
    "list-unsubscribe-post": HeaderName("says that one click leaves the list", "RFC 8058"),
    "user-agent":        HeaderName("says which program wrote it", "RFC 5536"),
    "organization":      HeaderName("says which organization the author belongs to", "RFC 5536"),
}
# fmt: on

PRIVATE: Final = HeaderName("is a field of somebody's own, that no standard defines", "RFC 5322 §3.6.8")
UNKNOWN: Final = HeaderName("is a field that is not known here", "RFC 5322 §3.6.8")


def header_name(name: str) -> HeaderName:
    """Say what a header field is, given its name in lower case."""
    return HEADER_NAMES.get(name, PRIVATE if name.startswith("x-") else UNKNOWN)
