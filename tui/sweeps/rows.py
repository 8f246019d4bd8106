"""The leaderboard of a sweep: its rows in order, and what stands in their cells. Pure."""

import math
from collections.abc import Mapping

from engine.declaration import format_value
from engine.search.ranges import Range
from engine.search.ranking import Standing
from sessions.leading import counted, counted_fits
from sessions.records import Experiment, State
from sessions.search.points import point_of
from sessions.search.standing import SweepStanding
from tui.columns import Cell, Column, Tone, state_cell
from tui.text import cut, figure, fitting, score, spent

__all__ = ["leaderboard", "leaderboard_columns"]

_WIDEST = 12
_NARROW = 11
_ROOMY = 70


def leaderboard(standing: SweepStanding) -> list[Experiment]:
    """Ranked trials best first, then those under way, then those without a figure."""
    by_number = {each.number: each for each in standing.trials}
    ranked = [by_number[each.trial] for each in standing.leaders]
    known = {each.number for each in ranked}
    others = [each for each in standing.trials if each.number not in known]
    return ranked + sorted(others, key=lambda each: (each.state.is_over, each.state is State.QUEUED, each.number))


def leaderboard_columns(width: int, standing: SweepStanding) -> list[Column]:
    """The columns that fit into `width` characters; a gap of one stands between columns."""
    places = {each.trial: (place, each) for place, each in enumerate(standing.leaders, start=1)}
    is_roomy = width >= _ROOMY
    head = [
        Column("rank" if is_roomy else "", 4 if is_roomy else 2, lambda each: _rank(each, places, standing), True),
        Column("#", _number_width(standing), lambda each: (str(each.number), Tone.PLAIN), True),
        Column("score", 15 if is_roomy else _NARROW, lambda each: _score(each, places)),
        Column("fits", 5 if is_roomy else 4, lambda each: _seeds(each, places)),
    ]
    tail = [Column("time", 5 if is_roomy else 4, lambda each: (spent(each.seconds), Tone.QUIET), True)]
    if is_roomy:
        tail = [
            Column("val cost", 8, lambda each: _cost(each, places), True),
            *tail,
            Column("epoch", 5, _epoch, True),
            Column("state", 10, state_cell),
        ]
    room = width - sum(each.width + 1 for each in [*head, *tail])
    varied: list[Column] = []
    for each in standing.sweep.space.ranges:
        column = _varied(each, standing)
        if column.width + 1 <= room:
            varied.append(column)
            room -= column.width + 1
    return [*head, *varied, *tail]


def _number_width(standing: SweepStanding) -> int:
    return max(2, len(str(standing.trials[-1].number))) if standing.trials else 2


def _rank(experiment: Experiment, places: Mapping[int, tuple[int, Standing]], standing: SweepStanding) -> Cell:
    place, own = places.get(experiment.number, (0, None))
    if own is None or not own.merit.is_known:
        return state_cell(experiment)[0][:1], state_cell(experiment)[1]
    is_winner = own.is_confirmed and standing.best is not None and standing.best.number == experiment.number
    return ("★" if is_winner else str(place)), Tone.BEST if is_winner else Tone.PLAIN


def _score(experiment: Experiment, places: Mapping[int, tuple[int, Standing]]) -> Cell:
    _, own = places.get(experiment.number, (0, None))
    if own is None:
        best = experiment.best.validation_score if experiment.best else None
        return score(best), Tone.QUIET
    if math.isnan(own.spread):
        return score(own.merit.score), Tone.PLAIN
    return _with_spread(own.merit.score, own.spread), Tone.GOOD


def _with_spread(value: float, spread: float) -> str:
    """Both with three decimals, or with as many digits as the narrow column has room for."""
    both = f"{score(value)}±{spread:.3f}"
    return both if len(both) <= _NARROW else f"{figure(value, 2)}±{figure(spread, 1)}"


def _cost(experiment: Experiment, places: Mapping[int, tuple[int, Standing]]) -> Cell:
    _, own = places.get(experiment.number, (0, None))
    cost = own.merit.cost if own else experiment.best.validation_cost if experiment.best else None
    return fitting(cost, 8), Tone.QUIET


def _seeds(experiment: Experiment, places: Mapping[int, tuple[int, Standing]]) -> Cell:
    _, own = places.get(experiment.number, (0, None))
    if own is not None and own.is_confirmed:
        return f"{len(counted_fits(experiment)):>2} ✔", Tone.GOOD
    if experiment.fresh:
        over = sum(fit.state.is_over for fit in experiment.fresh_fits)
        return f"{over}/{experiment.fresh}", Tone.LIVE
    if not experiment.state.is_over:
        return f"{state_cell(experiment)[0][:1]:>4}", state_cell(experiment)[1]
    return f"{len(experiment.first_fits):>2} ?", Tone.QUIET


def _epoch(experiment: Experiment) -> Cell:
    """The one whose figures count: of the fresh trainings where they confirmed it."""
    best = counted(experiment)
    return str(best.epoch) if best else "–", Tone.QUIET


def _varied(each: Range, standing: SweepStanding) -> Column:
    entry = each.declared
    title = {"hidden_units": "units", "units_per_layer": "n", "hidden_layers": "L"}.get(
        each.name, entry.symbol or entry.label.lower()
    )
    shown = {trial.number: _value(each.name, trial, standing) for trial in standing.trials}
    longest = max((len(text) for text in shown.values()), default=0)
    width = min(_WIDEST, max(len(title), longest, 3))
    return Column(cut(title, width), width, lambda trial: (cut(shown.get(trial.number, "–"), width), Tone.PLAIN), True)


def _value(name: str, trial: Experiment, standing: SweepStanding) -> str:
    values = point_of(standing.sweep.space, trial.hyperparameters).to_mapping()
    if name not in values:
        return "–"
    value = values[name]
    if isinstance(value, float):
        return f"{value:.3g}"
    return format_value(value) or "none"
