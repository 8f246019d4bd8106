"""What the Space pane holds while a person types: a range or nothing for everything that can vary, and how to search.

No widgets; answers the same questions as the Deck's draft.
"""

from engine.declaration import Declaration, Group, Kind, Scale, Value, format_value
from engine.errors import HyperparameterError
from engine.hyperparameters import Hyperparameters, declarations
from engine.records import Task
from engine.search.pruning import Pruner
from engine.search.ranges import SHAPE_NAMES, Range, parse_range, proposed_range, variable
from engine.search.space import Space
from sessions.records import SessionInfo
from sessions.search.planning import DEFAULT_TRIALS, draft_sweep
from sessions.search.records import Budget, Sampler, Sweep
from tui.sweeps.settings import SETTINGS, setting

__all__ = ["SpaceDraft", "explain_range", "range_text", "variables"]


def variables(group: Group) -> list[Declaration]:
    """What can vary in one group of the form; the shape stands behind the learning rate."""
    entries = [each for each in declarations() if each.group is group and each.name != "seed"]
    return [*entries[:1], *SHAPE_NAMES.values(), *entries[1:]] if group is Group.MAIN else entries


class SpaceDraft:
    """Typed ranges by name; an empty one leaves the base's value."""

    def __init__(self, base: Hyperparameters, task: Task | None = None) -> None:
        self._task = task
        self.base = base
        """The values of all that is not varied."""
        self.texts: dict[str, str] = {}
        self._errors: dict[str, HyperparameterError] = {}
        self._ranges: dict[str, Range] = {}
        self.clear()

    def clear(self) -> None:
        """No ranges, and the settings as they are by default."""
        self.texts = {each.name: "" for group in Group for each in variables(group)}
        self.texts |= {each.name: format_value(each.default) for each in SETTINGS}
        self._errors, self._ranges = {}, {}

    def load(self, space: Space) -> None:
        """Take over what a space varies, around its base."""
        self.base = space.base
        for group in Group:
            for each in variables(group):
                self.type(each.name, range_text(space[each.name]) if each.name in space else "")

    def load_sweep(self, sweep: Sweep) -> None:
        """Take over a sweep as it was launched, or widened since."""
        self.load(sweep.space)
        budget = sweep.budget
        self.texts |= {"sampler": sweep.sampler.value, "pruner": sweep.pruner.value}
        self.texts |= {"confirm": format_value(sweep.is_confirming), "trials": format_value(budget.trials or 0)}
        self.texts |= {"epochs_budget": str(budget.epochs or 0), "minutes": format_value(budget.minutes or 0.0)}
        self.texts |= {"repeats": str(sweep.repeats), "folds": str(sweep.folds)}

    def type(self, name: str, text: str) -> None:
        """Take what was typed into one field."""
        self.texts[name] = text
        self._ranges.pop(name, None)
        try:
            if name in _SETTING_NAMES:
                _check(name, setting(name).parse(text))
            elif text.strip():
                self._ranges[name] = parse_range(name, text)
        except HyperparameterError as error:
            self._errors[name] = error
        else:
            self._errors.pop(name, None)

    @property
    def errors(self) -> dict[str, HyperparameterError]:
        """What is refused, by field."""
        if self._errors or self._budget() != Budget():
            return self._errors
        return {"trials": HyperparameterError("trials", "The search has no end: set trials, epochs in all or minutes.")}

    def fixed(self, name: str) -> str:
        """The value that stands where nothing varies."""
        if name == "hidden_layers":
            return str(len(self.base.hidden_units))
        if name == "units_per_layer":
            return str(max(self.base.hidden_units, default=0)) if self.base.hidden_units else "–"
        return format_value(getattr(self.base, name)) or "none"

    def applies(self, entry: Declaration) -> bool:
        """Whether it has an effect under the base or any range of what it depends on."""
        if entry.name == "repeats":
            return self.texts["folds"].strip() == "0"
        if not entry.suits(self._task):
            return self.differs(entry.name)
        if entry.name in _SETTING_NAMES or entry.when is None or entry.name in SHAPE_NAMES:
            return True
        other = self._ranges.get(entry.when.name)
        if other is None or not other.choices:
            return other is not None or entry.applies(self.base)
        return any(each in entry.when.values if entry.when.values else bool(each) for each in other.choices)

    def differs(self, name: str, _: Hyperparameters | None = None) -> bool:
        """Whether it varies."""
        return name not in _SETTING_NAMES and bool(self.texts[name].strip())

    def in_force(self, group: Group) -> str:
        """What varies in a group, in a few words."""
        names = [each.symbol or each.label.lower() for each in variables(group) if self.differs(each.name)]
        return " ".join(names) or "fixed"

    @property
    def is_varied(self) -> bool:
        """Whether there is at least one range."""
        return bool(self._ranges)

    def space(self) -> Space:
        """What is varied; a single value in a field is one that is fixed. Raises UsageError, HyperparameterError."""
        return Space(tuple(self._ranges.values()), self.base).settled()

    @property
    def workers(self) -> int:
        """Processes that train at once. Raises HyperparameterError."""
        return self._whole("workers")

    def read(self, info: SessionInfo) -> Sweep:
        """The search as written, not launched yet. Raises the first error of a field, or that of the space.

        A grid is walked whole while the number of trials is left as it was.
        """
        if self.errors:
            raise next(iter(self.errors.values()))
        sampler, budget = Sampler(self.texts["sampler"]), self._budget()
        is_whole_grid = sampler is Sampler.GRID and budget == Budget(DEFAULT_TRIALS)
        folds = self._whole("folds")
        return draft_sweep(
            self.space(),
            info,
            sampler=sampler,
            pruner=Pruner(self.texts["pruner"]),
            budget=None if is_whole_grid else budget,
            is_confirming=self.texts["confirm"] == "true",
            repeats=1 if folds else self._whole("repeats"),
            folds=folds,
        )

    def in_short(self) -> str:
        """How it is searched, in a few words; as much as is written well."""
        texts = self.texts
        ends = {"trials": "", "epochs_budget": " epochs", "minutes": " min"}
        words = [texts["sampler"], *(f"{texts[name]}{unit}" for name, unit in ends.items() if texts[name] != "0")]
        words += ["✔"] if texts["confirm"] == "true" else []
        words += [f"{texts['folds']} folds"] if texts["folds"] != "0" else []
        words += [f"×{texts['repeats']}"] if texts["folds"] == "0" and texts["repeats"] != "1" else []
        return " ".join(words)

    def _budget(self) -> Budget:
        """What may be spent. Raises HyperparameterError."""
        minutes = setting("minutes").parse(self.texts["minutes"])
        assert isinstance(minutes, float)
        return Budget(self._whole("trials") or None, self._whole("epochs_budget") or None, minutes or None)

    def _whole(self, name: str) -> int:
        value = setting(name).parse(self.texts[name])
        assert isinstance(value, int)
        return value


def _check(name: str, value: Value) -> None:
    """Raises HyperparameterError for what its declaration cannot refuse."""
    if name == "folds" and value == 1:
        raise HyperparameterError(name, "folds '1' is not allowed: use 0 for none, or at least 2.")


def range_text(varied: Range) -> str:
    """As short as a person would type it: the natural scale goes without saying."""
    text = varied.text()
    return text.partition(":")[2] if not varied.choices and varied.scale is varied.declared.scale else text


def explain_range(name: str) -> str:
    """How to write a range of this name, or the setting's own sentence."""
    if name in _SETTING_NAMES:
        entry = setting(name)
        how = "←→ to choose." if entry.kind in (Kind.CHOICE, Kind.SWITCH) else f"{entry.allowed().capitalize()}."
        return f"{entry.sentence} {how}"
    entry = variable(name)
    proposed = proposed_range(name)
    if entry.kind is Kind.UNITS:
        example = "64|64,64|128"
    elif proposed is not None:
        example = range_text(proposed)
    else:
        example = "1..10" if entry.scale is Scale.LOG else "0..1"
    return f"{entry.sentence} Empty: fixed. {'↑: ' if proposed else 'As in '}{example}"


_SETTING_NAMES = frozenset(each.name for each in SETTINGS)
