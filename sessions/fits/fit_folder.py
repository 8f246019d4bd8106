"""The folder of one fit: its spec, lock and result. Written by one worker, read by everyone; never imports NumPy.

Every file but the curve appears whole or not at all. The arrays beside them are read by `sessions.fits.fit_arrays`.
"""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from engine.archives import ARCHIVE_DAMAGE
from engine.hyperparameters import Hyperparameters
from engine.records import Verdict
from sessions.document_file import encode_document, read_document
from sessions.documents import (
    Document,
    fit_from_document,
    fit_to_document,
    hyperparameters_from_document,
    verdict_from_document,
    verdict_to_document,
)
from sessions.liveness import LifeLock, is_held
from sessions.records import Fit
from sessions.store.disk import Disk, atomic_write, write_together

__all__ = ["FitFolder", "FitResult", "FitSpec"]


@dataclass(frozen=True, slots=True)
class FitSpec:
    """What a fit was asked to do; written once, before its first epoch."""

    uid: str
    """Of the experiment."""
    hyperparameters: Hyperparameters
    """With the fit's own seed."""
    fold: int | None
    folds: int
    """0 where there are no folds."""
    layers: int
    """Layers of weights; decides the curve's record."""
    n_parameters: int
    fingerprint: str
    """Of the data it is trained on."""
    versions: Mapping[str, str]
    """tunedeck, numpy, python: what a replay must match."""
    experiment: Document = field(default_factory=dict)
    """The experiment's own words (number, idea, tags, created), for rebuilding a lost history."""
    curve_format: Sequence[Sequence[str]] = ()
    """Fields of the curve's records: name and NumPy type."""
    n_train: int = 0
    """Rows trained on."""
    baseline: Sequence[float] = ()
    """What the best constant prediction costs on training and validation rows; none where an older version wrote it."""


@dataclass(frozen=True, slots=True)
class FitResult:
    """What came out; written once, when the fit is over."""

    uid: str
    fit: Fit
    verdict: Verdict | None
    n_parameters: int
    curve_is_complete: bool
    first_non_finite: tuple[int, int] | None = None
    """Epoch and layer; None if everything stayed finite."""


class FitFolder:
    """Names and formats of one fit's files."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def curve_path(self) -> Path:
        """The binary curve."""
        return self.path / "curve"

    def create(self) -> None:
        """Make the folder. Raises OSError."""
        Disk().make_folder(self.path)

    def life_lock(self) -> LifeLock:
        """Held by the worker that trains this fit."""
        return LifeLock(self.path / "lock")

    def is_being_trained(self) -> bool:
        """Whether a living worker has it in hand."""
        return is_held(self.path / "lock")

    def sign_of_life(self) -> int | None:
        """When the worker that trains it was last heard of, in nanoseconds as files bear it; None if none has it."""
        try:
            heard = (self.path / "lock").stat().st_mtime_ns
        except OSError:
            return None
        return heard if self.is_being_trained() else None

    def write_spec(self, spec: FitSpec) -> None:
        """Write spec.json."""
        document = {name: getattr(spec, name) for name in FitSpec.__slots__}
        document["hyperparameters"] = spec.hyperparameters.to_mapping()
        document["versions"] = dict(spec.versions)
        atomic_write(self.path / "spec.json", encode_document(document), Disk())

    def read_spec(self) -> FitSpec | None:
        """None if there is none yet or it cannot be read."""
        document = read_document(self.path / "spec.json")
        if document is None:
            return None
        known = {name: document[name] for name in FitSpec.__slots__ if name in document}
        return FitSpec(**known | {"hyperparameters": hyperparameters_from_document(document["hyperparameters"])})

    def write_result(
        self,
        result: FitResult,
        beside: Mapping[str, bytes] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Write the files `beside` it and result.json: from `now` on the fit is over. Raises StoreError."""
        document = {
            "uid": result.uid,
            "fit": fit_to_document(replace(result.fit, ended=now())),
            "verdict": verdict_to_document(result.verdict),
            "n_parameters": result.n_parameters,
            "curve_is_complete": result.curve_is_complete,
            "first_non_finite": result.first_non_finite,
        }
        write_together(self.path, {**(beside or {}), "result.json": encode_document(document)}, Disk())

    def read_result(self) -> FitResult | None:
        """None while the fit is not over."""
        document = read_document(self.path / "result.json")
        if document is None:
            return None
        where = document.get("first_non_finite")
        return FitResult(
            uid=document["uid"],
            fit=fit_from_document(document["fit"]),
            verdict=verdict_from_document(document["verdict"]),
            n_parameters=document["n_parameters"],
            curve_is_complete=document["curve_is_complete"],
            first_non_finite=None if where is None else (where[0], where[1]),
        )

    def result_of(self, uid: str) -> FitResult | None:
        """The result if it is this experiment's; None while the fit is not over."""
        result = self.read_result()
        return result if result is not None and result.uid == uid else None

    def is_of_another(self, uid: str) -> bool:
        """Whether a fit was begun here that is not this experiment's: its history was lost, or folders were mixed."""
        spec = self.read_spec()
        return spec is not None and spec.uid != uid

    def remove_result(self) -> None:
        """Make the fit unfinished again, before it is resumed."""
        (self.path / "result.json").unlink(missing_ok=True)

    def has_checkpoint(self) -> bool:
        """Whether the fit can go on from somewhere."""
        return (self.path / "checkpoint.npz").exists()

    def checkpoint_position(self) -> tuple[int, int] | None:
        """(updates made before its epoch, updates within it) of the checkpoint; None if there is none or it is damaged.

        Read from the ends of two arrays of one number each, without NumPy.
        """
        try:
            with zipfile.ZipFile(self.path / "checkpoint.npz") as file:
                iteration, update = (file.read(f"{name}.npy")[-8:] for name in ("iteration", "update"))
        except (OSError, *ARCHIVE_DAMAGE):
            return None
        return int.from_bytes(iteration, "little"), int.from_bytes(update, "little")
