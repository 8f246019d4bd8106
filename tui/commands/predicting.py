"""`tunedeck predict`: a trained network applied to new rows, with the encoding and scaling it was trained with."""

from argparse import Namespace
from pathlib import Path

from sessions.predicting import predict_file
from tui.commands.output import say
from tui.commands.reading import experiment_number, open_workbench

__all__ = ["predict"]


def predict(asked: Namespace) -> int:
    """A CSV with one line a row: the class and its probability, or the value."""
    workbench = open_workbench(asked)
    experiment = workbench.experiment(experiment_number(asked.experiment))
    output = None if asked.output is None else Path(asked.output)
    rows, notes = predict_file(workbench.folder, workbench.info, experiment, asked.data, output)
    for note in notes:
        say(note)
    fits = f", the mean of its {len(experiment.fits)} fits" if len(experiment.fits) > 1 else ""
    say(f"{rows} rows predicted by #{experiment.number}{fits}.")
    return 0
