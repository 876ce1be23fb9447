"""What is there for those who hear the page, or use no mouse."""

from smtplab.widgets.told import aloud, rules


def test_what_is_said_aloud_is_escaped() -> None:
    assert aloud("250 <b>") == '<span role="status" class="smtplab-aloud">250 &lt;b&gt;</span>'


def test_rules_reach_no_further_than_their_scope() -> None:
    selectors = [rule.split("{")[0] for rule in rules(".a").split("}") if rule]
    assert selectors
    assert all(selector.startswith(".a ") for selector in selectors)
