"""How the learning rate changes from epoch to epoch. Pure functions of the hyperparameters and the epoch."""

import math

from engine.hyperparameters import Hyperparameters

__all__ = ["learning_rate"]


def learning_rate(hyperparameters: Hyperparameters, t: int) -> float:
    """α of epoch t = 0, 1, … (the updates between record t and record t + 1 of the curve).

    During warm-up (t < warmup_epochs) the schedule's value is scaled by (t + 1) / warmup_epochs (Goyal et al. 2017).
    """
    warmup = hyperparameters.warmup_epochs
    factor = (t + 1) / warmup if t < warmup else 1.0
    return factor * _scheduled(hyperparameters, t)


def _scheduled(h: Hyperparameters, t: int) -> float:
    match h.schedule:
        case "inverse_time":
            return h.learning_rate / (1 + h.decay_rate * t)
        case "exponential":
            return h.learning_rate * _power(h.decay_rate, t)
        case "step":
            return h.learning_rate * _power(h.decay_rate, t // h.decay_every)
        case "cosine":
            return h.learning_rate / 2 * (1 + math.cos(math.pi * t / h.epochs))
        case _:
            return h.learning_rate


def _power(base: float, exponent: int) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return math.inf
