"""Training K networks of one shape in one pass. Each member's curve is bit for bit the one it has alone.

Knows neither files nor clocks: whoever runs a population drives it, and may act on it between any two updates.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.arrays import Array
from engine.crew import Crew, Memory, empty_head
from engine.divergence import Trail
from engine.errors import UsageError
from engine.health import health
from engine.hyperparameters import Hyperparameters, check_change
from engine.initialization import initial_parameters
from engine.layout import laid_out
from engine.losses import Labels, outputs, row_losses
from engine.member import Member, check_size, shape_key, worthwhile_size
from engine.monitor import Monitor
from engine.optimizers import slot_count
from engine.parameters import Parameters
from engine.records import Outcome, Progress
from engine.schedules import learning_rate
from engine.scores import all_scores, check_score, default_score
from engine.seat import Best, Seat, State, restore, snapshot
from engine.streams import Purpose, stream

__all__ = ["Member", "Population", "State", "shape_key", "worthwhile_size"]


class Population:
    """K members, trained epoch by epoch, until each has finished, stopped early, diverged or been asked to leave."""

    def __init__(
        self,
        members: Sequence[Member],
        *,
        score: str | None = None,
        pulse: Callable[[], None] | None = None,
        states: Sequence[State | None] = (),
    ) -> None:
        """`pulse` is called after every update and may call `leave`, `change` and `state`.

        So it is after every update that is repeated to find where a diverged member left the finite numbers, which
        ends when somebody is asked to leave; `iteration` does not grow then.

        `states` are what members go on from, None for a fresh one; all must stand at the same update. Raises
        UsageError if the members do not fit one population, are too large, or the initial parameters do not fit.
        """
        if len({shape_key(member) for member in members}) != 1:
            raise UsageError("Members of one population must have the same shape: group them by shape_key.")
        self._layout, self._task = members[0].layout.filled_up(members[0].hyperparameters), members[0].data.task
        self._own = [member.layout for member in members]
        self._dtype = members[0].hyperparameters.dtype
        self._n_slots = slot_count(members[0].hyperparameters.optimizer)
        check_size(members)
        self._score = check_score(score or default_score(self._task), self._task)
        self._pulse = pulse
        cast = {id(member.data): member.data.astype(self._dtype) for member in members}
        self._seats = [Seat(member.hyperparameters, cast[id(member.data)]) for member in members]
        self._active = list(range(len(members)))
        self._leaving: set[int] = set()
        self._changed = False
        self._trail = Trail()
        self._epoch, self._update = -1, 0
        with np.errstate(all="ignore"):
            self._board(self._start(members, list(states) or [None] * len(members)))

    # ---- starting -------------------------------------------------------------------------------------------------

    def _start(self, members: Sequence[Member], states: Sequence[State | None]) -> Memory:
        k, shape = len(members), (len(members), self._layout.n_parameters)
        memory = Memory(
            np.empty(shape, self._dtype),
            tuple(np.zeros(shape, self._dtype) for _ in range(self._n_slots)),
            empty_head(self._seats[0].data, k, self._dtype),
        )
        positions = {(-1, 0) if state is None else (int(state["epoch"]), int(state["update"])) for state in states}
        if len(positions) != 1:
            raise UsageError("Members of one population must stand at the same update: resume the others apart.")
        self._epoch, self._update = positions.pop()
        for row, (member, state) in enumerate(zip(members, states, strict=True)):
            if state is None:
                memory.theta[row] = self._fresh(member)
            else:
                self._resume(row, memory, state)
        return memory

    def _fresh(self, member: Member) -> Array:
        sizes = member.layout.sizes
        parameters = member.initial_parameters or initial_parameters(member.hyperparameters, sizes)
        parameters.check(sizes)
        return self._layout.pack(parameters, self._dtype)

    def _resume(self, row: int, memory: Memory, state: State) -> None:
        filled_up = partial(laid_out, source=self._own[row], target=self._layout)
        memory.restore(row, state, filled_up)
        restore(self._seats[row], state, filled_up)

    def _board(self, memory: Memory) -> None:
        """Make a crew of the active members, whose rows `memory` holds."""
        seats = [self._seats[member] for member in self._active]
        for seat in seats:
            if seat.hyperparameters.dropout and seat.generator is None:
                seat.generator = self._dropout_stream(seat)
        members, data = [seat.hyperparameters for seat in seats], [seat.data for seat in seats]
        self._crew: Crew | None = Crew(members, data, self._layout, memory, [seat.generator for seat in seats])
        self._monitor = Monitor(self._crew, self._score)

    def _dropout_stream(self, seat: Seat) -> np.random.Generator:
        return stream(seat.hyperparameters.seed, Purpose.DROPOUT, self._epoch + 1)

    # ---- running --------------------------------------------------------------------------------------------------

    def run(self) -> Iterator[tuple[int, Progress]]:
        """(member, record) pairs, epoch by epoch: epoch 0 first for fresh members. Ends when all have left.

        A member's outcome stands when its last record is yielded; a diverged one's last record is not finite.
        """
        while self._crew is not None:
            with np.errstate(all="ignore"):
                is_opening = self._epoch < 0  # epoch 0: all rows, before any update
                records = self._close(self._crew, monitor_all=True) if is_opening else self._train_epoch()
            yield from records
            if self._leaving or self._changed:
                with np.errstate(all="ignore"):
                    self._serve()

    def _train_epoch(self) -> list[tuple[int, Progress]]:
        crew = self._begin_epoch(fresh=self._update == 0)
        last = crew.batches.per_epoch - 1
        while self._update <= last:
            is_last = self._update == last
            crew.update(self._update, watched=is_last)
            self._update += 1
            if is_last:
                self._examine(crew)
            if self._pulse is not None:
                self._pulse()
                if self._leaving or self._changed:
                    self._serve()
                    if self._crew is None:
                        return []
                    crew = self._begin_epoch(fresh=False)
        return self._close(crew, monitor_all=crew.members[0].monitor == "full")

    def _begin_epoch(self, *, fresh: bool) -> Crew:
        crew = self._crew
        assert crew is not None
        seats = [self._seats[member] for member in self._active]
        if fresh and crew.dropout is not None:
            for seat in seats:
                if seat.generator is not None:
                    seat.generator.bit_generator.state = self._dropout_stream(seat).bit_generator.state
        for seat in seats:
            seat.learning_rate = learning_rate(seat.hyperparameters, self._epoch)
        if fresh:
            self._trail.remember(crew, self._epoch + 1, seats[0].iteration)
        rates, done = [seat.learning_rate for seat in seats], [seat.iteration for seat in seats]
        crew.begin_epoch(self._epoch + 1, rates, done)
        return crew

    def _examine(self, crew: Crew) -> None:
        """Take what can only be seen right after the epoch's last update.

        Where an epoch is short, health is sampled every so many epochs and stands until the next sample.
        """
        buffers = crew.step(crew.batches.per_epoch - 1).buffers
        for row, member in enumerate(self._active):
            seat = self._seats[member]
            seat.gradient_norm = crew.norms[row]
            if self._epoch % crew.health_every == 0:
                units = self._own[member].sizes[1:-1]
                seat.health = health(self._layout, crew.memory.theta[row], crew.gradient[row], buffers, row, units)

    # ---- the end of an epoch --------------------------------------------------------------------------------------

    def _close(self, crew: Crew, *, monitor_all: bool) -> list[tuple[int, Progress]]:
        """Record the epoch for every member; let those go that are through."""
        validation = self._monitor.validation_heads()
        if monitor_all:
            self._monitor.look_at_training_rows()
        iteration = self.iteration
        records = []
        for row, member in enumerate(self._active):
            seat = self._seats[member]
            progress = self._monitor.record(row, seat, self._epoch + 1, iteration, full=monitor_all)
            records.append((member, progress))
            if seat.has_diverged(progress):
                self._look_into(crew, row, seat, progress.epoch)
        if self._epoch >= 0:
            for member in self._active:
                self._seats[member].iteration = iteration
            crew.settle(iteration)
        self._epoch, self._update = self._epoch + 1, 0
        for row, (member, progress) in enumerate(records):
            self._seats[member].judge(progress, crew.memory.theta[row], validation[row])
        self._leave_behind(crew)
        return records

    def _look_into(self, crew: Crew, row: int, seat: Seat, epoch: int) -> None:
        """Find where a member that diverged in this epoch left the finite numbers, unless somebody wants to leave."""
        found = self._trail.first_non_finite(crew, row, epoch, self._may_go_on) if epoch else None
        if found or not self._leaving:
            seat.non_finite = found or (epoch, self._layout.n_layers)

    def _may_go_on(self) -> bool:
        if self._pulse is not None:
            self._pulse()
        return not self._leaving

    def _leave_behind(self, crew: Crew) -> None:
        """Go on without the members that have an outcome."""
        stay = [row for row, member in enumerate(self._active) if self._seats[member].outcome is None]
        if len(stay) == len(self._active):
            return
        for row, member in enumerate(self._active):
            if row not in stay:
                self._seats[member].theta = crew.memory.theta[row].copy()
        self._active = [self._active[row] for row in stay]
        self._crew = None
        if stay:
            self._board(crew.memory.rows(stay))

    # ---- requests -------------------------------------------------------------------------------------------------

    def leave(self, member: int) -> None:
        """Let a member go before the next update. Nothing happens if it has already left."""
        if self._seats[member].outcome is None:
            self._leaving.add(member)

    def change(self, member: int, hyperparameters: Hyperparameters) -> None:
        """Give a member other values from the next update on. Raises HyperparameterError for one that cannot change."""
        check_change(self._seats[member].hyperparameters, hyperparameters)
        self._seats[member].hyperparameters = hyperparameters
        self._changed = True

    def _serve(self) -> None:
        """Do what was asked for since the last update."""
        if self._crew is None or not (self._leaving or self._changed):
            return
        for member in self._leaving:
            self._seats[member].outcome = self._seats[member].outcome or Outcome.LEFT
        crew, self._leaving = self._crew, set()
        self._leave_behind(crew)
        if self._changed and self._crew is crew:
            self._board(crew.memory)
        self._changed = False

    # ---- what there is to know ------------------------------------------------------------------------------------

    def state(self, member: int) -> State:
        """All the member needs to go on exactly from here, as copies. Raises ValueError if it has left."""
        if self._crew is None or member not in self._active:
            raise ValueError(f"Member {member} has left: only one that is training has a state.")
        done = min(self._update * self._crew.batches.size, self._crew.batches.n_rows)
        own = partial(laid_out, source=self._layout, target=self._own[member])
        return {
            "epoch": np.array(self._epoch),
            "update": np.array(self._update),
            **self._crew.memory.state(self._active.index(member), done, own),
            **snapshot(self._seats[member], own),
        }

    @property
    def iteration(self) -> int:
        """Updates made so far: all members train in step."""
        return self._seats[self._active[0]].iteration + self._update if self._active else self._seats[0].iteration

    def outcome(self, member: int) -> Outcome | None:
        """Why the member left; None while it trains."""
        return self._seats[member].outcome

    def first_non_finite(self, member: int) -> tuple[int, int] | None:
        """(epoch, layer 1, 2, …) of the first number that was not finite; None if there was none or none was found."""
        return self._seats[member].non_finite

    def parameters(self, member: int) -> Parameters:
        """The parameters as they are now, or were when the member left."""
        theta = self._seats[member].theta
        if theta is None:
            assert self._crew is not None
            theta = self._crew.memory.theta[self._active.index(member)]
        return self._layout.unpack(theta, self._own[member].sizes)

    def _best(self, member: int) -> Best:
        best = self._seats[member].best
        if best is None:
            raise ValueError(f"Member {member} has no epoch yet: run the population first.")
        return best

    def best(self, member: int) -> Progress:
        """The record of the best epoch: lowest validation cost, or train cost where there are no validation rows."""
        return self._best(member).progress

    def best_parameters(self, member: int) -> Parameters:
        """The parameters of the best epoch."""
        return self._layout.unpack(self._best(member).theta, self._own[member].sizes)

    def row_losses(self, member: int) -> NDArray[np.float32]:
        """The loss of each validation row at the best epoch, (rows,)."""
        labels = Labels.of(self._task, self._seats[member].data.validation.y)
        with np.errstate(all="ignore"):
            return row_losses(self._task, self._best(member).head, labels).astype(np.float32)

    def predictions(self, member: int) -> Array:
        """Outputs for the validation rows at the best epoch: (rows, C) probabilities, or (rows,)."""
        with np.errstate(all="ignore"):
            return outputs(self._task, self._best(member).head)

    def all_scores(self, member: int) -> dict[str, float]:
        """Every score on the validation rows at the best epoch, by name; NaN without such rows."""
        data = self._seats[member].data
        with np.errstate(all="ignore"):
            return all_scores(self._task, self.predictions(member), data.validation.y, data.target_scale)
