"""`tunedeck doctor`: what is wrong with the sessions, the terminal or the machine, and what to do about it."""

import sys
from argparse import Namespace

from sessions.doctor import Finding, Severity, examine_machine, examine_session, examine_terminal, repair_session
from sessions.paths import find_session, list_sessions
from tui.commands.output import print_json, print_line

__all__ = ["doctor"]

_MARKS = {Severity.FINE: "ok", Severity.NOTE: "note", Severity.WRONG: "wrong"}


def doctor(asked: Namespace) -> int:
    """0 if nothing is wrong, 1 if something is (with --repair: still is)."""
    if asked.session is None:
        folders = list_sessions(asked.root, even_lost=True)
    else:
        folders = [find_session(asked.root, asked.session, even_lost=True)]
    findings: list[Finding] = []
    for folder in folders:
        repaired = repair_session(folder) if asked.repair else []
        findings += [*repaired, *examine_session(folder)]
    if asked.session is None:
        findings += [*examine_terminal(sys.stdout.isatty()), *examine_machine(asked.root)]
    is_wrong = any(each.severity is Severity.WRONG for each in findings)
    if asked.json:
        print_json({"wrong": is_wrong, "findings": [each.to_document() for each in findings]})
        return int(is_wrong)
    for each in findings:
        print_line(f"{_MARKS[each.severity]:<6} {each.where}: {each.text}")
        if each.remedy:
            print_line(f"         → {each.remedy}")
    return int(is_wrong)
