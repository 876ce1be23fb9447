"""How is a server set, and how is it set otherwise? The knobs without their widgets.

Everything is read from the server's policy, which is the truth, and written with `Server.change`.
"""

from typing import Any, Final, Literal, get_args

from smtplab.net.faults import FAULTS
from smtplab.net.server import Server
from smtplab.protocol.commands import Lax
from smtplab.protocol.extensions import OFFERED
from smtplab.protocol.hooks import Hook

AuthSetting = Literal["off", "on", "required"]
AUTH_SETTINGS: Final[tuple[AuthSetting, ...]] = get_args(AuthSetting)
TLS_SETTINGS: Final = ("none", "starttls", "implicit")

LAX_WORDS: Final = {
    Lax.BLANK_AFTER_COLON: "take MAIL FROM: <…> with a blank after the colon (§3.3 forbids it)",
    Lax.BARE_LF: "take LF alone for a line end, in mail data too (§2.3.8 forbids it)",
    Lax.OCTETS_BEFORE_TLS: "obey inside TLS what came before it (RFC 3207 §4.2 forbids it)",
}
# These have knobs of their own.
EXTENSIONS: Final = tuple(name for name in OFFERED if name not in ("AUTH", "STARTTLS"))


class Settings:
    """The settings of one server, for connections that come from now on."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._hooks: dict[str, Hook] = {}  # those of the faults that are on

    # Strict or lax

    def lax(self, name: Lax) -> bool:
        """Whether a deviation is let pass."""
        return name in self.server.policy.lax

    def set_lax(self, name: Lax, on: bool) -> None:
        """Let a deviation pass, or not."""
        self.server.change(lax=_with(self.server.policy.lax, name, on))

    @property
    def strictness(self) -> str:
        """In one word: "strict", "lax", or "in part"."""
        found = len(self.server.policy.lax)
        return "strict" if not found else "lax" if found == len(Lax) else "in part"

    def set_strictness(self, word: str) -> None:
        """Let all deviations pass, or none."""
        self.server.change(lax=list(Lax) if word == "lax" else [])

    # AUTH and TLS

    @property
    def can_authenticate(self) -> bool:
        """Whether there are users: without any, AUTH is never offered."""
        return bool(self.server.policy.passwords)

    @property
    def auth(self) -> AuthSetting:
        """Whether AUTH is offered, and whether MAIL is refused without it."""
        policy = self.server.policy
        if not policy.passwords or "AUTH" not in policy.extensions:
            return "off"
        return "required" if policy.auth_required else "on"

    def set_auth(self, setting: AuthSetting) -> None:
        """Offer AUTH or not, or require it."""
        extensions = _with(self.server.policy.extensions, "AUTH", setting != "off")
        self.server.change(extensions=extensions, auth_required=setting == "required")

    @property
    def auth_inside_tls(self) -> bool:
        """Whether AUTH is neither offered nor taken in clear text."""
        return self.server.policy.auth_inside_tls

    def set_auth_inside_tls(self, on: bool) -> None:
        """Take AUTH inside TLS alone, or in clear text too."""
        self.server.change(auth_inside_tls=on)

    @property
    def tls(self) -> str:
        """How TLS begins: one of `TLS_SETTINGS`."""
        return self.server.tls

    def set_tls(self, setting: Literal["none", "starttls", "implicit"]) -> None:
        """Have TLS begin in another way."""
        self.server.change(tls=setting)

    # Extensions and faults

    def extension(self, name: str) -> bool:
        """Whether an extension is offered."""
        return name in self.server.policy.extensions

    def set_extension(self, name: str, on: bool) -> None:
        """Offer an extension, or not."""
        self.server.change(extensions=_with(self.server.policy.extensions, name, on))

    def fault(self, name: str) -> bool:
        """Whether a fault is on."""
        return self._hooks.get(name) in self.server.policy.hooks

    def set_fault(self, name: str, on: bool) -> None:
        """Switch a fault on, as if it had never been on before, or off. Hooks that others gave the server stay."""
        kept = tuple(hook for hook in self.server.policy.hooks if hook is not self._hooks.get(name))
        self._hooks.pop(name, None)
        if on:
            [fault] = [fault for fault in FAULTS if fault.name == name]
            self._hooks[name] = fault.make()
            kept = (*kept, self._hooks[name])
        self.server.change(hooks=kept)

    # In words

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Each knob and how it stands."""
        lax = ", ".join(str(name) for name in Lax if self.lax(name))
        missing = [name for name in EXTENSIONS if not self.extension(name)]
        faults = [fault.name for fault in FAULTS if self.fault(fault.name)]
        return [
            ("reads", f"{self.strictness}: lets {lax} pass" if lax else self.strictness),
            ("AUTH", self.auth + (", inside TLS only" if self.auth_inside_tls else "")),
            ("TLS", self.tls),
            ("extensions", "all" if not missing else f"all but {', '.join(missing)}"),
            ("faults", ", ".join(faults) or "none"),
        ]

    @property
    def code(self) -> str:
        """The same settings in Python, faults aside."""
        told: dict[str, Any] = {}
        if self.server.policy.lax:
            told["lax"] = sorted(map(str, self.server.policy.lax))
        if missing := [name for name in OFFERED if not self.extension(name)]:
            told["extensions"] = [name for name in OFFERED if name not in missing]
        told |= {"auth_required": True} if self.auth == "required" else {}
        told |= {"auth_inside_tls": True} if self.auth_inside_tls else {}
        told |= {"tls": self.tls} if self.tls != "none" else {}
        return f"Server({', '.join(f'{name}={value!r}' for name, value in told.items())})"


def _with(names: frozenset[Any], name: str, on: bool) -> frozenset[Any]:
    return names | {name} if on else names - {name}
