"""Transactions, groups, readers, changes, compaction and forms, on one journal."""

import gzip
import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from tinydb import where
from tinydb.table import Document

from sessions.store import Disk, Schema, Store, StoreError, atomic_write, open_store


class CountingDisk(Disk):
    def __init__(self) -> None:
        self.fsyncs = 0

    def fsync(self, fd: int) -> None:
        self.fsyncs += 1


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "session" / "history.jsonl"


def open_files() -> set[str]:
    return {each.name for each in Path("/dev/fd").iterdir()}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_a_write_is_seen_by_the_next_read_of_another_opener(path: Path) -> None:
    first, second = open_store(path), open_store(path)
    number = first.table("experiments").insert({"n": 1})
    assert second.table("experiments").get(doc_id=number) == {"n": 1}
    second.table("experiments").update({"n": 2}, doc_ids=[number])
    assert first.table("experiments").get(doc_id=number) == {"n": 2}


def test_within_a_transaction_nobody_looks_at_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(path)
    kept = store.table("experiments")
    number = kept.insert({"n": 1})
    with store.transaction(), monkeypatch.context() as patched:
        patched.setattr("sessions.store.reader.Reader.refresh", lambda self: pytest.fail("it was looked at"))
        assert kept.get(doc_id=number) == {"n": 1}
        assert len(kept) == 1


def test_an_updater_that_fails_changes_nothing(path: Path) -> None:
    kept = open_store(path).table("experiments")
    kept.insert_multiple([{"n": 1}, {"n": 2}])

    def fail_at_two(document: Any) -> None:
        document["n"] += 10
        if document["n"] == 12:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept.update(fail_at_two)
    assert [each["n"] for each in kept] == [1, 2]


def test_a_result_is_the_callers_own(path: Path) -> None:
    kept = open_store(path).table("experiments")
    given = {"tags": ["a"], "best": {"epoch": 1}}
    number = kept.insert(given)
    given["tags"].append("later")
    for found in (kept.get(doc_id=number), kept.search(where("tags").any(["a"]))[0], next(iter(kept))):
        found["tags"].append("mine")
        found["best"]["epoch"] = 2
    assert kept.get(doc_id=number) == {"tags": ["a"], "best": {"epoch": 1}}


def test_a_group_is_one_line_and_one_fsync(path: Path) -> None:
    disk = CountingDisk()
    store = open_store(path, disk=disk)
    with store.group():
        numbers = store.table("experiments").insert_multiple({"n": n} for n in range(10))
        store.table("experiments").update({"n": 100}, doc_ids=numbers[:1])
        store.table("sweeps").insert({"trials": 10})
    assert disk.fsyncs == 1
    assert len(lines(path)) == 1
    assert open_store(path).table("experiments").get(doc_id=numbers[0]) == {"n": 100}


def test_a_group_that_fails_leaves_nothing(path: Path) -> None:
    store = open_store(path)
    store.insert({"kept": 1})
    with pytest.raises(ValueError, match="already exists"), store.group():
        store.update({"kept": 2})
        store.insert(Document({"gone": 1}, doc_id=store.insert({"gone": 1})))
    assert store.all() == [{"kept": 1}]
    assert len(lines(path)) == 1


def test_an_inner_group_that_fails_leaves_the_outer_one(path: Path) -> None:
    store = open_store(path)
    with store.group():
        store.insert({"outer": 1})
        with pytest.raises(ValueError, match="already exists"), store.group():
            store.insert(Document({"inner": 1}, doc_id=store.insert({"inner": 1})))
        assert store.all() == [{"outer": 1}]
    assert open_store(path).all() == [{"outer": 1}]


def test_half_a_group_is_seen_by_its_own_thread_only(path: Path) -> None:
    store = open_store(path)
    seen: list[int] = []
    with store.group():
        store.insert({"n": 1})
        reader = threading.Thread(target=lambda: seen.extend([len(store), len(open_store(path))]))
        reader.start()
        reader.join(30)
        assert len(store) == 1
        assert store.tables() == {"_default"}
    assert seen == [0, 0]
    assert len(store) == 1


def test_a_document_put_and_removed_in_one_group_never_was(path: Path) -> None:
    store = open_store(path)
    with store.group():
        number = store.insert({"n": 1})
        store.remove(doc_ids=[number])
        assert store.get(doc_id=number) is None
    assert open_store(path).all() == []


def test_a_write_that_changes_nothing_writes_nothing(path: Path) -> None:
    store = open_store(path)
    number = store.insert({"n": 1})
    size = path.stat().st_size
    assert store.update({"n": 1}) == [number]
    assert path.stat().st_size == size


def test_readers_do_not_wait_for_a_writer(path: Path) -> None:
    store = open_store(path)
    store.insert({"n": 1})
    with store.transaction():
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.append(len(store) + len(open_store(path))))
        reader.start()
        reader.join(30)
        assert seen == [2]


def test_threads_that_write_and_read_one_store_lose_nothing(path: Path) -> None:
    store = open_store(path, disk=CountingDisk())
    faults: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for n in range(40):
                number = store.table("t").insert({"by": name, "n": n})
                assert store.table("t").get(doc_id=number) is not None
                assert len(store.table("t").search(where("by") == name)) == n + 1
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert len(open_store(path).table("t")) == 160


def test_read_check_write_in_a_transaction_counts_right_from_two_openers(path: Path) -> None:
    openers = [open_store(path, disk=CountingDisk()) for _ in range(2)]

    def count(store: Store) -> None:
        for _ in range(25):
            with store.transaction():
                store.insert({"number": len(store) + 1})

    threads = [threading.Thread(target=count, args=(each,)) for each in openers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(each["number"] for each in openers[0]) == list(range(1, 51))


def test_changes_tell_what_is_new_since_a_mark(path: Path) -> None:
    store, other = open_store(path), open_store(path)
    kept, gone = store.table("e").insert({"n": 1}), store.table("e").insert({"n": 2})
    first = store.changes("e", 0)
    assert first.whole
    assert store.changes("e", first.mark).put == ()
    other.table("e").update({"n": 3}, doc_ids=[kept])
    other.table("e").remove(doc_ids=[gone])
    new = other.table("e").insert({"n": 4})
    then = store.changes("e", first.mark)
    assert (then.whole, then.put, then.removed) == (False, (kept, new), (gone,))
    assert store.changes("e", then.mark) == store.changes("sweeps", then.mark)
    other.compact()
    assert store.changes("e", then.mark).whole


def test_refresh_tells_whether_anything_is_new(path: Path) -> None:
    store, other = open_store(path), open_store(path)
    assert not store.refresh()
    other.insert({"n": 1})
    assert store.refresh()
    assert not store.refresh()


def test_compaction_keeps_the_documents_the_predecessor_and_the_readers(path: Path) -> None:
    store, reader = open_store(path), open_store(path)
    number = store.insert({"n": 0})
    for n in range(20):
        store.update({"n": n})
    before = path.read_bytes()
    store.compact()
    assert path.stat().st_size < len(before) / 4
    assert reader.all() == store.all() == [{"n": 19}]
    reader.update({"n": 20}, doc_ids=[number])
    assert store.all() == [{"n": 20}]
    (kept,) = (path.parent / "archive").iterdir()
    assert gzip.decompress(kept.read_bytes()) == before
    fresh = open_store(path)
    assert (fresh.damage, fresh.read_only) == ((), None)


def test_numbers_go_on_through_a_compaction_of_nothing(path: Path) -> None:
    store = open_store(path)
    store.insert({"n": 0})
    store.truncate()
    store.compact()
    store.insert({"n": 1})
    assert [line["n"] for line in lines(path)] == [3, 4]
    assert open_store(path).damage == ()


def test_a_large_and_mostly_dead_history_compacts_itself(path: Path) -> None:
    store = open_store(path, disk=CountingDisk())
    store.insert({"text": ""})
    for n in range(10):
        store.update({"text": str(n) * (1 << 20)})
    assert path.stat().st_size < 9 << 20
    assert len(list((path.parent / "archive").iterdir())) == 1
    assert open_store(path).all() == [{"text": "9" * (1 << 20)}]


def test_the_lock_file_stays_the_same_file(path: Path) -> None:
    store = open_store(path)
    store.insert({"n": 1})
    before = path.with_suffix(".lock").stat().st_ino
    store.compact()
    store.insert({"n": 2})
    assert path.with_suffix(".lock").stat().st_ino == before


def test_files_and_folders_are_private(path: Path) -> None:
    store = open_store(path)
    store.insert({"n": 1})
    store.compact()
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.rglob("*")}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert modes.pop("archive") == 0o700
    assert set(modes.values()) == {0o600}


def test_ids_are_never_used_again(path: Path) -> None:
    store = open_store(path, disk=CountingDisk())
    first = store.insert_multiple({"n": n} for n in range(200))
    store.truncate()
    second = store.insert_multiple({"n": n} for n in range(200))
    assert len({*first, *second}) == 400
    assert max(first) < 2**52


def test_a_history_of_a_newer_form_is_read_but_not_changed(path: Path) -> None:
    newer = open_store(path, schema=Schema(2))
    newer.insert({"field_to_come": [1]})
    before = path.read_bytes()
    store = open_store(path)
    assert store.all() == [{"field_to_come": [1]}]
    assert store.read_only is not None
    assert "newer tunedeck" in store.read_only
    with pytest.raises(StoreError, match="newer tunedeck"):
        store.insert({"n": 1})
    assert path.read_bytes() == before


def test_an_open_store_notices_that_a_newer_form_was_written(path: Path) -> None:
    store = open_store(path)
    store.insert({"n": 1})
    open_store(path, schema=Schema(2)).insert({"n": 2})
    assert len(store) == 2
    with pytest.raises(StoreError, match="newer tunedeck"):
        store.insert({"n": 3})


def test_a_history_of_an_older_form_is_brought_up_and_the_old_file_kept(path: Path) -> None:
    old = open_store(path, schema=Schema(0))
    old.table("experiments").insert({"rate": 0.1, "unknown": "kept"})
    old.table("notes").insert({"rate": "a word"})
    before = path.read_bytes()

    def rename(table: str, document: dict[str, Any]) -> dict[str, Any]:
        if table != "experiments":
            return document
        return {**{name: each for name, each in document.items() if name != "rate"}, "learning_rate": document["rate"]}

    new = open_store(path, schema=Schema(1, {0: rename}))
    assert new.table("experiments").all() == [{"unknown": "kept", "learning_rate": 0.1}]
    assert new.table("notes").all() == [{"rate": "a word"}]
    assert {line["v"] for line in lines(path)} == {1}
    (kept,) = (path.parent / "archive").iterdir()
    assert gzip.decompress(kept.read_bytes()) == before
    with pytest.raises(StoreError, match="newer tunedeck"):
        old.insert({"n": 1})


def test_unknown_fields_of_a_record_do_no_harm(path: Path) -> None:
    from sessions.store.change import Change
    from sessions.store.line import NO_PREDECESSOR, encode_line

    line, _ = encode_line(1, NO_PREDECESSOR, 1, 0.0, "w", Change({"t": {"5": {"n": 1}}}))
    import zlib

    body = line[: line.rindex(b',"crc"')].replace(b'"w":"w"', b'"w":"w","later":[1]')
    path.parent.mkdir()
    path.write_bytes(body + b',"crc":"%08x"}\n' % zlib.crc32(body))
    store = open_store(path)
    assert store.table("t").all() == [{"n": 1}]
    assert store.damage == ()


def test_a_missing_history_is_never_an_empty_one(path: Path) -> None:
    with pytest.raises(StoreError, match="missing"):
        open_store(path, must_exist=True)
    assert not path.parent.exists()
    open_store(path).insert({"n": 1})
    path.unlink()
    with pytest.raises(StoreError, match="1 records were written"):
        open_store(path)


def test_opening_writes_no_history(path: Path) -> None:
    assert open_store(path).all() == []
    assert list(path.parent.iterdir()) == []


def test_an_atomic_write_replaces_whole_and_leaves_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "result.json"
    atomic_write(target, b"one", Disk())
    atomic_write(target, b"two", Disk())
    assert target.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [target]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_closing_lets_go_of_the_file(path: Path) -> None:
    before = open_files()
    store = open_store(path)
    store.insert({"n": 1})
    store.close()
    assert open_files() == before
