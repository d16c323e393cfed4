"""Decisions against what happened: the need since, what units earn, and whether a sum says anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from config.seller import Seller
from skills.distribution import quote_contribution
from tasks.decided_lines import DecidedLine, Outcome
from tasks.scorecard import LEAST_LINES, MOVED, NOT_OVER, SCORED, earn, score_night, sum_deciders
from tasks.store.proposals import Proposal
from tasks.store.snapshots import Snapshot

MORNING = date(2025, 11, 3)
SELLER = Seller.model_validate(
    {"id": "haina", "name": {}, "inputs": {}, "policy": {"distribution": {"review_days": 7}}}
)
RATES = pd.DataFrame(
    [
        [kind, key, value, unit, "2025-01-01", "", "a test's own", "2025-01-01", "generated"]
        for kind, key, value, unit in [
            ("fx", "CNY", "7", "CNY per USD"),
            ("vat", "US", "0", "share"),
            ("referral_fee", "US", "0", "share"),
            ("fulfilment_base", "US", "0", "USD/unit"),
            ("storage_fee", "US", "0", "USD/m3/month"),
            ("duty", "US:6302", "0", "share"),
        ]
    ],
    columns=[
        "kind",
        "key",
        "value",
        "unit",
        "effective_from",
        "effective_to",
        "source",
        "retrieved_on",
        "confidence",
    ],
)
LANE = {
    "lane": "AIR", "from_node": "HUB", "to_node": "US-FBA", "country": "US", "mode": "air", "incoterm": "DAP",
    "importer_of_record": "seller", "tax_included": "no", "transit_days_p10": 7, "transit_days_p50": 7,
    "transit_days_p90": 7, "cutoff_weekday": -1, "cost_per_kg_minor": 0, "cost_per_m3_minor": 0, "minimum_minor": 0,
    "fixed_minor": 0, "currency": "CNY", "volumetric_divisor": 0, "weekly_capacity_m3": float("nan"),
    "handling_minor": 0,
}  # fmt: skip


def then(stock: int = 10) -> Snapshot:
    """A night on which a unit sells for 10 USD, costs 10 CNY and earns 70 CNY."""
    sales = pd.DataFrame({"sku": ["A"], "country": ["US"], "day": [pd.Timestamp("2025-10-20")], "units": [10]})
    return Snapshot(
        "d" * 64,
        "haina",
        MORNING,
        {
            "sales": sales.assign(revenue_minor=10_000, currency="USD"),
            "returns": pd.DataFrame(columns=["sku", "country", "day", "units", "sellable_units"]),
            "products": pd.DataFrame(
                [["A", "towels", 1000, "CNY", "no", 0.4, 30.0, 20.0, 8.0, 10, "6302.60"]],
                columns=["sku", "category", "unit_cost_minor", "cost_currency", "vat_invoice", "weight_kg",
                         "length_cm", "width_cm", "height_cm", "carton_units", "hs_code"],
            ),
            "lanes": pd.DataFrame([LANE]),
            "nodes": pd.DataFrame(
                {"node": ["HUB", "US-FBA"], "stage": ["hub", "forward"], "country": ["CN", "US"]}
            ),
            "rates": RATES,
            "stock": pd.DataFrame({"sku": ["A"], "node": ["US-FBA"], "state": ["available"], "units": [stock]}),
            "inbound": pd.DataFrame({"sku": [], "to_node": [], "eta": [], "units": []}),
            "purchase_orders": pd.DataFrame({"sku": [], "ready_on": [], "units_open": []}),
        },
    )  # fmt: skip


def now(per_day: int = 2, days: int = 20, out: tuple[str, str] | None = None) -> Snapshot:
    """Sales since that night, the same each day but for days without stock."""
    every = pd.date_range(MORNING, periods=days)
    closed = pd.date_range(*out) if out else pd.DatetimeIndex([])
    sales = pd.DataFrame({"sku": "A", "country": "US", "day": every, "units": per_day})
    outs = pd.DataFrame(
        [["A", "US", *map(pd.Timestamp, out)]] if out else [], columns=["sku", "country", "first_day", "last_day"]
    )
    feeds = pd.DataFrame({"country": ["US"], "feed": ["order_lines"], "last_complete_day": [every[-1]]})
    return Snapshot(
        "e" * 64,
        "haina",
        date(2025, 12, 1),
        {"sales": sales[~sales["day"].isin(closed)], "stock_outs": outs, "feeds": feeds},
    )


def line(proposed: int, decided: int, state: str = "edited", arrival: date = date(2025, 11, 10)) -> DecidedLine:
    return DecidedLine("ship", "A", "US", "AIR", "AIR", proposed, Outcome(decided, state, "lin"), arrival, 0)


def score(lines: list[DecidedLine], before: Snapshot, after: Snapshot) -> pd.DataFrame:
    quotes = quote_contribution(
        before.sales, before.returns, before.products, before.lanes, before.nodes, before.rates,
        "CNY", SELLER.policy.distribution, MORNING,
    )  # fmt: skip
    rows = score_night(Proposal("f" * 64, b"{}", "", "current"), lines, before, quotes, SELLER, after)
    return pd.DataFrame(rows, columns=list(SCORED))


def test_units_within_the_need_earn_and_units_beyond_it_are_held() -> None:
    # two a day for two weeks are 28; 10 lay there, 4 were lost before the arrival: 14 in the week after it
    row = score([line(proposed=20, decided=10)], then(stock=10), now()).iloc[0]
    assert row["need_units"] == 14
    assert row["decided_minor"] == 10 * 7000
    held = (20 - 14) * 1000 * 20 / 100 / 52
    assert row["proposed_minor"] == round(14 * 7000 - held)
    assert row["difference_minor"] == row["decided_minor"] - row["proposed_minor"]


def test_stock_that_moved_between_markets_is_not_scored_and_says_why() -> None:
    before = then()
    truck = {**LANE, "lane": "TRUCK", "from_node": "US-FBA"}
    before = replace(before, tables={**before.tables, "lanes": pd.DataFrame([LANE, truck])})
    moved = replace(line(20, 10), lane="TRUCK", place="TRUCK")
    assert score([moved], before, now()).iloc[0]["unscored"] == MOVED
    assert score([line(20, 10)], before, now()).iloc[0]["unscored"] == ""


def test_days_without_stock_count_as_mean_days() -> None:
    whole = score([line(20, 10)], then(), now()).iloc[0]
    dry = score([line(20, 10)], then(), now(out=("2025-11-12", "2025-11-14"))).iloc[0]
    assert dry["need_units"] == whole["need_units"]


def test_what_the_same_night_sent_faster_is_not_needed_twice() -> None:
    fast = line(proposed=6, decided=6, state="approved", arrival=date(2025, 11, 7))
    alone = score([line(20, 10)], then(), now()).iloc[0]
    beside = score([line(20, 10), fast], then(), now()).iloc[0]
    assert beside["need_units"] < alone["need_units"] + 4
    assert beside["need_units"] == 28 - 16


def test_an_order_counts_over_all_countries_less_what_the_product_costs() -> None:
    order = DecidedLine("order", "A", "*", "", "haina", 20, Outcome(10, "edited", "lin"), date(2025, 11, 10), 4)
    row = score([order], then(stock=10), now()).iloc[0]
    # a unit earns 70 CNY less the 10 that it costs, which a week of capital holds at 20 % a year
    assert (row["need_units"], row["decided_minor"]) == (14, 10 * 6000)
    assert row["proposed_minor"] == round(14 * 6000 - (20 - 14) * 1000 * 0.20 / 52)
    coming = then(stock=10)
    coming.tables["purchase_orders"] = pd.DataFrame(
        {"sku": ["A"], "ready_on": [pd.Timestamp("2025-11-05")], "units_open": [6]}
    )
    assert score([order], coming, now()).iloc[0]["need_units"] == 28 - 16, "there on the 9th, so nothing is lost"
    far = replace(order, onward_days=10)
    assert score([far], coming, now()).iloc[0]["need_units"] == 28 - 16 - 4, "there on the 15th, after 4 were lost"


def test_a_window_that_is_not_over_is_not_scored() -> None:
    row = score([line(20, 0, "left_out")], then(), now(days=10)).iloc[0]
    assert (row["unscored"], row["proposed_minor"], row["decided_minor"]) == (NOT_OVER, 0, 0)


def lines(gains: list[int], state: str = "left_out", by: str = "lin") -> pd.DataFrame:
    rows = [
        dict.fromkeys(SCORED, "")
        | {"state": state, "by": by, "proposed_units": 10, "decided_units": 10 if state == "rule" else 0}
        | {"proposed_minor": -gain, "decided_minor": gain if state == "rule" else 0, "difference_minor": gain}
        for gain in gains
    ]
    return pd.DataFrame(rows, columns=list(SCORED))


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ([100] * LEAST_LINES, "better"),
        ([-100, -90] * LEAST_LINES, "worse"),
        ([1000, -1000] * LEAST_LINES, "open"),
        ([100] * (LEAST_LINES - 1), "few"),
    ],
)
def test_a_sum_says_something_only_beyond_its_own_spread(gains: list[int], verdict: str) -> None:
    found = sum_deciders(lines(gains)).set_index("by").loc["lin"]
    assert found["verdict"] == verdict
    assert found["gain_minor"] == sum(gains)
    assert found["low_minor"] <= found["gain_minor"] <= found["high_minor"]


def test_a_rule_is_held_against_leaving_its_lines_out_and_people_apart_from_it() -> None:
    both = pd.concat([lines([50] * LEAST_LINES, "rule", "small-into-europe"), lines([-7] * 3)])
    found = sum_deciders(both).set_index(["role", "by"])
    assert found.loc[("rule", "small-into-europe"), "gain_minor"] == 50 * LEAST_LINES
    assert found.loc[("rule", "small-into-europe"), "verdict"] == "better"
    assert found.loc[("person", "lin"), "verdict"] == "few"
    assert found.loc[("person", ""), "gain_minor"] == -21


def test_nothing_shipped_earns_nothing() -> None:
    assert earn(0, 14.0, 7000.0, 4.0, 1) == 0
    assert earn(5, 0.0, 7000.0, 4.0, 2) == -40
