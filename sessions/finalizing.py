"""Breaking the seal: a trained network on the test rows, entered in the session's ledger before anybody sees it.

Of several trainings it is the mean of their scores, since the validation score that it is held against is that too:
an average of the networks themselves would be another, better predictor than the one that was promised.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from engine.errors import UsageError
from engine.evaluation import Evaluator, Judge
from engine.layout import Layout
from engine.losses import Labels, outputs
from engine.scores import all_scores
from sessions.data_folder import DataShelf
from sessions.fits.fit_arrays import learned
from sessions.fits.fit_folder import FitFolder
from sessions.history import History
from sessions.leading import trained_fits
from sessions.ledger import enter_look
from sessions.paths import FitKey
from sessions.records import Experiment, Look, SessionInfo

__all__ = ["break_seal"]


@dataclass(frozen=True, slots=True)
class _Result:
    cost: float
    score: float
    scores: dict[str, float]


def break_seal(
    history: History, experiment: Experiment, reason: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Look:
    """Score an experiment on the sealed rows and enter the look. Raises UsageError, WorkError or DataError."""
    _check(history.info, experiment, reason)
    shelf = DataShelf(history.folder, history.info)
    fits = trained_fits(experiment)
    results = [_result(history, shelf, FitKey(experiment.number, fit.number)) for fit in fits]
    return enter_look(
        history,
        lambda number: Look(
            number=number,
            experiment=experiment.number,
            reason=reason.strip(),
            score=statistics.fmean(each.score for each in results),
            cost=statistics.fmean(each.cost for each in results),
            scores={name: statistics.fmean(each.scores[name] for each in results) for name in results[0].scores},
            fits=len(results),
            created=now(),
        ),
    )


def _check(info: SessionInfo, experiment: Experiment, reason: str) -> None:
    if not info.test_rows:
        raise UsageError(
            f"The session {info.name!r} has no test rows: its split gives them no share; make a session with one, "
            "such as 0.6,0.2,0.2."
        )
    if not reason.strip():
        raise UsageError("A look at the test rows needs a reason: say with --reason why it is taken now.")
    if not experiment.state.is_over:
        raise UsageError(f"#{experiment.number} is {experiment.state.value}: wait for it, or stop it first.")


def _result(history: History, shelf: DataShelf, key: FitKey) -> _Result:
    folder = FitFolder(history.folder.fit(key))
    spec, parameters = learned(folder)
    values = spec.hyperparameters
    data = shelf.dataset(spec.fold, spec.folds, values.dtype)
    layout = Layout(parameters.sizes).filled_up(values)
    flat = layout.pack(parameters, values.dtype)[None]
    with np.errstate(all="ignore"):
        head = Evaluator(layout, values.activation, data.task, flat, data.test.X).run()[0]
        labels = Labels.of(data.task, data.test.y)
        found = Judge(data.task, head, labels, history.info.score_name, data.target_scale).measure()
        scores = all_scores(data.task, outputs(data.task, head), data.test.y, data.target_scale)
    return _Result(found.cost, found.score, scores)
