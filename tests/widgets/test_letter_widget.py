"""Envelope and letter, as a kernel sees them."""

import pytest

from smtplab.protocol.transactions import transactions
from smtplab.protocol.transcript import Transcript
from smtplab.widgets.letter import NO_MAIL, letter
from tests.views.sessions import LOGIN, MAIL, QUIT, heard
from tests.widgets.controls import named, seen, shows

TWO = heard(LOGIN + MAIL + MAIL.replace("First", "Second").replace("test02", "test03") + QUIT)


def test_first_mail_is_shown_at_first() -> None:
    made = letter(TWO)
    assert "First mail" in seen(made, "mail-view")
    assert "1 of 2: &lt;test01@coremail.cn&gt; → &lt;test02@coremail.cn&gt;" in seen(made, "which")
    made.close()


def test_another_mail_is_selected() -> None:
    made = letter(TWO)
    for name, words in (("next", "Second"), ("next", "Second"), ("previous", "First"), ("previous", "First")):
        named(made, name).click()
        shows(made, "mail-view", f"{words} mail")
    made.select(2)
    shows(made, "mail-view", "Second mail")
    made.close()


@pytest.mark.parametrize(
    ("view", "words"),
    [("envelope and letter", "what the server acts on"), ("MIME parts", "text/plain"), ("dots", "on the wire")],
)
def test_mail_is_looked_at_in_each_way(view: str, words: str) -> None:
    made = letter(TWO)
    named(made, "view").value = view
    shows(made, "mail-view", words)
    made.close()


def test_one_transaction_alone_is_shown_without_a_choice() -> None:
    made = letter(transactions(TWO)[1])
    assert "Second mail" in seen(made, "mail-view")
    assert named(made, "next").layout.display == "none"
    made.close()


def test_transcript_without_a_mail_says_so() -> None:
    made = letter(Transcript())
    assert NO_MAIL in seen(made, "mail-view")
    assert made._repr_mimebundle_()["text/plain"] == NO_MAIL
    made.close()


def test_reader_without_a_kernel_sees_every_mail() -> None:
    made = letter(TWO)
    bundle = made._repr_mimebundle_()
    for words in ("First mail", "Second mail", "what the server acts on", "MIME parts", "on the wire"):
        assert words in bundle["text/html"]
    assert bundle["text/plain"].count("envelope\n") == 2
    made.close()
