"""Have atheris make up octets that break a target, guided by which lines of smtplab they reach.

    python -m fuzz capture -max_total_time=600

The targets are in `targets`; what follows the name goes to libFuzzer. It begins with `corpus/NAME`, keeps what reaches
new lines in `build/fuzz/NAME`, and writes the octets that broke something to `build/fuzz`.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["smtplab"]):
    from fuzz.targets import TARGETS

ROOT = Path(__file__).resolve().parents[1]
LIMITS = ("-timeout=20", "-rss_limit_mb=500", "-max_len=20000")


def main() -> None:
    """Run the target that the command line names."""
    names = sys.argv[1:2]
    if names != [name for name in TARGETS if name in names]:
        sys.exit(f"name a target: {', '.join(TARGETS)}")
    (name,) = names
    found = ROOT / "build" / "fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    told = sys.argv[2:]
    folders = [] if "-merge=1" in told else [str(found), str(Path(__file__).parent / "corpus" / name)]
    atheris.Setup([name, *LIMITS, f"-artifact_prefix={found.parent}/", *told, *folders], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
