"""Niches keep their names from week to week, and across countries share a concept."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from skills.niches import build_niches
from skills.niches.policy import NichesPolicy

Frame = Callable[..., pd.DataFrame]
POLICY = NichesPolicy()
MEMBERS = ["niche", "country", "term", "share"]


def name(label: str, table: pd.DataFrame) -> str:
    return str(table.set_index("label").loc[label, "niche"])


def before(rows: list[tuple[str, str]], country: str = "US") -> pd.DataFrame:
    table = pd.DataFrame([(niche, country, term, 1.0) for niche, term in rows], columns=MEMBERS)
    return table.astype(dict.fromkeys(MEMBERS[:3], "str"))


@pytest.fixture
def week(volumes: Frame, unclicked: pd.DataFrame) -> Callable[..., pd.DataFrame]:
    """Niches of a week after an earlier run."""

    def build(terms: dict[str, float], previous: pd.DataFrame) -> pd.DataFrame:
        return build_niches(volumes(terms), unclicked, previous, POLICY).niches.set_index("label")

    return build


Week = Callable[..., pd.DataFrame]


def test_a_niche_keeps_its_id_when_another_term_leads(week: Week) -> None:
    found = week({"picnic mats": 90.0, "picnic mat": 10.0}, before([("US-1", "picnic mat"), ("US-1", "picnic mats")]))
    assert found.loc["picnic mats", ["niche", "change"]].tolist() == ["US-1", "kept"]


def test_a_niche_of_unknown_terms_is_new(week: Week) -> None:
    found = week({"mug": 9.0}, before([("US-1", "picnic mat")]))
    assert found.loc["mug", "change"] == "new"
    assert found.loc["mug", "niche"] != "US-1"


def test_a_merged_niche_keeps_the_id_that_gives_it_most_searches(week: Week) -> None:
    previous = before([("US-1", "picnic mat"), ("US-2", "picnic mats")])
    found = week({"picnic mat": 10.0, "picnic mats": 90.0}, previous)
    assert found.loc["picnic mats", ["niche", "change"]].tolist() == ["US-2", "merged"]


def test_of_a_split_niche_the_larger_part_keeps_the_id(week: Week) -> None:
    previous = before([("US-1", "picnic mat"), ("US-1", "mug"), ("US-1", "bowl")])
    found = week({"picnic mat": 10.0, "mug": 90.0, "bowl": 5.0}, previous)
    assert found.loc["mug", ["niche", "change"]].tolist() == ["US-1", "kept"]
    assert found.loc[["picnic mat", "bowl"], "change"].tolist() == ["split", "split"]
    assert found["niche"].is_unique


def test_an_id_is_never_given_twice(week: Week) -> None:
    first = week({"mug": 9.0}, before([]))
    own = first.loc["mug", "niche"]
    later = week({"bowl": 9.0, "mug": 5.0}, before([(own, "bowl")]))
    assert later.loc["bowl", "niche"] == own
    assert later.loc["mug", "niche"] not in (own, "")


def test_an_id_of_another_country_is_not_taken(week: Week) -> None:
    found = week({"mug": 9.0}, before([("DE-1", "mug")], "DE"))
    assert found.loc["mug", "change"] == "new"


def test_niches_that_lead_to_the_same_products_abroad_are_one_concept(
    volumes: Frame, clicked: Frame, first_run: pd.DataFrame
) -> None:
    searched = [
        ("US", {"dish towel": 9000.0, "mug": 800.0}),
        ("DE", {"geschirrtuch": 4000.0, "becher": 700.0, "trockentuch": 2000.0}),
        ("FR", {"torchon": 3000.0}),
    ]
    led = [
        ("US", {"dish towel": {"B1": 0.4, "B2": 0.1}, "mug": {"B8": 0.5}}),
        (
            "DE",
            {"geschirrtuch": {"B1": 0.3, "B2": 0.1}, "becher": {"B9": 0.5}, "trockentuch": {"B1": 0.2, "B3": 0.2}},
        ),
        ("FR", {"torchon": {"B3": 0.5}}),
    ]
    frames = [
        pd.concat([make(what, country) for country, what in listed], ignore_index=True)
        for make, listed in ((volumes, searched), (clicked, led))
    ]
    run = build_niches(*frames, first_run, POLICY)
    concept = run.niches.set_index("label")["concept"]
    assert concept["dish towel"] == concept["geschirrtuch"]
    own = run.niches[~run.niches["label"].isin(["dish towel", "geschirrtuch", "torchon", "trockentuch"])]
    assert (own["concept"] == own["niche"]).all()
    # the nearer German niche is the concept's; the other one leads its own, which the French one joins
    assert concept["trockentuch"] != concept["dish towel"]
    assert run.niches.groupby(["concept", "country"]).size().max() == 1
    assert set(run.niches["concept"]) <= set(run.niches["niche"])
