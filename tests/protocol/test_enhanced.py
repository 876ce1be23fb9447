"""Enhanced status codes: each of RFC 3463 is known, and what is not known is still read as far as it goes."""

import pytest

from smtplab.protocol.enhanced import DETAILS, REGISTERED, SUBJECTS, meaning_of_enhanced

# RFC 3463 §3.2 to §3.8: the highest detail of each subject.
LAST_DETAILS = {"1": 8, "2": 4, "3": 5, "4": 7, "5": 5, "6": 5, "7": 7}


@pytest.mark.parametrize(
    ("enhanced", "meaning", "source"),
    [
        pytest.param("2.1.5", "success: addressing: the recipient's address is valid", "RFC 3463 §3.2", id="known"),
        pytest.param(
            "4.4.0", "persistent transient failure: network and routing: no more is said", "RFC 3463 §3.5", id="0"
        ),
        pytest.param(
            "5.7.8",
            "permanent failure: security or policy: the user name or password is wrong",
            "RFC 4954 §6",
            id="registered later",
        ),
        pytest.param(
            "5.1.99",
            "permanent failure: addressing: a detail that is not known here",
            "RFC 3463 §3.2",
            id="unknown detail",
        ),
        pytest.param(
            "5.9.0", "permanent failure: unknown subject: no more is said", "RFC 3463 §2", id="unknown subject"
        ),
        pytest.param(
            "3.0.0", "unknown class: other or undefined: no more is said", "RFC 3463 §3.1", id="unknown class"
        ),
    ],
)
def test_meaning_of_enhanced_names_class_subject_and_detail(enhanced: str, meaning: str, source: str) -> None:
    assert meaning_of_enhanced(enhanced) == (meaning, source)


def test_details_are_those_of_the_standard() -> None:
    assert set(DETAILS) == {f"{subject}.{n}" for subject, last in LAST_DETAILS.items() for n in range(1, last + 1)}


def test_details_registered_later_belong_to_a_subject_and_are_not_in_the_standard() -> None:
    assert {code.split(".")[0] for code in REGISTERED} <= set(SUBJECTS)
    assert not set(REGISTERED) & set(DETAILS)
