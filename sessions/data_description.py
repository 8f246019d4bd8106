"""What the description of a session's data holds, and of which kind, if nothing has damaged it.

Reads nothing, and loads no NumPy: which scales and scores there are is asked where the data is used.
"""

from typing import Any, Final

from engine.records import Task

__all__ = ["is_sound"]


def is_sound(about: object) -> bool:
    """Whether all is there that a description of any version holds, each of its kind, and fits together."""
    if not isinstance(about, dict) or not about.keys() >= _NEEDED.keys():
        return False
    kinds = _NEEDED | _OPTIONAL
    return all(kinds[name](about[name]) for name in kinds.keys() & about.keys()) and _fits_together(about)


def _fits_together(about: dict[str, Any]) -> bool:
    task, features = Task(about["task"]), len(about["feature_names"])
    is_inside = all(column + width <= features for column, width in about["gaps"])
    return is_inside and (task is Task.REGRESSION) == (not about["classes"])


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_gaps(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(gap, list) and len(gap) == 2 and all(map(_is_count, gap)) for gap in value
    )


def _is_encoding(value: object) -> bool:
    if not isinstance(value, dict) or not _is_text(value.get("target")):
        return False
    columns = value.get("columns")
    return isinstance(columns, list) and all(map(_is_column, columns))


def _is_column(value: object) -> bool:
    return (
        isinstance(value, dict)
        and _is_text(value.get("name"))
        and _is_list_of_texts(value.get("levels"))
        and type(value.get("fill")) in (int, float)
    )


_NEEDED: Final = {
    "feature_names": _is_list_of_texts,
    "target": _is_text,
    "task": lambda value: value in [task.value for task in Task],
    "classes": _is_list_of_texts,
    "source": _is_text,
    "encoding": _is_encoding,
    "notes": _is_list_of_texts,
    "gaps": _is_gaps,
    "is_copied": lambda value: isinstance(value, bool),
    "fingerprint": _is_text,
    "scale": _is_text,
    "seed": _is_count,
    "score_name": _is_text,
}
_OPTIONAL: Final = {
    "split_fingerprint": _is_text,
    "rows": lambda value: isinstance(value, list) and all(map(_is_count, value)),
    "missing": _is_text,
    "positive": lambda value: value is None or _is_text(value),
}
"""What older versions did not write."""
