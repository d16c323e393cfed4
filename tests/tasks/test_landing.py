"""Tonight's shipments as entries: every line is quoted or refused by name, and the parts add up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from config.seller import Policy, Seller
from skills.economics.policy import EconomicsPolicy
from tasks.costs import Costs, cost_decision, cost_line, cost_night, margin_percent, quote_shipments
from tasks.landing import Entries, list_lines, prepare_entries, value_by_choice
from tasks.nights import Night
from tasks.report_charts import chart_waterfall
from tasks.store.snapshots import Snapshot

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning"),  # no flow around the tasks
]

MORNING = date(2025, 11, 24)
SELLER = Seller(
    id="demo",
    name={"en": "Haina"},
    inputs={},
    generated=["all"],
    policy=Policy(economics=EconomicsPolicy(accept_unverified=True)),
)
NIGHT = Night(number=1, seller=SELLER, as_of=MORNING, journey="nightly", what_if={})
SEA, FAST = "SZ-US-SEA", "SZ-US-FAST"


def lanes() -> pd.DataFrame:
    row = {"country": "US", "mode": "sea", "incoterm": "DAP", "importer_of_record": "Seller", "tax_included": "no",
           "cost_per_kg_minor": 0, "cost_per_m3_minor": 118_000, "minimum_minor": 118_000, "fixed_minor": 95_000,
           "currency": "CNY", "volumetric_divisor": 0, "handling_minor": 8,
           "transit_days_p10": 30, "transit_days_p50": 37, "transit_days_p90": 49, "cutoff_weekday": 2,
           "weekly_capacity_m3": 60.0}  # fmt: skip
    fast = {"incoterm": "DDP", "importer_of_record": "forwarder", "tax_included": "yes", "cost_per_kg_minor": 1_350,
            "cost_per_m3_minor": 0, "fixed_minor": 0, "volumetric_divisor": 6000}  # fmt: skip
    return pd.DataFrame([{**row, "lane": SEA}, {**row, **fast, "lane": FAST}])


def products() -> pd.DataFrame:
    row = {"category": "mats", "unit_cost_minor": 2_000, "cost_currency": "CNY", "vat_invoice": "yes",
           "weight_kg": 0.4, "length_cm": 30.0, "width_cm": 20.0, "height_cm": 5.0, "carton_units": 20,
           "hs_code": "6302.60"}  # fmt: skip
    return pd.DataFrame([{**row, "sku": "MAT"}, {**row, "sku": "RUG", "weight_kg": 0.9}, {**row, "sku": "ODD"}])


def rates(**changes: str) -> pd.DataFrame:
    rows = [("fx", "CNY", "7.1", "CNY per USD"), ("vat", "US", "0", "share"), ("duty", "US:6302", "0.091", "share"),
            ("duty_301", "US:63", "0.075", "share"), ("export_rebate", "CN:63", "0.13", "share"),
            ("mpf_rate", "US", "0.003464", "share"), ("mpf_min", "US", "33.58", "USD/entry"),
            ("mpf_max", "US", "651.50", "USD/entry"), ("hmf_rate", "US", "0.00125", "share"),
            ("prep", "US", "0.05", "USD/unit"), ("qc_pack", "CN", "0.15", "CNY/unit")]  # fmt: skip
    for lane in (SEA, FAST):
        rows.append(("insurance", lane, "0.003", "share"))
        rows += [(kind, lane, "100", "CNY/entry") for kind in ("pick_up", "export_terminal", "brokerage", "bond_isf",
                                                               "drayage", "appointment", "exam")]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["kind", "key", "value", "unit"])
    frame["value"] = [changes.get(kind, value) for kind, value in zip(frame["kind"], frame["value"], strict=True)]
    return frame.assign(
        effective_from="2025-01-01", effective_to="", source="generated", retrieved_on="2025-11-20",
        confidence="generated",
    )  # fmt: skip


def choices(*skus: str) -> pd.DataFrame:
    chosen = {"country": "US", "method": "fall_back", "amount_minor": 300, "currency": "USD", "basis": "FOB",
              "evidence": "price list", "broker": "Harbour Brokers", "decided_by": "Lin", "importer": "seller",
              "attorney": "", "decided_on": "2025-10-01", "expires": pd.NaT}  # fmt: skip
    return pd.DataFrame([{"sku": sku, **chosen} for sku in skus], columns=["sku", *chosen])


def contribution() -> pd.DataFrame:
    return pd.DataFrame(
        [{"sku": sku, "country": "US", "lane": lane, "wait_reason": "", "gross_price": 14_000.4, "vat_rate": 0.0,
          "referral": 2_100.0, "fulfilment": 2_900.0, "returns": 40.0, "refunds": 90.0, "storage_week": 11.0,
          "landed": 3_000.0} for sku in ("MAT", "RUG") for lane in (SEA, FAST)]
    )  # fmt: skip


SHIPMENTS = pd.DataFrame(
    [("MAT", "US", SEA, 200), ("RUG", "US", SEA, 100), ("MAT", "US", FAST, 40), ("ODD", "US", SEA, 20)],
    columns=["sku", "country", "lane", "units"],
).assign(depart_on=pd.Timestamp("2025-11-26"))


def snapshot(**changes: Any) -> Snapshot:
    tables = {"products": products(), "lanes": lanes(), "rates": rates(),
              "customs_values": choices("MAT", "RUG", "ODD"), "registrations": pd.DataFrame(),
              "hs_codes": pd.DataFrame(columns=["sku", "country", "hs_code"]),
              "rate_cards": pd.DataFrame()}  # fmt: skip
    return Snapshot("d", "demo", MORNING, {**tables, **changes})


def prepare(known: Snapshot) -> Entries:
    lines = list_lines(SHIPMENTS)
    return prepare_entries(lines, known, value_by_choice(lines, known, MORNING)[0], contribution(), NIGHT)


def quote(known: Snapshot) -> Costs:
    return quote_shipments(list_lines(SHIPMENTS), known, contribution(), NIGHT)


def decide(costs: Costs, lane: str) -> dict[str, Any]:
    rows = SHIPMENTS[SHIPMENTS["lane"] == lane].to_dict("records")
    return cost_decision(costs, lane, [{"payload": row} for row in rows])


def test_every_shipment_line_is_quoted_or_refused_by_name() -> None:
    entries = prepare(snapshot())
    assert len(entries.lines) == 3
    assert entries.refused[["sku", "lane"]].to_numpy().tolist() == [["ODD", SEA]]
    assert "No price is known" in entries.refused["reason"].iloc[0]


def test_without_a_customs_method_nothing_is_quoted_and_the_remedy_is_named() -> None:
    known = snapshot(customs_values=choices("MAT"))
    refused = prepare(known).refused.set_index("sku")
    assert "Choose the method with the broker" in str(refused.loc["RUG", "reason"])
    night = cost_night(quote(known))
    assert {row["sku"] for row in night["landed"]} == {"MAT"}
    assert sum(group["count"] for group in night["costs"]["refused"]) == 2
    bare = snapshot(customs_values=choices())
    assert len(prepare(bare).refused) == len(SHIPMENTS)
    assert cost_night(quote(bare))["landed"] == []
    assert decide(quote(bare), SEA) == {"landed": [], "landed_quoted_units": 0}


def test_a_line_whose_rate_is_missing_is_refused_alone() -> None:
    known = snapshot(products=products().assign(hs_code=["6302.60", "9404.90", "6302.60"]))
    entries = prepare(known)
    assert set(entries.refused["sku"]) == {"RUG", "ODD"}
    assert set(entries.lines["sku"]) == {"MAT"}


def test_freight_of_an_entry_is_the_lanes_own_price_shared_out_whole() -> None:
    landed = quote(snapshot()).landed
    freight, handling = (
        landed[landed["component"] == component].groupby("lane")["amount_minor"].sum()
        for component in ("freight", "handling")
    )
    cubic = 300 * 3_000 / 1_000_000 + 20 * 3_000 / 1_000_000
    assert prepare(snapshot()).lines.query("lane == @SEA")["freight_minor"].iloc[0] == 118_000 + 95_000
    assert cubic < 1, "the lane's minimum holds"
    assert freight.to_dict() == {SEA: 118_000 + 95_000, FAST: 118_000}
    assert handling.to_dict() == {SEA: 300 * 8, FAST: 40 * 8}, "by units quoted, apart from the freight"


def test_tax_included_freight_carries_no_duty_no_tax_and_no_rebate() -> None:
    landed = quote(snapshot()).landed
    fast = landed[landed["lane"] == FAST].set_index("component")["amount_minor"]
    assert (fast[["duty", "duty_301", "import_vat", "mpf", "hmf", "export_rebate"]] == 0).all()
    sea = landed[(landed["lane"] == SEA) & (landed["sku"] == "MAT")].set_index("component")["amount_minor"]
    assert sea["export_rebate"] < 0 < sea["duty_301"]


def test_a_quote_given_with_the_lines_stands_before_the_lanes_price() -> None:
    lines = list_lines(SHIPMENTS).assign(
        freight_minor=77_700, freight_currency="CNY", freight_rate="DDP sheet", freight_from="2025-11-20",
        freight_source="forwarder", freight_retrieved_on="2025-11-20", freight_confidence="secondary",
    )  # fmt: skip
    known = snapshot()
    entries = prepare_entries(lines, known, value_by_choice(lines, known, MORNING)[0], contribution(), NIGHT)
    assert set(entries.lines["freight_minor"]) == {77_700}


@pytest.mark.parametrize("lane", [SEA, FAST])
def test_components_of_a_decision_sum_to_its_landed_cost_and_to_its_rows(lane: str) -> None:
    costs = quote(snapshot())
    decision = decide(costs, lane)
    assert sum(row["amount_minor"] for row in decision["landed"] if row["in_cost"]) == decision["landed_exact_minor"]
    rows = [row for row in cost_night(costs)["landed"] if row["lane"] == lane]
    assert sum(row["amount_minor"] for row in rows) == sum(row["amount_minor"] for row in decision["landed"])
    assert all(row["rate_from"] and row["source"] for row in decision["landed"])
    assert ("landed_minor" in decision) == (lane == FAST), "a line of the sea entry is refused"


def test_higher_duty_never_lowers_the_landed_cost() -> None:
    before, after = (decide(quote(snapshot(rates=rates(duty=duty))), SEA) for duty in ("0.091", "0.2"))
    assert after["landed_exact_minor"] > before["landed_exact_minor"]


def test_a_line_says_its_margins_and_an_unquoted_one_says_nothing() -> None:
    costs = quote(snapshot())
    line = cost_line(costs, "MAT", "US", SEA)
    assert line["cm1_minor"] > line["cm2_minor"] == line["cm3_minor"] > 0
    assert line["acos_tax_basis"] == "sales without tax"
    assert float(margin_percent(costs, "MAT", "US", SEA)) == pytest.approx(
        float(line["break_even_acos_percent"]), abs=0.1
    )
    assert cost_line(costs, "ODD", "US", SEA)["landed_unit_minor"] is None
    assert margin_percent(costs, "ODD", "US", SEA) == "" == margin_percent(None, "MAT", "US", SEA)


def test_the_waterfall_starts_at_the_price_and_each_bar_meets_the_next() -> None:
    steps = decide(quote(snapshot()), SEA)["waterfall"]
    assert steps[0]["amount_minor"] == 14_000
    assert sum(step["amount_minor"] for step in steps) == steps[-1]["level_minor"]
    chart = chart_waterfall(steps)
    for before, bar in zip(chart["bars"], chart["bars"][1:], strict=False):
        assert bar["x"] <= before["x_level"] <= bar["x"] + bar["width"] + 1
    assert chart_waterfall([])["bars"] == []


def test_the_rebate_is_on_the_suppliers_price_without_its_vat() -> None:
    def rebate(known: Snapshot) -> int:
        landed = quote(known).landed
        return int(landed.loc[landed["component"] == "export_rebate", "amount_minor"].sum())

    frame = rates()
    vat = frame.head(1).assign(kind="vat", key="CN", value="0.13", unit="share")
    gross, net = rebate(snapshot()), rebate(snapshot(rates=pd.concat([frame, vat], ignore_index=True)))
    assert gross < net < 0
    assert abs(net * 113 - gross * 100) <= 113 * len(SHIPMENTS)
