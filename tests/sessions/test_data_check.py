"""A session whose data folder is of another session, or was edited, begins nothing with it and writes nothing."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.errors import WorkError
from engine.hyperparameters import Hyperparameters
from engine.search.space import Space
from sessions import workbench
from sessions.background.conductor import Conductor
from sessions.background.launcher import InProcessLauncher
from sessions.background.steward import Steward
from sessions.creating import DataChoice, create_session
from sessions.data_check import differences, fitting_description, read_description
from sessions.data_folder import DataShelf
from sessions.drafting import draft
from sessions.history import History
from sessions.paths import SessionFolder
from sessions.predicting import predict_file
from sessions.records import SessionInfo, State
from sessions.search import desk
from sessions.search.planning import draft_sweep
from sessions.search.records import Budget, Sweep
from sessions.workbench import Workbench

SMALL = Hyperparameters(epochs=2, hidden_units=(4,))


@pytest.fixture
def info(root: Path) -> SessionInfo:
    return create_session(root, "s", DataChoice(source="iris"))


@pytest.fixture
def folder(root: Path, info: SessionInfo) -> SessionFolder:
    return SessionFolder(root / "s")


def edit(folder: SessionFolder, **said: Any) -> None:
    folder.description.write_text(json.dumps(json.loads(folder.description.read_text()) | said))


def take_data_of(folder: SessionFolder, **other: Any) -> None:
    """Put the whole data folder of another session in the place of this one's."""
    create_session(folder.path.parent, "other", DataChoice(**{"source": "iris", **other}))
    for each in SessionFolder(folder.path.parent / "other").data.iterdir():
        shutil.copy(each, folder.data / each.name)


def test_the_description_of_a_new_session_fits_its_history(folder: SessionFolder, info: SessionInfo) -> None:
    assert differences(fitting_description(folder, info), info) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("task", "binary"),
        ("feature_names", ["a"]),
        ("target", "price"),
        ("classes", ["a", "b", "c"]),
        ("scale", "none"),
        ("score_name", "f1"),
        ("seed", 5),
        ("fingerprint", "another"),
        ("rows", [100, 25, 25]),
    ],
)
def test_whatever_was_edited_in_a_description_is_refused_by_its_name(
    folder: SessionFolder, info: SessionInfo, name: str, said: object
) -> None:
    edit(folder, **{name: said})
    name = "features" if name == "feature_names" else name
    with pytest.raises(WorkError, match=rf"data/description.json .* differ in {name}; `tunedeck doctor s` tells"):
        fitting_description(folder, info)


@pytest.mark.parametrize(
    ("other", "name"), [({"seed": 5}, "seed"), ({"split": (0.8, 0.1, 0.1)}, "rows"), ({"source": "wine"}, "target")]
)
def test_the_data_folder_of_another_session_is_refused(
    folder: SessionFolder, info: SessionInfo, other: dict[str, Any], name: str
) -> None:
    take_data_of(folder, **other)
    with pytest.raises(WorkError, match=rf"differ in .*{name}"):
        fitting_description(folder, info)


def test_a_description_that_does_not_tell_its_rows_is_taken(folder: SessionFolder, info: SessionInfo) -> None:
    about = read_description(folder)
    del about["rows"]
    folder.description.write_text(json.dumps(about))
    assert fitting_description(folder, info) == about


def conduct(folder: SessionFolder) -> None:
    """Do what a conductor does, here and now."""
    history = History.open(folder)
    Conductor(history, InProcessLauncher(folder)).run(linger_s=0.0)
    history.close()


@pytest.fixture
def trained(folder: SessionFolder, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """A session with a finished experiment, in which no conductor is started."""
    monkeypatch.setattr(workbench, "ensure_conductor", lambda folder: None)
    monkeypatch.setattr(desk, "ensure_conductor", lambda folder: None)
    bench = Workbench(folder)
    bench.run(SMALL)
    conduct(folder)
    return bench


def a_sweep(bench: Workbench) -> Sweep:
    return draft_sweep(Space.from_text({"learning_rate": "0.001..0.3"}, SMALL), bench.info, budget=Budget(trials=2))


ACTS: dict[str, Callable[[Workbench], object]] = {
    "run": lambda bench: bench.run(SMALL),
    "resume": lambda bench: bench.resume([1]),
    "change": lambda bench: bench.change(1, {"learning_rate": 0.1}),
    "release": lambda bench: bench.release([1]),
    "start first": lambda bench: bench.start_first([1]),
    "range test": lambda bench: bench.range_test(SMALL),
    "final": lambda bench: bench.final(1, "why not"),
    "predict": lambda bench: predict_file(bench.folder, bench.info, bench.experiment(1), "no.csv"),
    "verify": lambda bench: bench.verify(1),
    "preview": lambda bench: bench.sweeps.preview(a_sweep(bench)),
    "launch": lambda bench: bench.sweeps.launch(a_sweep(bench)),
}


def swap(folder: SessionFolder) -> None:
    take_data_of(folder, seed=5)


def lose_table(folder: SessionFolder) -> None:
    folder.table.unlink()


def lose_description(folder: SessionFolder) -> None:
    folder.description.unlink()


@pytest.mark.parametrize("harm", [swap, lose_table, lose_description])
def test_nothing_is_begun_or_written_with_data_that_is_lost_or_of_another_session(
    trained: Workbench, harm: Callable[[SessionFolder], None]
) -> None:
    harm(trained.folder)
    before = trained.folder.history.read_bytes()
    for name, act in ACTS.items():
        with pytest.raises(WorkError, match="`tunedeck doctor s` tells"):
            act(trained)
            pytest.fail(f"{name} was not refused")
    assert trained.folder.history.read_bytes() == before
    assert not trained.folder.looks.exists()


def test_a_sweep_goes_on_only_with_its_own_data(trained: Workbench) -> None:
    number = trained.sweeps.launch(a_sweep(trained))
    trained.sweeps.pause(number)
    swap(trained.folder)
    before = trained.folder.history.read_bytes()
    for act in (trained.sweeps.resume, lambda number: trained.sweeps.add_trials(number, 2)):
        with pytest.raises(WorkError, match="differ in seed"):
            act(number)
    assert trained.folder.history.read_bytes() == before


def test_a_worker_forgets_what_it_read_before_of_data_that_does_not_fit_its_job(
    folder: SessionFolder, info: SessionInfo
) -> None:
    own = {each: each.read_bytes() for each in folder.data.iterdir()}
    swap(folder)
    shelf = DataShelf(folder)
    other = shelf.dataset()
    shelf.expect(info)
    with pytest.raises(WorkError, match="differ in seed"):
        shelf.dataset()
    for path, content in own.items():
        path.write_bytes(content)
    assert shelf.dataset().train.X.tolist() != other.train.X.tolist()


def test_what_waited_while_the_data_was_replaced_fails_instead_of_training_on_it(
    folder: SessionFolder, info: SessionInfo
) -> None:
    history = History.open(folder)
    history.add([draft(SMALL)])
    swap(folder)
    steward = Steward(history, InProcessLauncher(folder))
    while steward.step(0):
        continue
    [experiment] = history.experiments()
    assert (experiment.state, experiment.best) == (State.FAILED, None)
    assert "differ in seed; `tunedeck doctor s` tells" in experiment.fits[0].error
