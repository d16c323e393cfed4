"""Niches: what belongs together, what does not, and what stays the same."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skills.niches import Niches, build_niches, explain_niche
from skills.niches.explain import UnknownTerm
from skills.niches.policy import NichesPolicy
from skills.vocabulary import MissingColumns

ROOT = Path(__file__).parents[3]
Frame = Callable[..., pd.DataFrame]
POLICY = NichesPolicy()


def groups_of(run: Niches, country: str = "US") -> set[frozenset[str]]:
    own = run.members[run.members["country"] == country]
    return {frozenset(members["term"]) for _, members in own.groupby("niche")}


def split(*groups: Iterable[str]) -> set[frozenset[str]]:
    return {frozenset(group) for group in groups}


@pytest.fixture
def group(volumes: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame) -> Callable[..., Niches]:
    """Niches of one week without clicks."""

    def build(terms: object, policy: NichesPolicy = POLICY, country: str = "US") -> Niches:
        return build_niches(volumes(terms, country), unclicked, first_run, policy)

    return build


Group = Callable[..., Niches]


def test_words_that_change_the_purpose_part_niches(group: Group) -> None:
    terms = ["mug", "mug without handle", "kids mug", "mini mug", "mug refill"]
    assert groups_of(group(terms)) == split(*([term] for term in terms))


def test_a_colour_that_names_a_thing_stays(group: Group) -> None:
    found = groups_of(group(["tea", "green tea", "mug", "green mug", "tea green"]))
    assert found == split(["tea", "tea green"], ["green tea"], ["mug", "green mug"])


def test_a_term_of_nothing_but_modifiers_is_a_niche_of_its_own(group: Group) -> None:
    assert groups_of(group(["best red", "red", "blue"])) == split(["best red"], ["red"], ["blue"])


def test_the_seller_may_keep_and_leave_out_words(group: Group) -> None:
    terms = ["gold mug", "mug", "red mug"]
    assert groups_of(group(terms)) == split(["gold mug"], ["mug", "red mug"])
    policy = NichesPolicy(left_out_words=("gold",), kept_words=("Red",))
    assert groups_of(group(terms, policy)) == split(["gold mug", "mug"], ["red mug"])


def test_numbers_name_a_model_unless_they_count_or_measure(group: Group) -> None:
    terms = ["iphone 14 case", "iphone 15 case", "towel", "towel 2 pack", "towel 90x200", "towel 50 x 100 cm"]
    assert groups_of(group(terms)) == split(["iphone 14 case"], ["iphone 15 case"], terms[2:])


def test_slips_are_repaired_by_words_that_are_searched_far_more(group: Group) -> None:
    firsts, nouns = ("kitchen", "beach", "bath", "hand", "gym", "tea"), ("towel", "mat", "hook", "shelf", "basket")
    terms = {f"{first} {noun}": 1000.0 for first in firsts for noun in nouns}
    slips = {
        "kitchen twoel": "kitchen towel", "beach towl": "beach towel", "bath towwel": "bath towel",
        "hand towek": "hand towel", "gymt owel": "gym towel", "te atowel": "tea towel", "handtowel": "hand towel",
        "shlef gym": "gym shelf",
    }  # fmt: skip
    run = group(terms | dict.fromkeys(slips, 20.0))
    niche_of = run.members.set_index("term")["niche"]
    assert {slip for slip, meant in slips.items() if niche_of[slip] != niche_of[meant]} == set()


def test_a_word_as_frequent_as_its_neighbour_is_no_slip(group: Group) -> None:
    words = ("garden", "hand", "small hand", "metal")
    terms = [f"{word} {noun}" for word in words for noun in ("towel", "trowel")]
    assert not any("towel" in " ".join(found) and "trowel" in " ".join(found) for found in groups_of(group(terms)))


def test_keys_do_not_chain(group: Group) -> None:
    words = ["alpha", "bravo", "carol", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet"]
    chain, policy = [" ".join(words[at : at + 7]) for at in range(4)], NichesPolicy(key_cosine=0.55)
    found = groups_of(group({chain[0]: 400.0, chain[1]: 300.0, chain[2]: 200.0, chain[3]: 100.0}, policy))
    assert found == split(chain[:2], chain[2:])
    found = groups_of(group({chain[0]: 100.0, chain[1]: 400.0, chain[2]: 300.0, chain[3]: 200.0}, policy))
    assert found == split(chain[:3], chain[3:])


def test_terms_that_lead_to_the_same_products_are_one_niche(
    volumes: Frame, clicked: Frame, first_run: pd.DataFrame
) -> None:
    terms = {"sofa": 5000.0, "couch": 4000.0, "settee": 3000.0, "mug": 2000.0}
    same = {"B1": 0.3, "B2": 0.2}
    clicks = clicked({"sofa": same, "couch": same, "settee": {"B1": 0.1, "B7": 0.4}, "mug": {"B9": 0.5}})
    run = build_niches(volumes(terms), clicks, first_run, POLICY)
    assert groups_of(run) == split(["sofa", "couch"], ["settee"], ["mug"])
    sofa = run.clicks.merge(run.niches[run.niches["label"] == "sofa"], on="niche").set_index("asin")["click_share"]
    assert sofa.round(6).to_dict() == {"B1": 0.6, "B2": 0.4}


def test_terms_that_look_alike_and_share_no_clicked_product_stay_apart(
    volumes: Frame, clicked: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame
) -> None:
    words = "fine steel garden hand metal small kit"
    terms = {f"{words} towel": 900.0, f"{words} trowel": 800.0}
    alike = NichesPolicy(word_cosine=0.6, key_cosine=0.7)
    assert len(groups_of(build_niches(volumes(terms), unclicked, first_run, alike))) == 1
    apart = clicked({term: {f"B{at}": 0.5} for at, term in enumerate(terms)})
    assert len(groups_of(build_niches(volumes(terms), apart, first_run, alike))) == 2
    few = dict.fromkeys(terms, 10.0)
    assert len(groups_of(build_niches(volumes(few), apart, first_run, alike))) == 1


def test_a_repair_is_taken_back_where_the_clicks_speak_against_it(
    volumes: Frame, clicked: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame
) -> None:
    terms = {f"{word} towel": 5000.0 for word in ("garden", "beach", "bath", "hand", "gym")} | {
        "garden trowel": 600.0
    }
    joined = build_niches(volumes(terms), unclicked, first_run, POLICY)
    assert {"garden towel", "garden trowel"} in groups_of(joined)
    clicks = clicked({"garden towel": {"B1": 0.5}, "garden trowel": {"B2": 0.5}})
    parted = build_niches(volumes(terms), clicks, first_run, POLICY)
    assert {"garden trowel"} in groups_of(parted)


def test_a_term_between_two_niches_is_shared(group: Group) -> None:
    first, second = "oak desk lamp brass arm shade clip", "oak desk lamp brass arm shade hook"
    run = group({first: 900.0, second: 900.0, "oak desk lamp brass arm shade": 100.0}, NichesPolicy(key_cosine=0.7))
    shared = run.members[run.members["term"] == "oak desk lamp brass arm shade"]
    assert shared["share"].tolist() == [0.5, 0.5]
    assert shared["volume"].tolist() == [50.0, 50.0]
    assert run.niches["volume"].sum() == pytest.approx(1900.0)


def test_the_same_term_in_two_cases_stays_two_members_of_one_niche(group: Group) -> None:
    run = group({"picnic mat": 100.0, "Picnic Mat": 50.0, "PICNIC MAT": 10.0})
    assert groups_of(run) == split(["picnic mat", "Picnic Mat", "PICNIC MAT"])
    assert run.niches["label"].tolist() == ["picnic mat"]
    assert run.niches["volume"].tolist() == [160.0]


def test_blanks_digits_signs_and_endless_terms_are_said_or_kept(group: Group) -> None:
    terms = ["mat", "   ", "😀😀", "!!", "9783161484100", "x" * 500, "мат mat 垫子", "a" * 200]
    run = group(terms)
    assert groups_of(run) == split(["mat"], ["9783161484100"], ["мат mat 垫子"], ["a" * 200])
    assert run.set_aside[["reason", "terms"]].to_numpy().tolist() == [
        ["Without a letter or a digit.", 3],
        ["Longer than {characters} characters.", 1],
    ]
    assert run.set_aside["values"].tolist() == [{}, {"characters": 200}]


def test_the_most_searched_terms_are_kept_and_the_rest_is_counted(group: Group) -> None:
    run = group({"mat": 1.0, "towel": 9.0, "mug": 5.0, "bowl": 5.0}, NichesPolicy(most_terms=2))
    assert groups_of(run) == split(["towel"], ["bowl"])
    assert run.set_aside["terms"].tolist() == [2]
    assert run.set_aside["values"].tolist() == [{"terms": 2}]


def test_nothing_in_is_nothing_out(volumes: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame) -> None:
    run = build_niches(volumes([]), unclicked, first_run, POLICY)
    assert [len(table) for table in (run.niches, run.members, run.clicks, run.set_aside)] == [0, 0, 0, 0]
    full = build_niches(volumes(["mat"]), unclicked, first_run, POLICY)
    for nothing, something in ((run.niches, full.niches), (run.members, full.members), (run.clicks, full.clicks)):
        assert nothing.dtypes.to_dict() == something.dtypes.to_dict()
    only_signs = build_niches(volumes(["!", " "]), unclicked, first_run, POLICY)
    assert len(only_signs.niches) == 0


def test_a_table_without_its_columns_is_refused(
    volumes: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame
) -> None:
    week = volumes(["mat"])
    for tables in (
        (week.drop(columns="volume"), unclicked, first_run),
        (week, unclicked.drop(columns="click_share"), first_run),
        (week, unclicked, first_run.drop(columns="share")),
    ):
        with pytest.raises(MissingColumns):
            build_niches(*tables, POLICY)


def test_a_missing_week_is_bridged_and_an_absent_term_counts_nothing_for_its_week(
    volumes: Frame, unclicked: pd.DataFrame, first_run: pd.DataFrame
) -> None:
    weeks = ["2026-09-06", "2026-10-04", "2026-10-18", "2026-11-08", "2026-11-15"]
    searched = [{"mat": 900.0, "old": 5.0}, {"mat": 40.0}, {"mat": 20.0, "mug": 8.0}, {"mat": 60.0}, {"mat": 80.0}]
    frame = pd.concat(
        [volumes(terms, week=week) for terms, week in zip(searched, weeks, strict=True)], ignore_index=True
    )
    run = build_niches(frame, unclicked, first_run, POLICY)
    assert run.niches.set_index("label")["volume"].to_dict() == {"mat": 50.0, "mug": 2.0}
    assert run.set_aside["reason"].tolist() == ["Not searched in the last {weeks} known weeks of its country."]


def test_a_volume_that_is_not_known_counts_nothing(group: Group) -> None:
    run = group({"mat": float("nan"), "mats": 5.0})
    assert run.niches["volume"].tolist() == [5.0]


WORDS = ("picnic", "mat", "mats", "kitchen", "towel", "twoel", "red", "of", "geschirr", "tuch", "タオル", "2", "pack")
TERMS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(terms=TERMS, seed=st.integers(0, 2**16))
def test_rows_in_any_order_give_the_same_niches_whose_shares_sum_to_one(
    terms: list[str], seed: int, volumes: Frame, clicked: Frame, first_run: pd.DataFrame
) -> None:
    draw = np.random.Generator(np.random.PCG64(seed))
    frame = volumes({term: float(draw.integers(1, 500)) for term in dict.fromkeys(terms)})
    clicks = clicked({term: {f"B{draw.integers(5)}": 0.5} for term in frame["term"]})
    run = build_niches(frame, clicks, first_run, POLICY)
    other = build_niches(
        frame.sample(frac=1, random_state=seed), clicks.sample(frac=1, random_state=seed), first_run, POLICY
    )
    for name in ("niches", "members", "clicks", "set_aside"):
        pd.testing.assert_frame_equal(getattr(run, name), getattr(other, name))
    assert run.members.groupby("term")["share"].sum().round(9).eq(1.0).all()
    assert set(run.members["term"]) == set(frame["term"])
    assert run.niches["volume"].sum() == pytest.approx(frame["volume"].sum())
    assert run.niches["niche"].is_unique and run.niches["niche"].is_monotonic_increasing
    again = build_niches(frame, clicks, run.members, POLICY)
    assert again.niches["niche"].equals(run.niches["niche"])


def test_a_term_is_explained_by_its_key_repairs_leader_and_clicks(volumes: Frame, clicked: Frame) -> None:
    terms = {f"{word} towel": 1000.0 for word in ("kitchen", "beach", "bath", "hand", "gym")}
    frame = volumes(terms | {"red kitchen twoel": 20.0})
    clicks = clicked({"red kitchen twoel": {"B1": 0.5, "B2": 0.25}})
    steps = explain_niche(frame, clicks, POLICY, "US", "red kitchen twoel")
    assert steps["step"].tolist() == list(range(1, len(steps) + 1))
    said = steps.set_index("label")
    assert said.loc["Key: the words that name something", "note"] == "kitchen twoel"
    assert said.loc["Word repaired", "note"] == "twoel → towel"
    assert said.loc["Close to the leader by words", ["value", "note"]].tolist() == ["1.000", "kitchen towel"]
    assert said.loc["Clicked product", "note"].tolist() == ["B1", "B2"]
    leader = explain_niche(frame, clicks, POLICY, "US", "kitchen towel").set_index("label")
    assert "Leads the niche: no larger key is close" in leader.index
    with pytest.raises(UnknownTerm, match="'sofa' is in no niche of US"):
        explain_niche(frame, clicks, POLICY, "US", "sofa")
    with pytest.raises(UnknownTerm, match="no niche of DE"):
        explain_niche(frame, clicks, POLICY, "DE", "sofa")


def test_every_hash_seed_and_processor_gives_the_same_niches() -> None:
    code = """
import sys; sys.path[:0] = [".", "benchmarks"]
import pandas as pd
from niche_terms import LEVELS, draw_terms
from skills.niches import build_niches
from skills.niches.policy import NichesPolicy
terms, niches, drawn = draw_terms(3000, LEVELS["high"], 5)
week = pd.Timestamp("2026-11-15")
volumes = pd.DataFrame({"country": "US", "week": week, "term": terms, "rank": 1, "volume": drawn, "volume_basis": ""})
clicks = pd.DataFrame({"country": "US", "week": week, "term": terms, "asin": [f"B{k % 700}" for k in niches],
                       "click_share": 0.3})
previous = pd.DataFrame({"niche": "", "country": "", "term": [], "share": 0.0})
run = build_niches(volumes, clicks, previous, NichesPolicy(enough_clicks=1))
for table in (run.niches, run.members, run.clicks):
    sys.stdout.buffer.write(table.to_json(double_precision=15).encode())
"""
    plain = {"PYTHONHASHSEED": "1"}
    other = {"PYTHONHASHSEED": "2", "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3", "TZ": "Asia/Shanghai"}
    said = [
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env={**os.environ, **env}, capture_output=True,
            check=True,
        ).stdout
        for env in (plain, other)
    ]  # fmt: skip
    assert said[0] == said[1] != b""
