"""What a winner is worth: exact on made-up rows, honest on simulated searches whose truth is known."""

import math
import tracemalloc
from functools import partial

import numpy as np
import pytest

from engine.records import Task
from engine.scores import SCORES
from engine.scores import score as engine_score
from engine.search import expectation
from engine.search.expectation import (
    Candidates,
    Expectation,
    epoch_luck,
    expected_score,
    noise_of_difference,
    resamples,
)
from engine.search.row_scores import Matrix, RowScore, row_score
from engine.search.sense import sense_of

CLASSES = {Task.BINARY: 2, Task.MULTICLASS: 3, Task.REGRESSION: 0}
ACCURACY = RowScore("accuracy", lambda out: np.asarray(out), lambda figures, weights: weights @ figures.T, True)


def search(rng: np.random.Generator, trials: int, rows: int, spread: float) -> tuple[Matrix, Matrix]:
    """Per-row correctness of trials that share the difficulty of the rows, and their true accuracies."""
    margin = 1.3 + 5 * spread * rng.standard_normal(trials)
    latent = 0.8 * rng.standard_normal(rows) + 0.6 * rng.standard_normal((trials, rows))
    truth = np.array([0.5 * (1 + math.erf(each / math.sqrt(2))) for each in margin])
    return (latent < margin[:, None]).astype(np.float64), truth


def simulate(spread: float, trials: int = 60, rows: int = 300, searches: int = 240) -> tuple[float, float, float]:
    rng = np.random.default_rng(7)
    promised, expected, covered = [], [], []
    for _ in range(searches):
        figures, truth = search(rng, trials, rows, spread)
        found = expected_score(ACCURACY, Candidates(figures[:, None]), rng)
        promised.append(found.promised - truth[found.winner])
        expected.append(found.value - truth[found.winner])
        covered.append(found.low <= truth[found.winner] <= found.high)
    return float(np.mean(promised)), float(np.mean(expected)), float(np.mean(covered))


@pytest.mark.parametrize("spread", [0.0, 0.02, 0.05])
def test_the_expected_score_is_nearer_the_truth_than_the_promised_one(spread: float) -> None:
    promised, expected, covered = simulate(spread)
    assert promised > 0.004
    assert abs(expected) < abs(promised) / 3
    assert covered >= 0.75


def test_fresh_seeds_share_the_luck_of_the_choice_and_are_corrected_for_it() -> None:
    rng = np.random.default_rng(1)
    promised, expected = [], []
    for _ in range(60):
        suits = 0.6 * rng.standard_normal((60, 300)) + 0.5 * rng.standard_normal(300)

        def fits(numbers: object, count: int, suits: Matrix = suits) -> Matrix:
            return (suits[numbers] + 0.62 * rng.standard_normal((count, 300)) < 1.2).astype(np.float64)

        truth = 0.5 * (1 + math.erf(1.2 / math.sqrt(0.36 + 0.25 + 0.3844) / math.sqrt(2)))
        first = fits(slice(None), 60)
        best = np.argsort(-first.mean(axis=1))[:5]
        confirmed = np.stack([fits(best, 5) for _ in range(3)], axis=1)
        found = expected_score(
            ACCURACY, Candidates(first[:, None]), rng, finalists=best.tolist(), confirmed=Candidates(confirmed)
        )
        assert found.winner in best
        promised.append(found.promised - truth)
        expected.append(found.value - truth)
    assert np.mean(promised) > 0.008
    assert abs(np.mean(expected)) < np.mean(promised) / 3


def run(figures: Matrix, **options: object) -> Expectation:
    return expected_score(ACCURACY, Candidates(figures[:, None]), np.random.default_rng(0), **options)  # type: ignore[arg-type]


def test_one_trial_is_worth_what_it_shows() -> None:
    found = run(np.array([[1.0, 1.0, 0.0, 1.0] * 25]))
    assert found.promised == found.value == 0.75
    assert found.low < 0.75 < found.high
    assert found.looks == 1


def test_the_interval_stays_a_share_and_is_not_empty_without_errors() -> None:
    found = run(np.ones((3, 50)))
    assert found.promised == 1.0
    assert found.low < 0.99
    assert found.high == 1.0


def test_more_rows_make_the_interval_narrower() -> None:
    rows = (np.arange(1000) % 10 > 0).astype(np.float64)[None, :]
    few, many = run(rows[:, :100]), run(rows)
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_trials_that_are_no_numbers_take_no_part() -> None:
    figures = np.vstack([np.full(100, np.nan), (np.arange(100) < 90).astype(float), np.zeros(100)])
    assert run(figures).winner == 1
    with pytest.raises(ValueError, match="nothing to choose"):
        run(figures[:1])


def test_the_score_chooses_the_winner_and_the_cost_only_between_equal_scores() -> None:
    right = (np.arange(50) % 10 > 0).astype(float)
    costs = np.vstack([np.full(50, each) for each in (3.0, 2.0, 1.0)])
    found = expected_score(
        ACCURACY, Candidates(np.vstack([right, right[::-1], 0 * right])[:, None], costs), np.random.default_rng(0)
    )
    assert found.winner == 1
    assert found.promised == 0.9


def test_the_same_generator_gives_the_same_expectation() -> None:
    figures, _ = search(np.random.default_rng(2), 20, 100, 0.02)
    assert run(figures) == run(figures)


def test_luck_makes_the_lead_of_equal_trials_and_little_of_that_of_unequal_ones() -> None:
    equal, _ = search(np.random.default_rng(2), 100, 100, 0.0)
    assert 0.6 < run(equal).luck <= 1
    apart = np.vstack([(np.arange(2000) % 10 > level).astype(float) for level in range(9)])
    assert 0 <= run(apart).luck < 0.25


def test_in_words_searching_on_stops_making_sense_when_luck_makes_the_lead() -> None:
    words = partial(sense_of, looks=60, in_all=60, is_confirmed=False)
    assert "still make sense" in words(0.1, has_folds=False)
    assert words(0.5, has_folds=False).endswith("confirm with fresh seeds, or use folds before searching on.")
    assert words(0.9, has_folds=False).endswith("get more rows or use folds.")
    assert words(0.9, has_folds=True).endswith("get more rows.")
    assert "Nothing was chosen" in sense_of(0.0, 1, 1, is_confirmed=False, has_folds=False)


def test_looks_of_the_whole_session_count_when_it_is_asked_whether_to_go_on() -> None:
    words = partial(sense_of, is_confirmed=True, has_folds=False)
    assert "still make sense" in words(0.2, looks=10, in_all=10)
    assert "still make sense" not in words(0.2, looks=10, in_all=400)
    assert "after 400 looks in this session" in words(0.2, looks=10, in_all=400)
    assert "in this session" in words(0.2, looks=1, in_all=400)
    assert "still make sense" not in words(0.2, looks=1, in_all=400)


def test_one_giant_error_in_a_bad_trial_does_not_spoil_a_regression() -> None:
    rng = np.random.default_rng(0)
    y = rng.standard_normal(200)
    squared = 0.3 * rng.standard_normal((20, 200)) ** 2
    squared[3] *= 0.9
    squared[3, 17] = 1e6
    score = row_score("r2", CLASSES[Task.REGRESSION], y)
    found = expected_score(score, Candidates(squared[:, None]), rng)
    assert found.winner != 3
    assert 0.5 < found.low < found.value < found.promised < 0.8


def test_luck_of_the_epoch_is_the_share_of_the_rows_in_what_stands_out() -> None:
    scores = [0.1, 0.6, 0.6, 0.7, 0.6, 0.6, 0.6]
    differences = 2 * float(np.var(scores[1:], ddof=1))
    assert epoch_luck(scores, 3, differences / 4) == pytest.approx(0.025)
    assert epoch_luck(scores, 3, 9.0) == pytest.approx(0.1)
    assert epoch_luck(scores, 2, 9.0) == pytest.approx(-0.025)
    assert epoch_luck(scores, 3, 0.0) == 0.0


def test_without_a_choice_or_noise_no_luck_of_the_epoch_is_told() -> None:
    assert epoch_luck([0.9, 0.5, 0.6, 0.7], 0, 0.1) == 0.0
    assert epoch_luck([0.1, 0.5, 0.6], 2, 0.1) == 0.0
    assert epoch_luck([0.1, math.nan, 0.8, math.nan, 0.5], 2, 0.1) == 0.0
    assert epoch_luck([0.1, 0.5, 0.6, 0.5], 2, math.nan) == 0.0
    found = run(np.ones((1, 100)) * 0.9, epoch_lucks=[0.04, 0.0, 0.03, 1e20])
    assert found.value == pytest.approx(0.9 - 0.035)
    assert run(np.ones((1, 100)) * 0.9, epoch_lucks=[-0.04]).value == pytest.approx(0.9)


def test_epochs_that_differ_by_luck_alone_give_back_what_the_chosen_one_stood_out() -> None:
    """Networks of equal worth whose rows are right by chance: other rows take the whole lead back."""
    rng = np.random.default_rng(1)
    lucks, leads = [], []
    for _ in range(300):
        rows = (rng.random((7, 400)) < 0.8).astype(np.float64)
        scores = [0.0, *rows.mean(axis=1).tolist()]
        best = int(np.argmax(scores))
        noise = noise_of_difference(ACCURACY, rows[best - 1], rows[best % 7], rng)
        lucks.append(epoch_luck(scores, best, noise))
        leads.append(scores[best] - 0.8)
    assert np.mean(lucks) == pytest.approx(np.mean(leads), rel=0.25)


def test_the_noise_of_a_difference_is_that_of_the_rows_on_which_two_networks_differ() -> None:
    rng = np.random.default_rng(2)
    one = (rng.random(400) < 0.8).astype(np.float64)
    other = one.copy()
    other[:20] = 1 - other[:20]
    assert noise_of_difference(ACCURACY, one, one, rng) == 0.0
    expected = float(np.var(one - other)) / 400
    assert noise_of_difference(ACCURACY, one, other, rng) == pytest.approx(expected, rel=0.3)


ALL = [
    *((name, task) for name in SCORES if not SCORES[name].for_values for task in (Task.BINARY, Task.MULTICLASS)),
    *((name, Task.REGRESSION) for name in SCORES if SCORES[name].for_values),
]


def predictions(task: Task, rng: np.random.Generator, rows: int, rare: float = 0.3) -> tuple[Matrix, Matrix]:
    """Targets, and predictions of some worth, with ties among them."""
    if task is Task.REGRESSION:
        y = rng.standard_normal(rows)
        return y + 0.5 * rng.standard_normal(rows), y
    classes = 2 if task is Task.BINARY else 3
    y = rng.choice(classes, rows, p=[rare, 1 - rare] if classes == 2 else [rare, rare, 1 - 2 * rare])
    raw = rng.random((rows, classes)) + 0.6 * (np.arange(classes) == y[:, None])
    both = np.round(raw / raw.sum(axis=1, keepdims=True), 1)
    return (both[:, 1] if task is Task.BINARY else both), y


@pytest.mark.parametrize(("name", "task"), ALL)
def test_scores_of_rows_are_the_engines_scores(name: str, task: Task) -> None:
    out, y = predictions(task, np.random.default_rng(4), 60)
    found = row_score(name, CLASSES[task], y, 2.5)
    assert found.score(found.figures(out)[None])[0] == pytest.approx(engine_score(name, task, out, y, 2.5), rel=1e-12)


@pytest.mark.parametrize("name", [name for name in SCORES if not SCORES[name].for_values])
def test_two_classes_have_the_same_score_of_rows_whether_one_output_tells_them_apart_or_two(name: str) -> None:
    rng = np.random.default_rng(4)
    out, y = predictions(Task.BINARY, rng, 60)
    both = np.stack([1 - out, out], axis=1)
    found = row_score(name, 2, y)
    shown = engine_score(name, Task.MULTICLASS, both, y)
    assert found.score(found.figures(both)[None])[0] == pytest.approx(shown, rel=1e-12)
    assert shown == pytest.approx(engine_score(name, Task.BINARY, out, y), rel=1e-12)
    one, two = (expected_score(found, Candidates([found.figures(each)[None]]), np.random.default_rng(0))
                for each in (out, both))  # fmt: skip
    assert (one.low, one.high) == pytest.approx((two.low, two.high), rel=1e-12)


@pytest.mark.parametrize(("name", "task"), ALL)
def test_weights_count_rows_as_if_they_were_there_so_often(name: str, task: Task) -> None:
    rng = np.random.default_rng(5)
    out, y = predictions(task, rng, 400)
    found = row_score(name, CLASSES[task], y)
    figures = np.stack([found.figures(out), found.figures(out[::-1])])
    counts = rng.integers(0, 4, 400)
    rows = np.repeat(np.arange(400), counts)
    again = [engine_score(name, task, each[rows], y[rows]) for each in (out, out[::-1])]
    of_pairs = 2e-3 if name == "roc_auc" else 1e-9
    assert found.weigh(figures, counts[None] / counts.sum())[0] == pytest.approx(again, abs=of_pairs)


@pytest.mark.parametrize("name", ["balanced_accuracy", "f1", "roc_auc"])
def test_a_class_may_be_left_out_by_the_weights_or_the_rows(name: str) -> None:
    out, y = predictions(Task.MULTICLASS, np.random.default_rng(6), 30)
    found = row_score(name, CLASSES[Task.MULTICLASS], y)
    without = (y != 2) / (y != 2).sum()
    assert np.isfinite(found.weigh(found.figures(out)[None], without[None])).all()
    rest = y != 2
    fewer = row_score(name, CLASSES[Task.MULTICLASS], y[rest])
    expected = engine_score(name, Task.MULTICLASS, out[rest], y[rest])
    assert fewer.score(fewer.figures(out[rest])[None])[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("name", "task"), ALL)
def test_every_score_gets_an_expectation_below_its_promise_and_an_interval_around_it(name: str, task: Task) -> None:
    rng = np.random.default_rng(8)
    _, y = predictions(task, rng, 400)
    score = row_score(name, CLASSES[task], y)
    trials = []
    for _ in range(60):
        noise = rng.random(400) if task is not Task.REGRESSION else rng.standard_normal(400)
        if task is Task.MULTICLASS:
            raw = rng.random((400, 3)) + 0.6 * (np.arange(3) == y[:, None])
            trials.append(score.figures(raw / raw.sum(axis=1, keepdims=True)))
        else:
            trials.append(score.figures(0.6 * noise + 0.4 * y))
    found = expected_score(score, Candidates(np.stack(trials)[:, None]), rng)
    truth = float(np.mean([score.score(each[None])[0] for each in trials]))
    assert found.low < found.value < found.high
    assert found.low <= truth <= found.high
    assert abs(found.value - truth) < abs(found.promised - truth) / 2


def test_predictions_that_are_no_numbers_have_no_figures() -> None:
    for name, task in ALL:
        out, y = predictions(task, np.random.default_rng(9), 20)
        out[3] = math.nan
        assert not np.isfinite(row_score(name, CLASSES[task], y).figures(out)).all()


def test_figures_of_a_costly_score_are_resampled_less_often() -> None:
    rng = np.random.default_rng(3)
    out, y = predictions(Task.MULTICLASS, rng, 5000)
    score = row_score("f1", CLASSES[Task.MULTICLASS], y)
    many = Candidates([np.stack([score.figures(out)] * 5)] * 60)
    some, all_of_them = (sum(map(len, resamples(score, each, rng))) for each in (many, many.only([0])))
    assert some < all_of_them == 300


@pytest.mark.parametrize(("name", "task"), ALL)
def test_what_is_expected_does_not_depend_on_how_much_is_held_at_once(
    name: str, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(10)
    score = row_score(name, CLASSES[task], predictions(task, rng, 200)[1])
    fits = [score.figures(predictions(task, rng, 200)[0]) for _ in range(8)]
    trials = Candidates([np.stack(fits[at : at + 2]) for at in range(0, 8, 2)], [rng.random(200) for _ in range(4)])
    fresh = Candidates([np.stack(fits[at : at + 3]) for at in (0, 3)])

    def expect() -> Expectation:
        return expected_score(score, trials, np.random.default_rng(0), finalists=[0, 3], confirmed=fresh)

    found = expect()
    for at_once in (1, 700):
        monkeypatch.setattr(expectation, "_AT_ONCE", at_once)
        again = expect()
        assert again.winner == found.winner
        assert [again.promised, again.value, again.low, again.high, again.luck] == pytest.approx(
            [found.promised, found.value, found.low, found.high, found.luck], rel=1e-9
        )


def test_many_rows_are_resampled_without_holding_all_their_weights() -> None:
    rng = np.random.default_rng(11)
    rows = 400_000
    figures = [(rng.random((1, rows)) < 0.8).astype(np.float32) for _ in range(4)]
    weights = sum(bags.nbytes for bags in resamples(ACCURACY, Candidates(figures), rng))
    tracemalloc.start()
    expected_score(ACCURACY, Candidates(figures, [each[0] for each in figures]), rng)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2 * weights
