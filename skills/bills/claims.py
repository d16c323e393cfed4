"""What is claimed back, from whom it can be proved, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd

from skills.bills.plan import MATCHES
from skills.bills.policy import BillsPolicy
from skills.vocabulary import check_columns, mark

OVERCHARGE, REPEATED, DUTY = mark("overcharge"), mark("billed twice"), mark("duty overpaid")
SHORT, STORAGE, PLACEMENT = mark("short received"), mark("storage after removal"), mark("placement option mismatch")
BY_VARIANCE = mark("billed less expected")
BY_CHARGE = mark("the whole charge")
BY_SOURCING_COST = mark("sourcing cost, no order yet")
BY_NET_PRICE = mark("sale price less fees, ordered already")
OVERDUE, OPEN = mark("overdue"), mark("open")
CLAIMS = ["claim", "shipment", "component", "sku", "units", "value_minor", "valued_by", "evidence", "since",
          "deadline", "days_left", "window_source", "state"]  # fmt: skip
SHORTAGES = (
    "shipment",
    "sku",
    "short_units",
    "received_on",
    "ordered",
    "unit_cost_minor",
    "net_price_minor",
    "evidence",
)
_KINDS = {"duty": DUTY, "placement": PLACEMENT}


def list_claims(matches: pd.DataFrame, shortages: pd.DataFrame, policy: BillsPolicy, as_of: date) -> pd.DataFrame:
    """One row per claim that the facts support, nearest deadline first.

    A repeated charge and storage after removal are claimed whole; what goes beyond the tolerance is claimed as
    billed less expected; an unexpected charge whole, except an examination that is on record. A short receipt is
    worth the sourcing cost before an order and the sale price less fees after one.

    Args:
        matches: As `match_bills` returns them.
        shortages: One row per (shipment, sku): short_units, received_on, ordered (whether a buyer had ordered them),
            unit_cost_minor, net_price_minor [base currency, per unit], evidence; as `list_shortages` returns them.
    Returns:
        claim, shipment, component ("" for goods), sku ("" for charges), units, value_minor [base currency],
        valued_by, evidence, since (first bill or last receipt), deadline, days_left (below 0 when it has passed),
        window_source ("" for the policy's own days), state (open, overdue).
    Raises:
        MissingColumns: of a table.
    """
    check_columns("matches", matches.columns, MATCHES)
    check_columns("shortages", shortages.columns, SHORTAGES)
    rows = [
        _date(claim, policy, as_of)
        for claim in (
            *(claim for row in matches.to_dict("records") for claim in _claim_charges(row)),
            *(_claim_goods(row) for row in shortages.to_dict("records") if row["short_units"] > 0),
        )
    ]
    frame = pd.DataFrame(rows, columns=CLAIMS)
    return frame.sort_values(
        ["deadline", "value_minor", "shipment"], ascending=[True, False, True], ignore_index=True
    )


def _claim_charges(row: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    common = {name: row[name] for name in ("shipment", "component", "evidence")}
    common |= {"sku": "", "units": 0, "since": row["first_billed_on"]}
    if row["repeated_minor"] > 0:
        yield {**common, "claim": REPEATED, "value_minor": row["repeated_minor"], "valued_by": BY_CHARGE}
    gone = row["after_removal_minor"]
    if gone > 0:
        yield {**common, "claim": STORAGE, "value_minor": gone, "valued_by": BY_CHARGE}
    over, unexpected = row["variance_minor"] - gone, row["source"] == ""
    if over > 0 and over > (0 if unexpected else row["tolerance_minor"]) and not row["on_record"]:
        kind = _KINDS.get(row["component"], OVERCHARGE)
        yield {**common, "claim": kind, "value_minor": over, "valued_by": BY_CHARGE if unexpected else BY_VARIANCE}


def _claim_goods(row: dict[Any, Any]) -> dict[str, Any]:
    each = row["net_price_minor"] if row["ordered"] else row["unit_cost_minor"]
    return {
        "claim": SHORT,
        "shipment": row["shipment"],
        "component": "",
        "sku": row["sku"],
        "units": int(row["short_units"]),
        "value_minor": int(row["short_units"]) * int(each),
        "valued_by": BY_NET_PRICE if row["ordered"] else BY_SOURCING_COST,
        "evidence": row["evidence"],
        "since": row["received_on"],
    }


def _date(claim: dict[str, Any], policy: BillsPolicy, as_of: date) -> dict[str, Any]:
    since = claim["since"].date()
    begun = [w for w in policy.claim_windows if w.claim == claim["claim"] and w.effective_from <= since]
    window = max(begun, key=lambda w: w.effective_from, default=None)
    deadline = since + timedelta(days=window.days if window else policy.claim_days)
    left = (deadline - as_of).days
    return {
        **claim,
        "deadline": pd.Timestamp(deadline),
        "days_left": left,
        "window_source": window.source if window else "",
        "state": OVERDUE if left < 0 else OPEN,
    }
