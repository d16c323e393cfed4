"""Landed cost and margins as a proposal holds them: per decision, line, country and lane, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from skills.economics.explain import LABELS, LAYER
from skills.economics.flip import NO_CM3
from skills.economics.tariff import SELLERS_FILES
from skills.vocabulary import mark, minor_digits, name_rows, round_half_even
from tasks import economics
from tasks.landing import prepare_entries, value_by_choice
from tasks.nights import Night
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]

WHY_DIFFERENT = mark(
    "Planning charges each unit by itself on the ex-works cost; here the entry's fixed fees, the lane's minimum and "
    "the customs value of the chosen method are in it."
)
_FLIPS = 5
_ROW = ["entry", "sku", "country", "lane", "units", "component", "amount_minor", "own_minor", "rate_currency"]
_SHARED = ["rate", "rate_currency", "rate_from", "source", "retrieved_on", "confidence", "basis", "treatment",
           "cash_on", "fx", "fx_from", "fx_source"]  # fmt: skip


@dataclass(frozen=True)
class Costs:
    """What economics says about tonight's shipments.

    Attributes:
        landed: From `quote_landed_cost`.
        margin: From `quote_margin`.
        waterfall: From `explain_margin`.
        flips: From `find_flips`.
        refused: One row per line that cannot be quoted: entry, sku, country, lane, units, reason, values.
        values: From `customs.value_lines`.
        planned: (sku, country, lane) of SKUs with a line → landed cost per unit as planned, base minor units.
    """

    landed: pd.DataFrame
    margin: pd.DataFrame
    waterfall: pd.DataFrame
    flips: pd.DataFrame
    refused: pd.DataFrame
    values: pd.DataFrame
    planned: dict[tuple[str, str, str], float]


def quote_shipments(lines: pd.DataFrame, known: Snapshot, contribution: pd.DataFrame, night: Night) -> Costs:
    """Customs value, landed cost and margins of shipment lines.

    Args:
        lines: One row per (entry, sku): country, lane, units, departs_on, committed; optional the entry's quoted
            freight (`landing.prepare_entries`).
        known: The frozen inputs.
        contribution: From `distribution.quote_contribution`: prices and selling costs as planned.
        night: For the base currency, the policy and the morning.
    """
    base, policy, morning = night.seller.base_currency, night.seller.policy.economics, night.as_of
    valued, unvalued = value_by_choice(lines, known, morning)
    places = lines[["entry", "sku", "lane", "units"]]
    refused = unvalued.merge(places, on=["entry", "sku"])[
        ["entry", "sku", "country", "lane", "units", "reason", "values"]
    ]
    entries = prepare_entries(valued[lines.columns], known, valued, contribution, night)
    landed = economics.quote_landed_cost(
        entries.lines, entries.products, entries.lanes, entries.registrations, known.rates, base, policy, morning
    )
    margin = economics.quote_margin(landed, entries.prices, {}, known.rates, base, policy, morning)
    quoted = contribution[contribution["sku"].isin(lines["sku"].unique())]
    keys = zip(quoted["sku"], quoted["country"], quoted["lane"], strict=True)
    planned = dict(zip(keys, quoted["landed"], strict=True))
    waterfall, flips = economics.explain_margin(margin), economics.find_flips(margin)
    every = pd.concat([refused, entries.refused], ignore_index=True)
    return Costs(landed, margin, waterfall, flips, every, valued, planned)


def cost_line(costs: Costs | None, sku: str, country: str, lane: str) -> Body:
    """What a shipment line says of its cost: landed_unit_minor, cm1 to cm3 per unit, break-even ACOS."""
    names = {"landed": "landed_unit_minor", "cm1": "cm1_minor", "cm2": "cm2_minor", "cm3": "cm3_minor"}
    row = _find(costs, sku, country, lane)
    if row is None:
        return {**dict.fromkeys(names.values()), "break_even_acos_percent": "", "acos_tax_basis": ""}
    acos = row["break_even_acos_percent"]
    return {
        **{theirs: int(row[ours]) for ours, theirs in names.items()},
        "break_even_acos_percent": "" if pd.isna(acos) else str(acos),
        "acos_tax_basis": row["tax_basis"],
    }


def margin_percent(costs: Costs | None, sku: str, country: str, lane: str) -> str:
    """CM2 in percent of net sales; "" where it is not quoted."""
    row = _find(costs, sku, country, lane)
    if row is None or int(row["net_sales"]) <= 0:
        return ""
    return str(round(int(row["cm2"]) * 100 / int(row["net_sales"]), 1))


def cost_decision(costs: Costs | None, lane: str, lines: list[Body]) -> Body:
    """What a ship decision says of its cost; nothing where no line of it is quoted.

    Returns:
        landed (one row per component: amount, rate, dates, source, confidence, treatment), landed_quoted_units, and
        of the quoted lines landed_exact_minor, landed_planned_minor; the waterfall and flips of the largest line.
        landed_minor where every line is quoted, in place of the planned one.
    """
    part = costs.landed[costs.landed["lane"] == lane] if costs is not None else pd.DataFrame()
    if costs is None or part.empty:
        return {"landed": [], "landed_quoted_units": 0}
    steps = costs.waterfall
    quoted = part.drop_duplicates(["entry", "sku"])
    planned = sum(
        costs.planned[row["sku"], row["country"], lane] * int(row["units"]) for row in quoted.to_dict("records")
    )
    top = next(
        row
        for row in (line["payload"] for line in lines)
        if _find(costs, row["sku"], row["country"], lane) is not None
    )
    units = int(quoted["units"].sum())
    exact = int(part.loc[part["in_cost"], "amount_minor"].sum())
    whole = units == sum(line["payload"]["units"] for line in lines)
    return {
        **({"landed_minor": exact} if whole else {}),
        "landed": list_components(part),
        "landed_quoted_units": units,
        "landed_exact_minor": exact,
        "landed_planned_minor": round(planned),
        "landed_why": WHY_DIFFERENT,
        "customs_flags": sorted(
            {flag for flags in costs.values.loc[costs.values["lane"] == lane, "flags"] for flag in flags}
        ),
        "margin_sku": top["sku"],
        "margin_country": top["country"],
        "waterfall": list_steps(
            steps[(steps["sku"] == top["sku"]) & (steps["country"] == top["country"]) & (steps["lane"] == lane)]
        ),
        "flips": _flips(costs, top["sku"], top["country"], lane),
    }


def cost_night(costs: Costs | None) -> Body:
    """Keys of the proposal: landed (one row per entry, sku and component) and costs (by lane; refused, by reason)."""
    if costs is None:
        return {"landed": [], "costs": {"lanes": [], "refused": []}}
    charged = costs.landed[costs.landed["amount_minor"] != 0].sort_values(["entry", "sku"], kind="stable")
    rows = [
        {name: int(row[name]) if name.endswith(("units", "_minor")) else str(row[name]) for name in _ROW}
        for row in charged.to_dict("records")
    ]
    units = costs.landed.drop_duplicates(["entry", "sku"])[["entry", "sku", "units"]]
    margin = costs.margin.merge(units, on=["entry", "sku"])
    return {"landed": rows, "costs": {"lanes": _by_lane(margin), "refused": _by_reason(costs.refused)}}


def _find(costs: Costs | None, sku: str, country: str, lane: str) -> dict[Any, Any] | None:
    if costs is None:
        return None
    margin = costs.margin
    rows = margin[(margin["sku"] == sku) & (margin["country"] == country) & (margin["lane"] == lane)]
    return rows.iloc[0].to_dict() if len(rows) else None


def list_components(landed: pd.DataFrame) -> list[Body]:
    """What is charged, one row per component, with its rate, source and treatment.

    Args:
        landed: Rows of `quote_landed_cost`.
    """
    charged = landed[landed["amount_minor"] != 0]
    return [_sum_component(str(name), rows) for name, rows in charged.groupby("component", sort=False)]


def _sum_component(name: str, rows: pd.DataFrame) -> Body:
    """A component over the lines of a decision: rates from lowest to highest, "" where each SKU has its own."""
    shared = {column: sorted({_text(value) for value in rows[column]} - {""}) for column in _SHARED}
    rates = sorted(shared["rate"], key=lambda text: (len(text.partition(".")[0]), text))
    ends = list(dict.fromkeys([*rates[:1], *rates[-1:]]))
    plain = {
        column: values[0] + (" …" if len(values) > 1 else "") if values else "" for column, values in shared.items()
    }
    if shared["source"] == [SELLERS_FILES]:
        one = len(rates) == 1 and len(shared["rate_currency"]) == 1
        ends = [str(Decimal(rates[0]).scaleb(-minor_digits(shared["rate_currency"][0])))] if one else []
    return {
        "component": name,
        "label": LABELS.get(name, LAYER),
        "amount_minor": int(rows["amount_minor"].sum()),
        "in_cost": bool(rows["in_cost"].any()),
        **plain,
        "rate": "–".join(ends),
        "cash_on": shared["cash_on"][0] if shared["cash_on"] else "",
        "basis": shared["basis"][0] if shared["basis"] else "",
        "treatment": shared["treatment"][0],
    }


def _text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return "" if value is None or value is pd.NaT or value != value else str(value)


def list_steps(waterfall: pd.DataFrame) -> list[Body]:
    """From price to CM3: the totals, and the steps between them that are not 0.

    Args:
        waterfall: Rows of `explain_margin` of one line.
    """
    return [
        {
            "label": row["label"],
            "amount_minor": int(row["amount_minor"]),
            "level_minor": int(row["level_minor"]),
            "is_total": bool(row["is_total"]),
        }
        for row in waterfall.to_dict("records")
        if row["is_total"] or int(row["amount_minor"])
    ]


def _flips(costs: Costs, sku: str, country: str, lane: str) -> list[Body]:
    """Components that move least, in percent of themselves, until nothing is left after advertising."""
    flips = costs.flips
    rows = flips[
        (flips["sku"] == sku) & (flips["country"] == country) & (flips["lane"] == lane) & (flips["flip"] == NO_CM3)
    ]
    rows = rows[rows["distance_minor"].notna() & (rows["value_minor"] > 0)]
    found = [
        {
            "label": row["label"],
            "value_minor": int(row["value_minor"]),
            "flips_at_minor": int(row["flips_at_minor"]),
            "change_percent": _percent(int(row["distance_minor"]), int(row["value_minor"])),
        }
        for row in rows.to_dict("records")
    ]
    found.sort(key=lambda row: abs(row["change_percent"]))
    return found[:_FLIPS]


def _percent(part: int, whole: int) -> int:
    """A share in whole percent."""
    return round_half_even(Decimal(part) * 100 / whole)


def _by_lane(margin: pd.DataFrame) -> list[Body]:
    """Per (country, lane): units and their money, weighted by units."""
    found = []
    for (country, lane), rows in margin.groupby(["country", "lane"], sort=True):
        sums = {
            name: int((rows[name] * rows["units"]).sum()) for name in ("net_sales", "landed", "cm1", "cm2", "cm3")
        }
        found.append(
            {
                "country": country,
                "lane": lane,
                "skus": int(rows["sku"].nunique()),
                "units": int(rows["units"].sum()),
                **{f"{name}_minor": value for name, value in sums.items()},
                "cm2_percent": str(round(sums["cm2"] * 100 / sums["net_sales"], 1)) if sums["net_sales"] > 0 else "",
                "losing": int((rows["cm3"] < 0).sum()),
            }
        )
    return found


def _by_reason(refused: pd.DataFrame) -> list[Body]:
    """Lines without a landed cost, by the sentence that says why."""
    return [
        {
            "what": reason,
            "values": _name_all(rows["values"]),
            "count": len(rows),
            "units": int(rows["units"].sum()),
            "lines": [f"{row['sku']} {row['country']} {row['lane']}" for row in rows.head(20).to_dict("records")],
        }
        for reason, rows in refused.groupby("reason", sort=True)
    ]


def _name_all(values: pd.Series) -> dict[str, str]:
    """What fills the places of a sentence that several lines share."""
    names = {str(name) for filled in values for name in filled}
    return {
        name: name_rows(sorted({str(filled[name]) for filled in values if name in filled})) for name in sorted(names)
    }
