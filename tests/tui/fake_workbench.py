"""A session in memory for the tests of the dashboard: experiments move when `advance` is called, never by time."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock

from engine.hyperparameters import Hyperparameters
from engine.records import Advice, Health, Task, Verdict, VerdictKind
from sessions.records import Best, Curve, Experiment, Fit, SessionInfo, Snapshot, State

INFO = SessionInfo(
    name="digits", task=Task.MULTICLASS, source="digits", target="digit", classes=tuple("0123456789"), features=64,
    train_rows=1077, validation_rows=360, test_rows=360, split=(0.6, 0.2, 0.2), scale="standard", seed=0,
    score_name="accuracy", fingerprint="0", created=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


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

    def poll(self) -> Snapshot:
        with self._lock:
            if self._snapshot is None:
                self._snapshot = Snapshot(INFO, tuple(self._experiments.values()), dict(self._curves), True)
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
