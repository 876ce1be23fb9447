"""Lists of tags, as DKIM and DMARC have them."""

import pytest

from smtplab.protocol.tags import parse_tags


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("v=DMARC1; p=none", {"v": "DMARC1", "p": "none"}),
        (" v = DKIM1 ;\r\n\tp=AB\r\n CD ; ", {"v": "DKIM1", "p": "AB\r\n CD"}),
        ("p=", {"p": ""}),
        ("b=AB==;", {"b": "AB=="}),
    ],
)
def test_tags_are_read(text: str, tags: dict[str, str]) -> None:
    assert parse_tags(text) == tags


@pytest.mark.parametrize("text", ["", "v", "v=1;;p=2", "1=2", "v=1; v=2", "=1", "v=\x00", "v=ü"])
def test_what_is_no_list_of_tags_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no tag, or comes twice"):
        parse_tags(text)
