"""Replaying a stored fit: train it again here and compare every point of the curve, bit for bit."""

import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from engine.parameters import load_parameters
from engine.population import Member, Population
from sessions.data_folder import DataShelf
from sessions.fits.changes import ChangeFiles, Event, changed
from sessions.fits.fit_arrays import read_fit_curve
from sessions.fits.fit_folder import FitFolder
from sessions.paths import FitKey, SessionFolder
from sessions.records import Curve, Fit, SessionInfo
from sessions.versions import versions

__all__ = ["Finding", "verify_fit"]

_COMPARED = (
    "iteration",
    "train_cost",
    "validation_cost",
    "train_score",
    "validation_score",
    "learning_rate",
    "gradient_norm",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a replay showed."""

    differs: bool
    text: str
    """One sentence."""


def verify_fit(folder: SessionFolder, info: SessionInfo, experiment: int, fit: Fit) -> Finding:
    """Train the fit's epochs again and say whether the curve is identical, or which epoch differs first."""
    key = FitKey(experiment, fit.number)
    fit_folder = FitFolder(folder.fit(key))
    name = f"Fit {fit.number} of #{experiment}"
    spec = fit_folder.read_spec()
    stored = read_fit_curve(fit_folder)
    if spec is None or not stored.epoch:
        return Finding(True, f"{name} has no stored curve to compare with.")
    shelf = DataShelf(folder, info)
    initial = fit_folder.path.parent / "initial.npz"
    member = Member(
        spec.hyperparameters,
        shelf.dataset(spec.fold, spec.folds, spec.hyperparameters.dtype),
        load_parameters(initial) if initial.exists() else None,
    )
    population = _replay(member, shelf.score_name, ChangeFiles(fit_folder.path).events())
    places = {epoch: place for place, epoch in enumerate(stored.epoch)}
    compared = 0
    for _, progress in population.run():
        place = places.get(progress.epoch)
        if place is not None:
            different = [each for each in _COMPARED if not _same(getattr(progress, each), getattr(stored, each)[place])]
            if different:
                found = getattr(progress, different[0])
                return Finding(True, _difference(name, stored, place, different[0], found, spec))
            compared += 1
        if progress.epoch >= stored.epoch[-1]:
            break
    return _agreement(name, stored, compared, fit.epochs)


def _agreement(name: str, stored: Curve, compared: int, trained: int) -> Finding:
    """What can be said where no compared point differs: it must not claim points that were not there to compare."""
    if compared < len(stored):
        return Finding(True, f"{name} ends sooner: training it again gave {compared} of its {len(stored)} points.")
    made = max(trained, stored.epoch[-1]) + 1
    if compared < made:
        return Finding(
            False,
            f"{name} is identical in {compared} of {made} points; the other {made - compared} were not compared, "
            "since they are missing from the stored curve.",
        )
    return Finding(False, f"{name} is identical in all {made} points.")


def _replay(member: Member, score_name: str, events: Sequence[Event]) -> Population:
    """A population of one that makes the changes of its first training at the very same updates."""
    due = deque(events)
    values = member.hyperparameters

    def change() -> None:
        nonlocal values
        updates = population.iteration
        if due and due[0].iteration == updates:
            while due and due[0].iteration == updates:
                values = changed(values, [due.popleft()])
            population.change(0, values)

    population = Population([member], score=score_name, pulse=change if events else None)
    return population


def _same(left: float, right: float) -> bool:
    return struct.pack("<d", left) == struct.pack("<d", right) or (left != left and right != right)


def _difference(name: str, stored: Curve, place: int, column: str, found: float, spec: object) -> str:
    was = getattr(stored, column)[place]
    made = getattr(spec, "versions", {})
    changed = [f"{key} {made.get(key)} → {now}" for key, now in versions().items() if made.get(key) != now]
    why = f" It was made with other versions: {', '.join(changed)}." if changed else ""
    return f"{name} differs first at epoch {stored.epoch[place]}: {column} was {was!r}, is {found!r}.{why}"
