"""Is everything right? Each check in turn; the first that fails ends the run, and its exit status is this one's.

`python3 -m smtplab test` sets up what is missing, then runs this. To run one check alone, see CONTRIBUTING.md.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

CHECKS = (
    "ruff format --check",
    "ruff check",
    "mypy",
    "pytest tests/protocol --cov=smtplab/protocol --cov-branch --cov-fail-under=100 --cov-report=term:skip-covered",
    "pytest tests --ignore=tests/protocol --ignore=tests/browser",
    "pytest notebooks --nbval --nbval-current-env --nbval-sanitize-with=tests/nbval_sanitize.cfg",
    "pytest tests/browser",  # apart, since playwright leaves an event loop running in its thread
)


def main() -> int:
    """Run the checks, saying which one runs. Give the exit status of the first that fails, else 0."""
    for check in CHECKS:
        print(f"$ {check}", flush=True)
        status = subprocess.call([sys.executable, "-m", *check.split()], cwd=ROOT)
        if status:
            print(f"smtplab: this check failed: {check}", file=sys.stderr)
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
