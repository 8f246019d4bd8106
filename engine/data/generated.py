"""Data sets computed on demand: small shapes with known difficulties, noisy enough that no network is always right."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["DEFAULT_ROWS", "GENERATORS"]

Sample = tuple[NDArray[np.float64], NDArray[np.float64]]

DEFAULT_ROWS = {"moons": 400, "circles": 400, "spirals": 600, "xor": 400, "blobs": 400, "sine": 300}


def _moons(random: Generator, m: int) -> Sample:
    y = np.arange(m) % 2
    angle = random.uniform(0, np.pi, m)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    return np.where(y[:, None] == 0, upper, lower) + random.normal(0, 0.25, (m, 2)), y.astype(np.float64)


def _circles(random: Generator, m: int) -> Sample:
    y = np.arange(m) % 2
    angle = random.uniform(0, 2 * np.pi, m)
    radius = np.where(y == 0, 1.0, 0.5)
    circle = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return circle + random.normal(0, 0.15, (m, 2)), y.astype(np.float64)


def _spirals(random: Generator, m: int) -> Sample:
    y = np.arange(m) % 3
    radius = np.sqrt(random.uniform(0.02, 1, m))
    angle = 4.0 * radius + y * 2 * np.pi / 3
    arm = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return arm + random.normal(0, 0.09, (m, 2)), y.astype(np.float64)


def _xor(random: Generator, m: int) -> Sample:
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1]], dtype=np.float64)
    corner = np.arange(m) % 4
    return corners[corner] + random.normal(0, 0.55, (m, 2)), (corner % 2).astype(np.float64)


def _blobs(random: Generator, m: int) -> Sample:
    # Centres are the same for every seed and size, so that all draws are of one distribution.
    centres = np.random.default_rng(20).normal(0, 1, (4, 8))
    y = np.arange(m) % 4
    return centres[y] + random.normal(0, 1.3, (m, 8)), y.astype(np.float64)


def _sine(random: Generator, m: int) -> Sample:
    x = random.uniform(-1, 1, m)
    return x[:, None], np.sin(2 * np.pi * x) + random.normal(0, 0.2, m)


GENERATORS: dict[str, Callable[[Generator, int], Sample]] = {
    "moons": _moons,
    "circles": _circles,
    "spirals": _spirals,
    "xor": _xor,
    "blobs": _blobs,
    "sine": _sine,
}
"""By name: (generator, rows) gives X (m, n) and y (m,), class numbers as whole floats, or real values for `sine`."""
