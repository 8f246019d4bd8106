"""Times the reading of data: a CSV of 10⁶ × 20 numbers, the data sets shipped, and arrays made into a data set.

Run as `python -m benchmarks.data [-o FILE.json]`; each measurement has a fresh process, so that its peak is its own.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

__all__ = ["main"]

_PROBE = """
import json, resource, sys, time
from engine.data import load_dataset, load_table
source = sys.argv[1]
load_table("iris")
start, cpu_start = time.perf_counter(), time.process_time()
{call}
elapsed_s = time.perf_counter() - start
cpu_s = time.process_time() - cpu_start
unit = 1 if sys.platform == "darwin" else 1024
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"seconds": elapsed_s, "cpu_seconds": cpu_s, "peak_mb": after * unit / 1e6}}))
"""


def main() -> None:
    """Measure, print a table and, if asked, write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", type=Path, help="write the figures as JSON")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the CSV")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = _measure(Path(folder), chosen.rows)
    print(f"{'':<34}{'seconds':>9}{'CPU s':>9}{'peak MB':>9}")
    for name, figure in figures.items():
        print(f"{name:<34}{figure['seconds']:>9.3f}{figure['cpu_seconds']:>9.3f}{figure['peak_mb']:>9.0f}")
    if chosen.o:
        chosen.o.write_text(json.dumps(figures, indent=1))


def _measure(folder: Path, rows: int) -> dict[str, dict[str, float]]:
    figures = {name: _probe(name, "load_dataset(source)") for name in ("digits", "breast_cancer", "blobs:20000")}
    for name, with_gaps, with_text in (("numbers", False, False), ("gaps", True, False), ("text target", False, True)):
        path = folder / f"{name}.csv"
        _write_csv(path, rows, with_gaps, with_text)
        figures[f"CSV {rows:,} × 20, {name}"] = _probe(str(path), "load_table(source)")
        path.unlink()
    path = folder / "images.npz"
    random = np.random.default_rng(0)
    np.savez(path, X=random.random((60_000, 784), dtype=np.float32), y=random.integers(0, 10, 60_000))
    figures["npz 60,000 × 784 float32 (188 MB)"] = _probe(str(path), "load_dataset(source)")
    return figures


def _probe(source: str, call: str) -> dict[str, float]:
    command = [sys.executable, "-c", _PROBE.format(call=call), source]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _write_csv(path: Path, rows: int, with_gaps: bool, with_text: bool) -> None:
    random = np.random.default_rng(0)
    with path.open("w") as file:
        file.write(",".join(f"c{j}" for j in range(20)) + "\n")
        for start in range(0, rows, 10_000):
            for values in random.normal(size=(min(10_000, rows - start), 20)).tolist():
                cells = list(map(repr, values))
                if with_gaps and values[0] > 1:
                    cells[3] = ""
                if with_text:
                    cells[-1] = "yes" if values[0] > 0 else "no"
                file.write(",".join(cells) + "\n")


if __name__ == "__main__":
    main()
