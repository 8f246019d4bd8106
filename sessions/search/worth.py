"""What a sweep found: its winner, the score it promises, and the score to be expected on new rows.

Reads the losses and figures per row that the fits left in their folders.
"""

from collections.abc import Collection, Iterable, Sequence
from math import isfinite
from typing import NamedTuple

import numpy as np

from engine.search.expectation import Candidates, Expectation, expected_score
from engine.search.ranking import DECIMALS, Standing, count_equal, finalists, rank
from engine.search.row_scores import Figures, RowScore, row_score
from sessions.data_folder import DataShelf
from sessions.fits.fit_arrays import read_arrays
from sessions.fits.fit_folder import FitFolder
from sessions.paths import FitKey, SessionFolder
from sessions.records import Experiment, Fit, SessionInfo
from sessions.search.confirming import why_unconfirmed
from sessions.search.epochs import Epochs
from sessions.search.points import has_own_values
from sessions.search.records import Outcome, Sweep
from sessions.search.standing import first_merits, fresh_merits
from sessions.search.winners import judging_rows, looks_in_session

__all__ = ["outcome_of"]

_MOST_EPOCHS = 15
"""Fits whose epochs are looked at."""


def outcome_of(folder: SessionFolder, info: SessionInfo, sweep: Sweep, trials: Sequence[Experiment]) -> Outcome | None:
    """The sweep's outcome; None if no trial has figures. Raises TunedeckError if the data cannot be read."""
    fresh = fresh_merits(trials)
    trials = [each for each in trials if has_own_values(each)]
    first = first_merits(trials)
    leaders = rank(first, fresh)
    if not leaders or not leaders[0].merit.is_known:
        return None
    winner = next(each for each in trials if each.number == leaders[0].trial)
    is_confirmed = leaders[0].is_confirmed
    figures = winner.confirmed if is_confirmed else winner.best
    assert figures is not None
    promised = figures.validation_score
    found: Expectation | str = f"{info.score_name} is not defined on these rows: nothing can be said of new ones."
    if isfinite(promised):
        found = _Rows(folder, info, sweep).expectation(trials, winner, fresh.keys() if is_confirmed else ())
    looks = looks_in_session(trials)
    why = "" if is_confirmed else why_unconfirmed(sweep, trials)
    if isinstance(found, str):
        rows = judging_rows(info, has_folds=sweep.folds > 0)
        return Outcome(winner.number, is_confirmed, promised, None, None, None, looks, rows, found, unconfirmed=why)
    equal = count_equal(leaders, first)
    ties = "" if equal else _ties(leaders, info.score_name)
    shift = promised - found.promised
    return Outcome(
        winner.number, is_confirmed, promised, found.value + shift, found.low + shift, found.high + shift,
        looks, found.rows, ties, luck=None if ties else found.luck, has_folds=sweep.folds > 0, unconfirmed=why,
        equal=equal,
    )  # fmt: skip


def _ties(leaders: Sequence[Standing], score_name: str) -> str:
    """A sentence where several trials have one score between them, so that none leads by it; else nothing."""
    scores = [round(each.merit.score, DECIMALS) for each in leaders if each.merit.is_known]
    if len(scores) < 2 or len(set(scores)) > 1:
        return ""
    return f"Nothing but ties: no trial's {score_name} is above another's on these rows, only the costs differ."


class _Judged(NamedTuple):
    """The rows of one trial's fits, the rows of all folds one after another."""

    figures: Figures
    """(F, m) or (F, m, C): of each of its F fits, or of each set of folds."""
    costs: Figures
    """(m,): the mean over the fits."""


class _Rows:
    """The rows of one sweep's fits: a hold-out, or the pooled rows of the folds."""

    def __init__(self, folder: SessionFolder, info: SessionInfo, sweep: Sweep) -> None:
        self._folder, self._info, self._sweep = folder, info, sweep
        self._shelf = DataShelf(folder, info)

    def expectation(
        self, trials: Sequence[Experiment], winner: Experiment, entered: Collection[int]
    ) -> Expectation | str:
        """What is expected of the winner, the best of those `entered` by their fresh fits, or of all where none is.

        A sentence where nothing can be expected.
        """
        competing = first_merits(trials)
        first = ((each, each.first_fits) for each in trials if each.number in competing)
        known = self._known(first)
        if winner.number not in known:
            return "The winner's figures per row are missing: nothing can be said of new rows."
        places = {number: place for place, number in enumerate(known)}
        again = (each for each in trials if each.number in entered and each.number in known)
        confirmed = self._known((each, each.fresh_fits) for each in again)
        rng = np.random.default_rng([self._sweep.seed, len(known)])
        return expected_score(
            self._score(),
            _candidates(known.values()),
            rng,
            finalists=[places[number] for number in confirmed],
            confirmed=_candidates(confirmed.values()) if confirmed else None,
            epoch_lucks=self._lucks(trials, confirmed, rng),
        )

    def _score(self) -> RowScore:
        """The session's score on all rows that validate, in the order of the folds."""
        folds = [None] if not self._sweep.folds else [*range(1, self._sweep.folds + 1)]
        data = [self._shelf.dataset(fold, self._sweep.folds) for fold in folds]
        y = np.concatenate([each.validation.y for each in data])
        return row_score(self._info.score_name, len(self._info.classes), y, data[0].target_scale)

    def _known(self, chosen: Iterable[tuple[Experiment, Sequence[Fit]]]) -> dict[int, _Judged]:
        """The rows of those experiments whose fits all left them, by number."""
        found = ((trial.number, self._read(trial, fits)) for trial, fits in chosen)
        return {number: rows for number, rows in found if rows is not None}

    def _read(self, trial: Experiment, fits: Sequence[Fit]) -> _Judged | None:
        """None where the rows of a fit are missing."""
        figures: dict[int, list[Figures]] = {}
        costs: dict[int, list[Figures]] = {}
        for fit in fits:
            rows = read_arrays(FitFolder(self._folder.fit(FitKey(trial.number, fit.number))), "rows")
            if rows is None or "figure" not in rows:
                return None
            figures.setdefault(fit.fold or 0, []).append(rows["figure"])
            costs.setdefault(fit.fold or 0, []).append(rows["loss"])
        if self._sweep.folds and len(figures) < self._sweep.folds:
            return None
        sets = [np.concatenate(each) for each in zip(*(figures[fold] for fold in sorted(figures)), strict=False)]
        return _Judged(np.stack(sets), np.concatenate([_mean(costs[fold]) for fold in sorted(costs)]))

    def _lucks(self, trials: Sequence[Experiment], confirmed: Collection[int], rng: np.random.Generator) -> list[float]:
        """Luck of the chosen epochs: of the fresh fits, or of some of the better half where there are none.

        Not of the very best: those were chosen for just this luck, which the choice among trials answers for already.
        """
        if confirmed:
            chosen = [(each, fit) for each in trials if each.number in confirmed for fit in each.fresh_fits]
        else:
            better = finalists(first_merits(trials), (len(trials) + 1) // 2)
            some = better[:: len(better) // _MOST_EPOCHS + 1]
            first = [each for each in trials if each.number in some]
            chosen = [(each, fit) for each in first for fit in each.first_fits]
        return Epochs(self._folder, self._info, self._shelf, self._sweep.folds).lucks(chosen, rng)


def _mean(costs: Sequence[Figures]) -> Figures:
    """Over the fits; those of a single one stay as small as they are kept."""
    return costs[0] if len(costs) == 1 else np.asarray(np.mean(costs, axis=0, dtype=np.float64))


def _candidates(judged: Iterable[_Judged]) -> Candidates:
    figures, costs = zip(*judged, strict=True)
    return Candidates(figures, costs)
