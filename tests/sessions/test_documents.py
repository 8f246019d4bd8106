"""Records survive the way into a document and back, also one that a newer version wrote."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime

from engine.hyperparameters import Hyperparameters
from engine.records import Advice, Verdict, VerdictKind
from sessions.documents import experiment_from_document, experiment_to_document, overwrite
from sessions.drafting import draft
from sessions.records import Best, Change, EarlierNote, Experiment, Fit, State


def an_experiment() -> Experiment:
    fit = Fit(1, State.FINISHED, 3, None, 60, 34, 0.1, 0.2, 0.97, 4.5)
    return replace(
        draft(Hyperparameters(hidden_units=(), seed=3), idea="why", tags=("a", "b"), parent=7),
        number=12,
        uid="one of its kind",
        created=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        fits=(fit,),
        best=Best(34, 0.2, 0.97),
        verdict=Verdict(VerdictKind.CONVERGED, "text", (Advice("l2", "0", "0.0001", "gap"),)),
        priority=2,
        held=True,
        changes=(Change("learning_rate", 0.01, 0.003, datetime(2026, 1, 2, 4, 4, tzinfo=UTC)),),
        earlier=(EarlierNote("idea", "because", datetime(2026, 1, 2, 5, 4, tzinfo=UTC), "me@here/12"),),
    )


def test_an_experiment_comes_back_equal() -> None:
    document = json.loads(json.dumps(experiment_to_document(an_experiment())))
    assert experiment_from_document(document) == an_experiment()


def test_fields_and_hyperparameters_of_a_newer_version_are_passed_over() -> None:
    document = experiment_to_document(an_experiment())
    document["mood"] = "good"
    document["fits"][0]["colour"] = "red"
    document["hyperparameters"]["sharpness"] = 0.05
    assert experiment_from_document(document) == an_experiment()


def test_what_a_newer_version_wrote_stays_when_an_older_one_changes_the_experiment() -> None:
    document = experiment_to_document(an_experiment())
    document["mood"] = "good"
    document["fits"][0]["colour"] = "red"
    document["hyperparameters"]["sharpness"] = 0.05
    overwrite(document, experiment_to_document(replace(an_experiment(), conclusion="done")))
    assert (document["mood"], document["fits"][0]["colour"], document["conclusion"]) == ("good", "red", "done")
    assert document["hyperparameters"]["sharpness"] == 0.05


def test_the_hyperparameters_now_are_those_submitted_with_the_changes() -> None:
    assert an_experiment().hyperparameters.learning_rate == 0.01
    assert an_experiment().hyperparameters_now.learning_rate == 0.003


def test_a_missing_figure_stays_missing() -> None:
    empty = experiment_from_document(experiment_to_document(replace(an_experiment(), best=None, verdict=None)))
    assert empty.best is None
    assert empty.verdict is None
    unmeasured = replace(an_experiment().fits[0], validation_cost=math.nan)
    back = experiment_from_document(experiment_to_document(replace(an_experiment(), fits=(unmeasured,))))
    assert math.isnan(back.fits[0].validation_cost)
