"""smtplab: the lab in which SMTP is learnt by running it, seeing it and breaking it.

The house has floors, and a module knows only those below its own:

    cli        serve, send, dissect, draw, demo, lab; for teachers class, grade, answers
    lessons    exercises and their checks
    widgets    what is clicked in a notebook
    views      text and pictures of a transcript
    capture    packets: live, from files, and back to streams
    net        sockets: the server and the client
    protocol   what SMTP is: octets in, octets and events out

Server and client talk over real sockets, a capture reads their packets, and all of it becomes a `Transcript`, which is
what every view shows. These names are all that a lesson needs; each is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smtplab.capture.dissect import dissect as dissect
    from smtplab.capture.record import Capture as Capture
    from smtplab.net.client import Client as Client
    from smtplab.net.client import ServerGone as ServerGone
    from smtplab.net.server import Server as Server
    from smtplab.protocol.client import SmtpError as SmtpError
    from smtplab.protocol.transcript import Entry as Entry
    from smtplab.protocol.transcript import Transcript as Transcript
    from smtplab.views.dialogue import dialogue as dialogue
    from smtplab.views.hexdump import octets as octets
    from smtplab.views.ladder import ladder as ladder
    from smtplab.views.states import states as states
    from smtplab.views.timing import timing as timing
    from smtplab.widgets.browser import browser as browser
    from smtplab.widgets.console import console as console
    from smtplab.widgets.inbox import inbox as inbox
    from smtplab.widgets.knobs import knobs as knobs
    from smtplab.widgets.letter import letter as letter
    from smtplab.widgets.live_ladder import live_ladder as live_ladder
    from smtplab.widgets.stepper import stepper as stepper
    from smtplab.widgets.workbench import workbench as workbench

__version__ = "0.1.0"

_HOMES = {
    "Capture": "capture.record",
    "Client": "net.client",
    "Entry": "protocol.transcript",
    "Server": "net.server",
    "ServerGone": "net.client",
    "SmtpError": "protocol.client",
    "Transcript": "protocol.transcript",
    "browser": "widgets.browser",
    "console": "widgets.console",
    "dialogue": "views.dialogue",
    "dissect": "capture.dissect",
    "inbox": "widgets.inbox",
    "knobs": "widgets.knobs",
    "ladder": "views.ladder",
    "letter": "widgets.letter",
    "live_ladder": "widgets.live_ladder",
    "octets": "views.hexdump",
    "states": "views.states",
    "stepper": "widgets.stepper",
    "timing": "views.timing",
    "workbench": "widgets.workbench",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    """Load a name when it is first asked for: scapy, matplotlib and ipywidgets take seconds to load."""
    if name not in _HOMES:
        raise AttributeError(f"module 'smtplab' has no attribute {name!r}")
    return getattr(import_module(f"smtplab.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
