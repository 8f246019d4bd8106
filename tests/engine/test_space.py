"""Spaces: conditions, counting, grids, sampling, the way to hyperparameters, JSON."""

import json
import math
import subprocess
import sys
from random import Random

import pytest

from engine.errors import HyperparameterError, UsageError
from engine.hyperparameters import Hyperparameters
from engine.search.presets import (
    architecture_sweep,
    learning_rate_sweep,
    propose_learning_rate,
    range_test_rates,
)
from engine.search.ranges import parse_range
from engine.search.sequences import halton
from engine.search.space import Space, sample

BASE = Hyperparameters()


def space(base: Hyperparameters = BASE, **texts: str) -> Space:
    return Space.from_text(texts, base)


CONDITIONAL = {
    "optimizer": "sgd|momentum|adam",
    "momentum": "0.5|0.9",
    "beta1": "0.8|0.9|0.95",
    "learning_rate": "0.1|1",
}


def test_a_hyperparameter_without_effect_is_not_varied() -> None:
    points = list(space(**CONDITIONAL).grid())
    assert len(points) == 2 * (1 + 2 + 3)
    assert len(set(points)) == len(points)
    assert all(("momentum" in each.to_mapping()) == (each.to_mapping()["optimizer"] == "momentum") for each in points)


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (CONDITIONAL, 12),
        ({"hidden_layers": "0..3", "units_per_layer": "32|64"}, 7),
        ({"hidden_units": "|8|8,8", "activation": "relu|tanh"}, 5),
        ({"hidden_layers": "0|1", "activation": "relu|tanh", "dropout": "0|0.5"}, 5),
        ({"activation": "relu|tanh", "units_per_layer": "1|2|3"}, 6),
        ({"schedule": "constant|step|cosine", "decay_rate": "0.1|0.5", "decay_every": "5|10"}, 6),
    ],
)
def test_counts_are_those_of_the_grid(texts: dict[str, str], count: int) -> None:
    found = space(**texts)
    points = list(found.grid())
    assert found.count() == found.grid_size() == len(points) == count
    assert len({found.to_hyperparameters(each) for each in points}) == count


def test_real_numbers_over_an_interval_are_infinitely_many() -> None:
    found = space(learning_rate="0.001..1:7", hidden_layers="1..3")
    assert found.count() == math.inf
    assert found.grid_size() == 21
    assert space(batch_size="16..256").count() == 241


def test_the_first_name_varies_slowest() -> None:
    points = [each.to_mapping() for each in space(learning_rate="0.1|1", batch_size="8|16").grid()]
    assert [(each["learning_rate"], each["batch_size"]) for each in points] == [
        (0.1, 8),
        (0.1, 16),
        (1.0, 8),
        (1.0, 16),
    ]


def test_a_grid_of_ten_millions_is_refused_with_its_size() -> None:
    huge = space(learning_rate="0.001..1:1000", momentum="0..0.9:100", l2="1e-6..0.1:100")
    with pytest.raises(UsageError, match="10,000,000 configurations and at most 100,000"):
        huge.grid()


def test_a_large_grid_is_enumerated_lazily() -> None:
    points = space(learning_rate="0.001..1:1000", momentum="0..0.9:100").grid()
    assert next(points) != next(points)


@pytest.mark.parametrize(
    ("texts", "base", "said"),
    [
        ({}, BASE, "nothing to vary"),
        ({"beta1": "0.8..0.9"}, BASE, "let optimizer be one of adam, adamw"),
        ({"beta1": "0.8..0.9", "optimizer": "sgd|momentum"}, BASE, "no effect in any configuration"),
        ({"activation": "relu|tanh"}, Hyperparameters(hidden_units=()), "let hidden_units be set"),
        ({"hidden_units": "8|16", "hidden_layers": "1..2"}, BASE, "vary one of them"),
        ({"units_per_layer": "8|16", "hidden_layers": "0"}, BASE, "no effect"),
    ],
)
def test_a_space_that_cannot_be_gets_one_sentence(texts: dict[str, str], base: Hyperparameters, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Space.from_text(texts, base)


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(HyperparameterError, match="varied twice"):
        Space.from_text([("l2", "0|1"), ("l2", "0|2")], BASE)


def test_layers_and_width_make_the_hidden_units() -> None:
    found = space(hidden_layers="0..3", units_per_layer="32|64")
    point = found.point({"hidden_layers": 3, "units_per_layer": 32})
    assert found.to_hyperparameters(point).hidden_units == (32, 32, 32)
    assert found.to_hyperparameters(found.point({"hidden_layers": 0, "units_per_layer": 32})).hidden_units == ()
    alone = space(hidden_layers="1..3")
    assert alone.to_hyperparameters(alone.point({"hidden_layers": 3})).hidden_units == (64, 64, 64)
    width = space(units_per_layer="8..16")
    assert width.to_hyperparameters(width.point({"units_per_layer": 9})).hidden_units == (9, 9)


@pytest.mark.parametrize(
    ("texts", "units"),
    [
        ({"hidden_layers": "1", "l2": "0|1"}, (64,)),
        ({"units_per_layer": "8", "l2": "0|1"}, (8, 8)),
        ({"hidden_layers": "3", "units_per_layer": "8", "l2": "0|1"}, (8, 8, 8)),
        ({"hidden_layers": "0", "l2": "0|1"}, ()),
    ],
)
def test_a_single_value_is_one_that_is_fixed(texts: dict[str, str], units: tuple[int, ...]) -> None:
    found = space(**texts, epochs="7").settled()
    assert [each.name for each in found.ranges] == ["l2"]
    assert (found.base.hidden_units, found.base.epochs) == (units, 7)


def test_a_fixed_number_of_layers_takes_the_width_that_varies() -> None:
    found = space(hidden_layers="3", units_per_layer="8|16").settled()
    assert found.to_hyperparameters(found.point({"units_per_layer": 16})).hidden_units == (16, 16, 16)


def test_points_that_differ_only_without_effect_are_one() -> None:
    found = space(**CONDITIONAL)
    sgd = {"optimizer": "sgd", "learning_rate": 0.1}
    assert found.point({**sgd, "momentum": 0.5}) == found.point({**sgd, "momentum": 0.9, "beta1": 0.8})


def test_a_value_that_is_not_allowed_is_refused_in_a_point() -> None:
    with pytest.raises(HyperparameterError):
        space(learning_rate="0.1..1").point({"learning_rate": -1.0})


def test_names_that_decide_come_first() -> None:
    found = space(momentum="0.5..0.9", activation="relu|tanh", optimizer="sgd|momentum", hidden_layers="0..2")
    names = [each.name for each in found.ordered()]
    assert set(names[:2]) == {"optimizer", "hidden_layers"}
    assert not found.applies("momentum", {"optimizer": "sgd"})
    assert not found.applies("activation", {"hidden_layers": 0})


def test_samples_are_in_the_space_and_repeat_with_the_seed() -> None:
    found = space(**{**CONDITIONAL, "learning_rate": "0.001..1", "hidden_layers": "0..3", "activation": "relu|tanh"})
    drawn = [sample(found, Random(3)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    rng = Random(1)
    for _ in range(200):
        point = sample(found, rng)
        made = found.to_hyperparameters(point)
        assert 0.001 <= made.learning_rate <= 1
        assert ("beta1" in point.to_mapping()) == (made.optimizer == "adam")
        assert ("activation" in point.to_mapping()) == (made.hidden_units != ())


@pytest.mark.parametrize("dimension", range(26))
def test_the_halton_sequence_fills_every_dimension_evenly(dimension: int) -> None:
    shares = sorted(halton(index, 26, seed=5)[dimension] for index in range(500))
    assert 0 <= shares[0] < shares[-1] < 1
    assert max(abs(share - (place + 0.5) / 500) for place, share in enumerate(shares)) < 0.2
    assert len(set(shares)) == 500


def test_the_halton_sequence_is_more_even_than_chance_and_depends_on_its_seed() -> None:
    cells = {(int(8 * x), int(9 * y)) for x, y in (halton(index, 2, seed=1) for index in range(72))}
    assert len(cells) == 72
    assert halton(3, 4, seed=1) == halton(3, 4, seed=1) != halton(3, 4, seed=2)


def test_a_space_survives_json() -> None:
    found = space(Hyperparameters(hidden_units=(8, 4)), **CONDITIONAL, l2="log:1e-6..0.1:3")
    assert Space.from_document(json.loads(json.dumps(found.to_document()))) == found


def test_a_damaged_document_gets_a_sentence() -> None:
    for damaged in ({}, {"vary": 3, "base": {}}, {"vary": [{}], "base": {}}):
        with pytest.raises(UsageError, match=r"\."):
            Space.from_document(damaged)


def test_exchanging_a_range_keeps_the_others() -> None:
    found = space(learning_rate="0.001..0.3", batch_size="8|16")
    wider = found.replace(found["learning_rate"].widen(0.3))
    assert wider["learning_rate"] == parse_range("learning_rate", "0.001..3")
    assert wider["batch_size"] == found["batch_size"]
    assert "momentum" not in wider


def test_presets_are_spaces() -> None:
    assert [dict(each.items)["learning_rate"] for each in learning_rate_sweep(BASE).grid()] == [
        0.001, 0.003, 0.01, 0.03, 0.1, 0.3,
    ]  # fmt: skip
    assert architecture_sweep(BASE).count() == 9


def test_a_range_test_proposes_the_alpha_of_the_steepest_fall() -> None:
    rates = range_test_rates(1e-5, 10, 100)
    costs = [2.3 - 2 / (1 + (0.02 / rate) ** 2) + max(0.0, rate - 0.3) ** 2 for rate in rates]
    proposal = propose_learning_rate(rates, [*costs[:-3], math.inf, math.nan, math.nan])
    assert proposal is not None
    assert proposal.learning_rate in (0.01, 0.03)
    assert "smoothed cost falls fastest at α = 0.0" in proposal.why


def test_a_range_test_that_never_falls_proposes_nothing() -> None:
    rates = range_test_rates(steps=20)
    assert propose_learning_rate(rates, [2.3] * 20) is None
    assert propose_learning_rate(rates, [2.3, math.nan, *[math.nan] * 18]) is None


@pytest.mark.parametrize(("low", "high", "steps"), [(1.0, 0.1, 10), (0.0, 1.0, 10), (0.1, 1.0, 2), (0.1, math.inf, 9)])
def test_an_impossible_range_test_is_refused(low: float, high: float, steps: int) -> None:
    with pytest.raises(UsageError, match="range test"):
        range_test_rates(low, high, steps)


def test_spaces_and_verdicts_need_no_numpy() -> None:
    modules = "engine.search.presets, engine.search.sequences, engine.diagnosis"
    code = f"import sys, {modules}; assert 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_a_shuffled_grid_has_every_configuration_once_and_makes_only_what_is_asked_for() -> None:
    texts = {"hidden_layers": "0|1|2", "units_per_layer": "8|16", "optimizer": "adam|momentum", "momentum": "0.5|0.9"}
    space = Space.from_text(texts, Hyperparameters())
    shuffled = list(space.shuffled_grid(Random(0)))
    assert sorted(map(repr, shuffled)) == sorted(map(repr, space.grid()))
    assert shuffled != list(space.grid())
    assert shuffled == list(space.shuffled_grid(Random(0)))
    large = {"learning_rate": "0.001..0.3:40", "l2": "log:0.0001..0.1:40", "dropout": "0..0.5:60"}
    first = next(Space.from_text(large, Hyperparameters()).shuffled_grid(Random(0)))
    assert set(first.to_mapping()) == set(large)
