"""Which keys would do nothing at present, and which do something else than usual: the footer leaves them out or names
them anew, and the screens say why. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sessions.states import State

if TYPE_CHECKING:
    from sessions.records import Experiment, Snapshot
    from tui.sweeps.findings import Findings

__all__ = ["idle_on_deck", "idle_on_sweep", "kept_on_deck", "renamed"]

_DONE = (State.FINISHED, State.STOPPED, State.FAILED, State.PRUNED)
_HELD = (State.PAUSED, State.STOPPED, State.INTERRUPTED)


def idle_on_deck(selected: Experiment | None, snapshot: Snapshot | None) -> frozenset[str]:
    """Names of commands that have nothing to work on, by what is selected."""
    known = snapshot.experiments if snapshot is not None else ()
    test = {
        "load": selected is None,
        "note": selected is None,
        "detail": selected is None,
        "try_advice": selected is None or selected.verdict is None or not selected.verdict.advice,
        "toggle_pause": selected is None or selected.state in _DONE,
        "stop": selected is None or selected.state.is_over,
        "final": selected is None or not selected.state.is_over or not any(fit.has_parameters for fit in selected.fits),
        "filter": not known,
        "sort": len(known) < 2,
        "compare": len(known) < 2,
        "toggle_log": selected is None,
    }
    return _idle(test)


def idle_on_sweep(findings: Findings | None, sweeps: int, compared: Sequence[int]) -> frozenset[str]:
    """Likewise, by the sweep that is shown, one of so many; `compared` are the trials that would be."""
    sweep = findings.standing.sweep if findings is not None else None
    trials = findings.standing.trials if findings is not None else ()
    test = {
        "toggle_pause": sweep is None or sweep.state not in (State.RUNNING, *_HELD),
        "stop": sweep is None or sweep.state.is_over,
        "widen": findings is None or not findings.edges,
        "add": sweep is None,
        "retry": not any(each.state in (State.FAILED, State.INTERRUPTED) for each in trials),
        "figure": sweep is None,
        "turn(1)": sweep is None or len(sweep.space.ranges) < 2,
        "open_trial": not trials,
        "toggle_log": not trials,
        "compare": len(compared) < 2,
        "final": sweep is None or sweep.outcome is None,
        "older": sweeps < 2,
    }
    return _idle(test)


def kept_on_deck(selected: Experiment | None, snapshot: Snapshot | None) -> frozenset[str]:
    """Names of commands that the footer never leaves out, by what is selected."""
    winners = {each.outcome.winner for each in snapshot.sweeps if each.outcome} if snapshot is not None else set()
    return frozenset({"final"} if selected is not None and selected.number in winners else ())


def renamed(state: State | None) -> dict[str, str]:
    """Labels that differ from the usual ones, by the state of the experiment or sweep that the keys act on."""
    return {"toggle_pause": "go on"} if state in _HELD else {}


def _idle(test: dict[str, bool]) -> frozenset[str]:
    return frozenset(name for name, is_idle in test.items() if is_idle)
