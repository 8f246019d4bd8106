"""Experiments in the words of the commands: a line of progress, a few lines of outcome."""

import math
from collections.abc import Sequence

from engine.declaration import format_value
from engine.hyperparameters import Hyperparameters
from sessions.leading import counted, rests_on, spread_of, train_cost_of
from sessions.records import Experiment, Look, SessionInfo, State
from sessions.search.winners import judging_rows, looks_in_session, rows_words
from tui.columns import state_word
from tui.text import figure, score, spent

__all__ = ["looks_line", "one_line", "outcome_lines", "settings_line", "test_lines"]


def settings_line(hyperparameters: Hyperparameters) -> str:
    """What differs from the defaults, as the command line takes it."""
    changed = hyperparameters.differences(Hyperparameters())
    return " ".join(f"{name}={format_value(value)}" for name, (value, _) in changed.items()) or "defaults"


def one_line(experiment: Experiment, info: SessionInfo) -> str:
    """State, share done, best figures, time."""
    total = experiment.hyperparameters.epochs * len(experiment.fits)
    done = sum(fit.epochs for fit in experiment.fits)
    share = f" {100 * done // max(1, total):3d} %" if experiment.state is State.RUNNING else ""
    return f"#{experiment.number} {state_word(experiment)}{share}  {_figures(experiment, info)}".rstrip()


def outcome_lines(experiment: Experiment, info: SessionInfo) -> list[str]:
    """What a person wants to know when it is over."""
    lines = [one_line(experiment, info)]
    if experiment.error:
        lines.append(f"  {experiment.error}")
    if experiment.verdict is not None:
        lines.append(f"  {experiment.verdict.kind.value}: {experiment.verdict.text}")
        lines += [
            f"  next: {each.name} {each.current} → {each.proposed} ({each.why})" for each in experiment.verdict.advice
        ]
    return lines


def looks_line(experiments: Sequence[Experiment], info: SessionInfo) -> str:
    """How many of a session's experiments were judged on which rows."""
    looks = looks_in_session(experiments)
    return f"{looks} look{'s' * (looks != 1)} at the {rows_words(experiments, info)} in this session"


def test_lines(number: int, info: SessionInfo, ledger: Sequence[Look]) -> list[str]:
    """A line for each look at the test rows that an experiment has had; none while its seal is whole."""
    return [
        f"look {each.number} at the test rows, {each.created:%Y-%m-%d}: {info.score_name} {score(each.score)}, "
        f"cost {figure(each.cost)}; reason: {each.reason}"
        for each in ledger
        if each.experiment == number
    ]


def _of_how_many(experiment: Experiment) -> str:
    """Says of figures that are means over fits that they are, and how far the fits lie apart."""
    words, spread = rests_on(experiment), spread_of(experiment)
    apart = f" ± {spread:.3f}" if math.isfinite(spread) else ""
    return f"{apart} ({words})" if words else ""


def _figures(experiment: Experiment, info: SessionInfo) -> str:
    best = counted(experiment)
    if best is None:
        return ""
    if judging_rows(info, has_folds=experiment.folds > 0):
        words = f"validation cost {figure(best.validation_cost)}, {info.score_name} {score(best.validation_score)}"
        words += _of_how_many(experiment)
    else:
        words = f"train cost {figure(train_cost_of(experiment))}"
    return f"{words} at epoch {best.epoch}  {spent(experiment.seconds)}"
