"""The sentence of a verdict: what was seen, with the figures and epochs it rests on."""

from engine.diagnosis.signs import Signs
from engine.records import VerdictKind

__all__ = ["figure", "sentence"]


def figure(cost: float) -> str:
    """A cost with as many digits as matter: 2.30, 0.11, 0.0042, 3.1e-06."""
    return f"{cost:.2f}" if 0.1 <= abs(cost) < 1000 or cost == 0 else f"{cost:.2g}"


def sentence(kind: VerdictKind, signs: Signs) -> str:
    """What the signs show, without the kind's own word in front."""
    way = f"{figure(signs.first)} → {figure(signs.best)} by epoch {signs.best_epoch}"
    match kind:
        case VerdictKind.DIVERGED:
            way = f"{figure(signs.start)} to {figure(signs.level)}"
            return f"the training cost rose from {way} by epoch {signs.last_epoch}"
        case VerdictKind.UNSTABLE:
            return (
                f"the training cost jumps up by {figure(signs.jump)} an epoch in the later half, "
                f"at {figure(signs.level)} after a start of {figure(signs.start)}"
            )
        case VerdictKind.STUCK:
            nothing = "after a start of" if signs.is_start_reference else "a network that has learned nothing costs"
            return (
                f"the training cost is {figure(signs.level)} at epoch {signs.last_epoch}, "
                f"{nothing} {figure(signs.reference)}"
            )
        case VerdictKind.OVERFITTING:
            return (
                f"the validation cost rose from {figure(signs.best)} at epoch {signs.best_epoch} "
                f"to {figure(signs.risen_to)} "
                f"while the training cost fell from {figure(signs.train_at_best)} to {figure(signs.level)}"
            )
        case VerdictKind.UNDERFITTING:
            nothing = "its start" if signs.is_start_reference else "what a network costs that has learned nothing"
            of = f"{100 * signs.level / signs.reference:.0f} % of {nothing}"
            return f"{way}, and flat at {of}{', training as validation' if signs.judged == 'validation' else ''}"
        case VerdictKind.TOO_SHORT:
            return f"{way}, still falling by {figure(signs.fall)} over the last epochs"
        case VerdictKind.LEARNING:
            return way if signs.best_epoch == signs.last_epoch else f"{way}, no better since"
        case VerdictKind.CONVERGED:
            return f"{way}{_gap(signs)}{_rise(signs)}"


def _gap(signs: Signs) -> str:
    """The gap, and what it means where it is a good part of the validation cost and of all there was to learn."""
    if signs.gap <= 0:
        return ""
    is_wide = signs.gap > 0.5 * signs.best and signs.gap > 0.25 * signs.reference and not signs.has_risen
    cause = f" (overfitting: the training cost is {figure(signs.train_at_best)})" if is_wide else ""
    return f", gap {figure(signs.gap)}{cause}"


def _rise(signs: Signs) -> str:
    """Whether later epochs were worse; a verdict of its own they are not, since the best epoch is what is kept."""
    if not signs.has_risen:
        return ""
    by = f"up {100 * signs.rise / signs.best:.0f} %" if signs.rise < 10 * signs.best else "up"
    cause = "overfitting: " if signs.judged == "validation" and signs.has_trained_on(0.1) else ""
    return f", then {cause}{by} to {figure(signs.risen_to)}; keep epoch {signs.best_epoch}"
