"""Rounds of killing: a person's process queues runs and writes notes while processes of ours are killed at random.

Run as a program it is that person: it prints a line for everything that was acknowledged.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from engine.hyperparameters import Hyperparameters
from sessions.creating import DataChoice, create_session
from sessions.history import History
from sessions.paths import SessionFolder
from sessions.records import Experiment, State
from sessions.workbench import Workbench

KINDS = ("person", "conductor", "worker", "forkserver")
MOST_WAITING = 8
PATIENCE_S = 120.0


@dataclass
class Tally:
    """What was acknowledged and what was killed."""

    runs: dict[int, str] = field(default_factory=dict)
    """Number -> idea."""
    notes: list[tuple[int, str]] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    verified: int = 0
    """Fits that a replay found identical at the end."""


def be_the_person(folder: SessionFolder, seed: int) -> None:
    """Queue, note, look, until killed."""
    draw = random.Random(seed)
    bench = Workbench(folder)
    bench.attend()
    while True:
        snapshot = bench.poll()
        numbers = [each.number for each in snapshot.experiments]
        waiting = sum(not each.state.is_over for each in snapshot.experiments)
        if waiting < MOST_WAITING and draw.random() < 0.3:
            idea = f"{draw.random():.12f}"
            values = Hyperparameters(
                epochs=draw.choice((20, 100, 600)), hidden_units=(draw.choice((4, 8, 32)),), seed=draw.randrange(99)
            )
            number = bench.run(values, idea=idea, repeats=draw.choice((1, 1, 3)))
            print("run", number, idea, flush=True)
        elif numbers:
            number, text = draw.choice(numbers), f"{draw.random():.12f}"
            bench.note(number, conclusion=text)
            print("note", number, text, flush=True)
        interrupted = [each.number for each in snapshot.experiments if each.state is State.INTERRUPTED]
        if interrupted:
            bench.resume(interrupted[:3])
        time.sleep(draw.uniform(0.0, 0.03))


class Person:
    """That process, and the thread that takes down what was acknowledged to it."""

    def __init__(self, folder: SessionFolder, seed: int, tally: Tally) -> None:
        words = [sys.executable, __file__, str(folder.path), str(seed)]
        code = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=code)
        self._tally = tally
        self._has_spoken = False
        self._reader = threading.Thread(target=self._take_down, daemon=True)
        self._reader.start()

    def _take_down(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._has_spoken = True
            words = line.split()
            if line.endswith("\n") and words[0] == "run":
                self._tally.runs[int(words[1])] = words[2]
            elif line.endswith("\n"):
                self._tally.notes.append((int(words[1]), words[2]))

    def has_said_something(self) -> bool:
        """Whether anything was acknowledged to it yet, or it is dead."""
        return self._has_spoken or self.process.poll() is not None

    def end(self) -> None:
        """Kill it and take down its last words."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()


def processes_of(root: Path) -> dict[str, list[int]]:
    """Living processes with this ROOT in their environment, by kind."""
    mark = f"TUNEDECK_HOME={root}".encode()
    found: dict[str, list[int]] = {kind: [] for kind in (*KINDS, "other")}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            if mark not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            command = (entry / "cmdline").read_bytes().decode()
            role = (entry / "comm").read_text().strip()
        except OSError:
            continue
        if state != "Z":
            found[_kind(command, role)].append(int(entry.name))
    return found


def _kind(command: str, role: str) -> str:
    if "background_torture" in command:
        return "person"
    kind = role.removeprefix("td-")
    return kind if kind in KINDS else "other"


def torture(root: Path, seed: int, rounds: int, say: Callable[[str], None] = lambda line: None) -> Tally:
    """All rounds; fails with an AssertionError at the first promise that is broken."""
    draw = random.Random(seed)
    create_session(root, "torture", DataChoice(source="iris"))
    folder, tally = SessionFolder(root / "torture"), Tally()
    person = Person(folder, seed, tally)
    for number in range(1, rounds + 1):
        _wait(person.has_said_something, "the person gets no answer")
        time.sleep(draw.uniform(0.0, 0.8))
        kind = draw.choice(KINDS)
        if kind == "person":
            person.end()
            tally.kills[kind] += 1
        else:
            candidates = processes_of(root)[kind]
            if candidates:
                _kill(draw.choice(candidates))
                tally.kills[kind] += 1
        check(folder, tally)
        if person.process.poll() is not None:
            assert person.process.returncode == -signal.SIGKILL, "the person's process failed by itself"
            person.end()
            person = Person(folder, draw.randrange(10**9), tally)
        if number % 25 == 0:
            say(f"round {number}: {len(tally.runs)} runs, {len(tally.notes)} notes, kills {dict(tally.kills)}")
    person.end()
    settle(folder, tally)
    _wait(lambda: not any(processes_of(root).values()), "a process of ours is left over")
    return tally


def check(folder: SessionFolder, tally: Tally) -> None:
    """The history opens, and nothing acknowledged is missing."""
    runs, notes = dict(tally.runs), list(tally.notes)
    history = History.open(folder)
    history.refresh()
    assert all(each.is_harmless for each in history.damage), history.messages
    by_number = {each.number: each for each in history.experiments()}
    for number, idea in runs.items():
        assert by_number[number].idea == idea
    for number, text in notes:
        assert text in _texts(by_number[number]), f"the note {text} on #{number} is lost"
    history.close()


def _texts(experiment: Experiment) -> set[str]:
    return {experiment.conclusion, *(each.text for each in experiment.earlier)}


def settle(folder: SessionFolder, tally: Tally) -> None:
    """Let everything that was begun come to its end; then no fit is running, and replays agree."""
    bench = Workbench(folder)
    bench.attend()

    def is_settled() -> bool:
        experiments = bench.poll().experiments
        again = [each.number for each in experiments if each.state in (State.INTERRUPTED, State.PAUSED)]
        if again:
            bench.resume(again)
        return all(each.state is State.FINISHED for each in experiments)

    _wait(is_settled, "an experiment does not come to its end")
    for number in sorted(tally.runs)[:: max(1, len(tally.runs) // 10)]:
        differs, words = bench.verify(number)
        assert not differs, words
        tally.verified += 1
    check(folder, tally)
    bench.close()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _wait(condition: Callable[[], bool], complaint: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, complaint
        time.sleep(0.05)


if __name__ == "__main__":
    be_the_person(SessionFolder(Path(sys.argv[1])), int(sys.argv[2]))
