"""Times the engine beside PyTorch, scikit-learn and JAX, in turns in one run: `python -m benchmarks.engine [-o FILE]`.

Prints medians and ratios as tables and writes them as JSON. All times are CPU time, so that what else the machine does
counts as little as possible; its load is printed. `--quick` leaves the large network out.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count, islice, pairwise
from pathlib import Path

import numpy as np

from benchmarks.peers import Work, available
from engine.data.dataset import Dataset, Rows
from engine.data.scaling import ScaleKind, Scaling
from engine.evaluation import Judge
from engine.health import health
from engine.hyperparameters import Hyperparameters
from engine.losses import Labels
from engine.population import Member, Population
from engine.records import Task
from engine.scores import default_score
from engine.seat import Best
from sessions.fits.curve import CurveWriter

__all__ = ["main"]

Figures = dict[str, dict[str, float]]
"""Name of what was timed -> name of a figure -> its value."""

_TARGETS = {
    "digits 64-100-50-10 B64": {"pytorch": 3.0, "scikit-learn": 2.5},
    "tiny 2-50-50-2 full batch": {"pytorch": 3.0, "scikit-learn": 2.5},
    "large 784-256-128-10 B128": {"pytorch": 1.5, "scikit-learn": 1.4},
}


def made(rows: int, features: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Learnable classes with noise, float32."""
    random = np.random.default_rng(0)
    x = random.standard_normal((rows, features), np.float32)
    z = x @ random.standard_normal((features, classes)) + 0.5 * random.standard_normal((rows, classes))
    return x, z.argmax(axis=1)


def work(name: str, rows: int, sizes: Sequence[int], batch: int, epochs: int) -> Work:
    """A training on made data."""
    return Work(name, *made(rows, sizes[0], sizes[-1]), tuple(sizes), batch, epochs)


def data_of(each: Work) -> Dataset:
    """All rows to train on."""
    n, classes = each.x.shape[1], each.sizes[-1]
    none = Rows(each.x[:0], each.y[:0])
    return Dataset(
        task=Task.MULTICLASS, n_features=n, n_outputs=classes, classes=tuple(map(str, range(classes))),
        feature_names=tuple(map(str, range(n))), train=Rows(each.x, each.y), validation=none, test=none,
        scaling=Scaling(ScaleKind.NONE, np.zeros(n), np.ones(n)), target_mean=0.0, target_scale=1.0,
    )  # fmt: skip


def population_of(each: Work, members: int = 1) -> Population:
    """Members that differ in their learning rate."""
    data, batch = data_of(each), each.batch if each.batch < len(each.y) else 0
    h = Hyperparameters(hidden_units=each.sizes[1:-1], batch_size=batch, epochs=each.epochs)
    return Population([Member(h.replace(learning_rate=0.01 / (1 + k)), data) for k in range(members)])


def engine_seconds(each: Work, members: int = 1) -> float:
    """Seconds per epoch and member, records included."""
    records = population_of(each, members).run()
    list(islice(records, members))
    started = time.process_time()
    for _ in records:
        pass
    return (time.process_time() - started) / (each.epochs * members)


def product_seconds(each: Work) -> float:
    """Seconds per epoch of the training's matrix products alone."""
    random, b = np.random.default_rng(0), each.batch
    shapes = list(pairwise(each.sizes))
    a = [random.standard_normal((b, n), np.float32) for n in each.sizes]
    w = [random.standard_normal(shape, np.float32) for shape in shapes]
    g, d = [np.empty_like(x) for x in w], [np.empty_like(x) for x in a]
    repeats = len(each.y) // b
    started = time.process_time()
    for _ in range(repeats):
        for i in range(len(w)):
            np.matmul(a[i], w[i], out=d[i + 1])
        for i in reversed(range(len(w))):
            np.matmul(a[i].T, a[i + 1], out=g[i])
            if i:
                np.matmul(a[i + 1], w[i].T, out=d[i])
    return (time.process_time() - started) / repeats * len(each.y) / b


def in_turns(timers: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each, timed in turns so that a busy machine is busy for all; one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in timers}
    for round_number in range(rounds + 1):
        for name, seconds in timers.items():
            taken = seconds()
            if round_number:
                times[name].append(taken)
    return {name: statistics.median(each) for name, each in times.items()}


def beside_peers(works: Sequence[Work], rounds: int) -> Figures:
    """Milliseconds per epoch of everyone, and how many times the engine's."""
    peers, absent = available()
    for sentence in absent:
        print(sentence)
    figures: Figures = {}
    for each in works:
        timers: dict[str, Callable[[], float]] = {"engine": lambda each=each: engine_seconds(each)}
        timers |= {name: lambda peer=peer, each=each: peer(each) for name, peer in peers.items()}
        timers["products alone"] = lambda each=each: product_seconds(each)
        found = in_turns(timers, rounds)
        row = {f"{name} ms": 1e3 * seconds for name, seconds in found.items()}
        row |= {f"{name} ×": found[name] / found["engine"] for name in peers}
        row["engine / products"] = found["engine"] / found["products alone"]
        figures[each.name] = row
        show(each.name, row)
        for name, target in _TARGETS.get(each.name, {}).items():
            if name in peers:
                print(f"    target {target} × {name}: {'met' if row[f'{name} ×'] >= target else 'missed'}")
    return figures


def populations(rounds: int) -> Figures:
    """Milliseconds per epoch and member, alone and together."""
    figures: Figures = {}
    for name, rows, sizes, batch in (
        ("population 64-50-10 B64", 1437, (64, 50, 10), 64),
        ("population 64-20-10 B32", 1437, (64, 20, 10), 32),
        ("population 64-100-50-10 B64", 1437, (64, 100, 50, 10), 64),
        ("population 64-256-128-10 B64", 1437, (64, 256, 128, 10), 64),
    ):
        each = work(name, rows, sizes, batch, 8)
        found = in_turns({str(k): lambda k=k, each=each: engine_seconds(each, k) for k in (1, 4, 8, 16)}, rounds)
        figures[name] = {f"K={k} ms": 1e3 * seconds for k, seconds in found.items()}
        figures[name] |= {"8 together ×": found["1"] / found["8"]}
        show(name, figures[name])
    return figures


def share_of_recording(rounds: int) -> Figures:
    """What it costs to keep a curve, as a share of the epoch.

    *loss* is the mean loss of the rows just trained on, which the peers' step computes too: part of training.
    *score* is their accuracy, which is evaluating, and no peer does. *recording* is the rest of a record (penalty, α,
    check for finite numbers), keeping the best epoch, and the point's way into the curve file. *health* is its
    sample's cost spread over the epochs it stands for. There are no validation rows: judging by them is work that
    somebody asked for.
    """
    figures: Figures = {}
    for each in (
        work("recording, digits 64-100-50-10 B64", 1437, (64, 100, 50, 10), 64, 12),
        work("recording, tiny 2-50-50-2 full batch", 300, (2, 50, 50, 2), 300, 300),
    ):
        with tempfile.TemporaryDirectory() as folder:
            timers = recording_timers(each, Path(folder))
            found = in_turns({"epoch": lambda each=each: engine_seconds(each), **timers}, rounds)
        found["score"] = found["measure"] - found["loss"]
        found["recording"] = found["record"] - found["measure"] + found["best"] + found["point"]
        figures[each.name] = {f"{name} µs": 1e6 * seconds for name, seconds in found.items()}
        figures[each.name] |= {
            f"{name} %": 100 * found[name] / found["epoch"] for name in ("loss", "score", "recording", "health")
        }
        show(each.name, figures[each.name])
    return figures


def recording_timers(each: Work, folder: Path) -> dict[str, Callable[[], float]]:
    """Seconds of each part of keeping a curve."""
    population = population_of(each)
    list(islice(population.run(), 3))
    crew, monitor, seat = population._crew, population._monitor, population._seats[0]
    assert crew is not None
    buffers, nothing, theta = crew.step(0).buffers, monitor.validation_heads()[0], crew.memory.theta[0]
    units = each.sizes[1:-1]
    judge = Judge(crew.task, crew.memory.head[0], Labels.of(crew.task, each.y), default_score(crew.task))
    point = monitor.record(0, seat, 1, 1, full=False)
    best = Best(point, theta.copy(), nothing.copy())
    writer = CurveWriter(folder / "curve", len(each.sizes) - 1)
    epochs = count()

    def append() -> None:
        for _ in range(1000):
            writer.append(point._replace(epoch=next(epochs)), 1.0)
        writer.flush()

    making = seconds_of(lambda: point._replace(epoch=next(epochs)), 1000)
    return {
        "loss": lambda: seconds_of(judge.cost, 200),
        "measure": lambda: seconds_of(judge.measure, 200),
        "record": lambda: seconds_of(partial(monitor.record, 0, seat, 1, 1, full=False), 200),
        "best": lambda: seconds_of(partial(best.replace, point, theta, nothing), 200),
        "point": lambda: seconds_of(append, 1) / 1000 - making,
        "health": lambda: (
            seconds_of(lambda: health(crew.layout, theta, crew.gradient[0], buffers, 0, units), 200) / crew.health_every
        ),
    }


def seconds_of(call: Callable[[], object], times: int) -> float:
    """Mean seconds of one call."""
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times


def scaling(rounds: int) -> Figures:
    """Epochs per second as width, depth, batch size and rows grow."""
    series: dict[str, list[tuple[int, tuple[int, ...], int]]] = {
        "width": [(1437, (64, n, n, 10), 64) for n in (16, 32, 64, 128, 256, 512)],
        "depth": [(1437, (64, *[64] * n, 10), 64) for n in (0, 1, 2, 4, 8, 16)],
        "batch": [(1437, (64, 64, 64, 10), n) for n in (1, 8, 32, 128, 512, 1437)],
        "rows": [(n, (64, 64, 64, 10), 64) for n in (100, 1000, 10_000, 100_000)],
    }
    figures: Figures = {}
    for name, shapes in series.items():
        row = {}
        for rows, sizes, batch in shapes:
            value = {"width": sizes[1], "depth": len(sizes) - 2, "batch": batch, "rows": rows}[name]
            each = work(name, rows, sizes, batch, 2)
            row[f"{value}"] = 1 / in_turns({"engine": lambda each=each: engine_seconds(each)}, rounds)["engine"]
        figures[f"epochs/s by {name}"] = row
        show(f"epochs/s by {name}", row)
    return figures


def show(name: str, row: dict[str, float]) -> None:
    """One line of a table."""
    print(f"{name:38} " + "  ".join(f"{key} {value:.4g}" for key, value in row.items()), flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="without the large network")
    chosen = parser.parse_args()
    works = [
        work("digits 64-100-50-10 B64", 1437, (64, 100, 50, 10), 64, 10),
        work("tiny 2-50-50-2 full batch", 300, (2, 50, 50, 2), 300, 200),
    ]
    if not chosen.quick:
        works.append(work("large 784-256-128-10 B128", 60_000, (784, 256, 128, 10), 128, 1))
    print(f"CPU time, medians of {chosen.rounds} rounds in turns; load {os.getloadavg()[0]:.1f} at the start")
    figures = beside_peers(works, chosen.rounds)
    for part in (populations, share_of_recording, scaling):
        figures |= part(chosen.rounds)
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    if chosen.output:
        chosen.output.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
