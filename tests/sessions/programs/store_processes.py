"""Processes that write one history at once, to their end or until they are killed, and what must then be true.

`python store_processes.py write|endless PATH NAME COUNT FSYNC_MS SEED` is one such process; it tells each acknowledged
write as a line of JSON. The tests run the rounds below through `runpy`.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tinydb import where

from sessions.store import Disk, open_store


class SlowDisk(Disk):
    """Each fsync takes the given time."""

    def __init__(self, fsync_ms: float) -> None:
        self.fsync_s = fsync_ms / 1000

    def fsync(self, fd: int) -> None:
        time.sleep(self.fsync_s)


def tell(*words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def write(path: Path, name: str, count: int, fsync_ms: float) -> None:
    """Insert and update `count` documents; tell how long each write took, in seconds."""
    table = open_store(path, disk=SlowDisk(fsync_ms)).table("experiments")
    waits = []
    for n in range(count):
        start = time.perf_counter()
        number = table.insert({"by": name, "n": n, "state": "queued"})
        waits.append(time.perf_counter() - start)
        start = time.perf_counter()
        table.update({"state": "finished"}, doc_ids=[number])
        waits.append(time.perf_counter() - start)
    tell("waits", waits)


def endless(path: Path, name: str, seed: int) -> None:
    """Write at random until killed. A word before a write says what is tried, one after it that it is done."""
    rng = random.Random(seed)
    store = open_store(path)
    table = store.table("experiments")
    mine: dict[str, int] = {}
    n = 0
    while True:
        n += 1
        uid = f"{name}-{n}"
        match rng.choices(["insert", "update", "group", "large", "compact"], [8, 8, 3, 0.3, 0.5])[0]:
            case "insert":
                mine[uid] = table.insert({"uid": uid, "n": 0, "pad": "p" * rng.randint(0, 3000)})
                tell("put", uid, 0)
            case "update" if mine:
                uid = rng.choice(sorted(mine))
                tell("try", uid, n)
                table.update({"n": n}, doc_ids=[mine[uid]])
                tell("put", uid, n)
            case "group" | "large" as kind:
                size = 5 if kind == "group" else 1000
                with store.group():
                    table.insert_multiple({"group": uid, "of": size, "pad": "q" * 500} for _ in range(size))
                tell("group", uid, size)
                if size > 5:
                    table.remove(where("group") == uid)
                    tell("ungroup", uid)
            case "compact":
                store.compact()


def start(*words: object) -> "subprocess.Popen[bytes]":
    command = [sys.executable, __file__, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)


def all_write(path: Path, processes: int, count: int, fsync_ms: float) -> list[float]:
    """Let processes write at once; the times of their writes in seconds. Asserts that nothing is lost or torn."""
    running = [start("write", path, f"w{each}", count, fsync_ms, 0) for each in range(processes)]
    waits: list[float] = []
    for each in running:
        out, fault = each.communicate(timeout=600)
        assert each.returncode == 0, fault
        waits += json.loads(out)[1]
    store = open_store(path)
    kept = store.table("experiments").all()
    assert {(each["by"], each["n"]) for each in kept} == {(f"w{w}", n) for w in range(processes) for n in range(count)}
    assert len(kept) == processes * count
    assert {each["state"] for each in kept} == {"finished"}
    assert store.damage == ()
    return waits


def kill_round(path: Path, seed: int, number: int, known: dict[str, Any]) -> int:
    """Kill three endless writers, one after the other; how many writes they had acknowledged.

    `known` holds what earlier rounds left (uid -> n, group -> size), and is brought up to date.
    """
    rng = random.Random(seed * 10_000 + number)
    running = [start("endless", path, f"r{number}w{each}", 0, 0, rng.random()) for each in range(3)]
    heard: list[bytes] = []
    for each in running:
        assert each.stdout is not None
        heard.append(each.stdout.readline())
    time.sleep(rng.random() * 0.3)
    for each in rng.sample(running, 3):
        each.kill()
    tried: dict[str, int] = {}
    acknowledged = 0
    for each, first in zip(running, heard, strict=True):
        out, fault = each.communicate(timeout=60)
        assert fault == b"", fault
        for line in (first + out).splitlines():
            if not line.endswith(b"]"):
                continue
            word, name, *value = json.loads(line)
            acknowledged += word != "try"
            if word == "try":
                tried[name] = value[0]
            elif word == "ungroup":
                known.pop(name)
            else:
                known[name] = value[0]
    compare(path, known, tried)
    return acknowledged


def compare(path: Path, known: dict[str, Any], tried: dict[str, int]) -> None:
    """Every acknowledged write is there; of the others each is there wholly or not at all, and now counts as known."""
    store = open_store(path)
    assert all(each.is_harmless for each in store.damage), store.damage
    values: dict[str, int] = {}
    groups: dict[str, list[int]] = {}
    for each in store.table("experiments"):
        if "uid" in each:
            assert each["uid"] not in values
            values[each["uid"]] = each["n"]
        else:
            groups.setdefault(each["group"], []).append(each["of"])
    assert all(len(each) == each[0] for each in groups.values())
    for name, value in known.items():
        if name in values:
            assert values[name] == value or values[name] == tried.get(name), name
        else:
            assert name in groups or value > 5, f"{name} was acknowledged and is lost"
    known.clear()
    known.update(values, **{name: len(each) for name, each in groups.items()})


if __name__ == "__main__":
    kind, where_to, name, count, fsync_ms, seed = sys.argv[1:]
    if kind == "write":
        write(Path(where_to), name, int(count), float(fsync_ms))
    else:
        endless(Path(where_to), name, hash(float(seed)))
