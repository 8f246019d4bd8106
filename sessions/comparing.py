"""Two or more experiments beside each other: only what differs, and how sure the difference of their scores is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb, isfinite

import numpy as np

from engine.declaration import Value
from engine.hyperparameters import declarations
from engine.search.statistics import Comparison, compare_paired, fewest_pairs
from sessions.leading import best_first, counted, counted_fits
from sessions.records import Experiment

__all__ = ["Difference", "Pairing", "differences", "pair_up", "verdict_on_all"]

_LEVEL = 0.05
_OUTCOMES = _WORSE, _BETTER, _ALIKE, _UNTESTED = (
    "shown to be worse",
    "shown to be better",
    "not shown to differ",
    "not to be tested for want of shared seeds",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One hyperparameter that is not the same in all."""

    name: str
    values: tuple[Value | None, ...]
    """In the order of the experiments; None where it has no effect."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One experiment against another, on the seeds (or folds) they share."""

    first: int
    second: int
    shared: int
    """Pairs of trainings with the same seed and fold."""
    comparison: Comparison | None
    """First minus second, in the session's score; None without shared seeds."""
    text: str
    """The finding in one sentence."""


def differences(experiments: Sequence[Experiment]) -> list[Difference]:
    """What is not the same in all of them, in the order of the declaration."""
    found = []
    for entry in declarations():
        values = tuple(
            getattr(each.hyperparameters, entry.name) if entry.applies(each.hyperparameters) else None
            for each in experiments
        )
        if any(one != other for one, other in pairwise(values)):
            found.append(Difference(entry.name, values))
    return found


def pair_up(experiments: Sequence[Experiment], rng: np.random.Generator) -> list[Pairing]:
    """Of two, the first against the second; of more, the one that leads among them against each of the others.

    Any of them could have come out as the one that leads, by the very scores it is tested with: the level is shared
    out among all pairs (Bonferroni). Of eight that are alike, the plain level shows a difference in half of all cases.
    """
    first, *others = experiments if len(experiments) == 2 else best_first(experiments)
    level = _LEVEL / comb(len(experiments), 2)
    return [_paired(first, other, rng, level) for other in others]


def verdict_on_all(experiments: Sequence[Experiment], pairings: Sequence[Pairing], score_name: str) -> str:
    """In one sentence which of three or more differ from the one that leads; empty where two say it all."""
    lead = next(each for each in experiments if each.number == pairings[0].first)
    if len(pairings) < 2 or counted(lead) is None:
        return ""
    found: dict[str, list[str]] = {}
    for each in pairings:
        found.setdefault(_outcome(each.comparison), []).append(f"#{each.second}")
    words = "; ".join(f"{outcome}: {', '.join(found[outcome])}" for outcome in _OUTCOMES if outcome in found)
    errs = f"together they err at most once in 20, that the scores chose #{lead.number} counted in"
    return f"#{lead.number} leads by {score_name}; against it {words} ({errs})."


def _outcome(found: Comparison | None) -> str:
    if found is None:
        return _UNTESTED
    return (_WORSE if found.difference.value > 0 else _BETTER) if found.is_shown else _ALIKE


def _paired(first: Experiment, second: Experiment, rng: np.random.Generator, level: float) -> Pairing:
    ours, theirs = _scores(first), _scores(second)
    shared = [key for key in ours if key in theirs]
    head = f"#{first.number} against #{second.number}"
    if not shared:
        remedy = f"train both with -s seed=0 --repeats {fewest_pairs(level)}, say"
        text = f"{head}: no shared seeds, so nothing can be told; {remedy}."
        return Pairing(first.number, second.number, 0, None, text)
    found = compare_paired([ours[key] for key in shared], [theirs[key] for key in shared], rng, level=level)
    is_folds = any(fit.fold is not None for fit in first.fits)
    return Pairing(first.number, second.number, len(shared), found, f"{head}: {_words(found, is_folds=is_folds)}")


def _scores(experiment: Experiment) -> dict[tuple[int, int | None], float]:
    """Score by seed and fold. The training that chose a confirmed trial is left out: it was chosen for its luck."""
    over = [fit for fit in counted_fits(experiment) if fit.state.is_over and isfinite(fit.validation_score)]
    return {(fit.seed, fit.fold): fit.validation_score for fit in over}


def _words(found: Comparison, *, is_folds: bool) -> str:
    value, low, high = found.difference.value, found.difference.low, found.difference.high
    noun = "fold" if is_folds else "seed"
    shared = f"{found.pairs} shared {noun}{'s' if found.pairs > 1 else ''}"
    spread = f" ± {(high - low) / 2:.3f}" if isfinite(low) and isfinite(high) else ""
    direction = "equal" if value == 0 else f"{'better' if value > 0 else 'worse'} by {abs(value):.3f}{spread}"
    if found.is_shown:
        return f"{direction} on {shared}: shown (p = {found.p:.3f})"
    if found.pairs == 1:
        return f"{direction} on {shared}: one pair shows nothing; train both with several seeds (--repeats)"
    more = f"about {found.more} more {noun}s would tell" if found.more else "no feasible number of seeds would tell"
    return f"{direction} on {shared}: not shown to be {'worse' if value < 0 else 'better'}; {more}"
