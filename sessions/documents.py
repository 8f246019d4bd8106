"""Records to documents and back: the one place that knows how the history and `--json` spell a record.

Unknown fields of a document are ignored here and kept by the store; unknown hyperparameters likewise.
"""

from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any

from engine.hyperparameters import Hyperparameters, declaration, declarations
from engine.records import Advice, Task, Verdict, VerdictKind
from sessions.records import Best, Change, EarlierNote, Experiment, Fit, Look, SessionInfo, State

__all__ = [
    "Document",
    "best_from_document",
    "best_to_document",
    "change_to_document",
    "earlier_to_document",
    "experiment_from_document",
    "experiment_to_document",
    "fit_from_document",
    "fit_to_document",
    "hyperparameters_from_document",
    "info_from_document",
    "info_to_document",
    "look_from_document",
    "look_to_document",
    "overwrite",
    "verdict_from_document",
    "verdict_to_document",
]

Document = dict[str, Any]

_KNOWN = frozenset(entry.name for entry in declarations())
_MOST_READ = 20_000
_read: dict[str, Hyperparameters] = {}
"""The values read lately, by the words of their documents."""


def info_to_document(info: SessionInfo) -> Document:
    """The session's one document."""
    document = {name: getattr(info, name) for name in SessionInfo.__slots__}
    return document | {
        "task": info.task.value,
        "classes": list(info.classes),
        "split": list(info.split),
        "notes": list(info.notes),
        "created": info.created.isoformat(),
    }


def info_from_document(name: str, document: Mapping[str, Any]) -> SessionInfo:
    """Inverse of `info_to_document`; the folder's name counts, so that a copied folder can be renamed."""
    known = {key: value for key, value in document.items() if key in SessionInfo.__slots__}
    return SessionInfo(
        **known
        | {
            "name": name,
            "task": Task(document["task"]),
            "classes": tuple(document["classes"]),
            "split": tuple(document["split"]),
            "notes": tuple(document.get("notes", ())),
            "created": _moment(document["created"]),
        }
    )


def look_to_document(look: Look) -> Document:
    """All fields of a look."""
    fields = {name: getattr(look, name) for name in Look.__slots__}
    return fields | {"scores": dict(look.scores), "created": look.created.isoformat()}


def look_from_document(document: Mapping[str, Any]) -> Look:
    """Inverse of `look_to_document`."""
    known = {key: value for key, value in document.items() if key in Look.__slots__}
    return Look(**known | {"created": _moment(document["created"])})


def verdict_to_document(verdict: Verdict | None) -> Document | None:
    """`kind`, `text`, `advice`."""
    if verdict is None:
        return None
    return {
        "kind": verdict.kind.value,
        "text": verdict.text,
        "advice": [each.to_document() for each in verdict.advice],
    }


def verdict_from_document(document: Mapping[str, Any] | None) -> Verdict | None:
    """Inverse of `verdict_to_document`."""
    if document is None:
        return None
    advice = tuple(Advice.from_document(each) for each in document.get("advice", ()))
    return Verdict(VerdictKind(document["kind"]), document["text"], advice)


def fit_to_document(fit: Fit) -> Document:
    """All fields of a fit."""
    return {name: getattr(fit, name) for name in Fit.__slots__} | {
        "state": fit.state.value,
        "scores": dict(fit.scores),
        "ended": fit.ended.isoformat() if fit.ended else None,
    }


def fit_from_document(document: Mapping[str, Any]) -> Fit:
    """Inverse of `fit_to_document`."""
    known = {key: value for key, value in document.items() if key in Fit.__slots__}
    ended = document.get("ended")
    return Fit(**known | {"state": State(document["state"]), "ended": _moment(ended) if ended else None})


def best_to_document(best: Best | None) -> Document | None:
    """`epoch`, `validation_cost`, `validation_score`."""
    return None if best is None else {name: getattr(best, name) for name in Best.__slots__}


def best_from_document(document: Mapping[str, Any] | None) -> Best | None:
    """Inverse of `best_to_document`."""
    return None if document is None else Best(**{name: document[name] for name in Best.__slots__})


def hyperparameters_from_document(document: Mapping[str, Any]) -> Hyperparameters:
    """The stored values, whatever version wrote them. Those read again are not checked again."""
    text = repr(document)
    found = _read.get(text)
    if found is None:
        found = Hyperparameters.from_mapping({name: value for name, value in document.items() if name in _KNOWN})
        if len(_read) >= _MOST_READ:
            _read.clear()
        _read[text] = found
    return found


def experiment_to_document(experiment: Experiment) -> Document:
    """As the history keeps it; `show --json` adds to this."""
    document = {name: getattr(experiment, name) for name in Experiment.__slots__}
    return document | {
        "state": experiment.state.value,
        "hyperparameters": {name: _plain(value) for name, value in experiment.hyperparameters.to_mapping().items()},
        "created": experiment.created.isoformat(),
        "tags": list(experiment.tags),
        "fits": [fit_to_document(fit) for fit in experiment.fits],
        "best": best_to_document(experiment.best),
        "confirmed": best_to_document(experiment.confirmed),
        "verdict": verdict_to_document(experiment.verdict),
        "changes": [change_to_document(each) for each in experiment.changes],
        "earlier": [earlier_to_document(each) for each in experiment.earlier],
    }


def experiment_from_document(document: Mapping[str, Any]) -> Experiment:
    """Inverse of `experiment_to_document`."""
    known = {key: value for key, value in document.items() if key in Experiment.__slots__}
    return Experiment(
        **known
        | {
            "state": State(document["state"]),
            "hyperparameters": hyperparameters_from_document(document["hyperparameters"]),
            "created": _moment(document["created"]),
            "tags": tuple(document.get("tags", ())),
            "fits": tuple(fit_from_document(fit) for fit in document.get("fits", ())),
            "best": best_from_document(document.get("best")),
            "confirmed": best_from_document(document.get("confirmed")),
            "verdict": verdict_from_document(document.get("verdict")),
            "changes": tuple(_change(each) for each in document.get("changes", ()) if each["name"] in _KNOWN),
            "earlier": tuple(
                EarlierNote(each["field"], each["text"], _moment(each["at"]), each["by"])
                for each in document.get("earlier", ())
            ),
        }
    )


def overwrite(document: MutableMapping[str, Any], fields: Mapping[str, Any]) -> None:
    """Lay an experiment's fields over its stored document; what a newer version wrote inside them stays."""
    kept = {fit["number"]: fit for fit in document.get("fits", ())}
    document.update(
        dict(fields)
        | {
            "hyperparameters": document.get("hyperparameters", {}) | fields["hyperparameters"],
            "fits": [kept.get(fit["number"], {}) | fit for fit in fields["fits"]],
        }
    )


def change_to_document(change: Change) -> Document:
    """`name`, `from`, `to`, `at`."""
    values = {"from": _plain(change.before), "to": _plain(change.after)}
    return {"name": change.name, **values, "at": change.at.isoformat()}


def earlier_to_document(note: EarlierNote) -> Document:
    """`field`, `text`, `at`, `by`."""
    return {"field": note.field, "text": note.text, "at": note.at.isoformat(), "by": note.by}


def _change(document: Mapping[str, Any]) -> Change:
    check = declaration(document["name"]).check
    return Change(document["name"], check(document["from"]), check(document["to"]), _moment(document["at"]))


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
