"""What a night reads beside its files: the demand that a what-if assumes."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.seller import Seller
from tasks.files.tables import TABLES
from tasks.inputs import assume_demand
from tasks.nights import Night

MORNING = date(2025, 11, 24)
SELLER = Seller(id="demo", name={"en": "Haina"}, inputs={})
PRIME_DAY = {
    "event": "Prime Day",
    "first_day": pd.Timestamp("2026-07-08"),
    "last_day": pd.Timestamp("2026-07-11"),
    "country": "US",
    "sku": "*",
    "uplift_percent": 80.0,
    "author": "Li",
    "expires": pd.Timestamp("2026-07-12"),
}


def night(**what_if: str) -> Night:
    return Night(number=1, seller=SELLER, as_of=MORNING, journey="what-if", what_if=what_if)


def events(*rows: dict[str, object]) -> pd.DataFrame:
    none = TABLES["events"].empty()
    return pd.concat([none, pd.DataFrame(rows)[none.columns].astype(none.dtypes)]) if rows else none


def test_a_night_that_assumes_nothing_keeps_its_events() -> None:
    known = events(PRIME_DAY)
    assert assume_demand(known, night()) is known
    assert assume_demand(known, night(cash_limit="5000")) is known


@pytest.mark.parametrize("known", [events(), events(PRIME_DAY)])
def test_a_what_if_adds_one_event_for_everything_and_leaves_the_others(known: pd.DataFrame) -> None:
    before = known.copy()
    assumed = assume_demand(known, night(demand_change_percent="-20"))
    pd.testing.assert_frame_equal(known, before)
    pd.testing.assert_frame_equal(assumed.iloc[:-1], before.reset_index(drop=True))
    added = assumed.iloc[-1]
    assert (added["country"], added["sku"], added["uplift_percent"]) == ("*", "*", -20.0)
    assert added["first_day"] == pd.Timestamp(MORNING)
    assert added["last_day"] > pd.Timestamp(MORNING) + pd.Timedelta(weeks=52)
    assert assumed.dtypes.equals(before.dtypes)
