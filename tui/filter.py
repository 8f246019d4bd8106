"""Which experiments a filter lets through. Pure: words in, a predicate out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from engine.declaration import format_value
from engine.hyperparameters import declarations

if TYPE_CHECKING:
    from sessions.records import Experiment

__all__ = ["Keep", "Mistake", "compile_filter", "mistake_in"]

Keep = Callable[["Experiment"], bool]

_NAMED = re.compile(r"([^=<>]+)=.*")
_COMPARED = re.compile(r"[<>=≤≥≠].*|.*(?:==|!=|=[<>]).*|[\w\[\].-]*[\w\[\]][<>≤≥≠].*")
"""A sign at the beginning, a doubled one, or one behind a name; a text may hold an arrow, as in `x->y`."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a filter finds nothing of what it seems to ask for, in two halves of a sentence."""

    what: str
    remedy: str
    """Names what there is, the nearest first."""


def compile_filter(text: str) -> Keep | None:
    """A predicate that holds where every word matches; None when the filter is empty.

    A word matches a number (`12`, `#12`), a state, part of a tag, idea, conclusion or verdict, or a hyperparameter
    (`learning_rate=0.03`, `α=0.03`, `optimizer=ad` by its beginning). `-word` leaves out what matches.
    """
    tests = [_word(word) for word in text.lower().split()]
    if not tests:
        return None
    return lambda experiment: all(test(experiment) for test in tests)


def mistake_in(text: str) -> Mistake | None:
    """The first word that names what no experiment has, or compares; None where all can be understood."""
    for word in text.lower().split():
        asked = word.removeprefix("-")
        named = _NAMED.fullmatch(asked)
        if _COMPARED.fullmatch(asked):
            return Mistake(f"{asked!r} is not understood by a filter", "use NAME=VALUE without blanks, or words")
        if named and not _hyperparameter(named[1]):
            return Mistake(f"There is no hyperparameter {named[1]!r}", f"use {', '.join(_nearest(named[1]))}, or words")
    return None


def _nearest(name: str) -> list[str]:
    """All hyperparameters, those first whose names are like it."""
    names = [each.name for each in declarations()]
    near = get_close_matches(name, names, 3, 0.5)
    return [*near, *(each for each in names if each not in near)]


def _word(word: str) -> Keep:
    if word.startswith("-") and len(word) > 1:
        inner = _word(word[1:])
        return lambda experiment: not inner(experiment)
    name, equals, wanted = word.partition("=")
    if equals and (known := _hyperparameter(name)):
        return lambda experiment: _has_value(experiment, known, wanted)
    digits = word.removeprefix("#")
    if word.startswith("#"):
        return lambda experiment: str(experiment.number) == digits
    if word.isdecimal():
        number = int(word)
        return lambda experiment: experiment.number == number or word in _words(experiment)
    return lambda experiment: word in _words(experiment)


def _words(experiment: Experiment) -> str:
    verdict = experiment.verdict.kind.value if experiment.verdict else ""
    parts = (experiment.state.value, verdict, experiment.idea, experiment.conclusion, *experiment.tags)
    return "\n".join(parts).lower()


def _hyperparameter(name: str) -> str:
    return next((each.name for each in declarations() if name in (each.name, each.symbol.lower())), "")


def _has_value(experiment: Experiment, name: str, wanted: str) -> bool:
    value = getattr(experiment.hyperparameters, name)
    if isinstance(value, float):
        try:
            return value == float(wanted)
        except ValueError:
            return False
    shown = format_value(value)
    return shown.startswith(wanted) if isinstance(value, str) and wanted else shown == wanted
