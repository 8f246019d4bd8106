"""What the history said, rebuilt from the files of the data and of the fits. Reads only."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from engine.data import split_notes
from engine.hyperparameters import Hyperparameters
from engine.records import Task
from sessions.data_folder import DataShelf, copy_notes
from sessions.fits.fit_folder import FitFolder, FitSpec
from sessions.folding import state_of, with_result
from sessions.halting import halted
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, Fit, SessionInfo, State

__all__ = ["rebuilt_experiments", "rebuilt_info"]

_LOST = "Interrupted: the history had lost it."


def rebuilt_info(folder: SessionFolder) -> SessionInfo:
    """The session's description from its data folder. Raises WorkError if that is damaged, too."""
    shelf = DataShelf(folder)
    about, split, table = shelf.description, shelf.split, shelf.table
    sizes = len(split.train), len(split.validation), len(split.test)
    rows = max(1, sum(sizes))
    return SessionInfo(
        name=folder.name,
        task=Task(about["task"]),
        source=about["source"],
        target=about["target"],
        classes=tuple(about["classes"]),
        features=len(about["feature_names"]),
        train_rows=sizes[0],
        validation_rows=sizes[1],
        test_rows=sizes[2],
        split=(sizes[0] / rows, sizes[1] / rows, sizes[2] / rows),
        scale=about["scale"],
        seed=about["seed"],
        score_name=about["score_name"],
        fingerprint=about["fingerprint"],
        created=datetime.fromtimestamp(folder.description.stat().st_mtime, UTC),
        notes=(*table.notes, *split_notes(table, split), *copy_notes(table)),
    )


def rebuilt_experiments(folder: SessionFolder, info: SessionInfo, keys: Iterable[FitKey]) -> list[Experiment]:
    """The experiments that these fit folders belong to, by number; folders without a spec are passed over.

    A fit without a result is interrupted, with the figures that its curve shows.
    """
    by_number: dict[int, list[FitKey]] = {}
    for key in sorted(keys):
        by_number.setdefault(key.experiment, []).append(key)
    found = (_experiment(folder, info, number, fits) for number, fits in by_number.items())
    return [each for each in found if each is not None]


def _experiment(folder: SessionFolder, info: SessionInfo, number: int, keys: list[FitKey]) -> Experiment | None:
    files = {key.fit: FitFolder(folder.fit(key)) for key in keys}
    specs = {fit: spec for fit, each in files.items() if (spec := each.read_spec()) is not None and spec.experiment}
    if not specs:
        return None
    first = next(iter(specs.values()))
    specs = {fit: spec for fit, spec in specs.items() if spec.uid == first.uid}
    experiment = replace(_submitted(number, first), fits=tuple(_fit(fit, spec) for fit, spec in specs.items()))
    for fit in specs:
        result = files[fit].read_result()
        if result is not None:
            experiment = with_result(experiment, result)
        else:
            experiment = halted(files[fit], info, fit, _LOST)(experiment)
    return replace(experiment, state=state_of(experiment.fits))


def _submitted(number: int, spec: FitSpec) -> Experiment:
    words = spec.experiment
    return Experiment(
        number=number,
        uid=spec.uid,
        state=State.INTERRUPTED,
        hyperparameters=Hyperparameters.from_mapping(spec.hyperparameters.to_mapping()),
        created=datetime.fromisoformat(words["created"]),
        idea=words["idea"],
        tags=tuple(words["tags"]),
        parent=words["parent"],
        sweep=words["sweep"],
    )


def _fit(number: int, spec: FitSpec) -> Fit:
    nothing = float("nan")
    seed = spec.hyperparameters.seed
    return Fit(number, State.INTERRUPTED, seed, spec.fold, 0, 0, nothing, nothing, nothing, 0.0)
