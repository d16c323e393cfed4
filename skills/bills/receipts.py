"""Units shipped and received, per shipment and SKU, and what is short of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from skills.bills.claims import SHORTAGES
from skills.bills.facts import Exchange, known_events
from skills.bills.policy import BillsPolicy
from skills.rates import MissingRate, RateBook
from skills.vocabulary import Currency, check_columns, mark

COUNTS = [
    "shipment",
    "sku",
    "shipped_units",
    "received_units",
    "short_units",
    "over_units",
    "received_on",
    "evidence",
]
_EVERY_SKU = ""


def count_units(inbound: pd.DataFrame, events: pd.DataFrame, policy: BillsPolicy, as_of: date) -> pd.DataFrame:
    """One row per (shipment, sku), sku "" where only the shipment's total is known.

    What has not come `receiving_days` after the shipment's last receipt is short; until then it is still expected.

    Args:
        inbound: One row per (shipment, sku): units.
        events: As `known_events` returns them.
    Returns:
        shipped_units = received_units + short_units + what is still expected; over_units (received beyond shipped,
        not in received_units), received_on, evidence.
    """
    rows = []
    for shipment in sorted({*inbound["shipment"], *events["shipment"]}):
        happened = events[events["shipment"] == shipment]
        shipped = _count_shipped(happened, inbound[inbound["shipment"] == shipment])
        receipts = happened[happened["event"] == "received"]
        came = _sum_by_sku(receipts, set(shipped))
        if _EVERY_SKU in {*shipped, *came} or not shipped:
            shipped, came = ({_EVERY_SKU: sum(counts.values())} for counts in (shipped, came))
        last = receipts["happened_on"].max()
        closed = len(receipts) > 0 and (pd.Timestamp(as_of) - last).days >= policy.receiving_days
        for sku in sorted({*shipped, *came}):
            sent, got = shipped.get(sku, 0), came.get(sku, 0)
            rows.append(
                {
                    "shipment": shipment,
                    "sku": sku,
                    "shipped_units": sent,
                    "received_units": min(sent, got),
                    "short_units": max(0, sent - got) if closed else 0,
                    "over_units": max(0, got - sent),
                    "received_on": last,
                    "evidence": ", ".join(dict.fromkeys(str(row) for row in receipts["source"])),
                }
            )
    frame = pd.DataFrame(rows, columns=COUNTS)
    return frame.assign(received_on=pd.to_datetime(frame["received_on"]))


def list_shortages(
    inbound: pd.DataFrame,
    events: pd.DataFrame,
    products: pd.DataFrame,
    rates: RateBook,
    base_currency: Currency,
    policy: BillsPolicy,
    as_of: date,
) -> pd.DataFrame:
    """One row per (shipment, sku) that came short, valued at what the goods cost at the supplier's door.

    Args:
        products: One row per sku: unit_cost_minor, cost_currency; converted at the day of the last receipt.
    Returns:
        shipment, sku, short_units, received_on, ordered (False: stock that no buyer had ordered yet),
        unit_cost_minor, net_price_minor (0) [base currency], evidence. A SKU without product is left out: its
        value is not known.
    Raises:
        MissingColumns: of a table.
        MissingRate: a cost has no exchange rate.
    """
    check_columns("inbound", inbound.columns, ("shipment", "sku", "units"))
    check_columns("products", products.columns, ("sku", "unit_cost_minor", "cost_currency"))
    counted = count_units(inbound, known_events(events, as_of), policy, as_of)
    costs = {row["sku"]: row for row in products.to_dict("records")}
    exchange = Exchange(rates, base_currency)
    rows = [
        {
            **{name: row[name] for name in ("shipment", "sku", "short_units", "received_on", "evidence")},
            "ordered": False,
            "unit_cost_minor": _cost(costs[row["sku"]], row["received_on"].date(), exchange),
            "net_price_minor": 0,
        }
        for row in counted[counted["short_units"] > 0].to_dict("records")
        if row["sku"] in costs
    ]
    return pd.DataFrame(rows, columns=list(SHORTAGES))


def _count_shipped(happened: pd.DataFrame, listed: pd.DataFrame) -> dict[str, int]:
    for event in ("departed", "booked"):
        named = happened[(happened["event"] == event) & (happened["units"] > 0)]
        if len(named):
            return _sum_by_sku(named, set(named["sku"]))
    return {str(sku): int(units) for sku, units in listed.groupby("sku")["units"].sum().items()}


def _sum_by_sku(events: pd.DataFrame, known: set[str]) -> dict[str, int]:
    """Units by SKU; what names no SKU is the shipment's total, and stands under "" or under its only SKU."""
    only = next(iter(known)) if len(known) == 1 else _EVERY_SKU
    counts: dict[str, int] = {}
    for row in events.to_dict("records"):
        units: Any = row["units"]
        sku = str(row["sku"]) or only
        counts[sku] = counts.get(sku, 0) + (int(units) if pd.notna(units) else 0)
    return counts


def _cost(product: dict[Any, Any], day: date, exchange: Exchange) -> int:
    money = exchange.convert(int(product["unit_cost_minor"]), product["cost_currency"], day)
    if money is None:
        raise MissingRate(
            mark("No exchange rate for {currency} on {day}. Add the dated fx rate to the seller's rate file."),
            currency=product["cost_currency"],
            day=day.isoformat(),
        )
    return money.minor
