"""The one list of the hyperparameters, and the validated set of them that one training uses.

Feeds the form, the command line, validation, search spaces, tables, diffs and the docs. Adding a hyperparameter is
one field of `Hyperparameters` and its use in the engine. Never imports NumPy.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, Self

from engine.declaration import Declaration, Group, Kind, Scale, Value, When, format_value
from engine.errors import HyperparameterError
from engine.records import Task

__all__ = ["Hyperparameters", "check_change", "check_task", "declaration", "declarations", "suit_to_task"]


def _declare(
    default: Value,
    kind: Kind,
    label: str,
    sentence: str,
    source: str,
    *,
    symbol: str = "",
    unit: str = "",
    low: float = -math.inf,
    high: float = math.inf,
    low_open: bool = False,
    high_open: bool = False,
    scale: Scale = Scale.LINEAR,
    choices: tuple[str, ...] = (),
    group: Group = Group.MAIN,
    when: When | None = None,
    search: tuple[float, float] | None = None,
    shapes: bool = False,
    tasks: tuple[Task, ...] = (),
) -> Any:
    return field(default=default, metadata=dict(locals()))


_MOMENTUM = When("optimizer", ("momentum", "nesterov"))
_ADAM = When("optimizer", ("adam", "adamw"))
_HIDDEN = When("hidden_units")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hyperparameters:
    """What is chosen before training and governs it. Always valid: constructing one checks every value.

    Raises HyperparameterError naming the first value that is not allowed.
    """

    learning_rate: float = _declare(
        0.01, Kind.REAL, "Learning rate", "Step of gradient descent.", "Goodfellow et al. 2016, section 11.4.1",
        symbol="α", low=0.0, high=1000.0, low_open=True, scale=Scale.LOG, search=(1e-4, 1.0),
    )  # fmt: skip
    epochs: int = _declare(
        60, Kind.INTEGER, "Epochs", "Passes over the training rows.", "digits has converged by then",
        low=1, high=1_000_000, scale=Scale.LOG, search=(10, 200), shapes=True,
    )  # fmt: skip
    batch_size: int = _declare(
        32, Kind.INTEGER, "Batch size", "Rows per update; 0 takes all rows at once.", "Masters & Luschi 2018",
        unit="rows", low=0, high=10_000_000, scale=Scale.LOG, search=(16, 256), shapes=True,
    )  # fmt: skip
    hidden_units: tuple[int, ...] = _declare(
        (64, 64), Kind.UNITS, "Hidden units", "Units of each hidden layer; empty is a linear or logistic model.",
        "two layers of 64 fit every built-in data set", symbol="n[l]", low=1, high=100_000, scale=Scale.LOG,
        search=(8, 256), shapes=True,
    )  # fmt: skip
    activation: str = _declare(
        "relu", Kind.CHOICE, "Activation", "Nonlinearity of the hidden layers.", "Glorot et al. 2011",
        choices=("relu", "leaky_relu", "tanh", "sigmoid", "elu", "gelu", "silu"), when=_HIDDEN, shapes=True,
    )  # fmt: skip
    initialization: str = _declare(
        "auto", Kind.CHOICE, "Initialization", "Spread of the initial weights; auto goes by activation.",
        "He et al. 2015, Glorot & Bengio 2010", choices=("auto", "he", "xavier", "lecun"), group=Group.OTHER,
    )  # fmt: skip
    optimizer: str = _declare(
        "momentum", Kind.CHOICE, "Optimizer", "Rule that turns gradients into updates.", "Sutskever et al. 2013",
        choices=("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"), group=Group.OPTIMIZER,
        shapes=True,
    )  # fmt: skip
    momentum: float = _declare(
        0.9, Kind.REAL, "Momentum", "Share of the last update that is kept.", "Sutskever et al. 2013", symbol="μ",
        low=0.0, high=1.0, high_open=True, group=Group.OPTIMIZER, when=_MOMENTUM, search=(0.5, 0.99),
    )  # fmt: skip
    rho: float = _declare(
        0.9, Kind.REAL, "Averaging", "Decay of RMSprop's mean of squared gradients.", "Tieleman & Hinton 2012",
        symbol="ρ", low=0.0, high=1.0, high_open=True, group=Group.OPTIMIZER, when=When("optimizer", ("rmsprop",)),
        search=(0.8, 0.999),
    )  # fmt: skip
    beta1: float = _declare(
        0.9, Kind.REAL, "Beta 1", "Decay of Adam's mean of gradients.", "Kingma & Ba 2015", symbol="β₁",
        low=0.0, high=1.0, high_open=True, group=Group.OPTIMIZER, when=_ADAM, search=(0.8, 0.99),
    )  # fmt: skip
    beta2: float = _declare(
        0.999, Kind.REAL, "Beta 2", "Decay of Adam's mean of squared gradients.", "Kingma & Ba 2015", symbol="β₂",
        low=0.0, high=1.0, high_open=True, group=Group.OPTIMIZER, when=_ADAM, search=(0.9, 0.9999),
    )  # fmt: skip
    l2: float = _declare(
        0.0, Kind.REAL, "L2", "Penalty l2/2 · ΣW² on the weights.", "off: add it when the gap grows", symbol="λ",
        low=0.0, high=1000.0, scale=Scale.LOG, group=Group.REGULARIZATION, search=(1e-6, 1e-1),
    )  # fmt: skip
    l1: float = _declare(
        0.0, Kind.REAL, "L1", "Penalty l1 · Σ|W| on the weights.", "off: add it for sparse weights", symbol="λ₁",
        low=0.0, high=1000.0, scale=Scale.LOG, group=Group.REGULARIZATION, search=(1e-6, 1e-1),
    )  # fmt: skip
    weight_decay: float = _declare(
        0.01, Kind.REAL, "Weight decay", "Share of the weights AdamW removes per step, times α.",
        "Loshchilov & Hutter 2019, PyTorch", low=0.0, high=1000.0, scale=Scale.LOG, group=Group.REGULARIZATION,
        when=When("optimizer", ("adamw",)), search=(1e-4, 1.0),
    )  # fmt: skip
    dropout: float = _declare(
        0.0, Kind.REAL, "Dropout", "Share of hidden units silenced at each update.", "off: Srivastava et al. 2014",
        low=0.0, high=1.0, high_open=True, group=Group.REGULARIZATION, when=_HIDDEN, search=(0.0, 0.6),
    )  # fmt: skip
    clip_norm: float = _declare(
        0.0, Kind.REAL, "Clip norm", "Largest 2-norm of the whole gradient; 0 does not clip.", "Pascanu et al. 2013",
        low=0.0, high=1e6, scale=Scale.LOG, group=Group.REGULARIZATION, search=(0.1, 10.0),
    )  # fmt: skip
    class_weight: str = _declare(
        "none", Kind.CHOICE, "Class weight", "balanced weighs each class by the inverse of its frequency.",
        "King & Zeng 2001", choices=("none", "balanced"), group=Group.REGULARIZATION,
        tasks=(Task.BINARY, Task.MULTICLASS),
    )  # fmt: skip
    schedule: str = _declare(
        "constant", Kind.CHOICE, "Schedule", "How α changes from epoch to epoch.", "constant: nothing to tune",
        choices=("constant", "inverse_time", "exponential", "step", "cosine"), group=Group.SCHEDULE, shapes=True,
    )  # fmt: skip
    decay_rate: float = _declare(
        0.95, Kind.REAL, "Decay rate", "inverse_time: α/(1+rate·t); exponential: α·rate^t; step: α·rate^⌊t/every⌋.",
        "Géron 2022, chapter 11", low=0.0, high=10.0, group=Group.SCHEDULE,
        when=When("schedule", ("inverse_time", "exponential", "step")), search=(0.5, 1.0),
    )  # fmt: skip
    decay_every: int = _declare(
        10, Kind.INTEGER, "Decay every", "Epochs between two steps of the step schedule.", "He et al. 2016",
        unit="epochs", low=1, high=1_000_000, group=Group.SCHEDULE, when=When("schedule", ("step",)),
    )  # fmt: skip
    warmup_epochs: int = _declare(
        0, Kind.INTEGER, "Warm-up", "Epochs over which α grows to its value; 0 is none.", "Goyal et al. 2017",
        unit="epochs", low=0, high=1_000_000, group=Group.SCHEDULE,
    )  # fmt: skip
    early_stopping: int = _declare(
        0, Kind.INTEGER, "Early stopping", "Epochs without a better validation cost before stopping; 0 never stops.",
        "Prechelt 1998", unit="epochs", low=0, high=1_000_000, group=Group.OTHER,
    )  # fmt: skip
    shuffle: bool = _declare(
        True, Kind.SWITCH, "Shuffle", "Draw a new order of the rows each epoch.", "Bottou 2012", group=Group.OTHER,
        shapes=True,
    )  # fmt: skip
    seed: int = _declare(
        0, Kind.INTEGER, "Seed", "Decides initial weights, batch order and dropout.", "any number will do",
        low=0, high=2**32 - 1, group=Group.OTHER,
    )  # fmt: skip
    dtype: str = _declare(
        "float32", Kind.CHOICE, "Precision", "Number format of the training.", "twice as fast as float64",
        choices=("float32", "float64"), group=Group.OTHER, shapes=True,
    )  # fmt: skip
    monitor: str = _declare(
        "running", Kind.CHOICE, "Monitor", "Train cost: mean of the epoch's batches (free), or all rows anew (full).",
        "running costs nothing", choices=("running", "full"), group=Group.OTHER, shapes=True,
    )  # fmt: skip

    def __post_init__(self) -> None:
        for entry in declarations():
            value = getattr(self, entry.name)
            if type(value) is not type(entry.default) or value != entry.default:  # a default need not be checked
                object.__setattr__(self, entry.name, entry.check(value))

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Self:
        """Build from names and values, as a JSON document has them. Raises HyperparameterError."""
        for name in values:
            declaration(name)
        return cls(**values)  # type: ignore[arg-type]

    @classmethod
    def from_text(cls, texts: Mapping[str, str]) -> Self:
        """Build from names and what a person typed. Raises HyperparameterError."""
        return cls.from_mapping({name: declaration(name).parse(text) for name, text in texts.items()})

    def to_mapping(self) -> dict[str, Value]:
        """All names and values in declared order; lists as tuples."""
        return {entry.name: getattr(self, entry.name) for entry in declarations()}

    def replace(self, **changes: Value) -> Self:
        """A copy with some values changed, checked again."""
        for name in changes:
            declaration(name)
        return replace(self, **changes)  # type: ignore[arg-type]

    def differences(self, other: "Hyperparameters") -> dict[str, tuple[Value, Value]]:
        """What differs: name -> (mine, the other's), in declared order."""
        pairs = {entry.name: (getattr(self, entry.name), getattr(other, entry.name)) for entry in declarations()}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def check_change(now: Hyperparameters, then: Hyperparameters) -> None:
    """Raises HyperparameterError for a value that cannot become another one in the middle of a training."""
    for name, (value, _) in now.differences(then).items():
        if declaration(name).shapes or name in ("seed", "initialization"):
            raise HyperparameterError(
                name, f"{name} is {format_value(value)} for the whole training: start another experiment to change it."
            )


def check_task(hyperparameters: Hyperparameters, task: Task, varied: Collection[str] = ()) -> None:
    """Raises HyperparameterError for what was chosen, or is `varied`, and has no effect in such a task."""
    for entry in declarations():
        is_chosen = entry.name in varied or getattr(hyperparameters, entry.name) != entry.default
        if is_chosen and not entry.suits(task):
            tasks = " or ".join(each.value for each in entry.tasks)
            sentence = f"{entry.name} has an effect in {tasks} sessions only and this is a {task.value}"
            raise HyperparameterError(entry.name, f"{sentence}: leave it at {format_value(entry.default)}.")


def suit_to_task(hyperparameters: Hyperparameters, task: Task) -> Hyperparameters:
    """With the default of all that has no effect in such a task."""
    return hyperparameters.replace(**{each.name: each.default for each in declarations() if not each.suits(task)})


@cache
def declarations() -> tuple[Declaration, ...]:
    """Every hyperparameter in declared order."""
    return tuple(Declaration(name=each.name, **each.metadata) for each in fields(Hyperparameters))


@cache
def _by_name() -> dict[str, Declaration]:
    return {entry.name: entry for entry in declarations()}


def declaration(name: str) -> Declaration:
    """The declaration of one hyperparameter. Raises HyperparameterError for an unknown name."""
    try:
        return _by_name()[name]
    except KeyError:
        known = ", ".join(_by_name())
        raise HyperparameterError(name, f"There is no hyperparameter {name!r}: use one of {known}.") from None
