"""Sizes are called what a country calls them; one without a counterpart stays as it was and is flagged."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.listing.localise import read_markets
from skills.listing.localise_attributes import Localised, localise_attributes
from skills.listing.sizes import (
    NO_COUNTERPART,
    SIZED,
    UNKNOWN_SIZE,
    UNKNOWN_SYSTEM,
    UnusableSizes,
    read_sizes,
)

ASSETS = Path(__file__).parents[3] / "skills" / "listing" / "assets"
TABLE = pd.read_csv(ASSETS / "size_systems.csv", keep_default_na=False, dtype="str")
MARKETS = {
    market.country: market for market in read_markets(pd.read_csv(ASSETS / "markets.csv", keep_default_na=False))
}
AS_OF = date(2026, 11, 30)
BOOK = read_sizes(TABLE, AS_OF)
NAMED = TABLE[TABLE["size"] != "*"]


def write(value: object, country: str) -> Localised:
    market = MARKETS[country]
    return localise_attributes({"size": value}, market, lambda text, where: (text, market.language_tag), BOOK)


@pytest.mark.parametrize(
    ("label", "system", "country", "expected"),
    [
        ("Queen", "US bed", "GB", "King"),
        ("Queen", "US bed", "DE", "152 x 203 cm"),
        ("Full", "US bed", "JP", "ダブル"),
        ("140 x 200 cm", "EU bed", "JP", "ダブル"),
        ("セミダブル", "JP bed", "GB", "Small Double"),
        ("Queen", "US pillow", "GB", "Standard"),
        ("Standard", "UK pillow", "FR", "50 x 75 cm"),
        ("8", "US women", "GB", "12"),
        ("38", "DE women", "FR", "40"),
        ("12", "UK women", "IT", "44"),
        ("40", "US men", "DE", "50"),
        ("M", "US letters", "JP", "L"),
        ("L", "JP letters", "US", "M"),
        ("7", "US women's shoes", "JP", "24 cm"),
        ("27.0 cm", "JP men's shoes", "US", "9"),
    ],
)
def test_a_size_is_called_what_the_country_calls_it(label: str, system: str, country: str, expected: str) -> None:
    found = write({"value": label, "system": system}, country)
    assert found.attributes["size"][0]["value"] == expected
    assert found.canonical == {"size": {"value": label, "unit": system}}
    [(sentence, values)] = found.notes
    assert sentence == SIZED
    assert expected in sentence.format(**values)


def test_a_system_may_stand_where_a_unit_does() -> None:
    assert write({"value": 8, "unit": "US women"}, "GB").attributes["size"][0]["value"] == "12"
    assert write({"value": 8, "unit": "cm"}, "GB").attributes["size"][0]["unit"] == "centimeters"


@pytest.mark.parametrize(
    ("value", "country", "sentence"),
    [
        ({"value": "King", "system": "US bed"}, "GB", NO_COUNTERPART),
        ({"value": "40", "system": "US men"}, "JP", NO_COUNTERPART),
        ({"value": "Enormous", "system": "US bed"}, "GB", UNKNOWN_SIZE),
        ({"value": "Queen", "system": "Martian bed"}, "GB", UNKNOWN_SYSTEM),
    ],
)
def test_a_size_without_a_counterpart_is_kept_as_written_and_flagged(
    value: dict[str, str], country: str, sentence: str
) -> None:
    found = write(value, country)
    assert found.attributes["size"][0]["value"] == value["value"]
    [(said, values)] = found.notes
    assert said == sentence
    assert value["value"] in said.format(**values)


def test_a_size_in_its_own_country_stays_and_needs_no_note() -> None:
    found = write({"value": "queen", "system": "us bed"}, "US")
    assert (found.attributes["size"][0]["value"], found.notes) == ("Queen", [])


def test_without_a_table_a_size_stays_as_it_was_written() -> None:
    market = MARKETS["GB"]
    found = localise_attributes(
        {"size": {"value": "Queen", "system": "US bed"}}, market, lambda text, _: (text, "en")
    )
    assert found.attributes["size"][0]["value"] == "Queen"


@given(st.sampled_from(sorted(NAMED.index)), st.sampled_from(sorted(MARKETS)))
def test_what_a_size_becomes_stands_in_its_own_row_of_the_table(at: int, country: str) -> None:
    row = TABLE.loc[at]
    size = BOOK.find(row["label"], row["system"])
    assert size is not None
    found = BOOK.counterpart(size, country)
    if found is None:
        return
    shown, system = found
    mine = NAMED[(NAMED["system"] == row["system"]) & (NAMED["label"] == row["label"])]
    theirs = NAMED[(NAMED["system"] == system) & (NAMED["label"] == shown)]
    assert set(mine["size"]) & set(theirs["size"]) or shown == row["measure"]


def test_beds_and_pillows_of_one_row_are_alike_to_five_centimetres() -> None:
    for _, rows in NAMED[NAMED["chart"].isin(["bed", "pillow"])].groupby(["chart", "size"]):
        sides = [list(map(int, re.findall(r"[0-9]+", measure))) for measure in rows["measure"]]
        for side in zip(*sides, strict=True):
            assert max(side) - min(side) <= 5


def test_every_size_has_a_source_a_day_and_a_confidence() -> None:
    assert (TABLE[["source", "retrieved_on", "confidence"]] != "").all().all()
    assert set(TABLE["confidence"]) <= {"high", "medium", "low"}
    assert (TABLE.loc[TABLE["source"].str.startswith("unverified"), "confidence"] == "low").all()


def test_two_labels_for_one_size_and_two_systems_for_one_country_are_refused() -> None:
    with pytest.raises(UnusableSizes, match="bed · twin · US bed"):
        read_sizes(pd.concat([TABLE, TABLE.iloc[:1].assign(label="Single")]), AS_OF)
    with pytest.raises(UnusableSizes, match="bed · US"):
        read_sizes(pd.concat([TABLE, TABLE.iloc[:1].assign(system="Texan bed")]), AS_OF)


def test_a_label_of_one_system_in_two_charts_is_refused() -> None:
    baby = TABLE[TABLE["system"] == "US letters"].iloc[:1].assign(chart="baby", countries="")
    with pytest.raises(UnusableSizes, match="letters and baby · XS · US letters"):
        read_sizes(pd.concat([TABLE, baby]), AS_OF)


def test_a_row_counts_only_in_its_time() -> None:
    ended = TABLE.assign(effective_to="2020-01-01")
    assert read_sizes(ended, AS_OF).sizes == {}
