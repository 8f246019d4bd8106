"""The verdict on made-up curves of each kind: what it is called, what it says, that it does not flicker."""

import math
import random
import re
from itertools import groupby

import pytest

from engine.diagnosis import ALARMS, Baseline, CostCurve, baseline_cost, diagnose
from engine.diagnosis.advice import step
from engine.hyperparameters import Hyperparameters
from engine.records import Task, Verdict, VerdictKind

NAN = math.nan


def curve(train: list[float], validation: list[float] | None = None) -> CostCurve:
    return CostCurve(list(range(len(train))), train, validation or [NAN] * len(train))


def alike(cost: float) -> Baseline:
    return Baseline(cost, cost)


def falling(points: int, start: float, end: float, rate: float) -> list[float]:
    return [end + (start - end) * math.exp(-rate * epoch) for epoch in range(points)]


def wobble(costs: list[float], size: float) -> list[float]:
    return [cost * (1 + size * math.sin(37.0 * place * place)) for place, cost in enumerate(costs)]


CONVERGED = curve(wobble(falling(61, 2.3, 0.05, 0.2), 0.05), wobble(falling(61, 2.3, 0.11, 0.2), 0.05))
OVERFITTING = curve(
    falling(61, 2.3, 0.01, 0.1), [cost + 0.02 * max(0, e - 15) for e, cost in enumerate(falling(61, 2.3, 0.3, 0.3))]
)
UNSTABLE = curve([2.3] + [0.6 + 0.5 * (-1) ** e for e in range(60)], [2.3] + [0.7 + 0.5 * (-1) ** e for e in range(60)])
STUCK = curve(falling(61, 2.40, 2.302, 0.5), falling(61, 2.41, 2.303, 0.5))
UNDERFITTING = curve(falling(61, 0.72, 0.52, 0.3), falling(61, 0.73, 0.55, 0.3))
TOO_SHORT = curve(falling(61, 2.3, 0.0, 0.03), falling(61, 2.3, 0.1, 0.03))
DIVERGED = curve([2.3, 5.1, 310.0, NAN], [2.4, 6.0, 400.0, NAN])
EXPLODED = curve([0.5] + [0.5 * 1.3**e for e in range(20)], [0.6 * 1.3**e for e in range(21)])

KINDS = {
    VerdictKind.CONVERGED: CONVERGED,
    VerdictKind.OVERFITTING: OVERFITTING,
    VerdictKind.UNSTABLE: UNSTABLE,
    VerdictKind.STUCK: STUCK,
    VerdictKind.UNDERFITTING: UNDERFITTING,
    VerdictKind.TOO_SHORT: TOO_SHORT,
    VerdictKind.DIVERGED: DIVERGED,
}


def first(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.advice[0].name, verdict.advice[0].current, verdict.advice[0].proposed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_each_kind_of_curve_is_called_by_its_name(kind: VerdictKind) -> None:
    assert diagnose(KINDS[kind], Hyperparameters()).kind is kind
    assert diagnose(KINDS[kind]).kind is kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_each_text_has_a_figure_and_an_epoch(kind: VerdictKind) -> None:
    text = diagnose(KINDS[kind], Hyperparameters()).text
    assert any(character.isdigit() for character in text)
    assert "epoch" in text
    assert "\n" not in text


def test_a_cost_that_rises_far_above_its_start_has_diverged_before_it_is_no_number() -> None:
    verdict = diagnose(EXPLODED, Hyperparameters())
    assert verdict.kind is VerdictKind.DIVERGED
    assert first(verdict) == ("learning_rate", "0.01", "0.003")


def test_the_text_of_a_divergence_names_the_epoch() -> None:
    assert diagnose(DIVERGED).text == "the training cost is nan at epoch 3, after 2.30 at epoch 0"


def test_a_diverged_run_is_told_a_smaller_learning_rate_on_the_ladder() -> None:
    assert first(diagnose(DIVERGED, Hyperparameters(learning_rate=0.3))) == ("learning_rate", "0.3", "0.1")


def test_a_cost_that_was_never_finite_still_gets_a_verdict() -> None:
    verdict = diagnose(curve([NAN]), Hyperparameters(learning_rate=10))
    assert verdict.kind is VerdictKind.DIVERGED
    assert first(verdict) == ("learning_rate", "10", "1")


def test_a_converged_run_says_from_where_to_where_by_which_epoch_and_with_which_gap() -> None:
    verdict = diagnose(curve(falling(61, 2.3, 0.09, 0.5), [*falling(35, 2.3, 0.11, 0.5), *[0.113] * 26]))
    assert verdict.text == "2.30 → 0.11 by epoch 34, gap 0.02"


def test_a_mild_rise_after_the_best_epoch_is_convergence_with_the_epoch_to_keep() -> None:
    validation = [cost + 0.001 * max(0, e - 20) for e, cost in enumerate(falling(61, 2.3, 0.10, 0.4))]
    verdict = diagnose(curve(falling(61, 2.3, 0.02, 0.2), validation), Hyperparameters())
    assert verdict.kind is VerdictKind.CONVERGED
    assert "keep epoch 2" in verdict.text
    assert first(verdict) == ("l2", "0", "0.0001")
    assert "the gap grows after" in verdict.advice[0].why


@pytest.mark.parametrize("percent", [10, 20, 30])
def test_a_late_rise_is_told_with_its_size_and_its_epoch_and_called_overfitting(percent: int) -> None:
    low = [cost + 0.003 * percent * max(0, e - 60) / 40 for e, cost in enumerate(falling(101, 2.3, 0.3, 0.12))]
    verdict = diagnose(curve(falling(101, 2.3, 0.02, 0.05), low))
    risen = re.search(r"by epoch 60, gap 0\.\d+, then overfitting: up (\d+) % to 0\.3\d; keep epoch 60", verdict.text)
    assert verdict.kind is VerdictKind.CONVERGED
    assert risen is not None
    assert 0.8 * percent <= int(risen[1]) <= percent


def test_a_late_rise_of_both_costs_is_not_called_overfitting() -> None:
    both = [cost + 0.0015 * max(0, e - 60) for e, cost in enumerate(falling(101, 2.3, 0.3, 0.12))]
    text = diagnose(curve(both, both)).text
    assert "overfitting" not in text
    assert ", then up 1" in text


@pytest.mark.parametrize("points", [60, 100, 400])
@pytest.mark.parametrize("quickness", [2, 8])
def test_a_quick_rise_from_an_early_best_epoch_is_told_however_long_the_curve_goes_on(
    points: int, quickness: int
) -> None:
    way_down = [1.1, 0.9, 0.7]
    risen = [0.5 * (1 + 0.45 * (1 - math.exp(-e / quickness))) for e in range(points - 3)]
    verdict = diagnose(curve(way_down + falling(points - 3, 0.5, 0.0, 0.05), way_down + risen), Hyperparameters())
    assert verdict.text == "1.10 → 0.50 by epoch 3, then overfitting: up 45 % to 0.72; keep epoch 3"


@pytest.mark.parametrize("points", [8, 11, 16, 31, 101, 401])
def test_the_noise_of_a_level_curve_is_hardly_ever_told_as_a_rise(points: int) -> None:
    draw = random.Random(points)
    told = 0
    for _ in range(100):
        costs = [cost * (1 + 0.05 * draw.gauss(0, 1)) for cost in falling(points, 1.1, 0.5, 6 / points)]
        told += "keep" in diagnose(curve(falling(points, 1.1, 0.3, 6 / points), costs)).text
    assert told <= 8


def test_a_level_curve_that_jumps_up_and_down_has_no_rise() -> None:
    validation = [cost * (1 + 0.1 * (-1) ** e) for e, cost in enumerate(falling(101, 2.3, 0.3, 0.2))]
    verdict = diagnose(curve(falling(101, 2.3, 0.05, 0.08), validation))
    assert verdict.kind is VerdictKind.CONVERGED
    assert "keep" not in verdict.text


def test_a_stuck_run_with_tiny_steps_is_told_longer_ones() -> None:
    verdict = diagnose(curve(falling(61, 2.35, 2.2, 0.02)), Hyperparameters(learning_rate=1e-5))
    assert (verdict.kind, first(verdict)) == (VerdictKind.STUCK, ("learning_rate", "1e-05", "0.0001"))


def test_a_stuck_run_that_was_thrown_out_is_told_shorter_steps() -> None:
    thrown = curve([2.35, 40.0, 3.0, *[2.303] * 58])
    verdict = diagnose(thrown, Hyperparameters(learning_rate=1.0))
    assert (verdict.kind, first(verdict)) == (VerdictKind.STUCK, ("learning_rate", "1", "0.1"))


def test_a_known_baseline_tells_a_stuck_run_from_one_that_learned_less_than_it_seems() -> None:
    to_constant = curve(falling(61, 3.5, 2.30, 0.5))
    assert diagnose(to_constant).kind is not VerdictKind.STUCK
    assert diagnose(to_constant, baseline=alike(math.log(10))).kind is VerdictKind.STUCK


def test_baselines_are_the_entropy_of_the_classes_and_half_the_variance() -> None:
    assert baseline_cost(Task.MULTICLASS, class_shares=[0.25] * 4).training == pytest.approx(math.log(4))
    rare = baseline_cost(Task.BINARY, class_shares=[0.1, 0.9])
    assert (rare.training, rare.validation) == (pytest.approx(0.3251, abs=1e-4), rare.training)
    assert baseline_cost(Task.REGRESSION) == alike(0.5)
    assert baseline_cost(Task.REGRESSION, variance=300.0) == alike(150.0)


def test_the_validation_rows_are_compared_with_what_the_constant_of_the_training_rows_costs_on_them() -> None:
    rare = baseline_cost(Task.BINARY, class_shares=[0.9, 0.1], validation_shares=[0.8, 0.2])
    assert rare.training == pytest.approx(0.3251, abs=1e-4)
    assert rare.validation == pytest.approx(-0.8 * math.log(0.9) - 0.2 * math.log(0.1))
    assert baseline_cost(Task.REGRESSION, variance=3.0, validation_spread=0.5) == Baseline(1.5, 0.25)


def test_validation_rows_with_a_class_that_training_lacks_count_as_like_the_training_rows() -> None:
    lacking = baseline_cost(Task.MULTICLASS, class_shares=[0.5, 0.5, 0.0], validation_shares=[0.4, 0.4, 0.2])
    assert lacking == alike(pytest.approx(math.log(2)))


@pytest.mark.parametrize("is_balanced", [False, True])
def test_classes_of_unknown_shares_count_as_two_alike(is_balanced: bool) -> None:
    assert baseline_cost(Task.BINARY, balanced=is_balanced) == alike(pytest.approx(math.log(2)))


def test_a_weighted_training_cost_makes_no_gap_to_a_validation_cost_that_is_not() -> None:
    slow = curve(falling(61, 0.72, 0.46, 0.2), falling(61, 0.80, 0.62, 0.2))
    rare = Baseline(math.log(2), 0.13)
    plain = diagnose(slow, Hyperparameters(), baseline=rare)
    weighted = diagnose(slow, Hyperparameters(class_weight="balanced"), baseline=rare)
    assert (plain.kind, weighted.kind) == (VerdictKind.CONVERGED, VerdictKind.UNDERFITTING)
    assert "gap" in plain.text
    assert "gap" not in weighted.text


def test_balanced_weights_make_classes_alike_for_the_training_cost_alone() -> None:
    baseline = baseline_cost(Task.BINARY, class_shares=[0.1, 0.9], balanced=True)
    assert baseline.training == pytest.approx(math.log(2))
    assert baseline.validation == pytest.approx(0.3251, abs=1e-4)


@pytest.mark.parametrize(
    ("trained", "validated", "is_stuck"), [(0.68, 0.55, True), (0.40, 0.55, False), (0.68, 0.15, False)]
)
def test_each_cost_is_compared_with_what_nothing_learned_costs_in_its_own_column(
    trained: float, validated: float, is_stuck: bool
) -> None:
    seen = curve(falling(61, 0.70, trained, 0.9), falling(61, 0.70, validated, 0.9))
    assert (diagnose(seen, baseline=Baseline(math.log(2), 0.2)).kind is VerdictKind.STUCK) is is_stuck


def test_a_baseline_of_nothing_leaves_the_start_to_compare_with() -> None:
    """The target is the same in every training row, which the network has learned."""
    learned = curve(falling(61, 12.5, 0.001, 0.5))
    for baseline in (alike(0.0), Baseline(0.0, 0.3), Baseline(0.3, 0.0)):
        assert diagnose(learned, baseline=baseline).kind is VerdictKind.CONVERGED


def test_a_stuck_curve_says_what_it_is_compared_with() -> None:
    assert diagnose(curve([2.0, *[1.95] * 20])).text.endswith("at epoch 20, after a start of 2.00")
    known = diagnose(curve([2.0, *[1.95] * 20]), baseline=alike(1.9))
    assert known.text.endswith("a network that has learned nothing costs 1.90")
    flat = diagnose(curve(falling(61, 1.0, 0.7, 0.5)))
    assert flat.text.endswith("and flat at 70 % of its start")


@pytest.mark.parametrize(
    ("shape", "kind", "rate"),
    [
        (curve(falling(21, 2.35, 2.2, 0.02)), VerdictKind.STUCK, 0.01),
        (curve(falling(21, 2.35, 2.2, 0.02)), VerdictKind.STUCK, 1.0),
        (curve(falling(21, 2.3, 0.0, 0.03)), VerdictKind.TOO_SHORT, 0.01),
        (curve(falling(21, 0.72, 0.52, 0.3)), VerdictKind.UNDERFITTING, 0.01),
    ],
)
def test_a_curve_that_ends_in_its_warm_up_is_told_a_shorter_one_and_no_other_learning_rate(
    shape: CostCurve, kind: VerdictKind, rate: float
) -> None:
    verdict = diagnose(shape, Hyperparameters(learning_rate=rate, epochs=20, warmup_epochs=100))
    told = {each.name: (each.current, each.proposed) for each in verdict.advice}
    assert verdict.kind is kind
    assert told["warmup_epochs"] == ("100", "2")
    assert "learning_rate" not in told


def test_a_warm_up_that_is_over_is_left_alone() -> None:
    verdict = diagnose(STUCK, Hyperparameters(learning_rate=1e-5, warmup_epochs=10))
    assert first(verdict)[0] == "learning_rate"
    assert "warmup_epochs" not in {each.name for each in verdict.advice}


@pytest.mark.parametrize("points", [1, 2])
@pytest.mark.parametrize("now", [None, Hyperparameters(learning_rate=1e-5)], ids=["foreign", "ours"])
def test_one_or_two_points_are_said_to_be_too_few_and_nothing_is_advised(
    points: int, now: Hyperparameters | None
) -> None:
    verdict = diagnose(curve(falling(points, 2.3, 2.2, 0.5)), now)
    assert "too few" in verdict.text
    assert verdict.advice == ()


def test_advice_names_only_what_has_an_effect() -> None:
    adam = Hyperparameters(optimizer="adam", learning_rate=0.3, momentum=0.95, hidden_units=())
    names = {each.name for shape in KINDS.values() for each in diagnose(shape, adam).advice}
    assert not names & {"momentum", "dropout", "weight_decay", "activation"}
    decayed = Hyperparameters(optimizer="adamw")
    assert "weight_decay" in {each.name for each in diagnose(OVERFITTING, decayed).advice}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
@pytest.mark.parametrize("rate", [1e-300, 1e-5, 0.01, 0.3, 1000.0])
def test_every_advice_is_allowed_and_changes_something(kind: VerdictKind, rate: float) -> None:
    now = Hyperparameters(learning_rate=rate, epochs=1_000_000, batch_size=0, momentum=0.99, dropout=0.5, l2=0.1)
    for each in diagnose(KINDS[kind], now, n_train=1000).advice:
        assert Hyperparameters.from_text({each.name: each.proposed}) is not None
        assert each.current != each.proposed


def test_without_hyperparameters_the_advice_is_a_direction() -> None:
    advice = diagnose(DIVERGED).advice[0]
    assert (advice.name, advice.current, advice.proposed) == ("learning_rate", "its value", "a third of it")


def test_full_batches_on_many_rows_are_advised_against_when_the_curve_is_slow() -> None:
    advice = diagnose(TOO_SHORT, Hyperparameters(batch_size=0), n_train=1000).advice
    assert "batch_size" in {each.name for each in advice}


@pytest.mark.parametrize("points", [0, 1, 2, 3])
def test_the_first_points_of_a_running_curve_alarm_nobody(points: int) -> None:
    for shape in (CONVERGED, UNSTABLE, STUCK, curve([2.3, 30.0, 9.0])):
        begun = CostCurve(shape.epoch[:points], shape.train_cost[:points], shape.validation_cost[:points])
        assert diagnose(begun, Hyperparameters(), is_over=False).kind is VerdictKind.LEARNING


def test_a_single_epoch_that_is_over_gets_a_verdict() -> None:
    assert diagnose(curve([2.3, 1.0], [2.3, 1.1])).kind not in ALARMS
    assert diagnose(curve([2.3], [2.3])).kind not in ALARMS


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_the_verdict_does_not_flicker_while_the_curve_grows(kind: VerdictKind) -> None:
    whole = KINDS[kind]
    seen = [
        diagnose(
            CostCurve(whole.epoch[:n], whole.train_cost[:n], whole.validation_cost[:n]),
            Hyperparameters(),
            is_over=False,
        ).kind
        for n in range(1, len(whole.epoch) + 1)
    ]
    assert len([kind for kind, _ in groupby(seen)]) <= 2


def test_validation_costs_measured_every_fifth_epoch_are_enough() -> None:
    sparse = [cost if e % 5 == 0 else NAN for e, cost in enumerate(CONVERGED.validation_cost)]
    assert diagnose(CostCurve(CONVERGED.epoch, CONVERGED.train_cost, sparse)).kind is VerdictKind.CONVERGED


def test_a_validation_cost_that_stops_being_a_number_is_a_divergence() -> None:
    lost = [*CONVERGED.validation_cost[:-1], NAN]
    verdict = diagnose(CostCurve(CONVERGED.epoch, CONVERGED.train_cost, lost))
    assert verdict.kind is VerdictKind.DIVERGED
    assert "validation cost is nan at epoch 60" in verdict.text


def test_costs_of_zero_and_below_get_a_verdict_too() -> None:
    assert diagnose(curve([0.0] * 20)).kind is not None
    assert diagnose(curve([-1.0 - 0.1 * e for e in range(20)])).kind not in ALARMS


@pytest.mark.parametrize(("value", "up", "down"), [(1, 3, 0.3), (3, 10, 1), (30, 100, 10), (0.3, 1, 0.1), (2, 3, 1)])
def test_the_next_value_on_the_ladder_is_another_one(value, up, down):
    assert (step(value, 1), step(value, -1)) == (up, down)


def test_a_training_of_thirty_epochs_that_is_too_short_is_told_to_go_on():
    verdict = diagnose(
        curve(falling(31, 2.3, 0.0, 0.03), falling(31, 2.3, 0.1, 0.03)),
        Hyperparameters(epochs=30),
        baseline=alike(2.3),
        n_train=1000,
        is_over=True,
    )
    assert ("epochs", "30", "100") in [(each.name, each.current, each.proposed) for each in verdict.advice]


def test_a_validation_cost_that_was_far_lower_long_ago_is_not_called_too_short() -> None:
    """It comes down again a little at the end, and the training cost falls all the way."""
    risen = [
        *falling(9, 2.75, 0.0086, 1.0),
        *[0.0086 + 0.006 * e for e in range(1, 10)],
        *falling(43, 0.09, 0.03, 0.03),
    ]
    verdict = diagnose(curve(falling(61, 1.1, 0.0, 0.2), risen), Hyperparameters())
    assert verdict.kind is VerdictKind.CONVERGED
    assert "keep epoch 8" in verdict.text
    assert "epochs" not in {each.name for each in verdict.advice}


def test_a_noisy_level_curve_whose_lowest_point_is_early_is_not_called_too_short() -> None:
    noisy = [
        0.04,
        *[0.01 + 0.004 * (-1) ** e for e in range(10)],
        0.001,
        *[0.01 + 0.004 * (-1) ** e for e in range(35)],
    ]
    noisy += [0.012, 0.009, 0.013, 0.012, 0.01, 0.012, 0.01, 0.009, 0.013, 0.009, 0.009, 0.008, 0.01, 0.009]
    assert diagnose(curve([0.53, *[0.49] * 60], noisy), baseline=alike(0.5)).kind is not VerdictKind.TOO_SHORT


def test_a_large_rise_is_told_in_a_curve_of_five_points() -> None:
    text = diagnose(curve([1, 0.5, 0.3, 0.1, 0.05], [1, 0.6, 0.5, 0.7, 0.9])).text
    assert text == "1.00 → 0.50 by epoch 2, gap 0.20, then overfitting: up 80 % to 0.90; keep epoch 2"


def test_costs_below_zero_that_fall_all_the_way_have_no_rise() -> None:
    verdict = diagnose(curve([-float(e) for e in range(50)], [1.0 - e for e in range(50)]))
    assert verdict.kind is VerdictKind.TOO_SHORT
    assert verdict.text == "1.00 → -48.00 by epoch 49, still falling by 6.00 over the last epochs"


@pytest.mark.parametrize(("trained", "cause"), [(0.39, " (overfitting: the training cost is 0.39)"), (1.5, "")])
def test_a_training_cost_far_below_the_validation_cost_is_called_overfitting_without_a_rise(
    trained: float, cause: str
) -> None:
    stopped = falling(20, 3.2, 2.13, 0.8)
    verdict = diagnose(curve(falling(20, 3.2, trained, 0.8), stopped), Hyperparameters(early_stopping=10))
    assert verdict.kind is VerdictKind.CONVERGED
    assert verdict.text.endswith(f"gap {2.13 - trained:.2f}{cause}")
