"""A search space: ranges by name around fixed values, with the conditions under which each has an effect.

A configuration names only what has an effect in it, so that two that would train alike are one. No NumPy.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random
from typing import Self

from engine.declaration import Value
from engine.errors import HyperparameterError, UsageError
from engine.hyperparameters import Hyperparameters, declaration
from engine.search.ranges import SHAPE_NAMES, Range, parse_range
from engine.search.sequences import shuffled

__all__ = ["LARGEST_GRID", "Point", "Space", "sample"]

LARGEST_GRID = 100_000
"""Configurations a grid may have."""
_USUAL_UNITS = 64


@dataclass(frozen=True, slots=True)
class Point:
    """One configuration of a space. Equal points train alike."""

    items: tuple[tuple[str, Value], ...]
    """Name and value of what has an effect here, in the order of the space."""

    def to_mapping(self) -> dict[str, Value]:
        """Name -> value."""
        return dict(self.items)


@dataclass(frozen=True)
class Space:
    """What a sweep varies, and around what. Raises UsageError where nothing can be varied."""

    ranges: tuple[Range, ...]
    """In the order given; names are distinct."""
    base: Hyperparameters
    """The values of all that is not varied."""

    def __post_init__(self) -> None:
        names = [each.name for each in self.ranges]
        if not names:
            raise UsageError("There is nothing to vary: give at least one range, as in learning_rate=0.001..0.3.")
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise HyperparameterError(twice, f"{twice} is varied twice: give it one range.")
        if "hidden_units" in names and (shape := next((name for name in names if name in SHAPE_NAMES), None)):
            raise HyperparameterError(shape, f"{shape} and hidden_units both decide the layers: vary one of them.")
        for each in self.ranges:
            if not any(self._applies(each.name, chosen) for chosen in self._decisions(Range.grid)):
                raise HyperparameterError(each.name, self._futile(each.name))

    @classmethod
    def from_text(cls, texts: Mapping[str, str] | Iterable[tuple[str, str]], base: Hyperparameters) -> Self:
        """From names and ranges as a person types them. Raises UsageError, HyperparameterError."""
        pairs = texts.items() if isinstance(texts, Mapping) else texts
        return cls(tuple(parse_range(name, text) for name, text in pairs), base)

    def to_document(self) -> dict[str, object]:
        """As JSON carries it."""
        vary = [{"name": each.name, "range": each.text()} for each in self.ranges]
        base = {name: list(one) if isinstance(one, tuple) else one for name, one in self.base.to_mapping().items()}
        return {"vary": vary, "base": base}

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """Inverse of `to_document`. Raises UsageError for a document that is none."""
        try:
            vary, base = document["vary"], document["base"]
            pairs = [(each["name"], each["range"]) for each in vary]  # type: ignore[attr-defined]
            return cls.from_text(pairs, Hyperparameters.from_mapping(base))  # type: ignore[arg-type]
        except (KeyError, TypeError, AttributeError):
            raise UsageError("The stored search space is damaged: start a new sweep.") from None

    def __getitem__(self, name: str) -> Range:
        """The range of a name. Raises KeyError where it is not varied."""
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def ordered(self) -> tuple[Range, ...]:
        """The ranges with those first on which others depend: the order in which to choose values."""
        return (*self._deciding, *(each for each in self.ranges if each not in self._deciding))

    @property
    def has_conditions(self) -> bool:
        """Whether some configuration leaves a varied name without effect."""
        return any(
            not self._applies(each.name, chosen) for chosen in self._decisions(Range.grid) for each in self.ranges
        )

    def replace(self, changed: Range) -> "Space":
        """The space with one range exchanged."""
        return Space(tuple(changed if each.name == changed.name else each for each in self.ranges), self.base)

    def settled(self) -> "Space":
        """The space with what has a single value put into its base; unchanged where nothing else varies."""
        single = {each.name: each.choices[0] for each in self.ranges if len(each.choices) == 1}
        varied = tuple(each for each in self.ranges if each.name not in single)
        if not varied or not single:
            return self
        values = {name: value for name, value in single.items() if name not in SHAPE_NAMES}
        if len(values) < len(single):
            values["hidden_units"] = self._layers(single)
        return Space(varied, self.base.replace(**values))

    def applies(self, name: str, chosen: Mapping[str, Value]) -> bool:
        """Whether a varied name has an effect next to the values chosen so far (choose in the order of `ordered`)."""
        return self._applies(name, chosen)

    def point(self, values: Mapping[str, Value]) -> Point:
        """The configuration with these values; those without effect are dropped. Raises HyperparameterError."""
        chosen = {each.name: each.declared.check(values[each.name]) for each in self.ranges if each.name in values}
        return Point(tuple((name, value) for name, value in chosen.items() if self._applies(name, chosen)))

    def from_unit(self, shares: Sequence[float]) -> Point:
        """The configuration at a point of the unit cube: one share in [0, 1) for each range, in their order."""
        return self.point({each.name: each.at(share) for each, share in zip(self.ranges, shares, strict=True)})

    def to_hyperparameters(self, point: Point) -> Hyperparameters:
        """The full set of values for training a configuration."""
        values = point.to_mapping()
        if any(name in values for name in SHAPE_NAMES):
            values["hidden_units"] = self._layers(values)
        return self.base.replace(**{name: value for name, value in values.items() if name not in SHAPE_NAMES})

    def count(self) -> float:
        """Number of different configurations; inf where a real number is varied over an interval."""
        return self._count(lambda each: each.size, _all_values)

    def grid_size(self) -> int:
        """Number of configurations of the grid."""
        return int(self._count(lambda each: len(each.grid()), Range.grid))

    def grid(self) -> Iterator[Point]:
        """The configurations of the grid, one by one. Raises UsageError at once where there are too many."""
        if (size := self.grid_size()) > LARGEST_GRID:
            raise UsageError(
                f"This grid has {size:,} configurations and at most {LARGEST_GRID:,} are allowed: "
                "give fewer points, or use the sampler random, qmc or tpe with a number of trials."
            )
        return (self._made(part, values) for part in self._parts() for values in product(*part.axes))

    def shuffled_grid(self, rng: Random) -> Iterator[Point]:
        """The same in random order, each configuration made when it is asked for. Raises UsageError likewise."""
        self.grid()
        parts = list(self._parts())
        return (self._nth(parts, index) for index in shuffled(sum(part.size for part in parts), rng))

    def _parts(self) -> Iterator["_Part"]:
        for chosen in self._decisions(Range.grid):
            free = [each for each in self.ranges if each not in self._deciding and self._applies(each.name, chosen)]
            fixed = {name: value for name, value in chosen.items() if self._applies(name, chosen)}
            yield _Part(fixed, [each.name for each in free], [each.grid() for each in free])

    def _nth(self, parts: Sequence["_Part"], index: int) -> Point:
        for part in parts:
            if index < part.size:
                return self._made(part, part.values(index))
            index -= part.size
        raise IndexError(index)

    def _made(self, part: "_Part", values: Sequence[Value]) -> Point:
        both = {**part.fixed, **dict(zip(part.names, values, strict=True))}
        return Point(tuple((each.name, both[each.name]) for each in self.ranges if each.name in both))

    def _count(self, size: Callable[[Range], float], values: Callable[[Range], Sequence[Value]]) -> float:
        total = 0.0
        for chosen in self._decisions(values):
            free = (each for each in self.ranges if each not in self._deciding and self._applies(each.name, chosen))
            total += math.prod(size(each) for each in free)
        return total

    def _decisions(self, values: Callable[[Range], Sequence[Value]]) -> Iterator[dict[str, Value]]:
        """Every combination of the names on which others depend."""
        names = [each.name for each in self._deciding]
        seen = set()
        for chosen in product(*(values(each) for each in self._deciding)):
            pairs = dict(zip(names, chosen, strict=True))
            effective = tuple((name, value) for name, value in pairs.items() if self._applies(name, pairs))
            if effective not in seen:
                seen.add(effective)
                yield pairs

    @cached_property
    def _by_name(self) -> dict[str, Range]:
        return {each.name: each for each in self.ranges}

    @cached_property
    def _deciding(self) -> tuple[Range, ...]:
        conditions = (each.declared.when for each in self.ranges)
        needed = {"hidden_layers" if when.name == "hidden_units" else when.name for when in conditions if when}
        needed |= {when.name for each in self.ranges if (when := each.declared.when)}
        if "units_per_layer" in self._by_name:
            needed.add("hidden_layers")
        return tuple(each for each in self.ranges if each.name in needed)

    def _applies(self, name: str, chosen: Mapping[str, Value]) -> bool:
        if name == "units_per_layer":
            return chosen.get("hidden_layers", 1) != 0
        when = None if name in SHAPE_NAMES else declaration(name).when
        if when is None:
            return True
        other = chosen.get(when.name, getattr(self.base, when.name))
        if when.name == "hidden_units" and ("hidden_layers" in self or "units_per_layer" in self):
            other = self._layers(chosen)
        return other in when.values if when.values else bool(other)

    def _layers(self, chosen: Mapping[str, Value]) -> tuple[int, ...]:
        widest = max(self.base.hidden_units, default=_USUAL_UNITS)
        units = chosen.get("units_per_layer", widest)
        layers = chosen.get("hidden_layers", len(self.base.hidden_units) or 1)
        assert isinstance(units, int)
        assert isinstance(layers, int)
        return (units,) * layers

    def _futile(self, name: str) -> str:
        if name in SHAPE_NAMES:
            return f"{name} has no effect without a hidden layer: let hidden_layers reach 1, or leave {name} out."
        when = declaration(name).when
        assert when is not None
        wanted = f"{when.name} be one of {', '.join(map(str, when.values))}" if when.values else f"{when.name} be set"
        return f"{name} has no effect in any configuration: let {wanted}, or leave {name} out."


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of a grid in which the names on which others depend have these values."""

    fixed: dict[str, Value]
    names: list[str]
    """Of what else varies there."""
    axes: list[Sequence[Value]]
    """The values of each."""

    @property
    def size(self) -> int:
        return math.prod(map(len, self.axes))

    def values(self, index: int) -> list[Value]:
        """Those of configuration 0, 1, …, the last axis the fastest."""
        found = []
        for axis in reversed(self.axes):
            index, place = divmod(index, len(axis))
            found.append(axis[place])
        return found[::-1]


def _all_values(each: Range) -> Sequence[Value]:
    """Every value of a range on which others depend; those are never real numbers."""
    return each.choices or range(int(each.low), int(each.high) + 1)


def sample(space: Space, rng: Random) -> Point:
    """A configuration drawn at random, uniform on each range's scale."""
    return space.from_unit([rng.random() for _ in space.ranges])
