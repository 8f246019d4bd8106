"""Sweeps to documents and back: the one place that knows how the history spells them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.search.pruning import Pruner
from engine.search.space import Space
from sessions.documents import Document
from sessions.records import State
from sessions.search.records import Budget, Outcome, Sampler, Sweep

__all__ = ["outcome_to_document", "sweep_from_document", "sweep_to_document"]


def sweep_to_document(sweep: Sweep) -> Document:
    """As the history keeps it."""
    document = {name: getattr(sweep, name) for name in Sweep.__slots__}
    return document | {
        "state": sweep.state.value,
        "space": sweep.space.to_document(),
        "sampler": sweep.sampler.value,
        "pruner": sweep.pruner.value,
        "budget": {name: getattr(sweep.budget, name) for name in Budget.__slots__},
        "created": sweep.created.isoformat(),
        "halted": sweep.halted.isoformat() if sweep.halted else None,
        "outcome": outcome_to_document(sweep.outcome),
        "finalists": list(sweep.finalists),
    }


def sweep_from_document(document: Mapping[str, Any]) -> Sweep:
    """Inverse of `sweep_to_document`. Raises UsageError for a space that is none."""
    known = {key: value for key, value in document.items() if key in Sweep.__slots__}
    outcome, halted = document.get("outcome"), document.get("halted")
    return Sweep(
        **known
        | {
            "state": State(document["state"]),
            "space": Space.from_document(document["space"]),
            "sampler": Sampler(document["sampler"]),
            "pruner": Pruner(document["pruner"]),
            "budget": Budget(**document["budget"]),
            "created": datetime.fromisoformat(document["created"]),
            "halted": datetime.fromisoformat(halted) if halted else None,
            "outcome": None if outcome is None else _outcome_from_document(outcome),
            "finalists": tuple(document.get("finalists", ())),
        }
    )


def _outcome_from_document(document: Mapping[str, Any]) -> Outcome:
    return Outcome(**{name: value for name, value in document.items() if name in Outcome.__slots__})


def outcome_to_document(outcome: Outcome | None) -> Document | None:
    """All fields of an outcome."""
    return None if outcome is None else {name: getattr(outcome, name) for name in Outcome.__slots__}
