"""What files came along? The attachments of all mails in a transcript, each with its digest; pictures are shown.

What travelled as text is a file again: whoever has the capture has it. Names and octets are a stranger's, so a name is
only shown, and of the files only pictures of a few kinds that can do nothing but be looked at.
"""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final, NamedTuple

from smtplab.protocol.mime.attachments import Attachment, attachments
from smtplab.protocol.octets import count
from smtplab.protocol.text import cut, safe
from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Transcript
from smtplab.views import View, palette

SCOPE: Final = ".smtplab-attached"
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif"})  # not SVG, which can hold programs
PICTURE_LIMIT: Final = 2**20  # octets of one that is shown
NAME_COLUMNS: Final = 60


def attached(transcript: Transcript) -> "Attached":
    """Show what is attached to the mails of a transcript."""
    return Attached(transcript)


@dataclass(frozen=True, repr=False)
class Attached(View):
    """The attachments of a transcript's mails."""

    transcript: Transcript

    @property
    def files(self) -> list["File"]:
        """Each file, in the order of the mails."""
        return list(self._files())

    def _files(self) -> Iterator["File"]:
        for number, transaction in enumerate(transactions(self.transcript), 1):
            for file in attachments(transaction.content or b""):
                yield File(number, file, transaction.lack)

    def text(self) -> str:
        """Give the files as text, one below the other."""
        return "\n".join(map(_text, self.files)) or "[nothing is attached]"

    def html(self) -> str:
        """Give the files as a table, pictures among them shown."""
        rows = "".join(map(_html, self.files)) or "<tr><td>nothing is attached</td></tr>"
        return f'<div class="{SCOPE[1:]}"><style>{_styles()}</style><table>{rows}</table></div>'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": self.text(), "text/html": self.html()}


class File(NamedTuple):
    """A file with the number of its mail, from 1. lack: in words, what the capture has not got of that mail; or ""."""

    mail: int
    attachment: Attachment
    lack: str


def _said(found: File) -> tuple[str, str, str]:
    """Say the name of a file, what it is, and its digest; there is none of a part, which is not what was sent."""
    file = found.attachment
    name = cut(safe(file.name), NAME_COLUMNS) if file.name else "(no name)"
    kind = cut(safe(file.media_type), NAME_COLUMNS)
    digest = f"no digest, since the mail is not whole: {found.lack}" if found.lack else f"SHA-256 {file.sha256}"
    return name, f"{kind}, {count(len(file.octets), 'octet')}", digest


def _text(found: File) -> str:
    name, *more = _said(found)
    return "\n".join((f"mail {found.mail}: {name}", *(f"  {line}" for line in more)))


def _html(found: File) -> str:
    name, kind, digest = map(escape, _said(found))
    lines = f"<b>{name}</b><br>{kind}<br><code>{digest}</code>"
    return f'<tr><th scope="row">mail {found.mail}</th><td>{lines}</td><td>{_picture(found.attachment)}</td></tr>'


def _picture(file: Attachment) -> str:
    if file.media_type not in PICTURES or len(file.octets) > PICTURE_LIMIT:
        return ""
    source = f"data:{file.media_type};base64,{b64encode(file.octets).decode()}"
    return f'<img alt="the picture" width="160" src="{source}">'


def _styles() -> str:
    own = f"{SCOPE}{SCOPE}{SCOPE}"  # repeated to outweigh the notebook's own styles of tables
    return (
        f"{palette.variables(SCOPE)}{own}{{color:var(--smtplab-ink)}}{own} table{{border-collapse:collapse;margin:0}}"
        f"{own} tr{{background:none}}"
        f"{own} :is(th,td){{text-align:left;vertical-align:top;padding:4px 12px;border:0;white-space:normal}}"
        f"{own} th{{font-weight:600;color:var(--smtplab-dim)}}"
        f"{own} code{{background:none;padding:0;font-family:{palette.MONO};color:inherit;overflow-wrap:anywhere}}"
        f"{own} img{{image-rendering:pixelated;border:1px solid var(--smtplab-rule)}}"
    )
