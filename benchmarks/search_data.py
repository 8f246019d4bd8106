"""Data whose truth is known, for the studies of what sweeps promise: 20,000 rows drawn from a seed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["FOR_CLASSES", "FOR_RARE_CLASSES", "FOR_VALUES", "source"]

_Matrix = NDArray[np.float64]
_Drawn = tuple[_Matrix, _Matrix | NDArray[np.int64]]
_ROWS = 20_000

FOR_CLASSES = ("xor", "circles", "blobs", "spirals", "moons", "clusters", "clusters4", "wide")
FOR_RARE_CLASSES = ("rare", "rare3")
FOR_VALUES = ("sine", "linear", "friedman", "products")


def source(name: str, seed: int, folder: Path) -> str:
    """What to give as the data of a session; what tunedeck cannot draw itself is drawn into `folder`."""
    if name not in _KINDS:
        return f"{name}:{_ROWS}:{seed}"
    x, y = _KINDS[name](np.random.default_rng([seed, 7]))
    path = folder / f"{name}-{seed}.npz"
    np.savez(path, X=x.astype(np.float32), y=y)
    return str(path)


def _clusters(shares: tuple[float, ...], features: int, noise: float, rng: Generator) -> _Drawn:
    """Two stretched clusters a class at corners of a cube, as many mixtures of them, idle features, false labels."""
    inner = features // 3
    y = rng.choice(len(shares), _ROWS, p=shares)
    own = 2 * y + rng.integers(0, 2, _ROWS)
    corners = rng.choice([-1.5, 1.5], (2 * len(shares), inner))
    stretch = rng.uniform(-1, 1, (2 * len(shares), inner, inner))
    x = corners[own] + np.einsum("mi,mij->mj", rng.standard_normal((_ROWS, inner)), stretch[own])
    mixed = x @ rng.uniform(-1, 1, (inner, inner))
    idle = rng.standard_normal((_ROWS, features - 2 * inner))
    false = rng.random(_ROWS) < noise
    y[false] = rng.choice(len(shares), int(false.sum()), p=shares)
    return np.hstack([x, mixed, idle]), y


def _linear(rng: Generator) -> _Drawn:
    x, weights = rng.standard_normal((_ROWS, 15)), rng.standard_normal(15)
    signal = x @ weights
    return x, signal + float(np.linalg.norm(weights)) * rng.standard_normal(_ROWS)


def _friedman(rng: Generator) -> _Drawn:
    """Friedman 1991, five features of ten matter."""
    x = rng.random((_ROWS, 10))
    signal = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return x, signal + 2.5 * rng.standard_normal(_ROWS)


def _products(rng: Generator) -> _Drawn:
    x = rng.uniform(-1, 1, (_ROWS, 8))
    signal = 2 * x[:, 0] * x[:, 1] + np.sin(3 * x[:, 2]) + x[:, 3] ** 2
    return x, signal + 0.5 * rng.standard_t(5, _ROWS)


_KINDS: dict[str, Callable[[Generator], _Drawn]] = {
    "clusters": partial(_clusters, (0.5, 0.5), 12, 0.1),
    "clusters4": partial(_clusters, (0.25, 0.25, 0.25, 0.25), 20, 0.05),
    "wide": partial(_clusters, (0.5, 0.5), 30, 0.2),
    "rare": partial(_clusters, (0.88, 0.12), 15, 0.05),
    "rare3": partial(_clusters, (0.74, 0.18, 0.08), 18, 0.05),
    "linear": _linear,
    "friedman": _friedman,
    "products": _products,
}
