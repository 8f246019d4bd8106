"""The disk failing at every step of the store: once, for good, by crash, by power cut; and full, read-only, gone."""

import errno
import os
import resource
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sessions.store import Disk, StoreError, atomic_write, open_store

PROGRAMS = Path(__file__).parent / "programs"
run = runpy.run_path(str(PROGRAMS / "store_faults.py"))["run"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session" / "history.jsonl"


class FailingDisk(Disk):
    """Fails with `code` at the named steps as long as it is set."""

    def __init__(self, *steps: str, code: int = errno.EIO) -> None:
        self.steps = steps
        self.code = code
        self.is_failing = True

    def _check(self, step: str) -> None:
        if self.is_failing and step in self.steps:
            raise OSError(self.code, os.strerror(self.code))

    def open(self, path: Path, flags: int) -> int:
        self._check("open")
        return super().open(path, flags)

    def write_all(self, fd: int, data: bytes) -> None:
        if self.is_failing and "write" in self.steps:
            super().write_all(fd, data[:20])
        self._check("write")
        super().write_all(fd, data)

    def fsync(self, fd: int) -> None:
        self._check("fsync")

    def truncate(self, fd: int, size: int) -> None:
        self._check("truncate")
        super().truncate(fd, size)


@pytest.mark.parametrize("mode", ["once", "good", "crash", "power"])
def test_a_fault_at_any_step_leaves_the_old_state_or_the_new(tmp_path: Path, mode: str) -> None:
    hits: Counter[str] = Counter()
    for seed in range(3):
        for at in range(1, 1000):
            folder = tmp_path / f"{seed}-{at}"
            hit = run(seed, at, mode, folder)
            shutil.rmtree(folder, ignore_errors=True)
            if not hit:
                break
            hits[hit] += 1
    assert {"open", "write", "fsync", "sync_folder", "replace", "link"} <= hits.keys()
    assert hits.total() > 60


def test_a_full_disk_is_one_sentence_and_the_old_state(path: Path) -> None:
    disk = FailingDisk("write", code=errno.ENOSPC)
    disk.is_failing = False
    store = open_store(path, disk=disk)
    store.insert({"n": 1})
    before = path.read_bytes()
    disk.is_failing = True
    for _ in range(3):
        with pytest.raises(StoreError, match=r"disk is full.*intact"):
            store.insert({"n": 2})
    assert path.read_bytes() == before
    assert store.all() == [{"n": 1}]
    disk.is_failing = False
    store.insert({"n": 3})
    assert open_store(path).all() == [{"n": 1}, {"n": 3}]
    assert open_store(path).damage == ()


def test_a_real_size_limit_is_met_like_a_full_disk(path: Path) -> None:
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from sessions.store import StoreError, open_store\n"
        "store = open_store(Path(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "try:\n"
        "    for n in range(100):\n"
        "        store.insert({'n': n, 'pad': 'x' * 700})\n"
        "except StoreError as error:\n"
        "    print(n, len(store), error)\n"
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    acknowledged, kept, sentence = done.stdout.split(" ", 2)
    assert "size limit" in sentence
    again = open_store(path)
    assert len(again) == int(acknowledged) == int(kept)
    assert again.damage == ()


def test_a_read_only_folder_is_one_sentence(path: Path) -> None:
    disk = FailingDisk("open", code=errno.EROFS)
    open_store(path).insert({"n": 1})
    store = open_store(path, disk=disk)
    assert store.all() == [{"n": 1}]
    with pytest.raises(StoreError, match="read-only"):
        store.insert({"n": 2})
    assert store.all() == [{"n": 1}]


def test_a_fsync_that_fails_twice_makes_the_store_read_only(path: Path) -> None:
    disk = FailingDisk("fsync")
    disk.is_failing = False
    store = open_store(path, disk=disk)
    store.insert({"n": 1})
    disk.is_failing = True
    with pytest.raises(StoreError):
        store.insert({"n": 2})
    assert store.read_only is None
    with pytest.raises(StoreError):
        store.insert({"n": 2})
    disk.is_failing = False
    with pytest.raises(StoreError, match="failed twice"):
        store.insert({"n": 2})
    assert store.all() == [{"n": 1}]
    assert store.read_only is not None
    open_store(path).insert({"n": 3})
    assert store.all() == [{"n": 1}, {"n": 3}]


def test_a_write_that_cannot_be_taken_back_makes_the_store_read_only(path: Path) -> None:
    disk = FailingDisk("write", "truncate")
    disk.is_failing = False
    store = open_store(path, disk=disk)
    store.insert({"n": 1})
    disk.is_failing = True
    with pytest.raises(StoreError):
        store.insert({"n": 2})
    disk.is_failing = False
    with pytest.raises(StoreError, match="could not be taken back"):
        store.insert({"n": 2})
    other = open_store(path)
    other.insert({"n": 3})
    assert [each.is_harmless for each in open_store(path).damage] == [True]
    assert store.all() == other.all() == [{"n": 1}, {"n": 3}]


def test_a_vanished_folder_is_told_and_what_was_read_is_still_served(path: Path) -> None:
    store = open_store(path)
    store.insert({"n": 1})
    away = path.parent.with_name("away")
    path.parent.rename(away)
    assert store.all() == [{"n": 1}]
    assert store.read_only is not None
    assert "vanished" in store.read_only
    with pytest.raises(StoreError, match="vanished"):
        store.insert({"n": 2})
    assert not path.parent.exists()
    away.rename(path.parent)
    store.insert({"n": 2})
    assert open_store(path).all() == [{"n": 1}, {"n": 2}]


def test_a_vanished_file_is_not_begun_anew(path: Path) -> None:
    store = open_store(path)
    store.insert({"n": 1})
    path.unlink()
    with pytest.raises(StoreError, match="vanished"):
        store.insert({"n": 2})
    assert not path.exists()


def test_locks_that_do_not_work_are_told_and_nothing_is_written(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(path)
    store.insert({"n": 1})

    def refuse(fd: int, kind: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("sessions.store.lock.fcntl.flock", refuse)
    with pytest.raises(StoreError, match="locks do not work"):
        store.insert({"n": 2})
    assert open_store(path).all() == [{"n": 1}]


def test_a_writer_that_never_lets_go_is_told_after_a_while(path: Path) -> None:
    from sessions.store.lock import WriterLock

    lock = path.with_suffix(".lock")
    open_store(path)
    holder, waiter = WriterLock(lock, Disk()), WriterLock(lock, Disk(), patience_s=0.05)
    holder.acquire()
    with pytest.raises(StoreError, match="Another process"):
        waiter.acquire()
    holder.release()
    waiter.acquire()
    waiter.release()


def test_an_interrupted_write_is_taken_back(path: Path) -> None:
    class InterruptedDisk(Disk):
        def fsync(self, fd: int) -> None:
            raise KeyboardInterrupt

    open_store(path).insert({"n": 1})
    store = open_store(path, disk=InterruptedDisk())
    with pytest.raises(KeyboardInterrupt):
        store.insert({"n": 2})
    assert store.all() == [{"n": 1}]
    assert open_store(path).all() == [{"n": 1}]


@pytest.mark.parametrize("step", ["open", "write", "fsync"])
def test_an_atomic_write_that_fails_leaves_the_old_file(tmp_path: Path, step: str) -> None:
    target = tmp_path / "result.json"
    target.write_bytes(b"old")
    with pytest.raises(StoreError, match=r"result\.json"):
        atomic_write(target, b"new", FailingDisk(step))
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_compaction_that_fails_leaves_no_rest(path: Path) -> None:
    class StuckDisk(Disk):
        def replace(self, source: Path, target: Path) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    store = open_store(path, disk=StuckDisk())
    store.insert({"n": 1})
    with pytest.raises(StoreError, match="disk is full"):
        store.compact()
    assert sorted(each.name for each in path.parent.iterdir()) == ["archive", "history.jsonl", "history.lock"]
    assert list((path.parent / "archive").iterdir()) == []
    store.insert({"n": 2})
    assert open_store(path).all() == [{"n": 1}, {"n": 2}]
