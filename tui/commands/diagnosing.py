"""`tunedeck diagnose`: the verdict on a curve from anywhere."""

from argparse import Namespace

from engine.diagnosis import diagnose
from engine.diagnosis.curve_csv import read_curve_csv
from sessions.documents import verdict_to_document
from tui.commands.output import print_json, print_line

__all__ = ["diagnose_file"]


def diagnose_file(asked: Namespace) -> int:
    """On stdout, as text or JSON."""
    verdict = diagnose(read_curve_csv(asked.file))
    if asked.json:
        print_json(verdict_to_document(verdict))
        return 0
    print_line(f"{verdict.kind.value}: {verdict.text}")
    for each in verdict.advice:
        now = "" if each.current == "its value" else f" {each.current}"
        print_line(f"next: {each.name}{now} → {each.proposed} ({each.why})")
    return 0
