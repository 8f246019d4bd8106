"""From a selected experiment and the curves of a snapshot to what the chart draws. Pure."""

from collections.abc import Sequence
from shlex import quote

from sessions.leading import counted
from sessions.records import Curve, Experiment, Snapshot, State
from tui.plot import Ink, Line, Plot
from tui.sparkline import sparkline

__all__ = ["curves_of", "plot_of", "spark_of", "wanted_fits", "why_no_curve"]

_MOST_LINES = 8
"""Fits of one experiment that are drawn."""
_SPARK = 16


def wanted_fits(selected: Experiment | None, in_sight: Sequence[Experiment]) -> list[tuple[int, int]]:
    """The curves a screen needs: all of the selected experiment's, the first of each in sight."""
    fits = [(selected.number, fit.number) for fit in selected.fits[:_MOST_LINES]] if selected is not None else []
    fits += [(each.number, each.fits[0].number) for each in in_sight if each.fits and each.state is not State.QUEUED]
    return list(dict.fromkeys(fits))


def curves_of(experiment: Experiment, snapshot: Snapshot) -> list[Curve]:
    """The curves that are there, in the order of the fits."""
    keys = [(experiment.number, fit.number) for fit in experiment.fits[:_MOST_LINES]]
    return [snapshot.curves[key] for key in keys if key in snapshot.curves and len(snapshot.curves[key])]


def why_no_curve(experiment: Experiment, snapshot: Snapshot) -> tuple[str, ...]:
    """What stands in place of a curve that is not there, line by line."""
    fits = experiment.fits[:_MOST_LINES]
    is_trained = any(fit.epochs for fit in fits)
    if not is_trained and not experiment.state.is_over:
        return ("no curve yet",)
    if any((experiment.number, fit.number) not in snapshot.curves for fit in fits):
        return ("loading the curve …",)
    if not is_trained:
        return ("no curve: it was not trained",)
    return ("the curve is lost", "", f"tunedeck doctor {quote(snapshot.info.name)} tells what to do")


def plot_of(experiment: Experiment, curves: Sequence[Curve], *, is_log: bool) -> Plot:
    """Train and validation cost of every fit; of several, each has its pair of lines."""
    lines = [line for each in curves for line in _pair(each)]
    figures = counted(experiment)
    return Plot(
        key=(experiment.number,),
        lines=tuple(lines),
        reached=max(each.epoch[-1] for each in curves),
        planned=experiment.hyperparameters.epochs,
        is_over=experiment.state.is_over,
        is_log=is_log,
        best=(figures.epoch, figures.validation_cost) if figures else None,
    )


def _pair(curve: Curve) -> tuple[Line, Line]:
    train = Line(Ink.TRAIN, curve.epoch, curve.train_cost)
    return train, Line(Ink.VALIDATION, curve.epoch, curve.validation_cost, is_dashed=True)


def spark_of(curve: Curve) -> str:
    """The validation cost in small; the training cost where there is no validation."""
    costs = curve.validation_cost
    return sparkline(costs if any(each == each for each in costs[-1:]) else curve.train_cost, _SPARK)
