"""The normaliser and the JSON form: whatever is stored comes back as the same plain value."""

import json
import math
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import UsageError
from sessions.store import normalise
from sessions.store.values import dumps, revive


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ((1, (2,)), [1, [2]]),
        ({1: "a"}, {"1": "a"}),
        (Path("/a/b"), "/a/b"),
        (Colour.RED, "red"),
        (datetime(2025, 1, 2, tzinfo=UTC), "2025-01-02T00:00:00+00:00"),
        (np.float32(0.5), 0.5),
        (np.float64(0.25), 0.25),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.str_("x"), "x"),
        (np.array([[1, 2]]), [[1, 2]]),
    ],
)
def test_values_become_plain(value: object, plain: object) -> None:
    found = normalise(value)
    assert found == plain
    assert type(found) is type(plain)


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), {None: 1}, {"deep": [1j]}])
def test_what_cannot_be_stored_is_refused_by_name(value: object) -> None:
    with pytest.raises(UsageError, match="use text"):
        normalise(value)


def test_a_value_that_contains_itself_is_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(UsageError, match="nested too deeply"):
        normalise(endless)


@pytest.mark.parametrize(
    "value",
    [
        math.inf,
        -math.inf,
        2**53 + 1,
        -(2**300),
        10**5000,
        0.1 + 0.2,
        5e-324,
        -0.0,
        "\u03b1 \U0001f600 \udc80 \x00 \n \u2028",
        {"$float": "nan"},
        {"$dict": {"$int": 5}},
        {"$float": 1, "other": math.inf},
        [{"a": [math.inf, {"$x": [math.inf]}]}],
        {},
        [],
        None,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_stored_value_comes_back_the_same(value: Any) -> None:
    found: Any = revive(json.loads(dumps(value)))
    assert found == value
    assert math.copysign(1, found) == math.copysign(1, value) if isinstance(value, float) else True


def test_not_a_number_comes_back() -> None:
    found = revive(json.loads(dumps([math.nan, {"x": math.nan}])))
    assert isinstance(found, list)
    assert str(found) == "[nan, {'x': nan}]"


def test_the_stored_form_is_one_line_of_strict_ascii_json() -> None:
    line = dumps({"text": "a\nb é", "cost": math.nan})
    line.decode("ascii")
    assert b"\n" not in line
    json.loads(line, parse_constant=pytest.fail)
