"""The figures of a sweep: curves over each other, best so far, one hyperparameter's slice, score against time. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from engine.declaration import Scale, Value, format_value
from engine.search.ranges import Range
from sessions.records import Curve, Experiment
from tui.plot import SERIES, Ink, Line, Mark, Plot, Span
from tui.sweeps.findings import Dot, Findings
from tui.zoom import telling_costs, telling_scores

__all__ = ["best_so_far_plot", "curves_plot", "far_words", "slice_plot", "time_plot"]

_FOREMOST = 3
"""Trials whose curve has a colour of its own."""
_KEYS = {"curves": 1, "best": 2, "slice": 3, "time": 4}


def curves_plot(
    ranked: Sequence[Experiment], curves: Mapping[tuple[int, int], Curve], *, sweep: int, is_log: bool
) -> Plot | None:
    """Validation cost by epoch: the foremost in their colours over all others that are known, faint."""
    known = [(place, each, curves.get((each.number, 1))) for place, each in enumerate(ranked)]
    drawn = [(place, each, curve) for place, each, curve in known if curve is not None and len(curve)]
    if not drawn:
        return None
    lines = tuple(
        Line(SERIES[place] if place < _FOREMOST else Ink.FAINT, curve.epoch, _costs(curve))
        for place, _, curve in reversed(drawn)
    )
    return Plot(
        key=(_KEYS["curves"], sweep),
        lines=lines,
        reached=max(curve.epoch[-1] for _, _, curve in drawn),
        planned=max(each.hyperparameters.epochs for _, each, _ in drawn),
        is_over=True,
        is_log=is_log,
        telling=telling_costs(lines),
    )


def best_so_far_plot(findings: Findings) -> Plot | None:
    """Each trial's score as a dot, the best until then as a line."""
    dots = [each for each in findings.dots if math.isfinite(each.score)]
    if not dots:
        return None
    numbers = [_place(each) for each in dots]
    best = list(accumulate((each.score for each in dots), max))
    steps_x = [x for at, number in enumerate(numbers) for x in ((number, number) if at else (number,))]
    steps_y = [y for at, high in enumerate(best) for y in ((best[at - 1], high) if at else (high,))]
    marks = (*(Mark(_place(each), each.score, "•", Ink.FAINT) for each in dots), _leader(findings, _place))
    return Plot(
        key=(_KEYS["best"], findings.standing.sweep.number),
        lines=(Line(Ink.VALIDATION, [float(each) for each in steps_x], steps_y),),
        reached=0,
        planned=0,
        is_over=True,
        is_log=False,
        marks=tuple(each for each in marks if each is not None),
        span=Span(1, max(2, *numbers)),
        is_from_zero=False,
        telling=_telling(findings),
    )


def slice_plot(findings: Findings, name: str) -> Plot | None:
    """Score against the value of one hyperparameter."""
    varied = findings.standing.sweep.space[name]
    dots = [each for each in findings.dots if name in each.values and math.isfinite(each.score)]
    if not dots:
        return None
    labels = _labels(varied, dots)

    def place(dot: Dot) -> float:
        value = dot.values[name]
        if labels:
            return float(labels.index(_label(value)))
        return float(value) if isinstance(value, (int, float)) else math.nan

    marks = [Mark(place(each), each.score, "•", Ink.TRAIN) for each in dots]
    leader = _leader(findings, place, within=dots)
    return Plot(
        key=(_KEYS["slice"], findings.standing.sweep.number, hash(name)),
        lines=(),
        reached=0,
        planned=0,
        is_over=True,
        is_log=False,
        marks=(*marks, leader) if leader is not None else tuple(marks),
        span=_span(varied, labels),
        is_from_zero=False,
        telling=_telling(findings),
    )


def time_plot(findings: Findings) -> Plot | None:
    """Score against training time, with the front that no trial beats in both."""
    dots = [each for each in findings.dots if math.isfinite(each.score) and each.seconds > 0]
    if not dots:
        return None
    front = sorted((each for each in dots if each.is_on_front), key=_seconds)
    times = [each.seconds for each in dots]
    marks = [Mark(_seconds(each), each.score, "•", Ink.FAINT) for each in dots if not each.is_on_front]
    marks += [Mark(_seconds(each), each.score, "●", Ink.GOOD) for each in front]
    leader = next((each for each in dots if _is_leader(each, findings)), None)
    marks += [Mark(_seconds(leader), leader.score, "◆", Ink.BEST)] if leader is not None else []
    return Plot(
        key=(_KEYS["time"], findings.standing.sweep.number),
        lines=(Line(Ink.GOOD, [_seconds(each) for each in front], [each.score for each in front]),),
        reached=0,
        planned=0,
        is_over=True,
        is_log=False,
        marks=tuple(marks),
        span=Span(min(times), max(times), is_log=max(times) > 4 * min(times)),
        is_from_zero=False,
        telling=_telling(findings),
    )


def _telling(findings: Findings) -> tuple[float, float]:
    """The same for all figures of scores, so that a trial stands equally high in each."""
    return telling_scores([each.score for each in findings.dots])


def far_words(findings: Findings) -> str:
    """What the marks at the lower edge mean, where there are some."""
    lowest, _ = _telling(findings)
    return " · ▾ further below" if any(each.score < lowest for each in findings.dots) else ""


def _costs(curve: Curve) -> list[float]:
    return curve.validation_cost if any(each == each for each in curve.validation_cost[-1:]) else curve.train_cost


def _place(dot: Dot) -> int:
    return dot.trial.trial or 0


def _seconds(dot: Dot) -> float:
    return dot.seconds


def _is_leader(dot: Dot, findings: Findings) -> bool:
    best = findings.standing.best
    return best is not None and best.number == dot.trial.number


def _leader(findings: Findings, place: Callable[[Dot], float], within: Sequence[Dot] | None = None) -> Mark | None:
    dots = findings.dots if within is None else within
    leader = next((each for each in dots if _is_leader(each, findings)), None)
    return None if leader is None else Mark(place(leader), leader.score, "◆", Ink.BEST)


def _labels(varied: Range, dots: Sequence[Dot]) -> tuple[str, ...]:
    """Choices stand side by side; numbers in their order."""
    if not varied.choices:
        return ()
    values = [*varied.choices, *(each.values[varied.name] for each in dots)]
    distinct = list(dict.fromkeys(values))
    numbers = [each for each in distinct if isinstance(each, (int, float)) and not isinstance(each, bool)]
    return tuple(_label(each) for each in (sorted(numbers) if len(numbers) == len(distinct) else distinct))


def _label(value: Value) -> str:
    return format_value(value) or "none"


def _span(varied: Range, labels: tuple[str, ...]) -> Span:
    if labels:
        return Span(0, len(labels) - 1, labels=labels)
    return Span(varied.low, varied.high, is_log=varied.scale is Scale.LOG)
