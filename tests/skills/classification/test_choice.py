"""Measures are said on their day; a person's choice is kept with what they saw and relied on."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest

from skills.classification import check_flags, choose_code, explain_headings
from skills.classification.choice import UnusableChoice
from skills.classification.flags import FLAG_COLUMNS, KINDS
from skills.vocabulary import MissingColumns

Rank = Callable[..., pd.DataFrame]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def choose(candidates: pd.DataFrame, **changed: Any) -> Any:
    facts: dict[str, Any] = {
        "product": "KD", "code": "6307.10.20.27", "candidates": candidates, "chosen_by": "Li Wei", "chosen_at": NOON,
        "evidence": ("broker's letter of 2026-11-20",),
    }  # fmt: skip
    return choose_code(**(facts | changed))


def test_a_measure_is_said_only_where_and_when_it_holds(rank: Rank, flags: pd.DataFrame) -> None:
    candidates = rank(KD="Kitchen dishcloth, cotton")
    said = check_flags(candidates, flags, "US", "CN", date(2026, 11, 24))
    assert list(said["code"]) == ["630710"]
    assert said["advice"].str.contains("broker").all()
    assert check_flags(candidates, flags, "US", "VN", date(2026, 11, 24)).empty
    assert check_flags(candidates, flags, "US", "CN", date(1983, 1, 1)).empty
    assert check_flags(candidates, flags, "DE", "CN", date(2026, 11, 24)).empty


def test_a_measure_of_the_union_is_said_in_each_of_its_members(rank: Rank, flags: pd.DataFrame) -> None:
    candidates = rank(M="Porcelain mug")
    for country in ("EU", "DE", "FR", "PL"):
        assert "691110" in set(check_flags(candidates, flags, country, "CN", date(2026, 11, 24))["code"])
    assert check_flags(candidates, flags, "GB", "CN", date(2026, 11, 24)).empty
    assert {len(named.split()) for named in flags["importing_country"]} == {1, 1 + 27}


def test_every_measure_has_a_source_a_day_and_a_confidence_and_none_claims_a_page_that_nobody_read(
    flags: pd.DataFrame,
) -> None:
    assert (flags[[name for name in FLAG_COLUMNS if name != "effective_to"]] != "").all(axis=None)
    assert set(flags["kind"]) == set(KINDS)
    unread = flags["source"].str.contains("no page read")
    assert set(flags.loc[unread, "confidence"]) == {"unverified"}
    assert set(flags.loc[~unread, "confidence"]) == {"secondary"}
    assert flags.loc[~unread, "source"].str.contains("Federal Register").all()


def test_a_table_without_a_column_is_refused_with_its_name(rank: Rank, flags: pd.DataFrame) -> None:
    candidates = rank(KD="Kitchen dishcloth, cotton")
    for table, name, use in (
        ("flags", "origin", lambda: check_flags(candidates, flags.drop(columns="origin"), "US", "CN", NOON.date())),
        (
            "candidates",
            "score",
            lambda: check_flags(candidates.drop(columns="score"), flags, "US", "CN", NOON.date()),
        ),
        ("candidates", "rank", lambda: choose(candidates.drop(columns="rank"))),
        ("candidates", "facts_for", lambda: explain_headings(candidates.drop(columns="facts_for"))),
    ):
        with pytest.raises(MissingColumns, match=f"table {table} lacks the columns {name}"):
            use()


def test_a_choice_keeps_what_was_shown(rank: Rank) -> None:
    choice = choose(rank(KD="Kitchen dishcloth, cotton"))
    assert (choice.code, choice.chosen_by, choice.outside_candidates) == ("6307102027", "Li Wei", False)
    assert {"630710", "630291", "630260"} <= {candidate.code for candidate in choice.shown}
    assert pickle.loads(pickle.dumps(choice)) == choice
    with pytest.raises(FrozenInstanceError):
        choice.code = "630260"


def test_a_choice_outside_the_candidates_says_so(rank: Rank) -> None:
    assert choose(rank(KD="Kitchen dishcloth, cotton"), code="392490").outside_candidates


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"evidence": (" ",)}, "evidence is missing"),
        ({"chosen_at": datetime(2026, 11, 24)}, "time with its zone"),  # noqa: DTZ001
        ({"chosen_by": ""}, "person's name"),
        ({"code": "6307"}, "six to ten digits"),
        ({"product": "XX"}, "candidates that were shown"),
    ],
)
def test_a_choice_that_could_not_be_defended_is_refused(rank: Rank, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UnusableChoice, match=said):
        choose(rank(KD="Kitchen dishcloth, cotton"), **changed)
