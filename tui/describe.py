"""What is said of an experiment beside its chart: verdict, advice, figures, health, parameters. Pure: records in,
styled text out."""

import math
from collections.abc import Sequence
from itertools import pairwise

from textual.content import Content

from engine.records import Health, VerdictKind
from sessions.records import Curve, Experiment, SessionInfo, State
from tui.columns import state_cell
from tui.sparkline import sparkline
from tui.text import clean, figure, score, shape, spent

__all__ = ["briefly", "fully"]

_TROUBLE = (VerdictKind.DIVERGED, VerdictKind.UNSTABLE, VerdictKind.STUCK)
_MOST_HEALTHS = 200
_TREND = 6
_DEAD_LIMIT = 0.2


def briefly(experiment: Experiment | None, worth: Sequence[Content], width: int, rows: int) -> Content:
    """What there is room for: the advice whole, the verdict, and what it is worth or else the words."""
    if experiment is None:
        return Content("")
    advised = [line for each in _advised(experiment)[:1] for line in _within(each, width, rows - 1)]
    told = _within(_verdict(experiment), width, rows - len(advised))
    last = _within(worth[0] if worth else _words(experiment), width, rows - len(told) - len(advised))
    return Content("\n").join([*told, *advised, *last])


def _within(words: Content, width: int, rows: int) -> list[Content]:
    """On at most so many lines; the last one ends with … if something was left out."""
    lines = list(words.wrap(max(1, width)))
    if len(lines) <= rows:
        return lines
    return [*lines[: rows - 1], (lines[rows - 1] + " …").truncate(width, ellipsis=True)] if rows > 0 else []


def fully(
    experiment: Experiment | None, curve: Curve | None, info: SessionInfo, worth: Sequence[Content] = ()
) -> Content:
    """Everything, a block each, for the right column of a wide screen."""
    if experiment is None:
        return Content("")
    blocks = [
        [_verdict(experiment), *worth],
        _advised(experiment),
        _figures(experiment, curve, info),
        _layers(experiment, curve, info),
        _trends(curve, info),
        [_labelled("idea", experiment.idea), _labelled("conclusion", experiment.conclusion or "n to write one")],
    ]
    return Content("\n\n").join([Content("\n").join(block) for block in blocks if block])


def _verdict(experiment: Experiment) -> Content:
    head = Content.styled(f"#{experiment.number} ", "bold")
    if experiment.verdict is not None:
        colour = "$error" if experiment.verdict.kind in _TROUBLE else "$success"
        kind = experiment.verdict.kind.value
        text = clean(experiment.verdict.text)
        rest = text[len(kind) :] if text.lower().startswith(kind) else f": {text}"
        return head + Content.styled(kind, colour) + Content(rest)
    if experiment.error:
        return head + Content.styled(clean(experiment.error), "$error")
    return head + Content.styled(_waiting_word(experiment), "$quiet")


def _waiting_word(experiment: Experiment) -> str:
    if experiment.state is State.QUEUED:
        return "waiting for a free worker"
    if experiment.state in (State.RUNNING, State.PAUSED):
        words = state_cell(experiment)[0][2:].strip()
        stage = "paused at" if experiment.state is State.PAUSED else "training"
        return f"{stage} {words}{_best_so_far(experiment)}"
    return str(experiment.state.value)


def _best_so_far(experiment: Experiment) -> str:
    if experiment.best is None:
        return ""
    return f", best {figure(experiment.best.validation_cost)} at epoch {experiment.best.epoch}"


def _advised(experiment: Experiment) -> list[Content]:
    """A line for each change that is advised, the first with the key that tries it."""
    lines = []
    for place, each in enumerate(experiment.verdict.advice if experiment.verdict is not None else ()):
        head = [("t ", "$accent"), ("try ", "$quiet")] if place == 0 else [("  or  ", "$quiet")]
        change = f"{each.name} {each.current} → {each.proposed}"
        lines.append(Content.assemble(*head, change, (f"  ({clean(each.why)})", "$quiet")))
    return lines


def _words(experiment: Experiment) -> Content:
    if experiment.conclusion:
        return _labelled("concluded", experiment.conclusion)
    return _labelled("idea", experiment.idea) if experiment.idea else Content("")


def _labelled(label: str, text: str) -> Content:
    return Content.assemble((f"{label} ", "$quiet"), clean(text) or "–")


def _figures(experiment: Experiment, curve: Curve | None, info: SessionInfo) -> list[Content]:
    rows: list[tuple[str, str, str, str]] = []
    best = experiment.best
    if curve is not None and len(curve) and best is not None:
        at = min(range(len(curve)), key=lambda row: abs(curve.epoch[row] - best.epoch))
        for label, row in (("best", at), ("last", -1)):
            costs = figure(curve.train_cost[row]), figure(curve.validation_cost[row])
            rows.append((f"{label} {curve.epoch[row]}", *costs, score(curve.validation_score[row])))
    elif best is not None:
        rows.append((f"best {best.epoch}", "–", figure(best.validation_cost), score(best.validation_score)))
    if not rows:
        return []
    head = Content.styled(f"{'epoch':<10}{'train':>9}{'val':>9}{info.score_name[:10]:>11}", "$quiet")
    lines = [Content(f"{label:<10}{train:>9}{val:>9}{each:>11}") for label, train, val, each in rows]
    seeds = len(experiment.fits)
    worth = f"{seeds} trainings" if seeds > 1 else "rests on one training"
    return [head, *lines, Content.styled(f"{worth}, {spent(experiment.seconds)}", "$quiet")]


def _layers(experiment: Experiment, curve: Curve | None, info: SessionInfo) -> list[Content]:
    """A line for each layer: its shape, how strongly it moves, what of it is dead or saturated."""
    outputs = len(info.classes) if len(info.classes) > 2 else 1
    sizes = [info.features, *experiment.hyperparameters.hidden_units, outputs]
    history = _healths(curve) if curve is not None else []
    head = f"{'layer':<7}{'W[l]':<12}{'update/weight':<17}{'dead':>5}{'satur':>6}"
    lines = [Content.styled(head, "$quiet")]
    for layer, (inner, outer) in enumerate(pairwise(sizes)):
        lines.append(Content(f"{layer + 1:<7}{shape(inner, outer):<12}") + _health(history, layer))
    count = experiment.n_parameters or sum((a + 1) * b for a, b in pairwise(sizes))
    return [*lines, Content.styled(f"{count:,} parameters learned", "$quiet")]


def _trends(curve: Curve | None, info: SessionInfo) -> list[Content]:
    """What else moved, in small, with its last value."""
    if curve is None or not len(curve):
        return []
    columns = (
        ("α of the epoch", curve.learning_rate),
        ("‖gradient‖", curve.gradient_norm),
        (f"train {info.score_name}", curve.train_score),
        (f"val {info.score_name}", curve.validation_score),
    )
    return [
        Content.assemble(
            (f"{label[:18]:<19}", "$quiet"), (sparkline(values, 16), "$ink-train"), f" {figure(values[-1])}"
        )
        for label, values in columns
    ]


def _healths(curve: Curve) -> list[Health]:
    """Some hundred of the curve's healths, evenly spread, the last one among them."""
    last = len(curve.health) - 1
    places = range(last, -1, -max(1, last // _MOST_HEALTHS))
    return [health for health in map(curve.health.__getitem__, reversed(places)) if health is not None]


def _health(history: Sequence[Health], layer: int) -> Content:
    if not history or layer >= len(history[-1].update_ratio):
        return Content.styled("–", "$quiet")
    last = history[-1]
    trend = sparkline([each.update_ratio[layer] for each in history], _TREND)
    dead = last.dead[layer] if layer < len(last.dead) else math.nan
    saturated = last.saturated[layer] if layer < len(last.saturated) else math.nan
    ratio = f"{last.update_ratio[layer]:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return Content.assemble((trend, "$ink-train"), f" {ratio:<10}", _share(dead, 5), _share(saturated, 6))


def _share(share: float, width: int) -> tuple[str, str]:
    if not math.isfinite(share):
        return "–".rjust(width), "$quiet"
    return f"{share * 100:.0f}%".rjust(width), "$warning" if share > _DEAD_LIMIT else "$foreground"
