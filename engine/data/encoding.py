"""How the columns of a file became features, in a form that JSON carries, so that a new file is encoded the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

__all__ = ["ColumnEncoding", "Encoding"]


@dataclass(frozen=True, slots=True)
class ColumnEncoding:
    """One column of the file that enters the network."""

    name: str
    levels: tuple[str, ...]
    """The texts it may hold, one feature each, in that order; empty for a column of numbers."""
    fill: float
    """What stands for a missing value: a number, or the number of a level."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features it becomes."""
        return tuple(f"{self.name}={level}" for level in self.levels) or (self.name,)


@dataclass(frozen=True, slots=True)
class Encoding:
    """All columns that enter the network, in order."""

    columns: tuple[ColumnEncoding, ...]
    target: str
    """Name of the column that does not enter."""

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of all features, in the order of the columns of `X`."""
        return tuple(name for column in self.columns for name in column.features)

    def to_document(self) -> dict[str, Any]:
        """As JSON carries it."""
        columns = [{"name": each.name, "levels": list(each.levels), "fill": each.fill} for each in self.columns]
        return {"columns": columns, "target": self.target}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Inverse of `to_document`."""
        columns = (ColumnEncoding(each["name"], tuple(each["levels"]), each["fill"]) for each in document["columns"])
        return cls(tuple(columns), document["target"])
