"""Sweeps in the words of the commands: a line of progress, the lines of what came out, what a sweep would do."""

import math
from collections.abc import Sequence

from engine.declaration import format_value
from sessions.leading import rests_on
from sessions.records import Experiment, Look, SessionInfo, State
from sessions.search.planning import Preview
from sessions.search.points import point_of
from sessions.search.records import Outcome, Sweep
from sessions.search.standing import SweepStanding
from sessions.search.winners import looks_words, sense_now
from tui.commands.wording import test_lines
from tui.sweeps.amount import amount_words
from tui.text import duration, figure, score

__all__ = ["preview_lines", "sweep_line", "sweep_lines", "worth_lines"]

_LEADERS = 5


def sweep_line(standing: SweepStanding, info: SessionInfo) -> str:
    """State, trials, best so far, time to go."""
    sweep = standing.sweep
    counts = ", ".join(f"{count} {state.value}" for state in State if (count := standing.counts.get(state, 0)))
    words = f"sweep {sweep.number} {sweep.state.value} {standing.done * 100:3.0f} %  {counts or 'no trials yet'}"
    if standing.best is not None and standing.best.best is not None:
        mark = "" if standing.best.confirmed else " ?"
        words += f"  best #{standing.best.number} {info.score_name} {score(standing.promised)}{mark}"
    if not sweep.state.is_over and standing.eta_s is not None:
        words += f"  ETA {duration(standing.eta_s)}"
    return words


def sweep_lines(standing: SweepStanding, info: SessionInfo, session: str, ledger: Sequence[Look]) -> list[str]:
    """What a person wants to know when it is over, or how it stands; of its winner also the looks at the test rows."""
    sweep = standing.sweep
    lines = [sweep_line(standing, info)]
    if sweep.is_settled:
        lines.append(f"  {sweep.ended}")
    lines += [f"  {text}" for text in _leaders(standing, info)]
    if sweep.outcome is not None:
        lines += [f"  {text}" for text in worth_lines(sweep.outcome, info, standing.session_looks)]
        lines += [f"  {text}" for text in test_lines(sweep.outcome.winner, info, ledger)]
        lines.append(f"  `tunedeck show {session} {sweep.outcome.winner}` shows the winner.")
    lines += [f"  {text}" for text in standing.warnings]
    if sweep.state is State.INTERRUPTED:
        lines.append(f"  No process goes on with it: `tunedeck sweep {session} --resume {sweep.number}` does.")
    elif not sweep.state.is_over:
        lines.append(f"  `tunedeck sweep {session} --resume {sweep.number}` waits for it.")
    return lines


def _leaders(standing: SweepStanding, info: SessionInfo) -> list[str]:
    """The best trials by the session's score; one that rests on a single training is marked ?."""
    by_number = {each.number: each for each in standing.trials}
    lines = []
    for place, each in enumerate(standing.leaders[:_LEADERS], 1):
        trial = by_number[each.trial]
        values = point_of(standing.sweep.space, trial.hyperparameters).items
        words = " ".join(f"{name}={format_value(value)}" for name, value in values)
        spread = f" ± {score(each.spread)}" if math.isfinite(each.spread) else ""
        rests = rests_on(trial) if each.is_confirmed else f"{_first_trainings(trial)} ?"
        figures = f"{info.score_name} {score(each.merit.score)}{spread} ({rests}), cost {figure(each.merit.cost)}"
        lines.append(f"{place}. #{each.trial}  {figures}  {words}")
    return lines


def _first_trainings(trial: Experiment) -> str:
    count = len(trial.first_fits)
    return f"{count} trainings" if count > 1 else "1 training"


def worth_lines(outcome: Outcome, info: SessionInfo, in_session: int) -> list[str]:
    """Promised and expected, the looks they rest on, and whether more experiments make sense."""
    rests = "over fresh seeds" if outcome.is_confirmed else "by the training that chose it ?"
    lines = [f"#{outcome.winner} promises {info.score_name} {score(outcome.promised)} {rests}"]
    if outcome.value is not None:
        span = f"{score(outcome.low)} … {score(outcome.high)}"
        lines.append(f"expected on new rows {score(outcome.value)}, 80 % within {span}")
    lines.append(f"after {looks_words(outcome, in_session)}, at {outcome.rows} validation rows")
    return [each for each in (*lines, outcome.unconfirmed, sense_now(outcome, in_session)) if each]


def preview_lines(sweep: Sweep, shown: Preview, *, with_configurations: bool = False) -> list[str]:
    """What a sweep would do."""
    ranges = ", ".join(f"{each.name} {each.text()}" for each in sweep.space.ranges)
    how = "at most" if shown.is_at_most else "about"
    time = "" if shown.seconds is None else f", {how} {duration(max(shown.seconds, 1.0))}"
    lines = [
        f"{sweep.sampler.value} over {ranges}: {amount_words(shown)}{time}",
        *shown.notes,
    ]
    if with_configurations:
        names = [each.name for each in sweep.space.ranges]
        for place, each in enumerate(shown.configurations, 1):
            values = point_of(sweep.space, each).to_mapping()
            lines.append(f"{place:>5}  " + " ".join(f"{n}={format_value(values[n])}" for n in names if n in values))
        if shown.later:
            lines.append(f"{shown.later} more will be proposed from results.")
    return lines
