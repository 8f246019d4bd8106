"""Sequences whose next member is made when it is asked for. No NumPy.

A scrambled Halton sequence fills the unit cube evenly, each point computable alone: Halton 1960; random digit
permutations as in Owen 2017, "A randomized Halton algorithm in R".
"""

from collections.abc import Iterator
from functools import lru_cache
from random import Random

__all__ = ["halton", "shuffled"]

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101)
_FINEST = 2.0**-40


def halton(index: int, dimensions: int, seed: int) -> list[float]:
    """Point number `index` (from 0) of the sequence scrambled by `seed`: shares in [0, 1)."""
    return [_digits_mirrored(index, _permutations(dimension, seed)) for dimension in range(dimensions)]


def _digits_mirrored(index: int, permutations: tuple[tuple[int, ...], ...]) -> float:
    share, weight = 0.0, 1.0
    for permutation in permutations:
        base = len(permutation)
        index, digit = divmod(index, base)
        weight /= base
        share += permutation[digit] * weight
    return min(share, 1.0 - 2.0**-53)


@lru_cache(maxsize=256)
def _permutations(dimension: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """One permutation for each digit in the dimension's prime base, as many as a float can tell apart."""
    base = _PRIMES[dimension]
    rng = Random(f"halton {seed} {dimension}")
    count = next(digits for digits in range(1, 64) if base**-digits < _FINEST)
    return tuple(tuple(rng.sample(range(base), base)) for _ in range(count))


def shuffled(size: int, rng: Random) -> Iterator[int]:
    """0, 1, …, size - 1 in random order (Fisher & Yates 1938): only what was moved is remembered."""
    moved: dict[int, int] = {}
    for place in range(size):
        chosen = rng.randrange(place, size)
        yield moved.get(chosen, chosen)
        moved[chosen] = moved.pop(place, place)
