"""Times the dashboard as a person meets it: first frame, run to first point, key to frame, the live view, at rest.

`python -m benchmarks.dashboard [-o FILE]`. Uses a session of its own in a temporary folder. CPU seconds are those of
the processes themselves; the others are by the clock, and grow with whatever else the machine does: see the load.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.terminal import Terminal, cpu_s, queued_s, terminal
from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.paths import SessionFolder
from sessions.workbench import Workbench

__all__ = ["main"]

Figures = dict[str, float]

_LEAVE = "self.call_after_refresh(lambda: __import__('os')._exit(0))"
_EMPTY = f"""
from textual.app import App
class Empty(App):
    def on_mount(self): {_LEAVE}
Empty().run(headless=True, size=(80, 24))
"""
_DECK = f"""
import threading
from tui.commands.dashboard import load_app
class First(load_app()):
    def on_mount(self):
        super().on_mount()
        {_LEAVE}
First(threading.Event().wait, session="digits").run(headless=True, size=(80, 24))
"""
_COMMAND = "from tui.main import main; main({words!r})"
_CTRL_R, _ESCAPE, _TOP, _DOWN, _UP = "\x12", "\x1b", "g", "j", "k"
_CURSOR_ROW = b"48;2;42;51;64"
"""The background of the selected row while the table has the focus."""
_LONG = Hyperparameters(epochs=1_000_000)
_SHORT = Hyperparameters(epochs=5)
_LIVE_S = 10.0
_REST_S = 10.0


def main() -> None:
    """Print the figures; write them as JSON where -o says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, help="write the figures as JSON")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--keys", type=int, default=100)
    asked = parser.parse_args()
    figures: Figures = {}
    with tempfile.TemporaryDirectory(prefix="tunedeck-bench-", ignore_cleanup_errors=True) as folder:
        parts: tuple[Callable[[], Figures], ...] = (
            lambda: first_frame(asked.rounds),
            lambda: commands(Path(folder), asked.rounds),
            lambda: cold_run(Path(folder) / "cold"),
            lambda: in_terminal(Path(folder) / "warm", asked.rounds, asked.keys),
        )
        for part in parts:
            for name, value in part().items():
                figures[name] = value
                print(f"{name:<30} {value:.4g}", flush=True)
    figures["load_average"] = os.getloadavg()[0]
    print(f"{'load_average':<30} {figures['load_average']:.2f}")
    if asked.output:
        asked.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def first_frame(rounds: int) -> Figures:
    """CPU seconds to the first frame, in turns with an empty Textual app."""
    pairs = [(cpu_of(_EMPTY), cpu_of(_DECK)) for _ in range(rounds)]
    return {
        "empty_app_cpu_s": statistics.median(empty for empty, _ in pairs),
        "first_frame_cpu_s": statistics.median(deck for _, deck in pairs),
        "above_empty_cpu_s": statistics.median(deck - empty for empty, deck in pairs),
    }


def commands(root: Path, rounds: int) -> Figures:
    """CPU seconds of commands that only look."""
    create_session(root, "looked-at", DataChoice(source="iris"))
    named = {"version_cpu_s": ["--version"], "list_cpu_s": ["--root", str(root), "list"]}
    programs = {name: _COMMAND.format(words=words) for name, words in named.items()}
    return {name: statistics.median(cpu_of(program) for _ in range(rounds)) for name, program in programs.items()}


def cpu_of(program: str) -> float:
    """CPU seconds of a fresh interpreter that runs a program to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cold_run(root: Path) -> Figures:
    """From `tunedeck run` in a shell, nothing running yet, to the first point on the disk."""
    bench = new_session(root)
    words = ["--root", str(root), "run", "digits", "--detach", "-s", f"epochs={_SHORT.epochs}"]
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", _COMMAND.format(words=words)], stdout=subprocess.DEVNULL):
        while not (bench.poll().experiments and bench.look(1)[1][0].epoch):
            time.sleep(0.002)
        seconds = time.perf_counter() - started
    bench.close()
    return {"cold_command_to_point_s": seconds}


def new_session(root: Path) -> Workbench:
    """The session `digits`."""
    create_session(root, "digits", DataChoice(source="digits"))
    return Workbench(SessionFolder(root / "digits"))


def in_terminal(root: Path, rounds: int, keys: int) -> Figures:
    """What is measured on one dashboard at 120×40."""
    bench = new_session(root)
    with terminal(root, "digits", 120, 40) as shown:
        figures = runs(shown, bench, rounds) | at_rest(shown, bench)
        numbers = [bench.run(_LONG) for _ in range(bench.workers)]
        for key in (_ESCAPE, _TOP):  # from the form to the newest experiment of the table
            shown.press(key)
            shown.read_for(1.5)
        figures |= live_view(shown) | keys_in_time(shown, keys)
        bench.stop(numbers)
        wait_until_over(bench)
        shown.read_until_quiet(1.5)
    bench.close()
    return figures


def runs(shown: Terminal, bench: Workbench, rounds: int) -> Figures:
    """From ctrl+r to the first point in the chart, the conductor standing ready."""
    first, *others = _runs(shown, bench, rounds)
    return {"first_run_to_point_s": first, "run_to_point_s": statistics.median(others)}


def _runs(shown: Terminal, bench: Workbench, rounds: int) -> Iterator[float]:
    for _ in range(rounds):
        pressed = shown.press(_CTRL_R)
        yield shown.read_until(_has_point, 20.0) - pressed
        wait_until_over(bench)
        shown.read_until_quiet(1.5)


def _has_point(seen: bytes) -> bool:
    """Whether a braille character other than the empty one is among the bytes."""
    return any("\u2800" < character <= "\u28ff" for character in seen.decode(errors="ignore"))


def wait_until_over(bench: Workbench) -> None:
    """Until nothing is queued or trained."""
    while any(not each.state.is_over for each in bench.poll().experiments):
        time.sleep(0.05)


def at_rest(shown: Terminal, bench: Workbench) -> Figures:
    """What a dashboard and a conductor with nothing to do cost."""
    conductor = int(json.loads(bench.folder.conductor_lock.read_bytes())["pid"])
    before = cpu_s(shown.process.pid), cpu_s(conductor)
    sent = sum(size for _, size in shown.read_for(_REST_S))
    after = cpu_s(shown.process.pid), cpu_s(conductor)
    return {
        "rest_bytes_a_second": sent / _REST_S,
        "rest_dashboard_cpu_percent": 100 * (after[0] - before[0]) / _REST_S,
        "rest_conductor_cpu_percent": 100 * (after[1] - before[1]) / _REST_S,
    }


def live_view(shown: Terminal) -> Figures:
    """What the chart of a running experiment costs: its two lines, the table, the verdict."""
    before = cpu_s(shown.process.pid)
    bursts = shown.read_for(_LIVE_S)
    used = cpu_s(shown.process.pid) - before
    return {
        "live_frames_a_second": len(bursts) / _LIVE_S,
        "live_cpu_percent": 100 * used / _LIVE_S,
        "live_cpu_s_a_frame": used / max(1, len(bursts)),
        "live_bytes_a_second": sum(size for _, size in bursts) / _LIVE_S,
    }


def keys_in_time(shown: Terminal, keys: int) -> Figures:
    """From a key that moves the selection to the bytes that show it moved, while all workers train.

    Its own share leaves out the time in which the dashboard waited for a processor that somebody else had.
    """
    for _ in range(3):  # below the running ones, where nothing but a key moves the selection
        shown.press(_DOWN)
        shown.read_for(0.5)
    pairs = list(_waits(shown, keys))
    waits, own = sorted(wait for wait, _ in pairs), sorted(wait - queued for wait, queued in pairs)
    middle, far = keys // 2, keys * 95 // 100
    return {
        "key_to_frame_p50_s": waits[middle],
        "key_to_frame_p95_s": waits[far],
        "key_to_frame_own_p50_s": own[middle],
        "key_to_frame_own_p95_s": own[far],
    }


def _waits(shown: Terminal, keys: int) -> Iterator[tuple[float, float]]:
    for place in range(keys):
        queued = queued_s(shown.process.pid)
        pressed = shown.press(_DOWN if place % 2 else _UP)
        waited = shown.read_until(lambda seen: _CURSOR_ROW in seen, 20.0) - pressed
        yield waited, queued_s(shown.process.pid) - queued
        shown.read_for(0.13)


if __name__ == "__main__":
    main()
