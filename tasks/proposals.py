"""Turns the skills' answers into one proposal: decisions, their lines, and what every line rests on.

The body holds integers, decimal strings and ISO dates only; its keys are described in docs/decide.md.

    UnsoundAllocation          the independent check found the allocation wrong; nothing is proposed
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pandas as pd

from skills.distribution import Allocation
from skills.forecasting.outlook import Outlook
from skills.forecasting.weeks import Weeks
from skills.replenishment.reasons import (
    AFTER_END,
    CLOSED_TODAY,
    ENOUGH,
    LAST_BUY_COVERED,
    LAUNCH_COVERED,
    LEAVING,
    NO_FORECAST,
)
from skills.vocabulary import ALL_COUNTRIES, Refusal, mark, name_rows
from tasks import distribution, forecasting, replenishment
from tasks.costs import Costs, cost_decision, cost_line, cost_night, margin_percent, quote_shipments
from tasks.landing import list_lines
from tasks.lines import SCHEMA, PurchaseOrderLine, ShipmentLine, flatten, make_line, sum_lines
from tasks.nights import Night
from tasks.store.canonical import canonical_bytes
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]
Evidence = dict[tuple[str, ...], list[Body]]

_RANKED, _BELOW_THE_LINE = 40, 20
"""How many cartons the proposal lists: the best that are sent, and the next that are not."""


_NOTHING_NEEDED = [ENOUGH, LAST_BUY_COVERED, LAUNCH_COVERED, LEAVING, NO_FORECAST]
"""Reasons of SKUs that nobody waits for."""


class UnsoundAllocation(Refusal):
    """The allocation breaks a limit, or its bound or values do not hold."""


@dataclass(frozen=True)
class Plan:
    """What the skills decided tonight, and why.

    Attributes:
        orders: One row per sku, from `replenishment.plan_replenishment`; `order_units` 0 orders nothing.
        allocation: From `distribution.allocate_stock`.
        products: One row per sku.
        suppliers: One row per supplier.
        lanes: One row per lane.
        demand_steps: One row per (sku, country, step): label, value, unit, note; `*` for the SKU as a whole.
        order_steps: The same by (sku, step).
        shipment_steps: The same by (sku, country, lane, step).
        margins: (sku, country, lane) of SKUs with a line → net margin in percent of the net price, as text.
        spare: (sku, hub) of SKUs with a line → units at the hub that the plan leaves there.
        costs: Landed cost and margins of the shipments; None where nobody quoted them.
    """

    orders: pd.DataFrame
    allocation: Allocation
    products: pd.DataFrame
    suppliers: pd.DataFrame
    lanes: pd.DataFrame
    demand_steps: pd.DataFrame
    order_steps: pd.DataFrame
    shipment_steps: pd.DataFrame
    margins: dict[tuple[str, str, str], str]
    spare: dict[tuple[str, str], int]
    costs: Costs | None = None


def refuse_unsound(findings: pd.DataFrame) -> None:
    """Stop the night when the check that shares no code with the search disagrees with it.

    Args:
        findings: From `distribution.verify_allocation`: one row per finding: check, subject, expected, found.

    Raises:
        UnsoundAllocation: names the first findings.
    """
    if len(findings):
        raise UnsoundAllocation(
            mark(
                "The allocation was checked again and does not hold: {findings}. Nothing is proposed. "
                "This is a fault of the program; report it with the snapshot's digest."
            ),
            findings=name_rows(
                f"{row['check']} ({row['subject']}: expected {row['expected']}, found {row['found']})"
                for row in plain_rows(findings)
            ),
        )


def explain_plan(
    night: Night,
    known: Snapshot,
    weeks: Weeks,
    outlook: Outlook,
    orders: pd.DataFrame,
    contribution: pd.DataFrame,
    allocation: Allocation,
) -> Plan:
    """Gather what the skills say about every line that is proposed: why, and what a shipment costs landed."""
    quoted = allocation.add_quotes(contribution)
    placed, lines = orders[orders["order_units"] > 0], allocation.lines
    wanted = pd.concat([placed[["sku"]].assign(country=ALL_COUNTRIES), lines[["sku", "country"]].drop_duplicates()])
    skus = wanted["sku"].unique()
    history, forecast = weeks.frame(skus), outlook.frame(skus=skus)
    policy, base = night.seller.policy.distribution, night.seller.base_currency
    return Plan(
        orders=orders,
        allocation=allocation,
        products=known.products,
        suppliers=known.suppliers,
        lanes=known.lanes,
        demand_steps=forecasting.explain_forecast(history, forecast, wanted),
        order_steps=replenishment.explain_replenishment(placed),
        shipment_steps=distribution.explain_allocation(
            allocation, contribution, known.stock, known.nodes, known.lanes, known.rates, policy, base, night.as_of
        ),
        margins=_read_margins(quoted[quoted["sku"].isin(lines["sku"].unique())]),
        spare=_count_spare(known.stock[known.stock["sku"].isin(lines["sku"].unique())], lines),
        costs=quote_shipments(list_lines(lines), known, quoted, night),
    )


def from_plan(night: Night, snapshot: str, plan: Plan, figures: Body) -> bytes:
    """The proposal of one night.

    Args:
        night: Whose, and which morning.
        snapshot: Digest of the frozen inputs.
        plan: What the skills decided, with their explanations.
        figures: What the front page shows beside the decisions (tasks/figures.py).

    Returns:
        Its canonical bytes: decisions most money first; those beyond the seller's limit are counted under `waits`.
    """
    demand = _evidence(plan.demand_steps, ["sku", "country"])
    base = night.seller.base_currency
    decisions = [*_order_decisions(plan, demand, base), *_ship_decisions(plan, demand, base)]
    decisions.sort(key=lambda decision: (-decision["money_minor"], decision["id"]))
    limit = night.seller.policy.max_decisions
    body = {
        **begin_body(night, snapshot),
        "decisions": decisions[:limit],
        "waits": [
            *_held_orders(plan),
            *_waiting(plan.allocation.waiting),
            *_beyond_limit(decisions[limit:]),
        ],
        "alarms": plain_rows(plan.allocation.alarms),
        "allocation": _allocation(plan.allocation),
        **cost_night(plan.costs),
        **figures,
    }
    return canonical_bytes(body)


def kept_lines(previous: Body | None, countries: set[str]) -> pd.DataFrame:
    """Yesterday's shipment lines of countries whose data is stale, to be kept tonight.

    Args:
        previous: Body of the proposal that stood before, if any.
        countries: Countries with a stale feed.

    Returns:
        One row per (sku, country, lane): units.
    """
    rows = [
        [line["sku"], line["country"], line["lane"], line["units"]]
        for decision in (previous or {"decisions": []})["decisions"]
        for line in map(flatten, decision["lines"])
        if decision["kind"] == "ship" and line["country"] in countries
    ]
    frame = pd.DataFrame(rows, columns=["sku", "country", "lane", "units"])
    return frame.astype({"sku": "str", "country": "str", "lane": "str", "units": "int64"})


def plain(value: object) -> Any:
    """A cell as a proposal may hold it: an integer, a decimal string, an ISO date, a truth, text; "" for none."""
    if isinstance(value, pd.Timestamp | date):
        return "" if pd.isna(value) else pd.Timestamp(value).date().isoformat()
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, str | bool):
        return value
    if hasattr(value, "item"):
        value = value.item()
        return plain(value) if not isinstance(value, int | float) else plain_number(value)
    return plain_number(value) if isinstance(value, int | float | Decimal) else str(value)


def plain_number(value: int | float | Decimal, digits: int = 4) -> int | str:
    """An integer as it is; another number as a decimal string, half even to `digits`, without trailing zeros."""
    if isinstance(value, int):
        return value
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN).normalize()
    return format(rounded if rounded else Decimal(0), "f")


def plain_rows(frame: pd.DataFrame) -> list[Body]:
    """The frame's rows with cells that a proposal may hold; lists stay as they are."""
    names = [str(name) for name in frame.columns]
    columns = [
        [value if isinstance(value, list) else plain(value) for value in frame[name].tolist()] for name in names
    ]
    return [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]


def text_values(values: Mapping[str, Any]) -> dict[str, str]:
    """What fills a sentence's places, as text."""
    return {str(name): str(value) for name, value in values.items()}


def begin_body(night: Night, snapshot: str) -> Body:
    """What every proposal says first: whose, of which morning and journey, and on which frozen inputs it rests."""
    return {
        "schema": SCHEMA,
        "journey": night.journey,
        "seller": night.seller.id,
        "as_of": night.as_of.isoformat(),
        "snapshot": snapshot,
        "base_currency": night.seller.base_currency,
        "generated": list(night.seller.generated),
        "what_if": dict(night.what_if),
        "waits": [],
        "alarms": [],
    }


def _read_margins(contribution: pd.DataFrame) -> dict[tuple[str, str, str], str]:
    priced = contribution[contribution["price"] > 0]
    percents = (priced["net_margin"] * 100 / priced["price"]).round(1)
    keys = zip(priced["sku"], priced["country"], priced["lane"], strict=True)
    return {key: str(plain(percent)) for key, percent in zip(keys, percents, strict=True)}


def _count_spare(stock: pd.DataFrame, lines: pd.DataFrame) -> dict[tuple[str, str], int]:
    held = stock[stock["state"] == "available"].groupby(["sku", "node"])["units"].sum()
    sent = lines.groupby(["sku", "hub"])["units"].sum().rename_axis(["sku", "node"])
    left = held.sub(sent, fill_value=0).clip(lower=0).reset_index(name="units")
    rows = zip(left["sku"], left["node"], left["units"], strict=True)
    return {(str(sku), str(node)): int(units) for sku, node, units in rows}


def _order_decisions(plan: Plan, demand: Evidence, base: str) -> list[Body]:
    steps = _evidence(plan.order_steps, ["sku"])
    titles = plan.products.set_index("sku")["title"]
    names = plan.suppliers.set_index("supplier")["name"]
    placed = plan.orders[plan.orders["order_units"] > 0]
    decisions = []
    for supplier, rows in placed.groupby("supplier", sort=True):
        lines = [
            make_line(
                PurchaseOrderLine(
                    sku=row["sku"],
                    supplier=str(supplier),
                    units=row["order_units"],
                    cartons=row["cartons"],
                    carton_units=row["carton_units"],
                    unit_cost_minor=row["unit_cost_minor"],
                    cost_currency=row["cost_currency"],
                ),
                title=titles[row["sku"]],
                money_minor=row["value_base_minor"],
                expected_value_minor=None,
                reversible=True,
                fee_charging=False,
                expires=plain(row["last_safe_date"]),
                reason=row["reason"],
                capped_by=row["capped_by"],
                flip={"kind": "demand", "value": plain(row["flip_demand_percent"]), "unit": "%"},
                alternatives=[],
                evidence=demand.get((row["sku"], ALL_COUNTRIES), []) + steps.get((row["sku"],), []),
            )
            for row in plain_rows(rows)
        ]
        lines.sort(key=lambda line: (-line["money_minor"], line["payload"]["sku"]))
        decisions.append(
            {
                "id": f"order:{supplier}",
                "kind": "order",
                "supplier": supplier,
                "supplier_name": str(names[supplier]),
                **sum_lines(lines),
                "deposit_minor": int(rows["deposit_base_minor"].sum()),
                "deadline": plain(rows["last_safe_date"].min()),
                "ready_on": plain(rows["ready_on"].max()),
                "arrival_p50": plain(rows["arrival_p50"].max()),
                "flip": lines[0]["flip"],
                **_original_money(rows, "value_minor", "value_base_minor", base),
                "lines": lines,
            }
        )
    return decisions


def _ship_decisions(plan: Plan, demand: Evidence, base: str) -> list[Body]:
    steps = _evidence(plan.shipment_steps, ["sku", "country", "lane"])
    titles = plan.products.set_index("sku")["title"]
    lanes = plan.lanes.set_index("lane")
    decisions = []
    for lane_id, rows in plan.allocation.lines.groupby("lane", sort=True):
        lane = lanes.loc[lane_id]
        lines = [
            make_line(
                ShipmentLine(
                    sku=row["sku"],
                    lane=str(lane_id),
                    from_node=str(lane["from_node"]),
                    to_node=str(lane["to_node"]),
                    country=row["country"],
                    mode=str(lane["mode"]),
                    units=row["units"],
                    cartons=row["cartons"],
                    carton_units=row["units"] // row["cartons"],
                ),
                title=titles[row["sku"]],
                money_minor=row["cost_base_minor"],
                expected_value_minor=row["value_base_minor"],
                margin_percent=margin_percent(plan.costs, row["sku"], row["country"], str(lane_id))
                or plan.margins.get((row["sku"], row["country"], str(lane_id)), ""),
                reversible=False,
                fee_charging=True,
                expires=plain(row["cutoff"]),
                reason=row["reason"],
                capped_by=row["capped_by"],
                spare_units=plan.spare.get((row["sku"], str(lane["from_node"])), 0),
                flip={"kind": row["flip_kind"], "value": plain(row["flip_value"]), "unit": row["flip_unit"]},
                alternatives=row["alternatives"],
                evidence=demand.get((row["sku"], row["country"]), [])
                + steps.get((row["sku"], row["country"], str(lane_id)), []),
            )
            | cost_line(plan.costs, row["sku"], row["country"], str(lane_id))
            for row in plain_rows(rows)
        ]
        lines.sort(
            key=lambda line: (-line["expected_value_minor"], line["payload"]["sku"], line["payload"]["country"])
        )
        decisions.append(
            {
                "id": f"ship:{lane_id}",
                "kind": "ship",
                "lane": lane_id,
                "mode": str(lane["mode"]),
                "from_node": str(lane["from_node"]),
                "to_node": str(lane["to_node"]),
                "country": str(lane["country"]),
                **sum_lines(lines),
                "volume_m3": plain_number(float(rows["volume_m3"].sum()), 2),
                "weight_kg": plain_number(float(rows["weight_kg"].sum()), 1),
                "landed_minor": int(rows["landed_base_minor"].sum()),
                "expected_value_minor": int(rows["value_base_minor"].sum()),
                "deadline": plain(rows["cutoff"].min()),
                "arrival_p50": plain(rows["arrival_p50"].max()),
                "flip": lines[0]["flip"],
                **_original_money(rows, "cost_minor", "cost_base_minor", base),
                **cost_decision(plan.costs, str(lane_id), lines),
                "lines": lines,
            }
        )
    return decisions


def _original_money(rows: pd.DataFrame, own: str, in_base: str, base_currency: str) -> Body:
    """The sum in the currency that every row is paid in; in the base currency where there are several."""
    one = rows["cost_currency"].nunique() == 1
    return {
        "original_money_minor": int(rows[own if one else in_base].sum()),
        "original_currency": str(rows["cost_currency"].iloc[0]) if one else base_currency,
    }


def _evidence(steps: pd.DataFrame, keys: list[str]) -> Evidence:
    found: Evidence = defaultdict(list)
    for row in plain_rows(steps.sort_values([*keys, "step"], kind="stable")):
        step = {name: row[name] for name in ("label", "value", "unit", "note")}
        found[tuple(str(row[key]) for key in keys)].append(step)
    return dict(found)


def _held_orders(plan: Plan) -> list[Body]:
    """SKUs that nothing is ordered of though some are needed or a fact is missing, by the sentence that says why.

    Their money is what the need would cost; 0 where the need cannot be told.
    """
    orders = plan.orders
    held = orders[(orders["order_units"] == 0) & ~orders["reason"].isin(_NOTHING_NEEDED)]
    held = held[~held["reason"].isin([AFTER_END, CLOSED_TODAY]) | (held["raw_need"] > 0)]
    names = dict(zip(plan.suppliers["supplier"], plan.suppliers["name"], strict=True))
    return [
        {
            "what": what,
            "values": {},
            "count": len(rows),
            "money_minor": int((rows["need_cartons"] * rows["carton_units"] * rows["unit_cost_base_minor"]).sum()),
            "countries": [],
            "suppliers": [
                str(names.get(supplier) or supplier) for supplier in sorted(set(rows["supplier"])) if supplier
            ],
        }
        for what, rows in held.groupby("reason", sort=True)
    ]


def _waiting(waiting: pd.DataFrame) -> list[Body]:
    """SKUs and countries that get nothing, by the sentence that says why; one sentence may name many countries."""
    groups: dict[tuple[str, str], list[Body]] = defaultdict(list)
    for row in plain_rows(waiting):
        values = {name: value for name, value in json.loads(row["values"]).items() if name != "country"}
        groups[(row["reason"], json.dumps(values, sort_keys=True))].append(row)
    return [
        {
            "what": what,
            "values": {name: str(value) for name, value in json.loads(values).items()},
            "count": len(rows),
            "money_minor": sum(row["value_base_minor"] for row in rows),
            "countries": sorted({row["country"] for row in rows}),
        }
        for (what, values), rows in sorted(groups.items())
    ]


def _beyond_limit(decisions: list[Body]) -> list[Body]:
    if not decisions:
        return []
    return [
        {
            "what": mark("beyond the most decisions that one night may ask for"),
            "values": {},
            "count": len(decisions),
            "money_minor": sum(decision["money_minor"] for decision in decisions),
            "countries": [],
        }
    ]


def _allocation(allocation: Allocation) -> Body:
    ranked = allocation.ranked
    sent = ranked[ranked["chosen"]]
    return {
        "method": allocation.method,
        "value_minor": allocation.value_base_minor,
        "bound_minor": allocation.bound_base_minor,
        "gap_percent": allocation.gap_percent,
        "ranked": plain_rows(pd.concat([sent.head(_RANKED), ranked[~ranked["chosen"]].head(_BELOW_THE_LINE)])),
    }
