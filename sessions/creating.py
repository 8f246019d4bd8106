"""Making a session: read the data, split it, describe it, begin its history. Nothing is left behind on an error."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.data.words import quoted
from engine.errors import UsageError, WorkError
from engine.records import Task
from sessions.history import History
from sessions.paths import SessionFolder, check_session_name, no_session_in
from sessions.records import SessionInfo

__all__ = ["DataChoice", "create_session"]

_SCORES = {Task.BINARY: "accuracy", Task.MULTICLASS: "accuracy", Task.REGRESSION: "r2"}


@dataclass(frozen=True, slots=True)
class DataChoice:
    """What a person says about the data of a new session."""

    source: str
    target: str | None = None
    task: str | None = None
    split: tuple[float, float, float] = (0.6, 0.2, 0.2)
    scale: str = "standard"
    missing: str = "fill"
    positive: str | None = None
    """Which of two classes is class 1; None: the second by name."""
    score: str | None = None
    """None: by task."""
    seed: int = 0


def create_session(
    root: Path, name: str, choice: DataChoice, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> SessionInfo:
    """Make the session's folder, whole. Raises UsageError, NotFoundError or WorkError; then nothing was made."""
    from engine.data import fingerprint, load_table, make_dataset, split_notes, split_rows, with_positive
    from engine.scores import check_score
    from sessions.data_folder import copy_notes, save_data

    folder = SessionFolder(root / check_session_name(name))
    if folder.path.exists() and not folder.history.exists():
        raise UsageError(no_session_in(folder))
    if folder.path.exists():
        raise UsageError(
            f"The session {name!r} exists already: choose another name, or open it with `tunedeck {folder.word}`."
        )
    table = load_table(choice.source, target=choice.target, task=choice.task, missing=choice.missing)
    split = split_rows(table, choice.split, choice.seed)
    table = with_positive(table, choice.positive)
    make_dataset(table, split, choice.scale)
    score_name = check_score(choice.score or _SCORES[table.task], table.task)
    info = SessionInfo(
        name=name,
        task=table.task,
        source=table.source,
        target=table.target,
        classes=table.classes,
        features=len(table.feature_names),
        train_rows=len(split.train),
        validation_rows=len(split.validation),
        test_rows=len(split.test),
        split=choice.split,
        scale=choice.scale,
        seed=choice.seed,
        score_name=score_name,
        fingerprint=fingerprint(table),
        created=now(),
        notes=(
            *table.notes,
            *split_notes(table, split),
            *_about_positive(choice, score_name, table.classes),
            *copy_notes(table),
        ),
    )
    building = SessionFolder(root / f".new-{name}")
    try:
        shutil.rmtree(building.path, ignore_errors=True)
        building.path.mkdir(parents=True, mode=0o700)
        how = {"scale": choice.scale, "seed": choice.seed, "missing": choice.missing, "positive": choice.positive}
        save_data(building, table, split, how | {"score_name": score_name})
        History.create(building, info).close()
        building.path.rename(folder.path)
    except OSError as error:
        shutil.rmtree(building.path, ignore_errors=True)
        raise WorkError(
            f"The session cannot be made in {root} ({error.strerror}): choose another folder with --root."
        ) from None
    except BaseException:
        shutil.rmtree(building.path, ignore_errors=True)
        raise
    return info


def _about_positive(choice: DataChoice, score: str, classes: Sequence[str]) -> list[str]:
    """Which of two classes F1 is about, where it matters."""
    if len(classes) != 2 or (score != "f1" and choice.positive is None):
        return []
    if choice.positive is not None:
        return [f"The positive class, which f1 is about, is {quoted(classes[1])}."]
    other = "--positive takes the other one, balanced_accuracy counts both alike"
    return [f"f1 is that of {quoted(classes[1])}, the second class by name: {other}."]
