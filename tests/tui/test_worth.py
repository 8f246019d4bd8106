"""What a winner is worth, as the screens say it."""

from dataclasses import replace

import pytest

from sessions.search.records import Outcome
from tui.looks import held_words
from tui.worth import sense_words, short_worth

OUTCOME = Outcome(3, True, 0.969, 0.958, 0.951, 0.966, 10, 36, luck=0.2)


def test_looks_of_the_whole_session_stand_beside_those_of_the_sweep() -> None:
    assert short_worth(OUTCOME, 10).endswith("· 10 looks")
    assert short_worth(OUTCOME, 443).endswith("· 10 of 443 looks")
    assert "still make sense" in sense_words(OUTCOME, 10)
    assert "still make sense" not in sense_words(OUTCOME, 443)
    assert "after 443 looks in this session" in sense_words(OUTCOME, 443)


def test_a_winner_that_is_not_confirmed_says_why_first() -> None:
    unsure = replace(OUTCOME, is_confirmed=False, unconfirmed="Not confirmed: time was up.")
    assert sense_words(unsure, 10).startswith("Not confirmed: time was up. The lead")


def test_what_an_older_version_wrote_of_a_winner_stands() -> None:
    assert sense_words(Outcome(3, True, 0.9, 0.9, 0.8, 1.0, 10, 36, "Go on."), 443) == "Go on."


def test_no_lead_is_called_real_where_others_came_out_equal() -> None:
    assert sense_words(replace(OUTCOME, equal=3), 10).startswith("#3 and 3 others came out equal: none of them leads")
    assert "lead is" not in sense_words(replace(OUTCOME, equal=1), 443)


@pytest.mark.parametrize(("found", "where"), [(0.92, "below"), (0.951, "within"), (0.966, "within"), (0.97, "above")])
def test_a_test_score_is_held_against_what_was_expected(found: float, where: str) -> None:
    lines = held_words(OUTCOME.promised, OUTCOME, found)
    assert lines == ["promised 0.969 on the validation rows", f"{where} what was expected: 0.951…0.966 (80 %)"]


def test_where_nothing_was_expected_a_test_score_is_held_against_the_promise_alone() -> None:
    assert held_words(0.9, None, 0.92) == ["promised 0.900 on the validation rows"]
    assert held_words(None, replace(OUTCOME, low=None), 0.92) == []
    assert len(held_words(0.9, OUTCOME, float("nan"))) == 1
