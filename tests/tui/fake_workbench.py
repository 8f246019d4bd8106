"""A session in memory for the tests of the dashboard: experiments move when `advance` is called, never by time."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from engine.hyperparameters import Hyperparameters
from engine.records import Advice, Health, Task, Verdict, VerdictKind
from engine.search.presets import Proposal
from engine.search.space import Space
from sessions.records import Best, Curve, Experiment, Fit, Look, SessionInfo, Snapshot, State
from sessions.search.planning import Preview, draft_sweep, preview
from sessions.search.range_test import RangeTest
from sessions.search.records import Budget, Outcome, Sweep

INFO = SessionInfo(
    name="digits", task=Task.MULTICLASS, source="digits", target="digit", classes=tuple("0123456789"), features=64,
    train_rows=1077, validation_rows=360, test_rows=360, split=(0.6, 0.2, 0.2), scale="standard", seed=0,
    score_name="accuracy", fingerprint="0", created=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


class FakeDesk:
    """The sweeps of the session in memory: what is asked is written down, states change, nothing is trained."""

    workers = 2

    def __init__(self, workbench: "FakeWorkbench") -> None:
        self._workbench = workbench

    def set_workers(self, workers: int) -> None:
        self.workers = workers

    def preview(self, sweep: Sweep) -> Preview:
        return preview(sweep, self._workbench.poll().experiments, (), self.workers)

    def launch(self, draft: Sweep) -> int:
        number = len(self._workbench.poll().sweeps) + 1
        self._workbench.put_sweep(replace(draft, number=number))
        self._workbench.calls.append(("launch", number))
        return number

    def stop(self, number: int) -> None:
        self._change(number, state=State.STOPPED)

    def pause(self, number: int) -> None:
        self._change(number, state=State.PAUSED)

    def resume(self, number: int) -> None:
        self._change(number, state=State.RUNNING)

    def retry(self, number: int) -> int:
        self._workbench.calls.append(("retry", number))
        return 1

    def add_trials(self, number: int, trials: int) -> None:
        self._workbench.calls.append(("add", number, trials))

    def widen(self, number: int, name: str) -> str:
        self._workbench.calls.append(("widen", number, name))
        return "0.001..1"

    def _change(self, number: int, **fields: object) -> None:
        before = next(each for each in self._workbench.poll().sweeps if each.number == number)
        self._workbench.put_sweep(replace(before, **fields))


class FakeWorkbench:
    """Does what a real workbench promises, in memory."""

    def __init__(self, experiments: Sequence[Experiment] = ()) -> None:
        self.name = "digits"
        self.calls: list[tuple[object, ...]] = []
        self.error: Exception | None = None
        self._lock = Lock()
        self._experiments = {each.number: each for each in experiments}
        self._curves: dict[tuple[int, int], Curve] = {}
        self._snapshot: Snapshot | None = None
        self._sweeps: dict[int, Sweep] = {}
        self._looks: list[Look] = []
        self.sweeps = FakeDesk(self)

    def final(self, number: int, reason: str) -> Look:
        look = Look(
            len(self._looks) + 1, number, reason, 0.955, 0.15, {"accuracy": 0.955}, 1, datetime(2026, 1, 2, tzinfo=UTC)
        )
        self._looks.append(look)
        self._snapshot = None
        return look

    def range_test(self, hyperparameters: Hyperparameters) -> RangeTest:
        rates = tuple(10 ** (-5 + 6 * each / 49) for each in range(50))
        costs = tuple(2.3 - 2 * math.exp(-((math.log10(each) + 1) ** 2)) for each in rates)
        return RangeTest(rates, costs, Proposal(0.03, "the cost falls fastest there"))

    def put_sweep(self, sweep: Sweep) -> None:
        """Add or replace a sweep."""
        with self._lock:
            self._sweeps[sweep.number] = sweep
            self._snapshot = None

    def poll(self) -> Snapshot:
        with self._lock:
            if self._snapshot is None:
                self._snapshot = Snapshot(
                    INFO, tuple(self._experiments.values()), dict(self._curves), True,
                    sweeps=tuple(self._sweeps.values()), looks=tuple(self._looks),
                )  # fmt: skip
            return self._snapshot

    def watch(self, fits: Sequence[tuple[int, int]]) -> None:
        self.calls.append(("watch", tuple(fits)))

    def run(self, hyperparameters: Hyperparameters, *, idea: str = "", parent: int | None = None) -> int:
        if self.error is not None:
            raise self.error
        number = max(self._experiments, default=0) + 1
        self.calls.append(("run", number, parent))
        self.put(queued(number, hyperparameters, idea=idea, parent=parent))
        return number

    def stop(self, numbers: Sequence[int]) -> None:
        self._set(numbers, State.STOPPED)

    def pause(self, numbers: Sequence[int]) -> None:
        self._set(numbers, State.PAUSED)

    def resume(self, numbers: Sequence[int]) -> None:
        self._set(numbers, State.RUNNING)

    def note(
        self,
        number: int,
        *,
        conclusion: str | None = None,
        idea: str | None = None,
        tags: Sequence[str] | None = None,
    ) -> None:
        if self.error is not None:
            raise self.error
        before = self._experiments[number]
        changed = {"conclusion": conclusion, "idea": idea, "tags": None if tags is None else tuple(tags)}
        self.put(replace(before, **{name: value for name, value in changed.items() if value is not None}))

    def put(self, experiment: Experiment, curve: Curve | None = None) -> None:
        """Add or replace an experiment, with its curve."""
        with self._lock:
            self._experiments[experiment.number] = experiment
            if curve is not None:
                self._curves[(experiment.number, 1)] = curve
            self._snapshot = None

    def advance(self, number: int, epochs: int) -> None:
        """Let an experiment have trained this many epochs."""
        before = self._experiments[number]
        done = epochs >= before.hyperparameters.epochs
        self.put(*trained(before, epochs, State.FINISHED if done else State.RUNNING))

    def _set(self, numbers: Sequence[int], state: State) -> None:
        for number in numbers:
            self.put(replace(self._experiments[number], state=state))


def queued(
    number: int, hyperparameters: Hyperparameters | None = None, *, idea: str = "", parent: int | None = None
) -> Experiment:
    """An experiment that has not begun."""
    nan = math.nan
    return Experiment(
        number, f"uid-{number}", State.QUEUED, hyperparameters or Hyperparameters(), datetime(2026, 1, 1, tzinfo=UTC),
        idea=idea, parent=parent, fits=(Fit(1, State.QUEUED, 0, None, 0, 0, nan, nan, nan, 0.0),),
    )  # fmt: skip


def trained(experiment: Experiment, epochs: int, state: State) -> tuple[Experiment, Curve]:
    """The experiment and its curve after so many epochs."""
    curve = make_curve(epochs, experiment.hyperparameters.learning_rate)
    at = min(range(len(curve)), key=lambda row: curve.validation_cost[row])
    best = Best(curve.epoch[at], curve.validation_cost[at], curve.validation_score[at])
    seconds = epochs * 0.08
    fit = Fit(1, state, 0, None, epochs, best.epoch, curve.train_cost[at], *(best.validation_cost,) * 2, seconds)
    verdict = (
        Verdict(
            VerdictKind.CONVERGED,
            f"converged: 2.30 → {best.validation_cost:.2f} by epoch {best.epoch}, gap 0.08",
            (Advice("l2", "0", "1e-4", "the gap grows after epoch 40"),),
        )
        if state is State.FINISHED
        else None
    )
    return replace(experiment, state=state, fits=(fit,), best=best, seconds=seconds, verdict=verdict), curve


def make_curve(epochs: int, learning_rate: float = 0.01) -> Curve:
    """A plausible curve from epoch 0 to `epochs`."""
    speed = max(2.0, 0.12 / learning_rate**0.5 * 10)
    steps = list(range(epochs + 1))
    train = [0.01 + 2.29 * math.exp(-each / speed) for each in steps]
    validation = [0.09 + 2.21 * math.exp(-each / speed) + 0.0006 * each for each in steps]
    score = [1 - min(0.9, each / 2.6) for each in validation]
    health = [Health((2e-3 / (1 + each / 9), 1e-3, 8e-4), (0.02, 0.11, math.nan), (math.nan,) * 3) for each in steps]
    return Curve(
        epoch=steps, iteration=[34 * each for each in steps], train_cost=train, validation_cost=validation,
        train_score=score, validation_score=score, learning_rate=[learning_rate] * len(steps),
        gradient_norm=[1.0] * len(steps), seconds=[0.08 * each for each in steps], health=list(health),
    )  # fmt: skip


def sweep_of(
    trials: int, *, vary: str = "0.001..0.1", number: int = 1, first: int = 1, state: State = State.RUNNING
) -> tuple[Sweep, list[tuple[Experiment, Curve]]]:
    """A sweep over the learning rate with so many finished trials; the higher the rate, the better."""
    space = Space.from_text({"learning_rate": vary, "activation": "relu|tanh"}, Hyperparameters(epochs=20))
    sweep = replace(draft_sweep(space, INFO, budget=Budget(trials=20)), number=number, state=state, created=_CREATED)
    made = []
    for place in range(trials):
        rate = 0.001 * 100 ** ((place + 1) / trials)
        values = space.base.replace(learning_rate=float(f"{rate:.3g}"), activation=("relu", "tanh")[place % 2])
        begun = replace(queued(first + place, values), sweep=number, trial=place + 1)
        made.append(trained(begun, 20, State.FINISHED))
    return sweep, made


def confirmed(experiment: Experiment, costs: Sequence[float]) -> Experiment:
    """The experiment trained again with fresh seeds."""
    first = experiment.fits[0]
    fresh = tuple(
        replace(first, number=2 + place, seed=1 + place, validation_cost=cost, validation_score=1 - cost / 2.6)
        for place, cost in enumerate(costs)
    )
    mean = sum(costs) / len(costs)
    best = Best(first.best_epoch, mean, 1 - mean / 2.6)
    return replace(experiment, fits=(first, *fresh), fresh=len(fresh), confirmed=best)


def outcome_for(number: int) -> Outcome:
    """What is said of a winner."""
    return Outcome(number, True, 0.969, 0.958, 0.951, 0.966, 60, 360, luck=0.1)


_CREATED = datetime(2026, 1, 1, tzinfo=UTC)
