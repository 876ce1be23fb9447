import pytest

from smtplab.capture.tls.suites import Suite, suite_of
from smtplab.protocol.tls.names import CIPHER_SUITES


@pytest.mark.parametrize(
    ("number", "suite"),
    [
        pytest.param(0x1301, Suite("GCM", 16, "sha256", "sha256"), id="1.3 with GCM"),
        pytest.param(0x1302, Suite("GCM", 32, "sha384", "sha384"), id="1.3 with GCM and SHA-384"),
        pytest.param(0x1303, Suite("POLY1305", 32, "sha256", "sha256"), id="1.3 with ChaCha20"),
        pytest.param(0x1305, Suite("CCM_8", 16, "sha256", "sha256"), id="1.3 with a short tag"),
        pytest.param(0x002F, Suite("CBC", 16, "sha256", "sha1"), id="CBC with SHA"),
        pytest.param(0xC028, Suite("CBC", 32, "sha384", "sha384"), id="CBC with SHA-384"),
        pytest.param(0xC02F, Suite("GCM", 16, "sha256", "sha256"), id="GCM"),
        pytest.param(0xC0AE, Suite("CCM_8", 16, "sha256", "sha1"), id="CCM names no hash"),
    ],
)
def test_name_tells_the_algorithms(number: int, suite: Suite) -> None:
    assert suite_of(number) == suite


def test_every_suite_with_a_name_is_understood() -> None:
    assert [name for number, name in CIPHER_SUITES.items() if suite_of(number) is None] == []


@pytest.mark.parametrize("number", [0, 0x0041, 0x5600, 0xFFFF])
def test_other_numbers_are_no_suite(number: int) -> None:
    assert suite_of(number) is None
