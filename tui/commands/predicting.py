"""`tunedeck predict`: a trained network applied to new rows, with the encoding and scaling it was trained with."""

import sys
from argparse import Namespace
from pathlib import Path

from sessions.documents import Document
from sessions.predicting import Predictions, predict_file
from sessions.whole_file import refuse_precious, write_whole
from tui.commands.output import json_text, print_json, say
from tui.commands.reading import experiment_number, open_workbench

__all__ = ["predict"]


def predict(asked: Namespace) -> int:
    """A CSV with one line a row: the class and its probability, or the value; the same as JSON.

    A file that ends in .json is JSON, any other is CSV.
    """
    workbench = open_workbench(asked)
    if asked.output is not None:
        refuse_precious(Path(asked.output), asked.data, workbench.info.source)
    experiment = workbench.experiment(experiment_number(asked.experiment))
    found = predict_file(workbench.folder, workbench.info, experiment, asked.data)
    if asked.output is not None:
        output = Path(asked.output)
        is_json = output.suffix.lower() == ".json"
        write_whole(output, json_text(_document(experiment.number, found)) if is_json else found.to_csv())
    if asked.json:
        print_json(_document(experiment.number, found))
    elif asked.output is None:
        sys.stdout.write(found.to_csv())
    for note in found.notes:
        say(note)
    fits = f", the mean of its {len(experiment.fits)} fits" if len(experiment.fits) > 1 else ""
    say(f"{len(found.outputs)} rows predicted by #{experiment.number}{fits}.")
    return 0


def _document(number: int, found: Predictions) -> Document:
    return {"id": number, "rows": len(found.outputs), **found.to_document()}
