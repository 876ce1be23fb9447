"""AUTH through both sessions: the steps as replies and lines, cancelling, and what the observer says of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smtplab.protocol import auth
from smtplab.protocol.client import ClientSession, ServerNotProven
from smtplab.protocol.observer import Observer
from smtplab.protocol.policy import Policy
from smtplab.protocol.replies import Reply
from smtplab.protocol.server import Output, ServerSession
from smtplab.protocol.states import State
from smtplab.protocol.transcript import Entry, Kind, Transcript
from tests.protocol.exchanges import MECHANISMS, join, numbered

PASSWORDS = {"test01@coremail.cn": "password01"}

# What a name or a password may be: no surrogates, which are no characters, and no NUL, which PLAIN cannot write.
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


class Pair:
    """A client and a server joined, both past EHLO, with an observer between them.

    dribbled: all octets come one at a time.
    """

    def __init__(self, *, dribbled: bool = False, **policy: object) -> None:
        self.dribbled = dribbled
        settings: dict[str, object] = {"passwords": PASSWORDS, "mechanisms": MECHANISMS, "nonce": numbered("s")}
        self.server = ServerSession(Policy(**settings | policy))  # type: ignore[arg-type]
        self.client = ClientSession()
        self.observer = Observer()
        self.entries: list[Entry] = []
        self._hear(self.server.greet())
        self.say(b"EHLO client.example.org\r\n", waiting="EHLO")

    def say(self, octets: bytes, *, waiting: str | None = None) -> Reply:
        """Let the client say octets that it has made, or a line of our own; give the reply."""
        if waiting is not None:
            self.client.send_line(octets.removesuffix(b"\r\n"))
        self.entries += self.observer.receive("client", octets)
        outputs = [output for piece in self._pieces(octets) for output in self.server.receive(piece)]
        return self._hear(outputs)

    def line(self, text: str) -> Reply:
        return self.say(text.encode() + b"\r\n", waiting="")

    def _hear(self, outputs: list[Output]) -> Reply:
        [octets] = outputs
        assert isinstance(octets, bytes)
        for piece in self._pieces(octets):
            self.entries += self.observer.receive("server", piece)
        [answer] = [answer for piece in self._pieces(octets) for answer in self.client.receive(piece)]
        assert self.client.state is self.server.state is self.observer.state
        return answer.reply

    def _pieces(self, octets: bytes) -> list[bytes]:
        return [octets[at : at + 1] for at in range(len(octets))] if self.dribbled else [octets]

    def begin(self, mechanism: str, password: str = "password01", *, initial_response: bool = True) -> Reply:
        return self.say(
            self.client.begin_auth(
                mechanism,
                "test01@coremail.cn",
                password,
                initial_response=initial_response,
                nonce=numbered("c"),
            )
        )

    def log_in(self, mechanism: str, password: str = "password01", *, initial_response: bool = True) -> list[Reply]:
        """Do all steps; give the replies."""
        replies = [self.begin(mechanism, password, initial_response=initial_response)]
        while replies[-1].code == 334:
            replies.append(self.say(self.client.respond(replies[-1])))
        return replies


def codes(replies: list[Reply]) -> list[int]:
    return [reply.code for reply in replies]


STEPS = {"SCRAM-SHA-256": 2, "CRAM-MD5": 1, "PLAIN": 0, "LOGIN": 2}  # challenges with an initial response
STEPS_WITHOUT = {"SCRAM-SHA-256": 3, "CRAM-MD5": 1, "PLAIN": 1, "LOGIN": 2}


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("initial_response", [True, False])
@pytest.mark.parametrize("dribbled", [False, True])
def test_auth_with_the_password_succeeds(mechanism: str, initial_response: bool, dribbled: bool) -> None:
    pair = Pair(dribbled=dribbled)
    replies = pair.log_in(mechanism, initial_response=initial_response)
    challenges = (STEPS if initial_response else STEPS_WITHOUT)[mechanism]
    assert codes(replies) == [334] * challenges + [235]
    pair.client.end_auth(replies[-1])
    assert pair.server.user == "test01@coremail.cn"


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("initial_response", [True, False])
def test_auth_with_a_wrong_password_fails_and_may_be_tried_again(mechanism: str, initial_response: bool) -> None:
    pair = Pair()
    assert pair.log_in(mechanism, "wrong", initial_response=initial_response)[-1].code == 535
    assert pair.log_in(mechanism)[-1].code == 235


def test_auth_lists_its_mechanisms_in_the_order_of_the_policy() -> None:
    pair = Pair(mechanisms=("PLAIN", "SCRAM-SHA-256"))
    assert pair.client.extensions["AUTH"] == "PLAIN SCRAM-SHA-256"


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "CRAM-MD5", "XOAUTH2", "SCRAM-SHA-256-PLUS"])
def test_auth_by_a_mechanism_that_is_not_offered_is_504(mechanism: str) -> None:
    assert Pair(mechanisms=("LOGIN", "PLAIN")).line(f"AUTH {mechanism}").code == 504


def test_auth_without_users_is_502() -> None:
    assert Pair(passwords={}).line("AUTH PLAIN").code == 502


def test_auth_after_helo_is_503() -> None:
    pair = Pair()
    pair.line("HELO client.example.org")
    assert pair.line("AUTH PLAIN").code == 503


def test_auth_twice_is_503() -> None:
    pair = Pair()
    pair.log_in("SCRAM-SHA-256")
    assert pair.line("AUTH PLAIN").code == 503


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("response", ["$$$", "==", "A"])
def test_auth_with_an_initial_response_that_is_no_base64_is_501(mechanism: str, response: str) -> None:
    assert Pair().line(f"AUTH {mechanism} {response}").code == 501


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_auth_in_clear_where_tls_must_be_first_is_538(mechanism: str) -> None:
    assert Pair(auth_inside_tls=True).line(f"AUTH {mechanism}").code == 538


@pytest.mark.parametrize("mechanism", [name.lower() for name in MECHANISMS])
def test_auth_by_a_name_in_lower_case_is_known(mechanism: str) -> None:
    assert Pair().line(f"auth {mechanism}").code == 334


def test_auth_default_policy_offers_what_needs_no_nonce() -> None:
    assert Policy().mechanisms == ("LOGIN", "PLAIN")


def test_cram_with_an_initial_response_is_501() -> None:
    # RFC 4954 §4
    reply = Pair().line("AUTH CRAM-MD5 dGVzdA==")
    assert (reply.code, reply.enhanced) == (501, "5.7.0")


def test_cram_challenge_names_the_server() -> None:
    [challenge, _] = Pair(domain="mail.example.org").log_in("CRAM-MD5")
    assert auth.decode(challenge.text.encode()) == b"<s1@mail.example.org>"


@pytest.mark.parametrize(
    ("mechanism", "step"), [(mechanism, step) for mechanism in MECHANISMS for step in range(STEPS_WITHOUT[mechanism])]
)
def test_auth_cancelled_at_any_step_is_501(mechanism: str, step: int) -> None:
    pair = Pair()
    reply = pair.begin(mechanism, initial_response=False)
    for _ in range(step):
        reply = pair.say(pair.client.respond(reply))
    assert reply.code == 334
    assert pair.line("*").code == 501
    assert pair.server.state is State.READY
    assert pair.log_in(mechanism)[-1].code == 235


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_auth_line_that_is_no_base64_is_501(mechanism: str) -> None:
    pair = Pair()
    pair.line(f"AUTH {mechanism}")
    reply = pair.line("$$$")
    assert (reply.code, reply.enhanced) == (501, "5.5.2")


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_auth_line_that_is_too_long_is_500(mechanism: str) -> None:
    pair = Pair()
    pair.line(f"AUTH {mechanism}")
    reply = pair.line("A" * auth.AUTH_LINE_LIMIT)
    assert (reply.code, reply.enhanced) == (500, "5.5.6")
    assert pair.log_in(mechanism)[-1].code == 235


def test_auth_begins_without_an_initial_response_that_does_not_fit_a_command_line() -> None:
    session = ClientSession()
    assert session.begin_auth("PLAIN", "u" * 400, "p") == b"AUTH PLAIN\r\n"


def test_auth_line_with_an_initial_response_is_at_most_a_command_line() -> None:
    # RFC 5321 §4.5.3.1.4, RFC 4954 §4: "AUTH PLAIN ", 496 characters of base64 for 372 octets, CRLF
    assert len(ClientSession().begin_auth("PLAIN", "u" * 369, "p")) == 11 + 496 + 2


@pytest.mark.parametrize("text", ["$$$", "A", "\udce5"])
def test_client_cancels_where_the_challenge_is_no_base64(text: str) -> None:
    session = ClientSession()
    session.begin_auth("CRAM-MD5", "user", "pencil")
    assert session.respond(Reply(334, "", text)) == b"*\r\n"
    assert session.cancelled


def test_client_cancels_where_the_server_asks_for_more() -> None:
    pair = Pair()
    session = pair.client
    session.begin_auth("PLAIN", "user", "pencil")
    assert session.respond(Reply(334, "", "")) == b"*\r\n"
    assert session.cancelled == "the mechanism has nothing more to say"


def test_client_without_an_exchange_cancels() -> None:
    assert ClientSession().respond(Reply(334, "", "")) == b"*\r\n"


def test_client_begins_again_after_it_cancelled() -> None:
    session = ClientSession()
    session.respond(Reply(334, "", ""))
    session.begin_auth("CRAM-MD5", "user", "pencil")
    assert session.cancelled == ""


def test_client_cancels_where_the_server_does_not_know_the_password() -> None:
    pair = Pair()
    reply = pair.say(pair.client.respond(pair.begin("SCRAM-SHA-256")))
    forged = Reply(334, "", auth.encode(b"v=" + auth.encode(bytes(32)).encode()))
    assert forged != reply
    assert pair.say(pair.client.respond(forged)).code == 501
    assert "did not prove" in pair.client.cancelled


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "LOGIN", "CRAM-MD5"])
def test_client_does_not_believe_a_yes_before_the_end(mechanism: str) -> None:
    session = ClientSession()
    session.begin_auth(mechanism, "user", "pencil", nonce=numbered("c"))
    with pytest.raises(ServerNotProven):
        session.end_auth(Reply(235, "2.7.0", "Welcome"))


def test_client_does_not_believe_a_yes_to_what_it_has_not_said() -> None:
    session = ClientSession()
    session.begin_auth("PLAIN", "user", "pencil", initial_response=False)
    with pytest.raises(ServerNotProven):
        session.end_auth(Reply(235, "2.7.0", "Welcome"))


def test_client_does_not_believe_a_yes_after_it_cancelled() -> None:
    session = ClientSession()
    session.begin_auth("PLAIN", "user", "pencil")
    session.respond(Reply(334, "", "$$$"))
    with pytest.raises(ServerNotProven):
        session.end_auth(Reply(235, "2.7.0", "Welcome"))


def test_client_refuses_a_mechanism_that_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="SCRAM-SHA-256, CRAM-MD5, PLAIN, LOGIN"):
        ClientSession().begin_auth("XOAUTH2", "user", "pencil")


def test_observer_names_what_each_message_of_scram_says() -> None:
    pair = Pair()
    pair.log_in("SCRAM-SHA-256")
    said = [[name for name, _ in entry.decoded] for entry in pair.entries if entry.verb == "AUTH"]
    assert said == [
        ["channel binding", "username", "nonce"],
        ["nonce", "salt", "iterations"],
        ["channel binding", "nonce", "proof"],
        ["server signature"],
        ["response"],
        [],
    ]


def test_observer_names_what_each_message_of_cram_says() -> None:
    pair = Pair()
    pair.log_in("CRAM-MD5")
    said = [[name for name, _ in entry.decoded] for entry in pair.entries if entry.verb == "AUTH"]
    assert said == [[], ["challenge"], ["username", "digest"], []]


def test_observer_counts_the_responses_without_an_initial_one_too() -> None:
    pair = Pair()
    pair.log_in("LOGIN", initial_response=False)
    said = [entry.decoded for entry in pair.entries if entry.verb == "AUTH" and entry.decoded]
    assert said == [
        (("challenge", "username:"),),
        (("username", "test01@coremail.cn"),),
        (("challenge", "Password:"),),
        (("password", "password01"),),
    ]


def test_text_names_a_signature_and_leaves_a_question_as_it_is() -> None:
    scram, login = Pair(), Pair()
    scram.log_in("SCRAM-SHA-256")
    login.log_in("LOGIN")
    assert "   server signature “" in str(Transcript(tuple(scram.entries)))
    assert "   “username:”" in str(Transcript(tuple(login.entries)))


def test_challenge_field_says_what_is_in_it() -> None:
    pair = Pair(domain="mail.example.org")
    pair.log_in("SCRAM-SHA-256")
    pair.server.user = None
    pair.log_in("CRAM-MD5")
    fields = [field for entry in pair.entries for field in entry.fields if field.name == "challenge"]
    assert [(field.value, field.meaning) for field in fields if field.value.startswith(("nonce", "<"))] == [
        ("nonce: c1s1 salt: czI= iterations: 4096", "is base64 of the nonce, salt and iterations"),
        ("<s3@mail.example.org>", "is base64 of what the server asks"),
    ]


def test_challenge_field_that_is_no_base64_says_so() -> None:
    entry = Entry(party="server", kind=Kind.REPLY, octets=b"334 NTLM supported\r\n", answers="AUTH")
    [field] = [field for field in entry.fields if field.name == "challenge"]
    assert (field.value, field.meaning) == ("NTLM supported", "is no base64, though it must be")


def test_response_field_says_what_is_in_it() -> None:
    pair = Pair()
    pair.log_in("CRAM-MD5")
    [field] = [field for entry in pair.entries for field in entry.fields if field.name == "response"]
    assert field.meaning == "is base64 of the username and digest: encoded, not encrypted"


@settings(max_examples=50)
@given(mechanism=st.sampled_from(MECHANISMS), user=WORDS, password=WORDS)
def test_server_and_client_agree_for_any_user_and_password(mechanism: str, user: str, password: str) -> None:
    server = auth.SERVER_MECHANISMS[mechanism]({user: password}, None, numbered("s"), "mail.example.org")
    assert join(server, auth.CLIENT_MECHANISMS[mechanism](user, password, numbered("c"))) == (user, True)


@settings(max_examples=50)
@given(mechanism=st.sampled_from(MECHANISMS), user=WORDS, password=WORDS, other=WORDS)
def test_server_takes_no_other_password(mechanism: str, user: str, password: str, other: str) -> None:
    server = auth.SERVER_MECHANISMS[mechanism]({user: password}, None, numbered("s"), "mail.example.org")
    proven, _ = join(server, auth.CLIENT_MECHANISMS[mechanism](user, other, numbered("c")))
    same = auth.exchange.prepare(password) == auth.exchange.prepare(other)
    assert proven == (user if same and (mechanism != "CRAM-MD5" or password == other) else None)


# Messages that are almost right get further than noise.
MESSAGES = st.one_of(
    st.binary(),
    st.sampled_from(
        [b"", b"*", b"n,,n=test01@coremail.cn,r=c", b"c=biws,r=cs1,p=AAAA", b"test01@coremail.cn ", b"\0\0"]
    ),
    st.from_regex(rb"[nyp],(a=x)?,n=[a-z@=,0-9]{0,9},r=.*", fullmatch=True),
    st.from_regex(rb"c=(biws|.*),r=cs1,p=([A-Za-z0-9+/]{43}=|.*)", fullmatch=True),
)


@given(mechanism=st.sampled_from(MECHANISMS), initial=st.none() | MESSAGES, messages=st.lists(MESSAGES, max_size=4))
def test_server_never_raises_whatever_a_client_says(
    mechanism: str, initial: bytes | None, messages: list[bytes]
) -> None:
    exchange = auth.SERVER_MECHANISMS[mechanism](PASSWORDS, initial, numbered("s"), "mail.example.org")
    user: str | None = None
    try:
        next(exchange)
        for message in messages:
            exchange.send(message)
    except StopIteration as verdict:
        user = verdict.value
    assert user is None


@given(mechanism=st.sampled_from(MECHANISMS), text=st.text(st.characters(codec="utf-8")), decoded=MESSAGES)
def test_client_answers_or_cancels_whatever_a_server_says(mechanism: str, text: str, decoded: bytes) -> None:
    for challenge in (text, auth.encode(decoded)):
        session = ClientSession()
        session.begin_auth(mechanism, "user", "pencil", nonce=numbered("c"))
        line = session.respond(Reply(334, "", challenge)).removesuffix(b"\r\n")
        assert line == b"*" or auth.decode(line)
