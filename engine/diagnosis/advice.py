"""What to try next: for each kind of verdict, changes of hyperparameters that apply and are allowed, best first."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from engine.declaration import Value, format_value
from engine.diagnosis.signs import Signs
from engine.errors import HyperparameterError
from engine.hyperparameters import Hyperparameters, declaration
from engine.records import Advice, VerdictKind

__all__ = ["advise", "step"]

_MOST = 3
_NEAR = 0.05
"""Half a rung is √10 = 3.16, for which 3 is written: 0.046 of a step below it."""
_ADAPTIVE = ("rmsprop", "adam", "adamw")
_SATURATING = ("sigmoid", "tanh")


@dataclass(frozen=True, slots=True)
class _Idea:
    """A change before it is checked against the declaration."""

    name: str
    proposed: Value | None
    """None: only the direction is known."""
    direction: str
    """The change in words, for a curve without hyperparameters."""
    why: str


def step(value: float, steps: int) -> float:
    """The value so many steps up (or down) on the ladder … 0.1, 0.3, 1, 3, 10 …, starting beside `value`."""
    place = 2.0 * math.log10(value)
    rung = math.floor(place + _NEAR) + steps if steps > 0 else math.ceil(place - _NEAR) + steps
    return float(f"{(3 if rung % 2 else 1)}e{rung // 2}")


def advise(
    kind: VerdictKind, signs: Signs | None, hyperparameters: Hyperparameters | None, n_train: int | None
) -> tuple[Advice, ...]:
    """At most three changes, best first. `signs` is None when not even the start was finite."""
    now = hyperparameters or Hyperparameters()
    ideas = list(_ideas(kind, signs, now, n_train))
    if hyperparameters is None:
        return tuple(Advice(each.name, "its value", each.direction, each.why) for each in ideas[:2])
    return tuple(checked for each in ideas if (checked := _checked(each, now)) is not None)[:_MOST]


def _checked(idea: _Idea, now: Hyperparameters) -> Advice | None:
    """The idea as advice, or None where it has no effect or is not allowed."""
    entry = declaration(idea.name)
    current = getattr(now, idea.name)
    if not entry.applies(now) or idea.proposed is None or idea.proposed == current:
        return None
    try:
        proposed = entry.check(idea.proposed)
    except HyperparameterError:
        return None
    return Advice(idea.name, format_value(current), format_value(proposed), idea.why)


def _ideas(kind: VerdictKind, signs: Signs | None, now: Hyperparameters, n_train: int | None) -> Iterator[_Idea]:
    match kind:
        case VerdictKind.DIVERGED:
            at_once = signs is None or signs.points <= 2
            yield _slower(now, 2 if at_once and _pace(now) > 3 else 1, "the steps are too long")
            yield from _calmer(now)
        case VerdictKind.UNSTABLE:
            yield _slower(now, 1, "the cost jumps from epoch to epoch")
            yield from _calmer(now)
        case VerdictKind.STUCK if signs is not None:
            yield from _unstick(signs, now, n_train)
        case VerdictKind.UNDERFITTING if signs is not None:
            yield from _freer(signs, now)
        case VerdictKind.OVERFITTING if signs is not None:
            yield from _tighter(signs, now)
        case VerdictKind.TOO_SHORT if signs is not None:
            yield from _longer(signs, now, n_train)
        case VerdictKind.CONVERGED if signs is not None:
            yield from _refine(signs, now)


def _pace(now: Hyperparameters) -> float:
    """How long the steps are next to what usually works: about 1 is usual (α/(1 - μ) = 0.1, or 0.001 with Adam)."""
    if now.optimizer in _ADAPTIVE:
        return now.learning_rate / 0.001
    kept = now.momentum if now.optimizer in ("momentum", "nesterov") else 0.0
    return now.learning_rate / (1.0 - kept) / 0.1


def _slower(now: Hyperparameters, steps: int, why: str) -> _Idea:
    return _Idea("learning_rate", step(now.learning_rate, -steps), "a third of it", why)


def _faster(now: Hyperparameters, steps: int, why: str) -> _Idea:
    return _Idea(
        "learning_rate", step(now.learning_rate, steps), "ten times it" if steps > 1 else "three times it", why
    )


def _is_warming_up(signs: Signs, now: Hyperparameters) -> bool:
    """Whether the curve ends in the warm-up: its steps were hardly ever as long as α says."""
    return 0 < signs.last_epoch <= now.warmup_epochs


def _hastier(signs: Signs, now: Hyperparameters, steps: int, why: str) -> _Idea:
    """A larger α, or a shorter warm-up where there was nothing else yet."""
    if _is_warming_up(signs, now):
        why = f"at epoch {signs.last_epoch} α was still warming up: its value was hardly tried"
        return _Idea("warmup_epochs", min(now.epochs // 10, now.warmup_epochs), "a tenth of the epochs", why)
    return _faster(now, steps, why)


def _calmer(now: Hyperparameters) -> Iterator[_Idea]:
    if now.clip_norm == 0.0:
        yield _Idea("clip_norm", 1.0, "1", "clipping bounds the longest steps")
    if now.momentum > 0.9:
        yield _Idea("momentum", 0.9, "0.9", "less of the last step is kept")
    if 0 < now.batch_size < 32:
        yield _Idea("batch_size", 32, "twice it", "larger batches have less noise")


def _unstick(signs: Signs, now: Hyperparameters, n_train: int | None) -> Iterator[_Idea]:
    is_warming = _is_warming_up(signs, now)
    has_long_steps = _pace(now) >= 3 and not is_warming
    if signs.peak > 1.5 * signs.start or (has_long_steps and signs.train_fall <= 0.003 * signs.reference):
        yield _slower(now, 2, "the first steps threw it out of reach")
    elif _pace(now) <= 3 or is_warming:
        yield _hastier(signs, now, 2 if _pace(now) < 0.3 else 1, "the steps are too short to leave the start")
    if not now.hidden_units:
        yield _Idea("hidden_units", (64, 64), "one or two layers", "a model without hidden layers may be too simple")
    yield from _more_updates(now, n_train)
    if now.activation in _SATURATING and len(now.hidden_units) > 1:
        yield _Idea("activation", "relu", "relu", f"{now.activation} passes little gradient through several layers")
    yield from _less_penalty(now)


def _more_updates(now: Hyperparameters, n_train: int | None) -> Iterator[_Idea]:
    if n_train is not None and n_train > 64 and (now.batch_size == 0 or now.batch_size > n_train // 4):
        yield _Idea("batch_size", 32, "32", "few updates are made in an epoch")


def _less_penalty(now: Hyperparameters) -> Iterator[_Idea]:
    for name in ("l2", "l1"):
        if (penalty := getattr(now, name)) >= 1e-3:
            yield _Idea(name, step(penalty, -2), "a tenth of it", "the penalty holds the weights down")
    if now.dropout >= 0.3:
        yield _Idea("dropout", round(now.dropout / 2, 2), "half of it", "few units are left to learn with")


def _freer(signs: Signs, now: Hyperparameters) -> Iterator[_Idea]:
    yield from _less_penalty(now)
    if now.hidden_units:
        wider = tuple(2 * units for units in now.hidden_units)
        yield _Idea("hidden_units", wider, "wider layers", "both costs stay high: more units can fit more")
        yield _Idea("hidden_units", (*now.hidden_units, now.hidden_units[-1]), "one more layer", "or one layer more")
    else:
        yield _Idea("hidden_units", (64, 64), "one or two layers", "a model without hidden layers may be too simple")
    if _pace(now) < 0.3 or _is_warming_up(signs, now):
        yield _hastier(signs, now, 1, "longer steps may reach a lower cost")


def _tighter(signs: Signs, now: Hyperparameters) -> Iterator[_Idea]:
    if now.early_stopping == 0:
        yield _Idea("early_stopping", 10, "10 epochs", f"nothing was gained after epoch {signs.best_epoch}")
    yield _more_decay(now, f"the gap grows after epoch {signs.best_epoch}")
    if now.dropout == 0.0:
        yield _Idea("dropout", 0.2, "0.2", "units that fall out cannot learn rows by heart")
    if now.hidden_units and max(now.hidden_units) >= 16:
        smaller = tuple(max(units // 2, 4) for units in now.hidden_units)
        yield _Idea("hidden_units", smaller, "narrower layers", "fewer units learn less by heart")


def _more_decay(now: Hyperparameters, why: str) -> _Idea:
    name = "weight_decay" if now.optimizer == "adamw" else "l2"
    value: float = getattr(now, name)
    start = 0.01 if name == "weight_decay" else 1e-4
    return _Idea(name, step(value, 2) if value > 0 else start, "some, or ten times it", why)


def _longer(signs: Signs, now: Hyperparameters, n_train: int | None) -> Iterator[_Idea]:
    if _pace(now) < 0.3 or signs.level > 0.7 * signs.reference or _is_warming_up(signs, now):
        yield _hastier(signs, now, 2 if _pace(now) < 0.03 else 1, "the cost falls slowly and evenly")
    yield _Idea(
        "epochs", int(step(now.epochs, 1)), "three times as many", f"it still falls at epoch {signs.last_epoch}"
    )
    yield from _more_updates(now, n_train)


def _refine(signs: Signs, now: Hyperparameters) -> Iterator[_Idea]:
    if signs.judged == "validation" and signs.gap > 0.3 * signs.best and signs.gap > 0.01 * signs.reference:
        why = "the training cost lies well below the validation cost"
        if signs.has_risen:
            why = f"the gap grows after epoch {signs.best_epoch}"
        yield _more_decay(now, why)
        if now.dropout == 0.0:
            yield _Idea("dropout", 0.2, "0.2", why)
