"""A damaged history opens, serves nothing wrong, loses only what was hit, says so, and is copied to quarantine."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sessions.store import DamageKind, Disk, Store, StoreError, open_store

Documents = dict[str, Any]


class QuickDisk(Disk):
    """Nothing here is about power cuts."""

    def fsync(self, fd: int) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


class Hit(NamedTuple):
    """A damaged file, and the bytes [start, end) of the intact one that were hit."""

    data: bytes
    start: int
    end: int


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


def history(path: Path, records: int, pad: int) -> bytes:
    rng = random.Random(records)
    store = open_store(path, disk=QuickDisk(), clock=lambda: 1.7e9, writer="here/1")
    table = store.table("experiments")
    numbers: list[int] = []
    for n in range(records):
        if numbers and rng.random() < 0.4:
            table.update({"n": n}, doc_ids=[rng.choice(numbers)])
        elif len(numbers) > 5 and rng.random() < 0.1:
            table.remove(doc_ids=[numbers.pop(rng.randrange(len(numbers)))])
        else:
            numbers.append(table.insert({"n": n, "pad": "x" * rng.randrange(pad), "nested": {"n": [n]}}))
    store.close()
    return path.read_bytes()


def replay(data: bytes, is_there: Callable[[int, int], bool]) -> Documents:
    """What the records add up to whose bytes (without the newline) `is_there` says to be intact."""
    documents: Documents = {}
    start = 0
    for line in data.splitlines():
        if is_there(start, start + len(line)):
            record = json.loads(line)
            documents.update(record["put"].get("experiments", {}))
            for name in record.get("del", {}).get("experiments", []):
                documents.pop(name, None)
        start += len(line) + 1
    return documents


def served(store: Store) -> Documents:
    return {str(each.doc_id): dict(each) for each in store.table("experiments")}


def open_again(path: Path) -> Store:
    return open_store(path, disk=QuickDisk())


def check(path: Path, intact: bytes, hit: Hit) -> Store:
    path.write_bytes(hit.data)
    store = open_again(path)
    expected = replay(intact, lambda start, end: end <= hit.start or start >= hit.end)
    assert served(store) == expected
    assert store.damage
    assert all(each.sentence for each in store.damage)
    copies = {each.copy for each in store.damage}
    assert [each.read_bytes() for each in copies if each is not None] == [hit.data]
    number = store.table("experiments").insert({"after": 1})
    again = open_again(path)
    assert served(again) == {**expected, str(number): {"after": 1}}
    assert again.damage
    again.close()
    store.close()
    return store


def flip_a_bit(data: bytes, rng: random.Random) -> Hit:
    at = rng.randrange(len(data))
    return Hit(data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :], at, at + 1)


def zero_a_block(data: bytes, rng: random.Random) -> Hit:
    size = rng.choice([1, 16, 512, 4096])
    start = rng.randrange(len(data)) // size * size
    end = min(start + size, len(data))
    return Hit(data[:start] + b"\0" * (end - start) + data[end:], start, end)


def delete_bytes(data: bytes, rng: random.Random) -> Hit:
    start = rng.randrange(len(data) - 1)
    end = min(start + rng.choice([1, 2, 30, 700]), len(data))
    return Hit(data[:start] + data[end:], start, end)


def insert_bytes(data: bytes, rng: random.Random) -> Hit:
    at = rng.randrange(len(data))
    return Hit(data[:at] + rng.randbytes(rng.choice([2, 9, 100, 700])) + data[at:], at, at)


@pytest.mark.parametrize("harm", [flip_a_bit, zero_a_block, delete_bytes, insert_bytes])
def test_only_what_was_hit_is_lost(path: Path, harm: Callable[[bytes, random.Random], Hit]) -> None:
    intact = history(path, 60, 900)
    mark = path.with_suffix(".lock").read_bytes()
    rng = random.Random(harm.__name__)
    for _ in range(100):
        path.with_suffix(".lock").write_bytes(mark)
        check(path, intact, harm(intact, rng))


@pytest.mark.parametrize("has_mark", [True, False])
def test_a_history_cut_anywhere_serves_what_is_left(path: Path, has_mark: bool) -> None:
    intact = history(path, 7, 30)
    mark = path.with_suffix(".lock").read_bytes() if has_mark else b""
    for size in range(len(intact)):
        path.write_bytes(intact[:size])
        path.with_suffix(".lock").write_bytes(mark)
        store = open_again(path)
        assert served(store) == replay(intact, lambda start, end, size=size: end <= size)
        is_between = size == 0 or intact[size - 1 : size + 1].count(b"\n") > 0
        is_last = size == len(intact) - 1
        assert bool(store.damage) == ((has_mark or not is_between) and not is_last)
        number = store.table("experiments").insert({"after": 1})
        assert open_again(path).table("experiments").get(doc_id=number) == {"after": 1}


def test_records_missing_at_the_end_stay_told_after_more_was_written(path: Path) -> None:
    intact = history(path, 12, 60)
    path.write_bytes(intact[: intact.rindex(b"\n", 0, -1) + 1])
    store = open_again(path)
    assert [each.kind for each in store.damage] == [DamageKind.SHORTER]
    store.insert({"n": 1})
    (damage,) = open_again(path).damage
    assert damage.kind is DamageKind.MISSING
    assert "record 12 is missing" in damage.sentence


def test_damage_in_the_middle_names_the_document_and_the_record(path: Path) -> None:
    intact = history(path, 12, 60)
    third = intact.splitlines()[2]
    (name,) = json.loads(third)["put"]["experiments"]
    other = b"1" if third[-3:-2] == b"0" else b"0"
    path.write_bytes(intact.replace(third, third[:-3] + other + third[-2:]))
    (damage,) = open_again(path).damage
    assert (damage.kind, damage.first, damage.last) == (DamageKind.LOST, 3, 3)
    assert damage.documents == (f"experiments/{name}",)
    assert f"experiments/{name}" in damage.sentence


def test_an_unfinished_write_is_told_as_harmless(path: Path) -> None:
    history(path, 12, 60)
    with path.open("ab") as file:
        file.write(b'{"n":13,"p":"')
    store = open_again(path)
    assert [each.is_harmless for each in store.damage] == [True]
    store.insert({"n": 1})
    (damage,) = open_again(path).damage
    assert damage.kind is DamageKind.TORN


def test_an_old_record_pasted_behind_newer_ones_does_not_come_back(path: Path) -> None:
    store = open_again(path)
    number = store.insert({"n": 1})
    first = path.read_bytes()
    store.update({"n": 2}, doc_ids=[number])
    with path.open("ab") as file:
        file.write(first)
    again = open_again(path)
    assert again.all() == [{"n": 2}]
    assert [each.kind for each in again.damage] == [DamageKind.REPEATED]
    again.update({"n": 3})
    assert open_again(path).all() == [{"n": 3}]


def test_two_branches_are_both_kept_and_told(path: Path, tmp_path: Path) -> None:
    history(path, 5, 60)
    start = path.read_bytes()
    twin = tmp_path / "twin" / "history.jsonl"
    twin.parent.mkdir()
    twin.write_bytes(start)
    mine, yours = open_again(path), open_again(twin)
    for n in range(3):
        mine.insert({"mine": n})
        yours.insert({"yours": n})
    path.write_bytes(path.read_bytes() + twin.read_bytes()[len(start) :])
    path.with_suffix(".lock").unlink()
    store = open_again(path)
    assert len(store) == 6
    assert DamageKind.BRANCHED in {each.kind for each in store.damage}
    store.insert({"joined": True})
    assert len(open_again(path)) == 7


@pytest.mark.parametrize("content", [b'{"_default": {"1": {"n": 1}}}', b"\x7fELF\n\n", b"a,b\n1,2\n", b"\xff" * 9000])
def test_a_foreign_file_is_told_kept_and_never_written(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    store = open_again(path)
    assert store.all() == []
    (damage,) = store.damage
    assert damage.kind is DamageKind.FOREIGN
    assert damage.copy is not None
    assert damage.copy.read_bytes() == content
    assert store.read_only is not None
    with pytest.raises(StoreError, match="foreign"):
        store.insert({"n": 1})
    assert path.read_bytes() == content


def test_a_copy_is_made_once_however_often_the_file_is_opened(path: Path) -> None:
    intact = history(path, 12, 60)
    path.write_bytes(intact[:100] + b"?" + intact[101:])
    for n in range(5):
        open_again(path).insert({"n": n})
    assert len(list((path.parent / "quarantine").iterdir())) == 1


def test_an_open_store_notices_that_bytes_were_taken_out_under_it(path: Path) -> None:
    intact = history(path, 12, 60)
    store = open_again(path)
    path.write_bytes(intact[:100] + intact[130:])
    assert served(store) == replay(intact, lambda start, end: end <= 100 or start >= 130)
    assert [each.kind for each in store.damage] == [DamageKind.LOST]
