"""How is a sentence of ours shown when there is code in it? Between backquotes, as in Markdown."""

import re
from html import escape

_CODE = re.compile(r"`([^`]+)`")


def marked_up(sentence: str) -> str:
    """Write a sentence as HTML: what stands between backquotes as code, everything else as it is."""
    return _CODE.sub(r"<code>\1</code>", escape(sentence, quote=False))
