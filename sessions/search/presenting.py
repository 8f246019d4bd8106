"""Sweeps as `--json`, exports and reports give them to the world."""

import math
from collections.abc import Sequence

from sessions.documents import Document
from sessions.leading import counted_fits
from sessions.presenting import experiment_view, looks_view
from sessions.records import Look, SessionInfo, State
from sessions.search.documents import sweep_to_document
from sessions.search.planning import Preview
from sessions.search.progress import trainings
from sessions.search.records import Outcome, Sweep
from sessions.search.standing import SweepStanding
from sessions.search.winners import judging_rows, looks_in_session, sense_now

__all__ = ["expected_view", "preview_view", "sweep_view"]


def sweep_view(standing: SweepStanding, info: SessionInfo, ledger: Sequence[Look]) -> Document:
    """One sweep; `id` is the running number people see. The ledger tells what was seen of its best on the test rows."""
    sweep, outcome = standing.sweep, standing.sweep.outcome
    document, best = sweep_to_document(sweep), standing.best
    fits = {each.number: len(counted_fits(each)) for each in standing.trials}
    del document["number"], document["outcome"]
    return {
        "id": sweep.number,
        **document,
        "score": info.score_name,
        "trials": {state.value: count for state in State if (count := standing.counts.get(state, 0))},
        "trainings": trainings(sweep, standing.trials),
        "done": standing.done,
        "best": None if best is None else experiment_view(best, info) | {"looks": looks_view(best.number, ledger)},
        "confirmed": outcome.is_confirmed if outcome else bool(standing.best and standing.best.confirmed),
        "promised": outcome.promised if outcome else standing.promised,
        "expected": expected_view(outcome),
        "looks": outcome.looks if outcome else looks_in_session(standing.trials),
        "session_looks": standing.session_looks,
        "rows": outcome.rows if outcome else judging_rows(info, has_folds=sweep.folds > 0),
        "sense": sense_now(outcome, standing.session_looks) if outcome else None,
        "equal": outcome.equal if outcome else None,
        "unconfirmed": (outcome.unconfirmed or None) if outcome else None,
        "leaderboard": [
            {"id": each.trial, "validation_score": each.merit.score, "validation_cost": each.merit.cost,
             "spread": each.spread, "fits": fits[each.trial], "confirmed": each.is_confirmed}
            for each in standing.leaders
        ],
        "warnings": list(standing.warnings),
        "eta_seconds": standing.eta_s,
    }  # fmt: skip


def expected_view(outcome: Outcome | None) -> Document | None:
    """The score to be expected on new rows; None where nothing can be expected."""
    if outcome is None or outcome.value is None:
        return None
    return {"value": outcome.value, "low": outcome.low, "high": outcome.high}


def preview_view(sweep: Sweep, shown: Preview) -> Document:
    """What `--dry-run` tells."""
    return {
        "configurations": [{**each.to_mapping()} for each in shown.configurations],
        "proposed_later": shown.later,
        "different": shown.different if math.isfinite(shown.different) else None,
        "trainings": shown.trainings,
        "confirmation": shown.confirming,
        "seconds": shown.seconds,
        "sampler": sweep.sampler.value,
        "pruner": sweep.pruner.value,
        "vary": {each.name: each.text() for each in sweep.space.ranges},
        "notes": list(shown.notes),
    }
