"""A training that goes on from a saved state has the curve of one that was never interrupted, to the last bit."""

import io
import subprocess
import sys

import numpy as np
import pytest

from engine.errors import UsageError
from engine.hyperparameters import Hyperparameters
from engine.population import Member, Population, State
from engine.records import Outcome, Task
from engine.training import train

BASE = Hyperparameters(hidden_units=(7, 6), epochs=6, batch_size=16, learning_rate=0.05, dropout=0.3, early_stopping=40)


def through_a_file(state: State) -> State:
    file = io.BytesIO()
    np.savez(file, **state)
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def interrupted_after(h: Hyperparameters, data, updates: int) -> tuple[list[str], State]:
    """The records up to an update, and the state there."""
    made, states = 0, []

    def pulse() -> None:
        nonlocal made
        made += 1
        if made == updates:
            states.append(population.state(0))
            population.leave(0)

    population = Population([Member(h, data)], pulse=pulse)
    records = [repr(progress) for _, progress in population.run()]
    assert population.outcome(0) is Outcome.LEFT
    return records, through_a_file(states[0])


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("monitor", ["running", "full"])
def test_a_resumed_training_goes_on_bit_for_bit_with_every_optimizer(optimizer, monitor, make_data) -> None:
    h, data = (
        BASE.replace(optimizer=optimizer, monitor=monitor, schedule="cosine"),
        make_data(Task.MULTICLASS, 130, 9, 100),
    )
    before, state = interrupted_after(h, data, 17)
    after = [repr(progress) for _, progress in Population([Member(h, data)], states=[state]).run()]
    assert before + after == [repr(progress) for progress in train(h, data)]


def test_a_state_does_not_show_how_wide_the_network_is_computed(make_data) -> None:
    h, data = BASE.replace(hidden_units=(5, 20), optimizer="adam"), make_data(Task.MULTICLASS, 130, 9, 100)
    before, state = interrupted_after(h, data, 17)
    own = Member(h, data).layout
    assert {len(state[name]) for name in ("theta", "slot0", "slot1", "best_theta")} == {own.n_parameters}
    resumed = Population([Member(h, data)], states=[state])
    assert before + [repr(progress) for _, progress in resumed.run()] == [repr(each) for each in train(h, data)]
    assert resumed.best_parameters(0).sizes == own.sizes


@pytest.mark.parametrize("updates", [1, 6, 7, 8, 14, 15, 41, 42])
@pytest.mark.parametrize("task", list(Task))
def test_a_training_can_be_resumed_at_every_update(updates, task, make_data) -> None:
    data = make_data(task, 130, 9, 100)
    before, state = interrupted_after(BASE, data, updates)
    after = [repr(progress) for _, progress in Population([Member(BASE, data)], states=[state]).run()]
    assert before + after == [repr(progress) for progress in train(BASE, data)]


@pytest.mark.parametrize("batch_size", [1, 7])
def test_a_training_is_resumed_in_the_middle_of_an_epoch_of_many_batches(batch_size, make_data) -> None:
    h, data = BASE.replace(batch_size=batch_size, epochs=2), make_data(Task.BINARY, 330, 5, 300)
    before, state = interrupted_after(h, data, 40)
    after = [repr(progress) for _, progress in Population([Member(h, data)], states=[state]).run()]
    assert before + after == [repr(progress) for progress in train(h, data)]


def test_a_state_between_two_epochs_resumes_with_the_next_one(make_data) -> None:
    data = make_data(Task.REGRESSION, 130, 9, 100)
    population = Population([Member(BASE, data)])
    records = []
    for _, progress in population.run():
        records.append(repr(progress))
        if progress.epoch == 3:
            state = through_a_file(population.state(0))
            break
    resumed = Population([Member(BASE, data)], states=[state])
    records += [repr(progress) for _, progress in resumed.run()]
    assert records == [repr(progress) for progress in train(BASE, data)]


def test_the_best_epoch_before_the_interruption_is_not_forgotten(make_data) -> None:
    h, data = BASE.replace(epochs=40, learning_rate=0.3, dropout=0.0), make_data(Task.REGRESSION, 130, 9, 30)
    whole = Population([Member(h, data)])
    best = min((progress for _, progress in whole.run()), key=lambda progress: progress.validation_cost)
    assert best.epoch < 30
    _, state = interrupted_after(h, data, 2 * 35)
    resumed = Population([Member(h, data)], states=[state])
    list(resumed.run())
    assert repr(resumed.best(0)) == repr(best)
    assert np.array_equal(resumed.row_losses(0), whole.row_losses(0))
    assert np.array_equal(resumed.best_parameters(0).weights[1], whole.best_parameters(0).weights[1])


def test_members_resume_together_as_they_would_alone(make_data) -> None:
    data = make_data(Task.BINARY, 130, 9, 100)
    members = [BASE, BASE.replace(learning_rate=0.2, seed=5)]
    states = [interrupted_after(h, data, 10)[1] for h in members]
    found: list[list[str]] = [[], []]
    for member, progress in Population([Member(h, data) for h in members], states=states).run():
        found[member].append(repr(progress))
    for h, records in zip(members, found, strict=True):
        assert records == [repr(progress) for progress in train(h, data)][2:]


def test_members_at_different_updates_cannot_resume_together(make_data) -> None:
    data = make_data(Task.BINARY, 130, 9, 100)
    states = [interrupted_after(BASE, data, updates)[1] for updates in (3, 4)]
    with pytest.raises(UsageError, match="same update"):
        Population([Member(BASE, data)] * 2, states=states)


def test_two_processes_train_the_same_curve() -> None:
    script = (
        "from engine import Hyperparameters, load_dataset, train\n"
        "h = Hyperparameters(epochs=3, dropout=0.2, seed=7)\n"
        "print([repr(progress) for progress in train(h, load_dataset('iris'))])\n"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert "epoch=3" in first
    assert first == second
