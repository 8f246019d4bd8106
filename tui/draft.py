"""What the form holds while a person types: texts, their errors, and the hyperparameters they make. No widgets."""

import math

from engine.declaration import Declaration, Group, Kind, Value, format_value
from engine.errors import HyperparameterError
from engine.hyperparameters import Hyperparameters, declaration, declarations
from engine.records import Task

__all__ = ["Draft", "explain"]


class Draft:
    """Typed texts by hyperparameter, each valid or with an error."""

    def __init__(self, start: Hyperparameters) -> None:
        self._valid = start
        """The last valid value of every field; decides which fields apply."""
        self.task: Task | None = None
        """The session's, once it is known; decides likewise."""
        self.texts: dict[str, str] = {}
        self.errors: dict[str, HyperparameterError] = {}
        self.load(start)

    @property
    def valid(self) -> Hyperparameters:
        """The last valid value of every field."""
        return self._valid

    def load(self, hyperparameters: Hyperparameters) -> None:
        """Put these values in, as if they had been typed."""
        self._valid = hyperparameters
        self.texts = {name: format_value(value) for name, value in hyperparameters.to_mapping().items()}
        self.errors = {}

    def type(self, name: str, text: str) -> None:
        """Take what was typed into one field."""
        self.texts[name] = text
        try:
            self._valid = self._valid.replace(**{name: declaration(name).parse(text)})
        except HyperparameterError as error:
            self.errors[name] = error
        else:
            self.errors.pop(name, None)

    def applies(self, entry: Declaration) -> bool:
        """Whether the field has an effect next to the others, or has to be cleared to have none."""
        is_idle = not entry.suits(self.task) and getattr(self._valid, entry.name) == entry.default
        return entry.applies(self._valid) and not is_idle

    def read(self) -> Hyperparameters:
        """What the form says. Raises the HyperparameterError of the first field that applies and is invalid."""
        for entry in declarations():
            if entry.name in self.errors and self.applies(entry):
                raise self.errors[entry.name]
        return self._valid

    def differs(self, name: str, reference: Hyperparameters | None) -> bool:
        """Whether the field says something else than the reference."""
        if reference is None:
            return False
        return name in self.errors or getattr(self._valid, name) != getattr(reference, name)

    def in_force(self, group: Group) -> str:
        """A group in a few words: its method, and what is not as by default."""
        entries = [each for each in declarations() if each.group is group and self.applies(each)]
        words = [str(getattr(self._valid, entries[0].name))] if entries and _is_method(entries[0], group) else []
        for entry in entries[len(words) :]:
            value: Value = getattr(self._valid, entry.name)
            if value != entry.default:
                words.append(f"{entry.symbol or entry.label.lower()} {format_value(value)}")
        return " ".join(words) or ("none" if group is Group.REGULARIZATION else "")


def explain(entry: Declaration) -> str:
    """A field's own sentence, with what is allowed, its unit and its scale."""
    if entry.kind in (Kind.CHOICE, Kind.SWITCH):
        return f"{entry.sentence} ←→ to choose."
    noun = {Kind.REAL: "", Kind.INTEGER: "Whole, "}.get(entry.kind, "Like 64,32: each ")
    lower, upper = (_short(each) for each in (entry.low, entry.high))
    reach = f"{'above ' if entry.low_open else ''}{lower} to {'below ' if entry.high_open else ''}{upper}"
    allowed = noun + reach
    return f"{entry.sentence} {allowed[:1].upper()}{allowed[1:]}."


def _short(limit: float) -> str:
    """10^6 for powers of ten that nobody counts the noughts of."""
    power = round(math.log10(limit)) if limit > 0 else 0
    return f"10^{power}" if power > 4 and limit == 10**power else f"{limit:.10g}"


def _is_method(entry: Declaration, group: Group) -> bool:
    return entry.kind is Kind.CHOICE and group in (Group.OPTIMIZER, Group.SCHEDULE)
