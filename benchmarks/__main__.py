"""Every benchmark, one after another, each in a process of its own: `make bench`, or `python -m benchmarks [NAME]...`.

Tables go to stdout, figures to `benchmarks/results/NAME.json`. Nothing here measures.
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

__all__ = ["main"]

NAMES = ("engine", "data", "store", "search", "latency", "dashboard")
_PEERS = ("torch", "sklearn", "jax")
_RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """1 if a benchmark failed; one that is not there, or peers that are not installed, are only said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all of them if left out")
    names = parser.parse_args().names or NAMES
    if absent := [each for each in _PEERS if importlib.util.find_spec(each) is None]:
        say(f"Without the peers {', '.join(absent)}: `pip install torch scikit-learn jax` brings them in.")
    _RESULTS.mkdir(exist_ok=True)
    return max(map(run, names))


def run(name: str) -> int:
    """One benchmark: 0 if it went well or is not there."""
    say(f"\n{name}\n{'─' * len(name)}")
    if importlib.util.find_spec(f"benchmarks.{name}") is None:
        say("not there")
        return 0
    command = [sys.executable, "-m", f"benchmarks.{name}", "-o", str(_RESULTS / f"{name}.json")]
    code = subprocess.run(command, check=False, cwd=_RESULTS.parent.parent).returncode
    if code:
        say(f"{name} failed with exit code {code}.")
    return int(code != 0)


def say(line: str) -> None:
    """A line that stands where it belongs among the output of the benchmarks."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
