"""Claims that lesson 03 judges: about AUTH."""

from collections.abc import Callable
from typing import Final

from smtplab.lessons.article.evidence import command, either, frames_of, reply_to
from smtplab.lessons.claims import Claim, Section
from smtplab.protocol.transcript import Entry, Transcript


def _is_prompt(entry: Entry) -> bool:
    """A challenge of LOGIN: a question that ends in a colon."""
    return entry.code == 334 and [value[-1:] for _, value in entry.decoded] == [":"]


def _names_the_server(entry: Entry) -> bool:
    """The certificate in a TLS handshake: what a server proves itself with."""
    return any(name == "certificate" for name, _ in entry.decoded)


def _tells(*names: str) -> Callable[[Transcript], set[int]]:
    return frames_of(lambda entry: entry.party == "client" and any(name in names for name, _ in entry.decoded))


CLAIMS: Final = {
    "C21": Claim(
        says="The server answers EHLO with 250 and its ways of authentication, the client says AUTH, and 235 says that "
        "it succeeded.",
        letter="T",
        right="So it goes, where AUTH is offered. Between AUTH and 235 come as many 334 as the mechanism needs.",
        sections=(Section("4954", "4"), Section("4954", "3"), Section("4954", "6")),
        hint="Follow one of the four sessions from EHLO to the last reply of its AUTH.",
        frames=either(reply_to("EHLO"), command("AUTH"), reply_to("AUTH", code=235)),
    ),
    "C22": Claim(
        says="With 235, connecting to the server and authenticating are done.",
        letter="I",
        right="The user has proven something to the server. The server has proven nothing to the user, unless the "
        "mechanism has it do so or TLS did. It is done for this session, though: another AUTH is answered 503.",
        sections=(
            Section("4954", "4"),
            Section("5802", "3"),
            Section("4954", "9"),
            Section("3207", "4.1"),
            Section("3207", "6"),
        ),
        hint="Who has proven anything to whom? Think of the server that says yes to everybody.",
        frames=either(reply_to("AUTH", code=235), frames_of(_names_the_server)),
    ),
    "C37": Claim(
        says="Account and password have to be turned into base64 to log in.",
        letter="T",
        right="And they decode exactly as the article says. It is an encoding, which hides nothing.",
        sections=(Section("4954", "4"), Section("4954", "9")),
        hint="What may a client send after a 334?",
        frames=_tells("username", "password"),
    ),
    "C42": Claim(
        says="The text behind 334, `dXNlcm5hbWU6UGFzc3dvcmQ6`, is base64 of usernamePassword.",
        letter="F",
        right="It is `username:Password:`, with colons, and these are two challenges: 334 comes twice. Each is nine "
        "octets, which fill twelve characters, so no padding shows where they were glued together.",
        sections=(Section("4954", "4"),),
        hint="Undo the base64 yourself, and count the 334 of AUTH LOGIN in your capture.",
        frames=frames_of(_is_prompt),
    ),
    "C43": Claim(
        says="A client logs in at port 25, by AUTH LOGIN, in clear text, as a matter of course.",
        letter="F",
        right="A server should take no password outside TLS, and has to have a setting that forbids it. Users hand in "
        "mail at a submission port (RFC 6409), and clear text is obsolete there (RFC 8314).",
        sections=(Section("4954", "4"), Section("4954", "9"), Section("4616", "5"), Section("8314"), Section("6409")),
        hint="Find the frames in which the password goes by, and read what RFC 4954 asks of a server.",
        frames=_tells("password"),
    ),
}
