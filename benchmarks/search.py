"""Times sweeps end to end beside Optuna with scikit-learn, and measures what sweeps find, promise and expect.

Run as `python -m benchmarks.search speed|regret|worth [--seeds N] [--rounds N] [-o FILE.json]`; `worth` and `regret`
take `--data NAME,…`, `worth` also `--score NAME`, `--sampler NAME` and `--no-confirm`. Sessions are made in memory
(/dev/shm) where there is such a place, so that the disk of the day does not count.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.search_data import FOR_CLASSES, FOR_RARE_CLASSES, FOR_VALUES, source
from engine.hyperparameters import Hyperparameters
from engine.scores import SCORES
from engine.search.space import Space
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.background.starting import conductor_is_alive
from sessions.creating import DataChoice, create_session
from sessions.data_folder import DataShelf
from sessions.drafting import draft
from sessions.finalizing import break_seal
from sessions.history import History
from sessions.paths import SessionFolder
from sessions.records import Look
from sessions.search.planning import draft_sweep
from sessions.search.records import Budget, Outcome, Sampler

__all__ = ["main"]

_PEER = Path(__file__).with_name("search_peer.py")
_PYTHON = os.environ.get("TUNEDECK_PEERS", sys.executable)
_SPEED_SETTINGS = ["-s", "epochs=20", "-s", "batch_size=64", "-s", "hidden_units=50"]
_RATES, _WIDTHS = ["--vary", "learning_rate=0.001..0.3"], ["--vary", "units_per_layer=30..70"]
_SPEED_SWEEPS = {
    "tpe": ["--sampler", "tpe", "--trials", "60", *_RATES, *_WIDTHS, "--no-confirm"],
    "tpe + confirmation": ["--sampler", "tpe", "--trials", "60", *_RATES, *_WIDTHS],
    "random": ["--sampler", "random", "--trials", "60", *_RATES, *_WIDTHS, "--no-confirm"],
    "random + confirmation": ["--sampler", "random", "--trials", "60", *_RATES, *_WIDTHS],
    "grid": ["--sampler", "grid", "--vary", "learning_rate=0.001..0.3:12", "--vary", "units_per_layer=30|40|50|60|70",
             "--no-confirm"],
    "repeats": ["--sampler", "random", "--trials", "12", "--repeats", "5", *_RATES, *_WIDTHS, "--no-confirm"],
    "folds": ["--sampler", "random", "--trials", "12", "--folds", "5", *_RATES, *_WIDTHS, "--no-confirm"],
}  # fmt: skip
"""60 trainings each: one hidden layer of 30 to 70 units, 20 epochs."""
_LARGE = ["--sampler", "random", "--trials", "12", *_RATES, "--no-confirm", "-s", "hidden_units=768,512",
          "-s", "epochs=10"]  # fmt: skip
"""Networks that gain nothing from training together."""
_SPACE = {
    "learning_rate": "0.001..1",
    "units_per_layer": "4..64",
    "hidden_layers": "1|2",
    "l2": "log:0.000001..0.1",
    "dropout": "0..0.5",
}
_REAL = ("digits", "breast_cancer", "wine", "iris", "diabetes")


def main() -> None:
    """Measure one thing, print a table and, if asked, write the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "regret", "worth"))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", default="")
    parser.add_argument("--score", choices=tuple(SCORES))
    parser.add_argument("--sampler", type=Sampler, default=Sampler.TPE)
    parser.add_argument("--no-confirm", action="store_true")
    parser.add_argument("-o", type=Path)
    asked = parser.parse_args()
    names = asked.data.split(",") if asked.data else ()
    study = _Study(asked.score, asked.sampler, not asked.no_confirm)
    measure: dict[str, Callable[[], object]] = {
        "speed": partial(_speed, asked.rounds),
        "regret": partial(_regret, asked.seeds, names or _REAL),
        "worth": partial(_worth, asked.seeds, names or _usual_data(asked.score), study),
    }
    figures = measure[asked.what]()
    if asked.o:
        asked.o.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class _Study:
    """How the sweeps of a study go."""

    score: str | None = None
    """None: the task's own."""
    sampler: Sampler = Sampler.TPE
    is_confirming: bool = True


def _usual_data(score: str | None) -> Sequence[str]:
    if score is not None and SCORES[score].for_values:
        return FOR_VALUES
    return FOR_CLASSES if score in (None, "accuracy", "log_loss") else FOR_RARE_CLASSES


@contextmanager
def _root() -> Iterator[Path]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def _speed(rounds: int) -> dict[str, float]:
    """Trainings a second of 60 on digits, process start to result, a new session each; peers and us in turn."""
    found: dict[str, list[float]] = {}
    with _root() as root:
        _save_for_peer(root)
        for _ in range(rounds):
            for sampler in ("tpe", "random"):
                found.setdefault(f"peer {sampler}", []).append(_timed(_peer(root, sampler)))
            for name, words in _SPEED_SWEEPS.items():
                found.setdefault(name, []).append(_timed_sweep(root, [*_SPEED_SETTINGS, *words]))
            for workers in ("1", "2"):
                words = [*_LARGE, "--workers", workers]
                found.setdefault(f"large, workers {workers}", []).append(_timed_sweep(root, words))
    seconds = {name: statistics.median(times) for name, times in found.items()}
    for name, words in _SPEED_SWEEPS.items():
        peer = "peer tpe" if "tpe" in words else "peer random"
        print(f"{name:<22}{60 / seconds[name]:7.1f} trainings/s {seconds[peer] / seconds[name]:6.1f} × {peer}")
    print(f"large networks on two workers: {seconds['large, workers 1'] / seconds['large, workers 2']:.2f} × one")
    return seconds


def _save_for_peer(root: Path) -> None:
    create_session(root, "data", DataChoice(source="digits"))
    data = DataShelf(SessionFolder(root / "data")).dataset(dtype="float32")
    np.savez(
        root / "data.npz", X_train=data.train.X, y_train=data.train.y, X_validation=data.validation.X,
        y_validation=data.validation.y,
    )  # fmt: skip


def _peer(root: Path, sampler: str) -> list[str]:
    return [_PYTHON, str(_PEER), str(root / "data.npz"), "60", sampler]


def _timed_sweep(root: Path, words: list[str]) -> float:
    """Seconds of one sweep in a new session, whose conductor has to start; it has left when this returns."""
    name = f"s{time.monotonic_ns()}"
    create_session(root, name, DataChoice(source="digits"))
    command = [sys.executable, "-m", "tui.main", "--root", str(root), "sweep", name, *words]
    seconds = _timed(command)
    while conductor_is_alive(SessionFolder(root / name)):
        time.sleep(0.1)
    return seconds


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def _regret(seeds: int, names: Sequence[str]) -> dict[str, list[float]]:
    """What the chosen configuration is worth: TPE with confirmation against random search of the same 60 trainings.

    Each winner is trained with four more seeds, which cost neither of them anything, and judged on the test rows.
    """
    gaps: dict[str, list[float]] = {}
    for name in names:
        for seed in range(seeds):
            choice = DataChoice(source=name, seed=seed)
            random = _swept(choice, _Study(None, Sampler.RANDOM, False), seed, again=4)[1]
            found = _swept(choice, _Study(), seed, again=4)[1]
            gaps.setdefault(f"{name} score", []).append(found.score - random.score)
            gaps.setdefault(f"{name} cost", []).append(found.cost - random.cost)
        words = _mean("TPE + confirmation minus random: test score", gaps[f"{name} score"])
        print(f"{name:<16}{words}, median cost {statistics.median(gaps[f'{name} cost']):+.4f}", flush=True)
    return gaps


def _worth(seeds: int, names: Sequence[str], study: _Study) -> dict[str, dict[str, list[float]]]:
    """Promised and expected against the true score, on 20,000 rows of which 400 train and 400 validate."""
    found: dict[str, dict[str, list[float]]] = {}
    for name in names:
        found[name] = {"promised": [], "expected": [], "covered": []}
        for seed in range(seeds):
            for key, value in _against_truth(name, seed, study).items():
                found[name][key].append(value)
        _print_worth(name, found[name])
    _print_worth("all", {key: [value for each in found.values() for value in each[key]] for key in found[names[0]]})
    return found


def _against_truth(name: str, seed: int, study: _Study) -> dict[str, float]:
    with _root() as folder:
        choice = DataChoice(source(name, seed, folder), split=(0.02, 0.02, 0.96), seed=seed, score=study.score)
        outcome, look = _swept(choice, study, seed)
    true = look.score
    assert outcome.value is not None
    assert outcome.low is not None
    assert outcome.high is not None
    is_covered = float(outcome.low <= true <= outcome.high)
    return {"promised": outcome.promised - true, "expected": outcome.value - true, "covered": is_covered}


def _print_worth(name: str, errors: dict[str, list[float]]) -> None:
    words = [_mean(f"{key} - true", errors[key]) for key in ("promised", "expected")]
    print(f"{name:<12}{words[0]}  {words[1]}  covered {statistics.fmean(errors['covered']):.2f}", flush=True)


def _swept(choice: DataChoice, study: _Study, seed: int, *, again: int = 0) -> tuple[Outcome, Look]:
    """What a sweep of 60 trainings of 20 epochs found, and its winner on the test rows, as it is or trained `again`."""
    with _root() as root:
        create_session(root, "study", choice)
        history = History.open(SessionFolder(root / "study"))
        base = Hyperparameters(epochs=20, hidden_units=(32,), seed=1000 * seed)
        sweep = draft_sweep(
            Space.from_text(_SPACE, base),
            history.info,
            sampler=study.sampler,
            budget=Budget(trials=60),
            is_confirming=study.is_confirming,
            seed=seed,
        )
        history.sweeps.add(lambda number: replace(sweep, number=number))
        _conduct(history)
        outcome = history.sweep(1).outcome
        assert outcome is not None
        winner = history.experiment(outcome.winner)
        if again:
            values = winner.hyperparameters.replace(seed=1000 * seed + 500)
            winner = history.add([draft(values, repeats=again)])[0]
            _conduct(history)
        look = break_seal(history, history.experiment(winner.number), "the study")
        history.close()
        return outcome, look


def _conduct(history: History) -> None:
    Conductor(history, InProcessLauncher(history.folder)).run(linger_s=0.0)


def _mean(words: str, values: list[float]) -> str:
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else float("nan")
    return f"{words} {statistics.fmean(values):+.4f} ± {error:.4f} ({len(values)} sweeps)"


if __name__ == "__main__":
    main()
