"""TinyDB's own usage, alike on its memory storage and on the journal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import Query, TinyDB, where
from tinydb.operations import delete, increment
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from sessions.store import open_store


@pytest.fixture(params=["memory", "journal"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TinyDB]:
    made = TinyDB(storage=MemoryStorage) if request.param == "memory" else open_store(tmp_path / "history.jsonl")
    yield made
    made.close()


@pytest.fixture
def table(database: TinyDB) -> Any:
    made = database.table("experiments")
    made.insert_multiple({"rate": rate, "name": name} for rate, name in ((0.1, "a"), (0.2, "b"), (0.3, "c")))
    return made


def test_inserted_documents_are_found_by_query_and_by_id(table: Any) -> None:
    new = table.insert({"rate": 0.4, "name": "d"})
    assert table.get(doc_id=new) == {"rate": 0.4, "name": "d"}
    assert table.get(doc_id=new).doc_id == new
    assert table.search(Query().rate > 0.25) == [{"rate": 0.3, "name": "c"}, {"rate": 0.4, "name": "d"}]
    assert len(table) == 4
    assert table.count(where("name") == "a") == 1


def test_what_is_not_there_is_none_or_empty(table: Any) -> None:
    assert table.get(doc_id=10**9) is None
    assert table.get(where("name") == "z") is None
    assert table.search(where("name") == "z") == []
    assert not table.contains(where("name") == "z")
    assert table.get(doc_ids=[10**9]) == []


def test_several_ids_give_their_documents(table: Any) -> None:
    ids = [each.doc_id for each in table]
    assert [each["name"] for each in table.get(doc_ids=ids[:2])] == ["a", "b"]


def test_an_update_changes_what_matches_and_tells_the_ids(table: Any) -> None:
    changed = table.update({"tag": 1}, where("rate") < 0.25)
    assert sorted(changed) == sorted(each.doc_id for each in table.search(where("tag") == 1))
    assert [each.get("tag") for each in table] == [1, 1, None]


def test_an_update_without_condition_changes_all(table: Any) -> None:
    assert len(table.update({"tag": 2})) == 3
    assert table.count(where("tag") == 2) == 3


def test_operations_change_documents_in_place(table: Any) -> None:
    table.update(increment("rate"), where("name") == "a")
    table.update(delete("name"), where("name") == "b")
    assert table.get(where("name") == "a")["rate"] == pytest.approx(1.1)
    assert table.count(where("name").exists()) == 2


def test_several_updates_apply_in_turn(table: Any) -> None:
    table.update_multiple([({"name": "x"}, where("name") == "a"), ({"rate": 9}, where("name") == "x")])
    assert table.get(where("name") == "x") == {"rate": 9, "name": "x"}


def test_an_upsert_updates_or_inserts(table: Any) -> None:
    table.upsert({"name": "a", "rate": 7}, where("name") == "a")
    table.upsert({"name": "new", "rate": 8}, where("name") == "new")
    assert sorted(each["rate"] for each in table) == [0.2, 0.3, 7, 8]


def test_a_document_with_an_id_keeps_it(table: Any) -> None:
    assert table.insert(Document({"name": "n"}, doc_id=77)) == 77
    assert table.upsert(Document({"name": "m"}, doc_id=77)) == [77]
    assert table.get(doc_id=77) == {"name": "m"}
    with pytest.raises(ValueError, match="already exists"):
        table.insert(Document({"name": "n"}, doc_id=77))


def test_removing_takes_what_matches_and_tells_the_ids(table: Any) -> None:
    first = table.get(where("name") == "a").doc_id
    assert table.remove(where("name") == "a") == [first]
    assert table.remove(doc_ids=[first]) == []
    assert len(table) == 2
    with pytest.raises(RuntimeError):
        table.remove()


def test_truncate_empties_one_table_only(database: TinyDB, table: Any) -> None:
    database.table("other").insert({"kept": True})
    table.truncate()
    assert table.all() == []
    assert database.table("other").all() == [{"kept": True}]


def test_tables_can_be_listed_and_dropped(database: TinyDB, table: Any) -> None:
    database.insert({"in": "default"})
    assert database.tables() == {"experiments", "_default"}
    database.drop_table("experiments")
    assert database.tables() == {"_default"}
    database.drop_tables()
    assert database.tables() == set()
    assert len(database) == 0


def test_something_that_is_no_mapping_is_refused(table: Any) -> None:
    with pytest.raises(ValueError, match="Mapping"):
        table.insert(["no"])
    assert len(table) == 3


def test_code_that_reads_and_writes_the_storage_whole_works(database: TinyDB, table: Any) -> None:
    everything = database.storage.read()
    assert everything is not None
    first = next(iter(everything["experiments"]))
    everything["experiments"][first] = {"name": "rewritten"}
    everything["more"] = {"5": {"x": 1}}
    database.storage.write(everything)
    assert table.get(doc_id=int(first)) == {"name": "rewritten"}
    assert database.table("more").get(doc_id=5) == {"x": 1}
