"""Tree-structured Parzen estimator (Bergstra et al. 2011) by Optuna: the only module that knows Optuna.

The study is made anew from the history each time, and each proposal has its own generator, so that nothing is lost
with the process and the same history gives the same proposals.
"""

import math
import warnings
from collections.abc import Callable, Sequence
from random import Random

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from engine.declaration import Value, format_value
from engine.search.ranges import Range
from engine.search.space import Point, Space
from sessions.search.points import Told
from sessions.search.records import Sweep

__all__ = ["propose"]

_STARTUP = 10
_TRIES = 8

optuna.logging.disable_default_handler()


def propose(
    sweep: Sweep, told: Sequence[Told], count: int, spare: Callable[[set[Point]], Sequence[Point]]
) -> list[Point]:
    """Up to `count` new points. `spare` gives one drawn at random where TPE repeats itself."""
    space = sweep.space
    study = optuna.create_study()
    study.add_trials([_frozen(space, each) for each in told if _is_inside(space, each.point)])
    known = {each.point for each in told}
    points: list[Point] = []
    for _ in range(count):
        point = _ask(study, sweep, known, len(known)) or next(iter(spare(known)), None)
        if point is None:
            break
        known.add(point)
        points.append(point)
    return points


def _ask(study: optuna.Study, sweep: Sweep, known: set[Point], number: int) -> Point | None:
    """A point that is not known; it stays with the study as one that is awaited."""
    for attempt in range(_TRIES):
        seed = Random(f"tpe {sweep.seed} {number} {attempt}").getrandbits(32)
        study.sampler = _sampler(seed, is_conditional=sweep.space.has_conditions)
        trial = study.ask()
        point = sweep.space.point(_suggested(sweep.space, trial))
        if point not in known:
            return point
        study.tell(trial, state=TrialState.FAIL)
    return None


def _sampler(seed: int, *, is_conditional: bool) -> optuna.samplers.TPESampler:
    """Hyperparameters that are not always there are modelled in groups of those that occur together."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.samplers.TPESampler(seed=seed, n_startup_trials=_STARTUP, group=is_conditional)


def _suggested(space: Space, trial: Trial) -> dict[str, Value]:
    chosen: dict[str, Value] = {}
    for each in space.ordered():
        if space.applies(each.name, chosen):
            chosen[each.name] = _suggest(each, trial)
    return chosen


def _suggest(each: Range, trial: Trial) -> Value:
    if each.choices:
        words = [format_value(choice) for choice in each.choices]
        return each.choices[words.index(trial.suggest_categorical(each.name, words))]
    number = trial.suggest_float(each.name, *_ends(each), log=each.is_log)
    return min(max(round(number), int(each.low)), int(each.high)) if each.is_integer else float(f"{number:.6g}")


def _frozen(space: Space, told: Told) -> FrozenTrial:
    values = told.point.to_mapping()
    ranges = [each for each in space.ranges if each.name in values]
    params = {each.name: format_value(values[each.name]) if each.choices else values[each.name] for each in ranges}
    distributions = {each.name: _distribution(each) for each in ranges}
    if told.cost is None:
        return create_trial(state=TrialState.RUNNING, params=params, distributions=distributions)
    if not math.isfinite(told.cost):
        return create_trial(state=TrialState.FAIL, params=params, distributions=distributions)
    return create_trial(value=told.cost, params=params, distributions=distributions)


def _distribution(each: Range) -> BaseDistribution:
    if each.choices:
        return CategoricalDistribution([format_value(choice) for choice in each.choices])
    low, high = _ends(each)
    return FloatDistribution(low, high, log=each.is_log)


def _ends(each: Range) -> tuple[float, float]:
    """Of the range as TPE sees it: a whole number stands for all that are rounded to it.

    Optuna's own whole numbers take a proposal twice as long, for the same distribution.
    """
    return (each.low - 0.5, each.high + 0.5) if each.is_integer else (each.low, each.high)


def _is_inside(space: Space, point: Point) -> bool:
    """A trial from before a range was changed may lie outside it now."""
    return all(_holds(space[name], value) for name, value in point.items)


def _holds(each: Range, value: Value) -> bool:
    if each.choices:
        return value in each.choices
    return isinstance(value, (int, float)) and each.low <= value <= each.high
