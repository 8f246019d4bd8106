"""The learned numbers of one network, W1, b1, W2, …, and their way into and out of `.npz` files.

Knows shapes, no formula.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.archives import ARCHIVE_DAMAGE
from engine.arrays import Array
from engine.errors import NotFoundError, UsageError

__all__ = ["Parameters", "load_parameters", "save_parameters"]


@dataclass(frozen=True, eq=False, slots=True)
class Parameters:
    """Weights and biases of every layer, the output layer last."""

    weights: tuple[Array, ...]
    """W[l] of shape (n_in, n_out)."""
    biases: tuple[Array, ...]
    """b[l] of shape (n_out,)."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, units of each hidden layer, outputs."""
        return (self.weights[0].shape[0], *(weight.shape[1] for weight in self.weights))

    @property
    def count(self) -> int:
        """How many numbers there are in all."""
        return sum(array.size for array in (*self.weights, *self.biases))

    def named(self) -> dict[str, Array]:
        """W1, b1, W2, … as a `.npz` file holds them."""
        pairs = enumerate(zip(self.weights, self.biases, strict=True), start=1)
        return {name: array for i, (w, b) in pairs for name, array in ((f"W{i}", w), (f"b{i}", b))}

    def check(self, sizes: Sequence[int]) -> None:
        """Raises UsageError naming the layer and both shapes if this is no network of these sizes."""
        layers = len(sizes) - 1
        if len(self.weights) != layers:
            raise UsageError(
                f"The initial parameters have {len(self.weights)} layers, the network has {layers}: "
                "change hidden_units or give a file with that many."
            )
        for i in range(layers):
            _check_shape(f"W{i + 1}", i + 1, self.weights[i].shape, (sizes[i], sizes[i + 1]))
            _check_shape(f"b{i + 1}", i + 1, self.biases[i].shape, (sizes[i + 1],))


def _check_shape(name: str, layer: int, found: tuple[int, ...], needed: tuple[int, ...]) -> None:
    if found != needed:
        raise UsageError(
            f"Layer {layer}: {name} has the shape {found}, the network needs {needed}: "
            "change hidden_units or give parameters of that shape."
        )


def save_parameters(path: Path, parameters: Parameters) -> None:
    """Write an `.npz` with W1, b1, W2, …; no pickles."""
    with path.open("wb") as file:
        np.savez(file, **parameters.named())  # type: ignore[arg-type]


def load_parameters(path: Path) -> Parameters:
    """Read an `.npz` with W1, b1, W2, …; other arrays in it are passed over.

    Raises NotFoundError, or UsageError for a file that holds no such arrays, gaps between them, or non-finite numbers.
    """
    try:
        with path.open("rb") as file:
            archive = np.load(file, allow_pickle=False)
            names = archive.files if isinstance(archive, np.lib.npyio.NpzFile) else ()
            found = {name: archive[name] for name in names if re.fullmatch(r"[Wb]\d+", name)}
    except FileNotFoundError:
        raise NotFoundError(f"There is no file {path}: give an .npz with W1, b1, W2, …") from None
    except (OSError, *ARCHIVE_DAMAGE):
        raise UsageError(f"{path} is not a readable .npz of plain numbers: give one with W1, b1, W2, …") from None
    return _assembled(path, found)


def _assembled(path: Path, found: dict[str, Array]) -> Parameters:
    layers = len(found) // 2
    names = [f"{letter}{i}" for i in range(1, layers + 1) for letter in "Wb"]
    if not layers or set(names) != set(found):
        there = ", ".join(sorted(found)) or "no such array"
        raise UsageError(f"{path} holds {there}: it needs W1, b1, W2, b2, … without gaps.")
    for name in names:
        if found[name].ndim != (2 if name[0] == "W" else 1) or found[name].dtype.kind not in "fiu":
            kind = f"{found[name].dtype} of shape {found[name].shape}"
            raise UsageError(f"{name} in {path} is {kind}: give a matrix of numbers for W, a vector for b.")
        if not np.isfinite(found[name]).all():
            raise UsageError(f"{name} in {path} holds numbers that are not finite: give parameters that are.")
    return Parameters(
        tuple(found[f"W{i}"] for i in range(1, layers + 1)), tuple(found[f"b{i}"] for i in range(1, layers + 1))
    )
