"""Optuna driving scikit-learn's MLPClassifier in two processes, as a person would write it. Needs the peers extra.

Run as `python benchmarks/search_peer.py FILE.npz TRIALS SAMPLER`; FILE holds X_train, y_train, X_validation and
y_validation.
"""

import multiprocessing
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np


def work(file: str, journal: str, trials: int, sampler: str, seed: int) -> None:
    """One process: trials on a study that is shared through Optuna's journal."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
    from sklearn.neural_network import MLPClassifier

    optuna.logging.disable_default_handler()
    warnings.simplefilter("ignore")
    data = np.load(file)

    def objective(trial: optuna.Trial) -> float:
        model = MLPClassifier(
            (trial.suggest_int("units", 30, 70, log=True),), solver="sgd", alpha=0, batch_size=64, momentum=0.9,
            learning_rate_init=trial.suggest_float("rate", 0.001, 0.3, log=True), nesterovs_momentum=False,
            max_iter=20, tol=0, n_iter_no_change=10**6, random_state=0,
        )  # fmt: skip
        model.fit(data["X_train"], data["y_train"])
        return float(model.score(data["X_validation"], data["y_validation"]))

    kind = optuna.samplers.TPESampler if sampler == "tpe" else optuna.samplers.RandomSampler
    study = optuna.create_study(
        storage=JournalStorage(JournalFileBackend(journal)), study_name="peer", load_if_exists=True,
        direction="maximize", sampler=kind(seed=seed),
    )  # fmt: skip
    study.optimize(objective, n_trials=trials)


def main() -> None:
    """Half the trials in each of two processes."""
    file, trials, sampler = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        journal = str(Path(folder) / "journal")
        context = multiprocessing.get_context("spawn")
        workers = [context.Process(target=work, args=(file, journal, trials // 2, sampler, seed)) for seed in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()


if __name__ == "__main__":
    main()
