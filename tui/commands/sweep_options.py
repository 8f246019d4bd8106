"""Which options of `tunedeck sweep` were given, and the sentence for one that would change nothing."""

from argparse import Namespace
from collections.abc import Mapping

from engine.errors import UsageError

__all__ = ["BUDGET", "NEW", "STEERING", "is_given", "refuse"]

BUDGET = {
    "trials": "--trials",
    "epochs_budget": "--epochs-budget",
    "minutes": "--minutes",
    "no_confirm": "--no-confirm",
    "repeats": "--repeats",
    "folds": "--folds",
}
"""How much a new sweep may spend, and on what. Option by its name in the parsed command line."""
NEW = {
    "vary": "--vary",
    "set": "-s",
    "parent": "--parent",
    "preset": "--preset",
    "sampler": "--sampler",
    "pruner": "--pruner",
    "seed": "--seed",
    "idea": "--idea",
    "dry_run": "--dry-run",
    **BUDGET,
}
"""What only a new sweep can be given."""
STEERING = {"resume": "--resume", "add_trials": "--add-trials", "widen": "--widen", "retry": "--retry"}
"""What acts on a sweep that there is."""


def is_given(asked: Namespace, options: Mapping[str, str]) -> bool:
    """Whether any of these stands on the command line."""
    return any(_stands(asked, name) for name in options)


def refuse(asked: Namespace, options: Mapping[str, str], why: str, remedies: Mapping[str, str] | None = None) -> None:
    """Raises UsageError for the first of these that was given; `why` goes on behind its name, a remedy behind that."""
    for name, option in options.items():
        if _stands(asked, name):
            raise UsageError(f"{option} {why}{(remedies or {}).get(name, '')}.")


def _stands(asked: Namespace, name: str) -> bool:
    return getattr(asked, name) not in (None, False, [])
