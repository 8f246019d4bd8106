"""Experiments, curves and sessions as `--json`, exports and reports give them to the world."""

from collections.abc import Sequence

from sessions.documents import Document, best_to_document, experiment_to_document, fit_to_document, verdict_to_document
from sessions.records import Best, Curve, Experiment, Fit, Look, SessionInfo
from sessions.search.winners import looks_in_session

__all__ = ["curve_view", "experiment_in_session_view", "experiment_view", "looks_view", "session_view"]

CURVE_COLUMNS = (
    "epoch",
    "iteration",
    "train_cost",
    "validation_cost",
    "train_score",
    "validation_score",
    "learning_rate",
    "gradient_norm",
    "seconds",
)
_NO_BEST: Document = dict.fromkeys(Best.__slots__)


def experiment_view(experiment: Experiment, info: SessionInfo) -> Document:
    """One experiment without its curve; `id` is the running number people see."""
    document = experiment_to_document(experiment)
    del document["number"]
    return {
        "id": experiment.number,
        **document,
        "task": info.task.value,
        "score": info.score_name,
        "fits": [_fit_view(fit) for fit in experiment.fits],
        "best": best_to_document(experiment.best) or dict(_NO_BEST),
        "verdict": verdict_to_document(experiment.verdict),
        "error": experiment.error or None,
    }


def experiment_in_session_view(
    experiment: Experiment, info: SessionInfo, session_looks: int, ledger: Sequence[Look]
) -> Document:
    """One experiment, its looks in the ledger, and how many of its session were judged on the same rows."""
    return experiment_view(experiment, info) | {
        "session_looks": session_looks,
        "looks": looks_view(experiment.number, ledger),
    }


def looks_view(number: int, ledger: Sequence[Look]) -> list[Document]:
    """The entries of a ledger that are about one experiment; empty while its seal is whole."""
    return [
        {
            "look": each.number,
            "created": each.created.isoformat(),
            "reason": each.reason,
            "score": each.score,
            "cost": each.cost,
            "fits": each.fits,
        }
        for each in ledger
        if each.experiment == number
    ]


def curve_view(curve: Curve) -> Document:
    """The columns of a curve, of equal length."""
    return {name: getattr(curve, name) for name in CURVE_COLUMNS}


def session_view(info: SessionInfo, experiments: Sequence[Experiment], best: Experiment | None) -> Document:
    """One session in a list of sessions."""
    return {
        "name": info.name,
        "task": info.task.value,
        "data": info.source,
        "experiments": len(experiments),
        "session_looks": looks_in_session(experiments),
        "best": None if best is None else experiment_view(best, info),
        "score": info.score_name,
        "positive": info.positive,
        "train_rows": info.train_rows,
        "validation_rows": info.validation_rows,
        "test_rows": info.test_rows,
        "created": info.created.isoformat(),
        "notes": list(info.notes),
    }


def _fit_view(fit: Fit) -> Document:
    return fit_to_document(fit) | {"error": fit.error or None}
