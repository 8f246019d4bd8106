"""Times the history beside the stock JSON storage: insert, update, query, open, poll, from 100 to 100,000 documents.

Run as `python -m benchmarks.store [-o FILE.json] [--largest N]`. The stock storage rewrites its file at every write and
reads it at every query; beyond 10,000 documents that is left out.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinydb import TinyDB, where

from sessions.store import Store, open_store

__all__ = ["main"]

_SIZES = (100, 1_000, 10_000, 100_000)
_STOCK_UP_TO = 10_000
_STEPS = ("insert", "update", "get", "query", "open", "poll", "one fsync")


def main() -> None:
    """Measure, print a table and, if asked, write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", type=Path, help="write the figures as JSON")
    parser.add_argument("--largest", type=int, default=_SIZES[-1], help="documents at most")
    chosen = parser.parse_args()
    figures = [each for size in _SIZES if size <= chosen.largest for each in _measure(size)]
    print(f"{'milliseconds':<22}" + "".join(f"{step:>11}" for step in _STEPS))
    for each in figures:
        cells = (f"{each[step]:>11.3f}" if step in each else f"{'':>11}" for step in _STEPS)
        print(f"{each['storage']:<10}{each['documents']:>11,} " + "".join(cells))
    print(_promise(figures))
    if chosen.o:
        chosen.o.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _measure(size: int) -> list[dict[str, Any]]:
    """Both storages at one size, step by step one after the other, so that noise meets both."""
    rng = random.Random(size)
    with tempfile.TemporaryDirectory() as folder:
        ours = open_store(Path(folder) / "session" / "history.jsonl")
        found: list[dict[str, Any]] = [{"storage": "journal", "documents": size}]
        steps = [_journal_steps(ours, Path(folder), rng)]
        _fill(ours, size, rng)
        if size <= _STOCK_UP_TO:
            stock = TinyDB(Path(folder) / "stock.json")
            _fill(stock, size, rng)
            found.append({"storage": "stock", "documents": size})
            steps.append(_stock_steps(stock, Path(folder), rng))
        for step in _STEPS:
            for figures, works in zip(found, steps, strict=False):
                if step in works:
                    figures[step] = 1e3 * _median_s(works[step])
        ours.close()
    return found


def _journal_steps(store: Store, folder: Path, rng: random.Random) -> dict[str, Callable[[], object]]:
    table = store.table("experiments")
    ids = _cycle(lambda: [each.doc_id for each in table], rng)
    return {
        "insert": lambda: table.insert(_document(rng, 0)),
        "update": lambda: table.update({"conclusion": str(rng.random())}, doc_ids=[ids()]),
        "get": lambda: table.get(doc_id=ids()),
        "query": lambda: table.search(where("number") == rng.randrange(100)),
        "open": lambda: open_store(folder / "session" / "history.jsonl").close(),
        "poll": store.refresh,
        "one fsync": lambda: _append_and_sync(folder / "plain"),
    }


def _stock_steps(database: TinyDB, folder: Path, rng: random.Random) -> dict[str, Callable[[], object]]:
    table = database.table("experiments")
    ids = _cycle(lambda: [each.doc_id for each in table], rng)
    return {
        "insert": lambda: table.insert(_document(rng, 0)),
        "update": lambda: table.update({"conclusion": str(rng.random())}, doc_ids=[ids()]),
        "get": lambda: table.get(doc_id=ids()),
        "query": lambda: table.search(where("number") == rng.random()),
        "open": lambda: len(TinyDB(folder / "stock.json").table("experiments")),
    }


def _cycle(list_ids: Callable[[], list[int]], rng: random.Random) -> Callable[[], int]:
    """Ids to choose from, listed once when first needed."""
    ids: list[int] = []

    def choose() -> int:
        if not ids:
            ids.extend(list_ids())
        return rng.choice(ids)

    return choose


def _median_s(work: Callable[[], object]) -> float:
    """Median over as many runs as fit into two seconds, 3 at least and 200 at most; one goes before to warm up."""
    work()
    times: list[float] = []
    while len(times) < 3 or (sum(times) < 2 and len(times) < 200):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _fill(database: TinyDB, size: int, rng: random.Random) -> None:
    """One record for each document, as experiments arrive."""
    table = database.table("experiments")
    if isinstance(database, Store):
        _fill_journal(database, size, rng)
    else:
        table.insert_multiple(_document(rng, number) for number in range(size))


def _fill_journal(store: Store, size: int, rng: random.Random) -> None:
    """Written in groups, then one record for each document by compaction, which is the form that costs most to open."""
    for first in range(0, size, 1000):
        last = min(first + 1000, size)
        store.table("experiments").insert_multiple(_document(rng, number) for number in range(first, last))
    store.compact()


def _append_and_sync(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x" * 1500)
        file.flush()
        os.fsync(file.fileno())


def _document(rng: random.Random, number: int) -> dict[str, Any]:
    """An experiment as the history keeps it, about 1.5 kB."""
    fit = {"number": 1, "state": "finished", "seed": number, "fold": None, "epochs": 60, "best_epoch": 41}
    costs = {name: rng.random() for name in ("train_cost", "validation_cost", "validation_score", "seconds")}
    advice = {"name": "learning_rate", "from": "0.01", "to": "0.03", "why": "the cost was still falling at the end"}
    return {
        "number": number,
        "uid": f"{rng.getrandbits(128):032x}",
        "state": "finished",
        "hyperparameters": {f"hyperparameter_{n}": rng.random() if n % 2 else "relu" for n in range(25)},
        "created": "2025-01-01T00:00:00+00:00",
        "idea": "Try a larger step, for the curve was flat and the gap between the costs small.",
        "conclusion": "",
        "tags": ["first", "night"],
        "fits": [{**fit, **costs, "error": ""}],
        "best": {"epoch": 41, "validation_cost": rng.random(), "validation_score": rng.random()},
        "verdict": {"kind": "converged", "text": "Flat since epoch 41.", "advice": [advice]},
        "n_parameters": 8970,
        "seconds": rng.random(),
    }


def _promise(figures: list[dict[str, Any]]) -> str:
    """The figures that promise 6 of the store names."""
    ours = {each["documents"]: each for each in figures if each["storage"] == "journal"}
    parts = [
        f"{size:,} documents open in {ours[size]['open'] / 1e3:.2f} s" for size in (10_000, 100_000) if size in ours
    ]
    if 10_000 in ours:
        parts.insert(0, f"an insert at 10,000 costs {ours[10_000]['insert'] / ours[100]['insert']:.2f}× one at 100")
    return "; ".join(parts)


if __name__ == "__main__":
    main()
