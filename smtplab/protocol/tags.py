"""How are DKIM and DMARC written down? Both as a list of tags, such as `v=DKIM1; k=rsa; p=...` (RFC 6376 §3.2)."""

import re
from typing import Final

# tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]; tag-name = ALPHA *ALNUMPUNC
_TAG: Final = re.compile(r"\s*(?P<name>[A-Za-z][A-Za-z0-9_]*)\s*=\s*(?P<value>[!-:<-~\s]*?)\s*")


def parse_tags(text: str) -> dict[str, str]:
    """Read a list of tags; blanks around each value are dropped, those inside it stay.

    Raises ValueError for what is no tag, and for one that comes twice. RFC 6376 §3.2.
    """
    tags: dict[str, str] = {}
    for part in text.strip().removesuffix(";").split(";"):
        tag = _TAG.fullmatch(part)
        if tag is None or tag["name"] in tags:
            raise ValueError(f"{part.strip()} is no tag, or comes twice")
        tags[tag["name"]] = tag["value"]
    return tags
