"""Ranges: what is read, what is refused with which sentence, grids, edges and widening."""

import math

import pytest

from engine.declaration import Kind, Scale
from engine.errors import HyperparameterError
from engine.hyperparameters import declarations
from engine.search.ranges import SHAPE_NAMES, parse_range, proposed_range, variable


@pytest.mark.parametrize(
    ("name", "text", "choices"),
    [
        ("activation", "relu|tanh", ("relu", "tanh")),
        ("hidden_units", "64|64,64|128,64", ((64,), (64, 64), (128, 64))),
        ("hidden_units", "|64", ((), (64,))),
        ("learning_rate", "0.01|0.03|0.1", (0.01, 0.03, 0.1)),
        ("learning_rate", "0.03", (0.03,)),
        ("learning_rate", "0.1..0.1", (0.1,)),
        ("shuffle", "true|false", (True, False)),
        ("activation", "relu|relu", ("relu",)),
    ],
)
def test_choices_are_read_in_their_order_once_each(name: str, text: str, choices: tuple[object, ...]) -> None:
    assert parse_range(name, text).choices == choices


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("learning_rate", "0.001..1", (0.001, 1.0, Scale.LOG, 0)),
        ("learning_rate", "lin:0.1..1", (0.1, 1.0, Scale.LINEAR, 0)),
        ("learning_rate", " log:1e-3..1:7 ", (0.001, 1.0, Scale.LOG, 7)),
        ("momentum", "0..0.9", (0.0, 0.9, Scale.LINEAR, 0)),
        ("batch_size", "16..256", (16, 256, Scale.LOG, 0)),
        ("hidden_layers", "1..3", (1, 3, Scale.LINEAR, 0)),
        ("l2", "lin:0..0.1:3", (0.0, 0.1, Scale.LINEAR, 3)),
    ],
)
def test_intervals_are_read_on_their_natural_or_forced_scale(
    name: str, text: str, expected: tuple[float, float, Scale, int]
) -> None:
    found = parse_range(name, text)
    assert (found.low, found.high, found.scale, found.points) == expected


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("learning_rate", "1..0.1", "swap them"),
        ("l2", "0..0.1", "write lin:0..0.1"),
        ("learning_rate", "0..0.1", "above 0"),
        ("activation", "relu|swish", "'swish' is not allowed: use one of relu"),
        ("activation", "a..b", "separate its choices by |"),
        ("hidden_units", "8..64", "vary hidden_layers and units_per_layer"),
        ("learning_rate", "0.1..", "''"),
        ("learning_rate", "..", "''"),
        ("learning_rate", "0.1..1e999", "1e999"),
        ("learning_rate", "nan..1", "nan"),
        ("learning_rate", "0.1..1:0", "2 to 10,000 points"),
        ("learning_rate", "0.1..1:", "2 to 10,000 points"),
        ("learning_rate", "0.1..1:x", "'x'"),
        ("learning_rate", "0.1..1:99999", "99999"),
        ("learning_rate", "log:0.1|1", "cannot be read"),
        ("learning_rate", "", "cannot be read"),
        ("epochs", "1.5..3", "'1.5' is not allowed"),
        ("hidden_layers", "0|-1", "'-1' is not allowed"),
        ("lerning_rate", "1..2", "no hyperparameter 'lerning_rate'"),
    ],
)
def test_a_bad_range_gets_one_sentence_and_names_its_hyperparameter(name: str, text: str, said: str) -> None:
    with pytest.raises(HyperparameterError) as caught:
        parse_range(name, text)
    assert said in str(caught.value)
    assert caught.value.name == name
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", [each.name for each in declarations()] + list(SHAPE_NAMES))
def test_every_proposed_range_is_allowed_and_survives_its_text(name: str) -> None:
    proposed = proposed_range(name)
    if proposed is None:
        assert variable(name).search is None or variable(name).kind is Kind.UNITS
        return
    assert parse_range(name, proposed.text()) == proposed
    for value in (*proposed.grid(), proposed.at(0.0), proposed.at(0.999999)):
        assert variable(name).check(value) == value


@pytest.mark.parametrize("text", ["0.01|0.1", "log:0.001..1:7", "lin:0.1..0.5", "0.0012345678..1"])
def test_text_and_range_round_trip(text: str) -> None:
    found = parse_range("learning_rate", text)
    assert parse_range("learning_rate", found.text()) == found


def test_grid_points_are_tidy_and_hold_both_ends() -> None:
    assert parse_range("learning_rate", "log:0.001..1:7").grid() == (
        0.001, 0.00316228, 0.01, 0.0316228, 0.1, 0.316228, 1.0,
    )  # fmt: skip
    assert parse_range("momentum", "0.5..0.9:5").grid() == (0.5, 0.6, 0.7, 0.8, 0.9)


def test_without_a_number_of_points_the_scale_decides() -> None:
    assert len(parse_range("learning_rate", "0.001..1").grid()) == 7
    assert parse_range("batch_size", "16..256").grid() == (16, 32, 64, 128, 256)
    assert parse_range("hidden_layers", "1..4").grid() == (1, 2, 3, 4)
    assert len(parse_range("momentum", "0..0.9").grid()) == 5


def test_more_points_than_whole_numbers_give_each_number_once() -> None:
    assert parse_range("hidden_layers", "1..3:50").grid() == (1, 2, 3)


def test_shares_of_a_log_range_are_ratios_and_stay_inside() -> None:
    found = parse_range("learning_rate", "0.001..1")
    assert found.at(0.0) == 0.001
    assert found.at(0.5) == pytest.approx(math.sqrt(0.001), rel=1e-5)
    assert found.at(1.0 - 2**-53) == 1.0


def test_each_whole_number_gets_its_fair_share() -> None:
    found = parse_range("hidden_layers", "1..3")
    drawn = [found.at((each + 0.5) / 300) for each in range(300)]
    assert [drawn.count(value) for value in (1, 2, 3)] == [100, 100, 100]


def test_a_best_value_at_the_end_of_its_interval_is_at_the_edge_and_widening_frees_it() -> None:
    found = parse_range("learning_rate", "0.001..0.3")
    assert found.is_at_edge(0.29)
    assert not found.is_at_edge(0.03)
    wider = found.widen(0.29)
    assert (wider.low, wider.high) == (0.001, 3.0)
    assert not wider.is_at_edge(0.29)
    assert found.widen(0.001).low == 0.0001


def test_what_is_not_allowed_beyond_is_no_edge() -> None:
    assert not parse_range("momentum", "0..0.9").is_at_edge(0.0)
    assert not parse_range("dropout", "0..0.5").is_at_edge(0.0)
    assert parse_range("momentum", "0..0.9").widen(0.9).high < 1.0 or not parse_range("momentum", "0..0.9").is_at_edge(
        0.9
    )
    assert not parse_range("activation", "relu|tanh|elu").is_at_edge("relu")


def test_a_narrow_interval_of_whole_numbers_can_be_widened_on_both_sides() -> None:
    found = parse_range("hidden_layers", "1..2")
    assert found.is_at_edge(2)
    assert found.widen(2).text() == "lin:1..3"
    assert found.widen(1).text() == "lin:0..2"


def test_choices_on_a_ladder_are_widened_by_one_rung() -> None:
    found = parse_range("learning_rate", "0.01|0.03|0.1")
    assert found.is_at_edge(0.1)
    assert found.widen(0.1).choices == (0.01, 0.03, 0.1, 0.3)
    assert found.widen(0.01).choices == (0.003, 0.01, 0.03, 0.1)
    assert not found.is_at_edge(0.03)
    assert parse_range("units_per_layer", "32|64|128").widen(128).choices == (32, 64, 128, 256)


def test_a_pair_of_choices_has_no_edge() -> None:
    assert not parse_range("l2", "0|0.001").is_at_edge(0.001)
