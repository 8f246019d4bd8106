"""A disk that fails or dies at a chosen step, and a run of writes whose outcome is compared with a model.

Run by the tests through `runpy`; holds no test itself.
"""

import contextlib
import errno
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tinydb import where

from sessions.store import Disk, Store, StoreError, open_store

Model = dict[int, dict[str, Any]]


class Died(BaseException):
    """The process or the machine is gone; nothing after it reaches the disk."""


class FaultyDisk(Disk):
    """Counts its steps. At step `at` it fails once (`once`), from then on (`good`), or dies (`crash`, `power`)."""

    def __init__(self, at: int, mode: str, rng: random.Random) -> None:
        self.at = at
        self.mode = mode
        self.rng = rng
        self.steps = 0
        self.hit = ""
        self.synced: dict[Path, int] = {}
        self.unsynced_names: list[Callable[[], object]] = []

    def step(self, name: str) -> bool:
        """Whether this step fails. Raises Died when it is the last one of all."""
        self.steps += 1
        if self.hit and self.mode in ("crash", "power"):
            raise Died
        if self.steps != self.at and not (self.hit and self.mode == "good"):
            return False
        self.hit = self.hit or name
        return True

    def fail(self, code: int) -> None:
        if self.mode in ("crash", "power"):
            raise Died
        raise OSError(code, os.strerror(code))

    def open(self, path: Path, flags: int) -> int:
        if self.step("open"):
            self.fail(errno.EIO)
        is_new = not path.exists()
        fd = super().open(path, flags)
        if is_new:
            self.unsynced_names.append(lambda: path.unlink(missing_ok=True))
        return fd

    def write_all(self, fd: int, data: bytes) -> None:
        self.synced.setdefault(name_of(fd), os.fstat(fd).st_size)
        if self.step("write"):
            super().write_all(fd, data[: self.rng.randint(0, len(data))])
            self.fail(errno.ENOSPC)
        super().write_all(fd, data)

    def write_at(self, fd: int, data: bytes, offset: int) -> None:
        if self.step("write_at"):
            self.fail(errno.EIO)
        super().write_at(fd, data, offset)

    def fsync(self, fd: int) -> None:
        if self.step("fsync"):
            self.fail(errno.EIO)
        self.synced[name_of(fd)] = os.fstat(fd).st_size

    def truncate(self, fd: int, size: int) -> None:
        if self.step("truncate"):
            self.fail(errno.EIO)
        super().truncate(fd, size)

    def replace(self, source: Path, target: Path) -> None:
        if self.step("replace"):
            self.fail(errno.EIO)
        before = target.read_bytes() if target.exists() else None
        super().replace(source, target)
        self.synced[target] = self.synced.pop(source, 0)
        if before is not None:
            self.unsynced_names.append(lambda: put_back(target, before))

    def link(self, source: Path, target: Path) -> None:
        if self.step("link"):
            self.fail(errno.EIO)
        super().link(source, target)
        self.unsynced_names.append(lambda: target.unlink(missing_ok=True))

    def unlink(self, path: Path) -> None:
        if self.step("unlink"):
            self.fail(errno.EIO)
        super().unlink(path)

    def make_folder(self, path: Path) -> None:
        if self.step("make_folder"):
            self.fail(errno.EIO)
        super().make_folder(path)

    def sync_folder(self, folder: Path) -> None:
        if self.step("sync_folder"):
            self.fail(errno.EIO)
        self.unsynced_names.clear()

    def lose_power(self, history: Path) -> None:
        """What was not synced is there, gone, cut, or zeros; names likewise."""
        if self.unsynced_names and self.rng.random() < 0.5:
            for undo in reversed(self.unsynced_names):
                undo()
            return
        synced = self.synced.get(history)
        if synced is None or not history.exists():
            return
        content = history.read_bytes()
        tail = content[synced:]
        match self.rng.randrange(4):
            case 0:
                tail = b""
            case 1:
                tail = tail[: self.rng.randint(0, len(tail))]
            case 2:
                tail = b"\0" * len(tail)
        history.write_bytes(content[:synced] + tail)


def name_of(fd: int) -> Path:
    return Path(f"/proc/self/fd/{fd}").readlink()


def put_back(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def play(store: Store, kind: str, model: Model, n: int, rng: random.Random) -> Model:
    """Do one step on the store; the model it leads to if it is acknowledged."""
    table, after = store.table("t"), {number: dict(each) for number, each in model.items()}
    fresh = [{"n": n * 100 + each, "pad": "x" * rng.randint(0, 900)} for each in range(3)]
    match kind:
        case "insert":
            after[table.insert(fresh[0])] = fresh[0]
        case "several":
            after.update(zip(table.insert_multiple(fresh), fresh, strict=True))
        case "update" if model:
            number = rng.choice(sorted(model))
            after[number]["n"] = -n
            table.update({"n": -n}, doc_ids=[number])
        case "remove" if model:
            number = rng.choice(sorted(model))
            del after[number]
            table.remove(doc_ids=[number])
        case "group":
            with store.group():
                table.update({"seen": n}, where("n") >= 0)
                after = {number: {**each, "seen": n} if each["n"] >= 0 else each for number, each in after.items()}
                after.update(zip(table.insert_multiple(fresh), fresh, strict=True))
        case "compact":
            store.compact()
    return after


def content(store: Store) -> Model:
    return {each.doc_id: dict(each) for each in store.table("t")}


def is_the_step(kind: str, before: Model, found: Model) -> bool:
    """Whether `found` is `before` after the whole of one step; ids of inserts that never returned are not known."""
    new, gone = found.keys() - before.keys(), before.keys() - found.keys()
    changed = [number for number in before.keys() & found.keys() if before[number] != found[number]]
    expected_new = {"insert": 1, "several": 3, "group": 3}.get(kind, 0)
    if (len(new), len(gone)) != (expected_new, int(kind == "remove")):
        return False
    if kind == "group":
        return len(changed) == sum(1 for each in before.values() if each["n"] >= 0)
    return len(changed) == (kind == "update")


def run(seed: int, at: int, mode: str, folder: Path, length: int = 10) -> str:
    """One run with the fault at one step; the name of the step it hit, empty if there are fewer. Asserts throughout."""
    rng = random.Random(seed)
    disk = FaultyDisk(at, mode, random.Random(seed * 1000 + at))
    path = folder / "history.jsonl"
    some = rng.choices(["insert", "update", "remove", "several", "group", "compact"], [4, 4, 1, 2, 2, 1], k=length)
    kinds = ["insert", *some, "compact", "update"]
    model: Model = {}
    kind = ""
    where_now = (seed, at, mode)
    with contextlib.suppress(Died):
        store = reopened(path, disk)
        for n, kind in enumerate(kinds):
            try:
                model = play(store, kind, model, n, rng)
            except StoreError:
                found = content(store)
                assert found == model or (mode == "good" and is_the_step(kind, model, found)), (*where_now, kind)
                model = found
            assert content(store) == model, (*where_now, kind)
        kind = ""
    if mode == "power" and disk.hit:
        disk.lose_power(path)
    again = open_store(path)
    found = content(again)
    assert found == model or (kind and is_the_step(kind, model, found)), (*where_now, kind, disk.hit)
    assert all(each.is_harmless or each.length for each in again.damage), (*where_now, again.damage)
    number = again.table("t").insert({"n": -1})
    assert content(open_store(path)) == {**found, number: {"n": -1}}, where_now
    return disk.hit


def reopened(path: Path, disk: FaultyDisk) -> Store:
    """Opening may fail too, and says so; a person tries again."""
    while True:
        try:
            return open_store(path, disk=disk)
        except StoreError:
            if disk.mode == "good":
                raise Died from None
