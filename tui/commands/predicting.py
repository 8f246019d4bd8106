"""`tunedeck predict`: a trained network applied to new rows, with the encoding and scaling it was trained with."""

import sys
from argparse import Namespace
from pathlib import Path

from sessions.predicting import predict_file
from sessions.whole_file import write_whole
from tui.commands.output import json_text, print_json, say
from tui.commands.reading import experiment_number, file_format, open_workbench

__all__ = ["predict"]


def predict(asked: Namespace) -> int:
    """A CSV with one line a row: the class and its probability, or the value; the same as JSON."""
    chosen = file_format(asked.output)
    workbench = open_workbench(asked)
    experiment = workbench.experiment(experiment_number(asked.experiment))
    found = predict_file(workbench.folder, workbench.info, experiment, asked.data)
    document = {"id": experiment.number, "rows": len(found.outputs), **found.to_document()}
    if asked.output is not None:
        write_whole(Path(asked.output), json_text(document) if chosen == "json" else found.to_csv())
    if asked.json:
        print_json(document)
    elif asked.output is None:
        sys.stdout.write(found.to_csv())
    for note in found.notes:
        say(note)
    fits = f", the mean of its {len(experiment.fits)} fits" if len(experiment.fits) > 1 else ""
    say(f"{len(found.outputs)} rows predicted by #{experiment.number}{fits}.")
    return 0
