"""Which client keeps its password, whoever sits between? Each setting meets each attacker, for real."""

from base64 import b64encode
from contextlib import nullcontext, suppress
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

from smtplab.capture.record import Capture
from smtplab.lessons.authentication.impostor import YesToAll
from smtplab.lessons.cast import USERS
from smtplab.lessons.exercises import Exercise, Wrong, some_letters_of
from smtplab.lessons.rehearsal import CLIENT
from smtplab.lessons.verdicts import Lettered
from smtplab.net.client import Client
from smtplab.net.server import Server
from smtplab.net.tampering_proxy import TamperingProxy
from smtplab.protocol.client import SmtpError, TlsRefused
from smtplab.protocol.replies import Reply
from smtplab.protocol.tampering import Answer, Strike, Tampering

TEST01: Final = next(iter(USERS))
NOT_NOW: Final = Reply(454, "4.7.0", "TLS not available due to temporary reason")  # RFC 3207 §4


class Setting(NamedTuple):
    """How a client is set up. tls: as in `Client.introduce`, or "implicit". verify: whether it checks certificates."""

    says: str
    tls: str
    verify: bool


SETTINGS: Final = (
    Setting("no encryption", "never", True),
    Setting("STARTTLS if available, certificate checked", "opportunistic", True),
    Setting("STARTTLS if available, all certificates accepted", "opportunistic", False),
    Setting("STARTTLS always, certificate checked", "required", True),
    Setting("STARTTLS always, all certificates accepted", "required", False),
    Setting("TLS from the start, certificate checked", "implicit", True),
    Setting("TLS from the start, all certificates accepted", "implicit", False),
)

IMPOSTOR: Final = "stands in the server's place, does TLS with a certificate of its own making, and says 235 to all"
STRIKES: Final = "strikes the line STARTTLS from the reply to EHLO"
ANSWERS: Final = "answers STARTTLS with 454, in the server's place"
ATTACKERS: Final[dict[str, Tampering]] = {
    STRIKES: Strike("STARTTLS"),
    ANSWERS: Answer("STARTTLS", NOT_NOW),
    IMPOSTOR: Tampering(),
}
SEEN: Final = {  # by a client that says EHLO in clear text
    STRIKES: "STARTTLS was no longer in the list",
    ANSWERS: "STARTTLS was answered 454",
    IMPOSTOR: "STARTTLS is offered here, and the certificate is a stranger's",
}


def log_in(client: Client, tls: str) -> None:
    """Log in as test01. tls: as of a `Setting`. Raises OSError or SmtpError where the client stops before that."""
    goes_on = suppress(TlsRefused) if tls == "opportunistic" else nullcontext()
    with goes_on:
        client.introduce(CLIENT, tls=tls if tls != "implicit" else "never")  # type: ignore[arg-type]  # one of its words
    client.auth("PLAIN", TEST01, USERS[TEST01])


@cache
def survives(setting: Setting, attacker: str) -> bool:
    """Tell whether the attacker does not get the password. A client with this setting really tries to log in."""
    kind = "implicit" if setting.tls == "implicit" else "starttls"
    honest = Server(USERS, tls=kind)  # type: ignore[arg-type]  # one of the kinds
    if attacker == IMPOSTOR:
        with Server({"nobody": ""}, tls=kind, hooks=[YesToAll()]) as impostor:  # type: ignore[arg-type]
            return not _is_told(impostor, setting, honest.authority_pem, hears_inside=True)
    with honest, TamperingProxy(honest, ATTACKERS[attacker]) as proxy:
        return not _is_told(proxy, setting, honest.authority_pem, hears_inside=False)


def _is_told(
    listening: Server | TamperingProxy, setting: Setting, authority: str | None, *, hears_inside: bool
) -> bool:
    """Let a client try to log in, and tell whether who listens there can read the password."""
    with Capture(listening, live=False) as capture:
        client = Client(listening, authority=authority, verify=setting.verify, implicit_tls=setting.tls == "implicit")
        with suppress(OSError, SmtpError):
            client.connect()
            log_in(client, setting.tls)
        client.close()
    return any(_password_is_in(entry.octets) and (hears_inside or not entry.tls) for entry in capture.transcript)


def _password_is_in(octets: bytes) -> bool:
    return b64encode(f"\0{TEST01}\0{USERS[TEST01]}".encode()) in octets


class SurvivingSettings(Exercise):
    """Name the settings that keep the password from an attacker. Each client really tries to log in."""

    form = 'letters, such as `"BD"`'
    hints = (
        "Ask of each client: what does it see while this attacker is at work? No STARTTLS, a 454, or a strange "
        "certificate? Does it go on then, or stop?",
        "“Always” and “from the start” stop without TLS. “Certificate checked” stops at a stranger's certificate. "
        "Does this attacker take TLS away, or is it the attacker with whom the client has TLS?",
    )

    def prepare(self, variant: Random) -> None:
        self._attacker = variant.choice(tuple(ATTACKERS))
        some = [setting for setting in SETTINGS if setting.verify and setting.tls in ("required", "implicit")]
        good, bad = variant.choice(some), variant.choice(SETTINGS[:1] + SETTINGS[2:3])
        others = [setting for setting in SETTINGS if setting not in (good, bad)]
        self._settings = variant.sample([good, bad, *variant.sample(others, 3)], 5)

    @property
    def question(self) -> str:
        return f"Somebody {self._attacker}. Which clients keep their password?"

    @property
    def lines(self) -> Lettered:
        return Lettered([setting.says for setting in self._settings])

    def solve(self) -> str:
        return "".join(
            letter
            for letter, setting in zip(self.lines.letters, self._settings, strict=True)
            if survives(setting, self._attacker)
        )

    def judge(self, answer: Any) -> str:
        said, right = some_letters_of(answer, self.lines), self.solve()
        for letter, setting in zip(self.lines.letters, self._settings, strict=True):
            if letter in said and letter not in right:
                raise Wrong(f"{letter} does not. {_lost(setting, self._attacker)}")
        missing = sorted(set(right) - set(said))
        if missing:
            setting = self._settings[self.lines.letters.index(missing[0])]
            raise Wrong(f"There is another one, among {self.lines.half(missing[0])}. {_kept(setting, self._attacker)}")
        return (
            "Each of these clients has just tried. Only who insists on TLS and checks the certificate keeps the "
            "password from all three attackers. RFC 3207 §4.1, §6; RFC 8314."
        )


def _lost(setting: Setting, attacker: str) -> str:
    """Say why this attacker gets the password of a client that is set up so."""
    if setting.tls == "never":
        return "Nobody has to attack: the password goes in clear text."
    if attacker == IMPOSTOR:
        return "There was TLS all the time, with the attacker: this client takes any certificate."
    return f"{SEEN[attacker]}, and “if available” goes on without it."


def _kept(setting: Setting, attacker: str) -> str:
    """Say why this attacker does not get it."""
    if setting.tls == "implicit":
        if attacker == IMPOSTOR:
            return "TLS comes first, the certificate is a stranger's, and the client stops."
        return "TLS came first: there was neither a list nor a STARTTLS in clear text that anybody could change."
    stops = f"{SEEN[attacker]}: the client stops before it says the password."
    if setting.tls == "opportunistic":
        return f"{stops} An impostor who does not offer STARTTLS would get it."
    return stops
