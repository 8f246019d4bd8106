"""The arrays of one fit's folder: checkpoint, parameters, losses per row. `.npz` files without pickles."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.archives import ARCHIVE_DAMAGE
from engine.errors import TunedeckError, WorkError
from engine.parameters import Parameters, load_parameters
from sessions.fits.curve import read_curve
from sessions.fits.fit_folder import FitFolder, FitSpec
from sessions.records import Curve
from sessions.store.disk import Disk, atomic_write

__all__ = [
    "Arrays",
    "Checkpoint",
    "learned",
    "packed",
    "read_arrays",
    "read_checkpoint",
    "read_fit_curve",
    "write_arrays",
    "write_checkpoint",
]

Arrays = Mapping[str, NDArray[Any]]

_SECONDS = "_seconds"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """From here a fit goes on as if nothing had happened."""

    arrays: Arrays
    """The engine's state of the member."""
    seconds: float
    """Training time up to here."""


def write_checkpoint(folder: FitFolder, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint. Raises StoreError."""
    write_arrays(folder, "checkpoint", {**checkpoint.arrays, _SECONDS: np.array(checkpoint.seconds)})


def read_checkpoint(folder: FitFolder) -> Checkpoint | None:
    """The last checkpoint; None if there is none or it is damaged."""
    arrays = read_arrays(folder, "checkpoint")
    if arrays is None or _SECONDS not in arrays:
        return None
    seconds = float(arrays.pop(_SECONDS))
    return Checkpoint(arrays, seconds)


def write_arrays(folder: FitFolder, name: str, arrays: Arrays) -> None:
    """Replace `name`.npz. Raises StoreError."""
    atomic_write(folder.path / f"{name}.npz", packed(arrays), Disk())


def packed(arrays: Arrays) -> bytes:
    """The content of an `.npz` file."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def read_arrays(folder: FitFolder, name: str) -> dict[str, NDArray[Any]] | None:
    """The arrays of `name`.npz; None if there is none or it is damaged."""
    try:
        with np.load(folder.path / f"{name}.npz", allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except (OSError, *ARCHIVE_DAMAGE):
        return None


def read_fit_curve(folder: FitFolder) -> Curve:
    """The whole curve as it stands; empty before the first point."""
    spec = folder.read_spec()
    return Curve() if spec is None else read_curve(folder.curve_path, spec.layers)


def learned(fit: FitFolder) -> tuple[FitSpec, Parameters]:
    """What was trained, and the parameters of its best epoch. Raises WorkError if either is lost."""
    spec = fit.read_spec()
    try:
        if spec is not None:
            return spec, load_parameters(fit.path / "best.npz")
    except TunedeckError:
        pass
    raise WorkError(f"{fit.path} has lost {'its spec' if spec is None else 'best.npz'}: train the experiment again.")
