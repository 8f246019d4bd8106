"""The floors and the lazy imports, proven in fresh interpreters."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests_support import wait_until

from sessions.background.starting import conductor_is_alive
from sessions.paths import SessionFolder

HEAVY = ("numpy", "plotext", "tinydb", "optuna", "textual")


def modules_after(program: str) -> set[str]:
    listing = "import sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{listing}"], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["engine.hyperparameters", "engine.records", "engine.errors", "sessions.records"])
def test_declarations_and_records_load_nothing_heavy(module: str) -> None:
    assert modules_after(f"import {module}").isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "words",
    [["list"], ["list", "--json"], ["new", "x", "--data", "iris"], ["run", "nowhere"], ["show", "nowhere", "1"]],
)
def test_a_command_never_imports_textual_or_plotext(words: list[str], tmp_path) -> None:
    program = f"from tui.main import main; main({['--root', str(tmp_path), *words]!r})"
    loaded = modules_after(program)
    assert loaded.isdisjoint({"textual", "plotext", "optuna"})


def test_the_conductor_leaves_numpy_to_its_workers() -> None:
    assert modules_after("import sessions.background.conductor").isdisjoint({"numpy", "textual", "plotext", "optuna"})


def test_whoever_waits_for_a_sweep_leaves_numpy_to_its_workers(tmp_path: Path) -> None:
    def loaded(*words: str) -> set[str]:
        return modules_after(f"from tui.main import main; main({['--root', str(tmp_path), *words]!r})")

    loaded("new", "x", "--data", "xor")
    swept = loaded("sweep", "x", "--vary", "learning_rate=0.01..0.1", "--trials", "2", "-s", "epochs=1", "--json")
    wait_until(lambda: not conductor_is_alive(SessionFolder(tmp_path / "x")))
    assert swept.isdisjoint({"numpy", "textual", "plotext", "optuna"})


def test_the_first_frame_needs_nothing_that_only_a_snapshot_needs() -> None:
    later = {"sessions.records", "sessions.search.records", "engine.search.space", "tui.plot", "tui.describe"}
    assert modules_after("import tui.app").isdisjoint(later)


def test_a_session_without_sweeps_and_training_needs_neither_search_nor_diagnosis() -> None:
    assert modules_after("import sessions.workbench").isdisjoint({"engine.search.space", "engine.diagnosis"})


@pytest.mark.parametrize(("floor", "above"), [("engine", ("sessions", "tui")), ("sessions", ("tui",))])
def test_no_floor_loads_the_one_above(floor: str, above: tuple[str, ...]) -> None:
    program = (
        "import importlib, pkgutil\n"
        f"import {floor}\n"
        f"for each in pkgutil.walk_packages({floor}.__path__, '{floor}.'):\n"
        "    importlib.import_module(each.name)\n"
    )
    loaded = {name.split(".")[0] for name in modules_after(program)}
    assert loaded.isdisjoint(above)
