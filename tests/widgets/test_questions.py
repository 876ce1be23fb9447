"""Questions that a click answers: remembered, and judged where the right option is known."""

import pytest
from ipywidgets import Button, Widget

from smtplab.widgets.questions import Questions, Row

PREDICTION = Row("Who <speaks> first?", ("the client", "the server"))
RECALL = Row("What ends `DATA`?", ("QUIT", "a dot"), "a dot", "RFC 5321 §4.1.1.4.")


def buttons(widget: Widget) -> list[Button]:
    """Give all buttons inside, in order."""
    if isinstance(widget, Button):
        return [widget]
    return [button for child in getattr(widget, "children", ()) for button in buttons(child)]


def chosen(questions: Questions) -> list[str]:
    return [button.description for button in buttons(questions) if "smtplab-chosen" in button._dom_classes]


def test_click_is_remembered_and_shown() -> None:
    said: dict[str, str] = {}
    questions = Questions([PREDICTION, RECALL], said)
    buttons(questions)[1].click()
    assert said == {"Who <speaks> first?": "the server"}
    assert chosen(questions) == ["the server"]


def test_second_click_replaces_the_first() -> None:
    questions = Questions([PREDICTION])
    questions.choose(1, "the server")
    questions.choose(1, "the client")
    assert chosen(questions) == ["the client"]


def test_questions_made_again_know_what_was_said() -> None:
    said = {"Who <speaks> first?": "the client"}
    assert chosen(Questions([PREDICTION], said)) == ["the client"]


@pytest.mark.parametrize(("option", "remark"), [("a dot", "✓ RFC 5321 §4.1.1.4."), ("QUIT", "✕ not that one")])
def test_known_answer_is_judged_at_once(option: str, remark: str) -> None:
    questions = Questions([RECALL])
    questions.choose(1, option)
    assert questions._remarks[0].value == f'<span role="status">{remark}</span>'


def test_prediction_is_only_noted() -> None:
    questions = Questions([PREDICTION])
    assert questions._remarks[0].value == '<span role="status"></span>'
    questions.choose(1, "the client")
    assert questions._remarks[0].value == '<span role="status">noted: the run will tell</span>'


def test_option_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(ValueError, match="'nobody' is none of"):
        Questions([PREDICTION]).choose(1, "nobody")


def test_text_gives_no_answer_away() -> None:
    assert Questions([PREDICTION, RECALL]).text().splitlines() == [
        "1. Who <speaks> first?",
        "   the client / the server",
        "2. What ends `DATA`?",
        "   QUIT / a dot",
    ]


def test_page_without_a_kernel_can_unfold_what_is_known() -> None:
    html = Questions([PREDICTION, RECALL]).html()
    assert "Who &lt;speaks&gt; first?" in html
    assert "What ends <code>DATA</code>?" in html
    assert html.count("<details>") == 1


def test_bundle_has_the_fallbacks_beside_the_widget() -> None:
    bundle = Questions([RECALL])._repr_mimebundle_()
    assert {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
