"""The house rules that a machine can hold: every module says what it is, sizes stay honest, one home per library."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for floor in ("engine", "sessions", "tui") for path in (HOUSE / floor).rglob("*.py"))
LONGEST_FILE = 330
LONGEST_FUNCTION = 60


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_opens_by_saying_what_it_holds(path: Path) -> None:
    assert ast.get_docstring(parsed(path))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_public_classes_and_functions_have_docstrings(path: Path) -> None:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    public = [node for node in parsed(path).body if isinstance(node, kinds) and not node.name.startswith("_")]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    functions = [node for node in ast.walk(parsed(path)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION]
    assert long == []


def importers(library: str) -> set[str]:
    found = set()
    for path in SOURCES:
        for node in ast.walk(parsed(path)):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(name.split(".")[0] == library for name in names):
                found.add(name_of(path))
    return found


def test_plotext_has_one_home() -> None:
    assert len(importers("plotext")) == 1


def test_tinydb_is_known_to_the_history_alone() -> None:
    assert all(name == "sessions/history.py" or name.startswith("sessions/store/") for name in importers("tinydb"))


def test_textual_stays_on_the_top_floor() -> None:
    assert all(name.startswith("tui/") and not name.startswith("tui/commands") for name in importers("textual"))
