"""The story of a session as Markdown: what was tried, what came of it, and what the winner is worth.

Pure: records in, text out. People's words enter only through `plain`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from engine.declaration import Value, format_value
from engine.hyperparameters import Hyperparameters
from sessions.leading import counted, is_confirmed, leader, merit_of, rests_on, spread_of, train_cost_of
from sessions.markdown import plain
from sessions.milestones import Milestone, known_since, milestones
from sessions.records import Best, Experiment, Look, SessionInfo, Snapshot, State
from sessions.search.records import Outcome, Sweep
from sessions.search.standing import stand
from sessions.search.winners import (
    judging_rows,
    looks_in_session,
    looks_words,
    outcome_won_by,
    rows_words,
    sense_now,
)

__all__ = ["report"]

_MOST_CLASSES = 12
_WORSE_LEADS = "Figures worse than those above them lead because they rest on more than one training."
_MARK = 12
"""Characters of a fingerprint that tell data sets apart."""


def report(snapshot: Snapshot, now: datetime) -> str:
    """The whole story, as it stands at `now`; dates are in UTC."""
    return "\n".join(_Story(snapshot, now).lines()) + "\n"


class _Story:
    """One session at one moment, told in sections."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self._snapshot = snapshot
        self._info = snapshot.info
        self._now = now
        self._looks = looks_in_session(snapshot.experiments)
        self._by_number = {each.number: each for each in snapshot.experiments}
        self._milestones = milestones(snapshot.experiments)

    def lines(self) -> Iterator[str]:
        """All sections, in reading order."""
        yield f"# {plain(self._info.name)}"
        yield from ("", f"As of {self._now:%Y-%m-%d %H:%M} (UTC).")
        yield from _section("Data", [*_data(self._info), *self._amount()])
        yield from _section("The winner and what it is worth", self._winner())
        yield from _section("Looks at the test rows", self._ledger())
        yield from _section("Milestones", self._milestone_table())
        yield from _section("Timeline", self._timeline())
        if self._snapshot.messages:
            yield from _section("To be known of the files", [f"- {plain(each)}" for each in self._snapshot.messages])

    def _amount(self) -> list[str]:
        experiments = self._snapshot.experiments
        counts = [(sum(each.state is state for each in experiments), state.value) for state in State]
        words = ", ".join(f"{count} {name}" for count, name in counts if count)
        many = len(self._snapshot.sweeps)
        sweeps = f", {many} sweep{'s' if many > 1 else ''}" if many else ""
        trained = _time(sum(each.seconds for each in experiments))
        return [f"- Experiments: {len(experiments)}{f' ({words})' if words else ''}{sweeps}; {trained} of training"]

    def _winner(self) -> list[str]:
        best = leader(self._snapshot.experiments)
        if best is None:
            return ["No experiment that is over has a validation cost yet."]
        lines = [f"**#{best.number}** leads: {_figures(best, self._info)}."]
        lines += ["", f"- Settings: {_settings(best.hyperparameters_now.differences(Hyperparameters()))}"]
        lines.append(f"- {self._rests_on(best)}")
        won = outcome_won_by(best.number, self._snapshot.sweeps)
        if won is not None:
            lines += [f"- {each}" for each in self._worth(won)]
        else:
            compared = f"{self._looks} experiment{' was' if self._looks == 1 else 's were'} compared"
            rows = f"{compared} on the same {rows_words(self._snapshot.experiments, self._info)}"
            lines.append(f"- {rows}: expect somewhat less on new ones" if self._looks > 1 else f"- {rows}")
            lines += self._won_by_another(best)
        lines += [
            f"- {_look_words(each, self._info)}" for each in self._snapshot.looks if each.experiment == best.number
        ]
        return lines

    def _rests_on(self, best: Experiment) -> str:
        if is_confirmed(best):
            first = f"; the training that chose it: {_best_words(best.best, self._info)}" if best.best else ""
            return f"It is the {rests_on(best)}{first}"
        fits = len(best.fits)
        if fits == 1:
            return "It rests on the one training that chose it: `--repeats` would tell how much of it is luck"
        return f"It is the mean of {fits} {'folds' if best.folds else 'seeds'}"

    def _won_by_another(self, best: Experiment) -> list[str]:
        sweep = next((each for each in self._snapshot.sweeps if each.number == best.sweep), None)
        if sweep is None or sweep.outcome is None:
            return []
        words = "; ".join(self._worth(sweep.outcome))
        return [f"- Sweep {sweep.number} chose #{sweep.outcome.winner} instead: {words}"]

    def _ledger(self) -> list[str]:
        if not self._info.test_rows:
            return ["The split gives the test no rows: nothing was sealed."]
        looks = self._snapshot.looks
        if not looks:
            return [f"None: the {self._info.test_rows} test rows are sealed."]
        lines = [f"{index}. {_look_words(each, self._info)}" for index, each in enumerate(looks, 1)]
        if len(looks) > 1:
            lines += ["", "Each look after the first makes the next score look better than it is."]
        return lines

    def _milestone_table(self) -> list[str]:
        if not self._milestones:
            return ["None yet."]
        head = [
            f"| experiment | known since | validation cost | {self._info.score_name} | changed |",
            "|--:|---|--:|--:|---|",
        ]
        rows = [self._milestone_row(each) for each in self._milestones]
        scores = [merit_of(each.best).key for each in self._milestones]
        return head + rows + (["", _WORSE_LEADS] if scores != sorted(scores, reverse=True) else [])

    def _milestone_row(self, milestone: Milestone) -> str:
        each, best = milestone.experiment, milestone.best
        figures = f"{_cost(best.validation_cost)} | {_score(best.validation_score)}"
        return f"| #{each.number} | {milestone.at:%Y-%m-%d %H:%M} | {figures} | {self._changed(each)} |"

    def _changed(self, experiment: Experiment) -> str:
        """What is different from the experiment it was derived from, or from the defaults."""
        parent = self._by_number.get(experiment.parent or 0)
        base = Hyperparameters() if parent is None else parent.hyperparameters
        against = "" if parent is None else f" (from #{parent.number})"
        same = "defaults" if parent is None else f"as #{parent.number}"
        different = experiment.hyperparameters.differences(base)
        return _settings(different) + against if different else same

    def _timeline(self) -> Iterator[str]:
        """Each at the moment when it was over, so that a new best is better than all that led before it."""
        known = {each.number for each in self._snapshot.sweeps}
        alone = [each for each in self._snapshot.experiments if each.sweep not in known]
        events: list[tuple[datetime, int, list[str]]] = [
            (known_since(each), 0, self._experiment(each)) for each in alone
        ]
        events += [(_since(each), 0, self._sweep(each)) for each in self._snapshot.sweeps]
        looks = self._snapshot.looks
        events += [(each.created, 1, [f"- {each.created:%H:%M} {_look_words(each, self._info)}"]) for each in looks]
        if not events:
            yield "Nothing was tried yet."
        days = groupby(sorted(events, key=lambda event: event[:2]), key=lambda event: event[0].date())
        for place, (day, entries) in enumerate(days):
            yield from ([""] if place else [])
            yield from (f"### {day}", "")
            for _, _, lines in entries:
                yield from lines

    def _star(self, found: Sequence[Milestone], *, with_number: bool = False) -> str:
        """What is said of one experiment or sweep that took the lead by those milestones.

        A better figure than all that led before it, or one that leads because it rests on more trainings.
        """
        if not found:
            return ""
        last = found[-1]
        earlier = self._milestones[: self._milestones.index(found[0])]
        is_better = all(merit_of(last.best).key < merit_of(each.best).key for each in earlier)
        words = "new best" if is_better else "leads, being repeated"
        number, at = last.experiment.number, f"{last.at:%Y-%m-%d %H:%M}"
        return f" **★ {words}: #{number}** ({at})" if with_number else f" **★ {words}**"

    def _experiment(self, each: Experiment) -> list[str]:
        star = self._star([found for found in self._milestones if found.experiment.number == each.number])
        figures = _figures(each, self._info) if each.best else "no figures"
        lines = [f"- {known_since(each):%H:%M} **#{each.number}** {each.state.value}: {figures}{star}"]
        told = [("Idea", each.idea), ("Tags", ", ".join(each.tags))]
        lines += [f"  - {name}: {plain(text)}" for name, text in told if text.strip()]
        lines.append(f"  - Changed: {self._changed(each)}")
        for change in each.changes:
            values = f"{format_value(change.before)} → {format_value(change.after)}"
            lines.append(f"  - Changed in training: `{change.name}` {plain(values)} ({change.at:%Y-%m-%d %H:%M})")
        if each.verdict is not None:
            lines.append(f"  - Verdict: {each.verdict.kind.value}: {plain(each.verdict.text)}")
        told = [("Error", each.error), ("Conclusion", each.conclusion)]
        return lines + [f"  - {name}: {plain(text)}" for name, text in told if text.strip()]

    def _sweep(self, sweep: Sweep) -> list[str]:
        trials = [each for each in self._snapshot.experiments if each.sweep == sweep.number]
        standing = stand(sweep, trials, self._now)
        found = [each for each in self._milestones if each.experiment.sweep == sweep.number]
        star = self._star(found, with_number=True)
        counts = ", ".join(f"{count} {state.value}" for state in State if (count := standing.counts.get(state, 0)))
        how = sweep.sampler.value if sweep.pruner.value == "none" else f"{sweep.sampler.value}, {sweep.pruner.value}"
        ranges = ", ".join(f"`{each.name}` {plain(each.text())}" for each in sweep.space.ranges)
        head = f"**Sweep {sweep.number}** {sweep.state.value} ({how}; trials: {counts or 'none'})"
        lines = [f"- {_since(sweep):%H:%M} {head}{star}", f"  - Varied: {ranges}"]
        told = [("Idea", sweep.idea), ("Ended", sweep.ended if sweep.is_settled else "")]
        lines += [f"  - {name}: {plain(text)}" for name, text in told if text.strip()]
        if sweep.outcome is not None:
            lines += [f"  - {each}" for each in self._worth(sweep.outcome)]
        elif standing.best is not None:
            lines.append(f"  - Best so far: #{standing.best.number}, {_figures(standing.best, self._info)}")
        noted = [each for each in trials if each.conclusion.strip()]
        return lines + [f"  - Conclusion of #{each.number}: {plain(each.conclusion)}" for each in noted]

    def _worth(self, outcome: Outcome) -> list[str]:
        """Promised, expected, looks; why it is not confirmed, and, of the latest sweep alone, whether to go on."""
        rests = "over fresh seeds" if outcome.is_confirmed else "by the training that chose it"
        looks = f"after {looks_words(outcome, self._looks)}, at {outcome.rows} validation rows"
        lines = [f"#{outcome.winner} promised {self._info.score_name} {_score(outcome.promised)} {rests}, {looks}"]
        if outcome.value is not None and outcome.low is not None and outcome.high is not None:
            span = f"{_score(outcome.low)} … {_score(outcome.high)}"
            lines.append(f"Expected on new rows {_score(outcome.value)}, 80 % within {span}")
        latest = [each.outcome for each in self._snapshot.sweeps if each.outcome is not None][-1]
        words = (outcome.unconfirmed, sense_now(outcome, self._looks, is_latest=outcome is latest))
        return [*lines, *(plain(each) for each in words if each)]


def _since(sweep: Sweep) -> datetime:
    """When it was over or paused; when it began, while it runs."""
    return sweep.halted or sweep.created


def _section(title: str, body: Sequence[str] | Iterator[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from body


def _data(info: SessionInfo) -> list[str]:
    shown = ", ".join(plain(each) for each in info.classes[:_MOST_CLASSES])
    more = f" and {len(info.classes) - _MOST_CLASSES} more" if len(info.classes) > _MOST_CLASSES else ""
    classes = f"; classes: {shown}{more}" if info.classes else ""
    rows = f"{info.train_rows:,} train, {info.validation_rows:,} validation, {info.test_rows:,} test"
    parts = ", ".join(f"{share:g}" for share in info.split)
    return [
        f"- Source: {plain(info.source)}, made {info.created:%Y-%m-%d}, fingerprint {plain(info.fingerprint[:_MARK])}",
        f"- Task: {info.task.value}, target {plain(info.target)}{classes}",
        f"- Rows: {rows} (split {parts}, seed {info.seed}); {info.features:,} features, scaling {plain(info.scale)}",
        f"- Score: {plain(info.score_name)}",
        *(f"- {plain(each)}" for each in info.notes),
    ]


def _settings(different: Mapping[str, tuple[Value, Value]]) -> str:
    return ", ".join(f"`{name}={format_value(value)}`" for name, (value, _) in different.items()) or "defaults"


def _figures(experiment: Experiment, info: SessionInfo) -> str:
    """Best figures, epoch and time; of several fits, how far their scores lie apart."""
    best = counted(experiment)
    if best is None:
        return "no figures yet"
    if not judging_rows(info, has_folds=experiment.folds > 0):
        words = f"train cost {_cost(train_cost_of(experiment))}"
    else:
        words = _best_words(best, info) + _spread(experiment)
    return f"{words} at epoch {best.epoch}, {_time(experiment.seconds)}"


def _spread(experiment: Experiment) -> str:
    spread = spread_of(experiment)
    return f" ± {spread:.3f} ({rests_on(experiment)})" if math.isfinite(spread) else ""


def _best_words(best: Best, info: SessionInfo) -> str:
    return f"validation cost {_cost(best.validation_cost)}, {info.score_name} {_score(best.validation_score)}"


def _look_words(look: Look, info: SessionInfo) -> str:
    figures = f"test {info.score_name} {_score(look.score)}, cost {_cost(look.cost)}"
    return (
        f"**Look {look.number}** at the test rows, #{look.experiment}, {look.created:%Y-%m-%d}: {figures}; reason: "
        + (plain(look.reason))
    )


def _cost(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "–"


def _score(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _time(seconds: float) -> str:
    if 0 < seconds < 1:
        return "under 1 s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
