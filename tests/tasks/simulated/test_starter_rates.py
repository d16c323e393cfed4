"""The starter table of dated rates: complete for the demo's morning, honest about its sources."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

import skills.distribution
from skills.rates import RATE_COLUMNS, MissingRate, RateBook, UnverifiedRate
from tasks.simulated.demo_demand import AS_OF, COUNTRIES, read_facts

TABLE = Path(skills.distribution.__file__).parent / "assets" / "starter_rates.csv"
RATES = pd.read_csv(TABLE, dtype=str, keep_default_na=False)
BOOK = RateBook.from_frame(RATES)


def test_each_value_has_a_source_a_day_and_a_confidence() -> None:
    assert tuple(RATES.columns) == RATE_COLUMNS
    assert (RATES[["value", "unit", "effective_from", "source", "retrieved_on"]] != "").all(axis=None)
    assert set(RATES["confidence"]) == {"primary", "secondary", "unverified"}
    assert not RATES["source"].str.contains(r"/work|\.\./", regex=True).any()
    assert (RATES["effective_to"].eq("") | (RATES["effective_to"] >= RATES["effective_from"])).all()


def test_no_day_has_two_values() -> None:
    for (kind, key), rows in RATES.groupby(["kind", "key"]):
        spans = sorted(zip(rows["effective_from"], rows["effective_to"].replace("", "9999-12-31"), strict=True))
        assert all(end < start for (_, end), (start, _) in pairwise(spans)), (kind, key)


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_demo_country_is_complete_on_the_demos_morning(country: str) -> None:
    for kind in ("vat", "referral_fee", "fulfilment_base", "fulfilment_per_kg", "storage_fee", "returns_cost"):
        assert BOOK.read(kind, country, AS_OF).unit
    for product in read_facts("products"):
        if product["hs_code"]:
            assert BOOK.read_longest("duty", country, product["hs_code"], AS_OF).value > 0


def test_storage_steps_up_in_october_and_is_refused_past_the_table() -> None:
    september, october = (BOOK.read("storage_fee", "US", date(2025, month, 15)).value for month in (9, 10))
    assert october > 3 * september
    assert BOOK.read("storage_fee", "US", date(2026, 1, 1)).value == september
    with pytest.raises(MissingRate, match="covers 2025-01-01 to 2026-12-31"):
        BOOK.read("storage_fee", "US", date(2027, 1, 1))


def test_american_extra_duties_of_that_autumn_stand_beside_the_normal_one() -> None:
    def layers(day: date) -> list[str]:
        kinds = ("duty", "duty_301", "duty_fentanyl", "duty_reciprocal")
        return [str(BOOK.read_longest(kind, "US", "6302.60", day).value) for kind in kinds]

    assert layers(AS_OF) == ["0.091", "0.075", "0.10", "0.10"]
    assert layers(date(2025, 11, 9)) == ["0.091", "0.075", "0.20", "0.10"]
    with pytest.raises(MissingRate):
        layers(date(2026, 2, 24))


def test_entry_fees_end_with_the_fiscal_year() -> None:
    assert (str(BOOK.read("mpf_min", "US", AS_OF).value), str(BOOK.read("mpf_max", "US", AS_OF).value)) == (
        "33.58",
        "651.50",
    )
    for kind in ("mpf_rate", "mpf_min", "mpf_max"):
        with pytest.raises(MissingRate):
            BOOK.read(kind, "US", date(2026, 10, 1))


def test_a_month_uses_the_average_of_the_month_before() -> None:
    assert str(BOOK.read("fx", "CNY", AS_OF).value) == "7.1200"
    assert "2025-10" in BOOK.read("fx", "CNY", AS_OF).source
    for currency in ("EUR", "GBP", "JPY", "CAD", "CNY"):
        assert BOOK.read("fx", currency, date(2025, 7, 1)).value > 0
        assert BOOK.read("fx", currency, date(2026, 6, 30)).value > 0


def test_what_follows_the_measures_of_2026_is_not_known_and_is_refused() -> None:
    """MPF after 2026-09-30; the layer of section 122 (2026-02-24 to 2026-07-24) and what came after it."""
    for day in (date(2026, 10, 1), date(2026, 11, 24)):
        with pytest.raises(MissingRate, match="2026-09-30"):
            BOOK.read("mpf_min", "US", day)
    for kind in ("duty_fentanyl", "duty_reciprocal"):
        for day in (date(2026, 3, 1), date(2026, 7, 25)):
            with pytest.raises(MissingRate, match="2026-02-23"):
                BOOK.read_longest(kind, "US", "6302.60", day)
    surcharge = BOOK.read_longest("duty_122", "US", "6302.60", date(2026, 7, 24))
    assert (str(surcharge.value), surcharge.confidence) == ("0.10", "unverified")
    with pytest.raises(MissingRate, match="2026-07-24"):
        BOOK.read_longest("duty_122", "US", "6302.60", date(2026, 7, 25))


def test_planning_values_are_shown_as_unverified_and_refused_where_the_policy_says_so() -> None:
    strict = BOOK.trust(accept_unverified=False)
    for kind, key in (("vat", "JP"), ("vat", "CA"), ("hmf_rate", "US")):
        assert BOOK.read(kind, key, AS_OF).confidence == "unverified"
        with pytest.raises(UnverifiedRate, match="unverified"):
            strict.read(kind, key, AS_OF)


def test_a_currency_without_a_rate_on_the_day_is_refused_with_the_days_there_are() -> None:
    with pytest.raises(
        MissingRate, match="No fx rate for CNY on 2026-07-01: the table covers 2025-07-01 to 2026-06-30"
    ):
        BOOK.convert("CNY", "USD", date(2026, 7, 1))
    with pytest.raises(MissingRate, match="No fx rate for SEK is known"):
        BOOK.convert("SEK", "USD", AS_OF)


def test_the_duty_per_line_of_a_parcel_is_dated_and_no_duty_of_an_entry() -> None:
    held = BOOK.read("parcel_line_duty", "EU", date(2026, 8, 1))
    assert (held.value, held.unit) == (3, "EUR/line")
    assert BOOK.find("parcel_line_duty", "EU", date(2026, 6, 30)) is None
    with pytest.raises(MissingRate, match="2028-07-01"):
        BOOK.read("parcel_line_duty", "EU", date(2028, 7, 2))
    assert not held.kind.startswith("duty")  # the layers of an entry of bulk stock are the kinds duty and duty_*
