"""How long it takes from asking a running fit to pause, go on or stop until the history says so.

The fit is batch-heavy: one epoch takes about ten seconds, a checkpoint some megabytes.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.paths import SessionFolder
from sessions.records import State
from sessions.workbench import Workbench

ROUNDS = 10
HEAVY = Hyperparameters(hidden_units=(512, 512), batch_size=1, epochs=1000)


def main() -> None:
    """Print a table of medians and worst cases; write it as JSON where -o says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", type=Path, help="write the figures as JSON")
    chosen = parser.parse_args()
    table: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
        create_session(Path(root), "digits", DataChoice(source="digits"))
        bench = Workbench(SessionFolder(Path(root) / "digits"))
        print(f"{'ms from asking to the history':<34}{'median':>8}{'worst':>8}")
        for name, samples in (
            ("pause", _pauses(bench)),
            ("go on, a worker is free", _resumes(bench, others=0)),
            ("go on, all workers are busy", _resumes(bench, others=2)),
            ("stop", _stops(bench)),
        ):
            figures = sorted(samples)
            table[name] = {"median_ms": 1e3 * statistics.median(figures), "worst_ms": 1e3 * figures[-1]}
            print(f"{name:<34}{table[name]['median_ms']:>8.0f}{table[name]['worst_ms']:>8.0f}", flush=True)
        bench.close()
    if chosen.o:
        chosen.o.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _pauses(bench: Workbench) -> Iterator[float]:
    number = _started(bench)
    for _ in range(ROUNDS):
        yield _timed(bench, number, bench.pause, State.PAUSED)
        _timed(bench, number, bench.resume, State.RUNNING)
        time.sleep(0.3)
    _timed(bench, number, bench.stop, State.STOPPED)


def _resumes(bench: Workbench, others: int) -> Iterator[float]:
    number = _started(bench)
    for _ in range(ROUNDS):
        _timed(bench, number, bench.pause, State.PAUSED)
        busy = [_started(bench) for _ in range(others)]
        yield _timed(bench, number, bench.resume, State.RUNNING)
        for each in busy:
            _timed(bench, each, bench.stop, State.STOPPED)
    _timed(bench, number, bench.stop, State.STOPPED)


def _stops(bench: Workbench) -> Iterator[float]:
    for _ in range(ROUNDS):
        yield _timed(bench, _started(bench), bench.stop, State.STOPPED)


def _started(bench: Workbench) -> int:
    number = bench.run(HEAVY)
    while not bench.look(number)[1][0].epoch:
        time.sleep(0.01)
    time.sleep(0.3)
    return number


def _timed(bench: Workbench, number: int, ask: Callable[[list[int]], None], wanted: State) -> float:
    started = time.perf_counter()
    ask([number])
    while bench.experiment(number).state is not wanted:
        time.sleep(0.002)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
