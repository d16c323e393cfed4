"""Supplier quotes side by side: what a unit lands at, how much cash the smallest order takes, when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Any

import pandas as pd

from skills.sourcing.cash import CashPath, lay_path
from skills.sourcing.facts import (
    WEEKS_PER_YEAR,
    Note,
    Row,
    find_expiry,
    find_fault,
    is_known,
    join_landed,
    say_money,
    weekly_demand,
)
from skills.sourcing.policy import SourcingPolicy
from skills.vocabulary import mark

DOMINATED = mark(
    "{quote} of {supplier} lands at {landed} and takes {cash} of cash: no more in anything, less in some."
)
ABOVE_YEAR = mark("The smallest order of {units} units is more than a year's demand of {demand} units.")
NO_DEMAND = mark("The demand in {country} is not known, so nothing says when the cash is back.")
NO_NET = mark("What a sale in {country} leaves after fees is not known, so nothing says when the cash is back.")
NOT_BACK = mark("Within {weeks} weeks the smallest order does not bring back the cash that it takes.")
INVOICED = mark("Invoiced: a rebate of {rebate} a unit is in the landed cost, {days} days after departure in cash.")
NO_REBATE = mark("Not invoiced: no export rebate.")

COMPARED = {
    "candidate": "str", "quote": "str", "country": "str", "supplier": "str", "vat_invoice": "str",
    "unit_base_minor": "Int64", "landed_minor": "Int64", "order_units": "Int64", "cash_minor": "Int64",
    "days_to_payout": "Int64", "days_to_cash": "Int64", "capital_minor": "Int64", "all_told_minor": "Int64",
    "rank": "Int64", "dominated": "bool", "dominated_by": "str", "base_currency": "str", "reason": "str",
    "values": "object", "notes": "object",
}  # fmt: skip

_MEASURES = ("landed_minor", "cash_minor", "days")


def compare_quotes(
    quotes: pd.DataFrame, landed: pd.DataFrame, terms: pd.DataFrame, policy: SourcingPolicy, as_of: date
) -> pd.DataFrame:
    """Rank each candidate's quotes in each country by landed cost and by the cash that the smallest order takes.

    all told = landed cost + cash × cost of capital a year ÷ units of a year: while the product is sold, the cash of
    about one smallest order is out. A year's units are the demand there, or where it is unknown the largest of the
    smallest orders. A quote is dominated where another of the same candidate and country is no worse in landed cost,
    cash and days to the first payout, and better in one of them. Ranks go up with all told; ties go to the lower
    landed cost, cash, days.

    Args:
        quotes: One row per quote (table supplier_quotes).
        landed: One row per (quote, country): landed_minor (tax that is recovered not in it, rebate taken off),
            unit_base_minor (ex works), freight_minor, duty_minor, import_vat_cash_minor (recovered later),
            rebate_minor, net_minor (payout of one sale after fees) [minor units of base_currency per unit],
            transit_days, weekly_units [units sold a week there]; NaN where not known. Optional: tooling_minor (share
            of it in landed_minor), reason and values (why a quote could not be landed).
        terms: One row per country whose terms differ from the policy's: any of payout_days, reserve_percent,
            reserve_days, vat_refund_days, rebate_days; NaN as in the policy.
        as_of: The morning on which the supplier is chosen.
    Returns:
        One row per (candidate, quote, country), sorted: landed_minor, unit_base_minor; order_units (the MOQ in whole
        cartons); cash_minor (all that goes out before the first payout; nothing that may come in earlier is counted
        on); days_to_payout; days_to_cash (until what came in covers what went out; NA where it does not or demand is
        unknown) [days from as_of]; capital_minor and all_told_minor [base minor per unit]; rank (NA where the quote
        cannot be priced or has expired); dominated, dominated_by; reason and values (the weightiest sentence, "" for
        none); notes (list of all (sentence, values)).
    Raises:
        MissingColumns: of a table.
        UnusableQuotes: a quote twice, a (quote, country) twice, several base currencies.
    """
    answered = [_price(row, policy, as_of) for row in join_landed(quotes, landed, terms, policy)]
    answered.sort(key=lambda row: (row["candidate"], row["country"], row["quote"]))
    for _, group in groupby(answered, key=lambda row: (row["candidate"], row["country"])):
        priced = [row for row in group if row["priced"]]
        _charge_capital(priced, policy)
        _rank([row for row in priced if row["ranked"]])
    for row in answered:
        row["reason"], row["values"] = row["notes"][0] if row["notes"] else ("", {})
    frame = pd.DataFrame(answered, columns=list(COMPARED)).astype(COMPARED)
    return frame.sort_values(["candidate", "quote", "country"], ignore_index=True)


def _price(row: Row, policy: SourcingPolicy, as_of: date) -> dict[str, Any]:
    kept = ("candidate", "quote", "country", "supplier", "vat_invoice", "base_currency")
    answer: dict[str, Any] = dict.fromkeys(COMPARED, pd.NA) | {name: str(row[name]) for name in kept}
    answer |= {"dominated": False, "dominated_by": "", "priced": False, "ranked": False}
    for name in ("landed_minor", "unit_base_minor"):
        answer[name] = int(row[name]) if is_known(row[name]) else pd.NA
    fault, expired = find_fault(row), find_expiry(row, as_of)
    answer["notes"] = [note for note in (expired, fault) if note is not None]
    if fault is not None:
        return answer
    path = lay_path(row, policy)
    demand = weekly_demand(row)
    above = demand is not None and path.units > demand * WEEKS_PER_YEAR
    answer["notes"] += _list_notes(row, path, policy, above)
    return answer | {
        "order_units": path.units,
        "cash_minor": path.out_minor,
        "days_to_payout": path.paid_day if path.paid_day is not None else pd.NA,
        "days_to_cash": path.back_day if path.back_day is not None and path.sold_units else pd.NA,
        "days": path.payout_day,
        "year_units": demand * WEEKS_PER_YEAR if demand is not None else None,
        "priced": True,
        "ranked": expired is None,
    }


def _list_notes(row: Row, path: CashPath, policy: SourcingPolicy, above: bool) -> Iterator[Note]:
    demand, country = weekly_demand(row), {"country": row["country"]}
    if above and demand is not None:
        yield ABOVE_YEAR, {"units": path.units, "demand": int(demand * WEEKS_PER_YEAR)}
    if demand is None:
        yield NO_DEMAND, country
    elif not is_known(row["net_minor"]):
        yield NO_NET, country
    elif path.back_day is None or not path.sold_units:
        yield NOT_BACK, {"weeks": policy.horizon_weeks}
    if row["rebate_minor"] > 0:
        rebate = say_money(row["rebate_minor"], row["base_currency"])
        yield INVOICED, {"rebate": rebate, "days": row["terms"]["rebate_days"]}
    elif row["vat_invoice"] != "yes":
        yield NO_REBATE, {}


def _charge_capital(rows: list[dict[str, Any]], policy: SourcingPolicy) -> None:
    """Writes capital_minor and all_told_minor into the priced rows of one group."""
    known = [row["year_units"] for row in rows if row["year_units"] is not None]
    year = max(known) if known else max((Fraction(row["order_units"]) for row in rows), default=Fraction(1))
    for row in rows:
        held = row["cash_minor"] * policy.capital_percent_per_year / (100 * year)
        row["all_told"] = row["landed_minor"] + held
        row["capital_minor"], row["all_told_minor"] = round(held), row["landed_minor"] + round(held)


def _rank(rows: list[dict[str, Any]]) -> None:
    """Writes rank, dominated, dominated_by and the note of the one that dominates into the rows of one group."""
    rows.sort(key=lambda row: (row["all_told"], *(row[name] for name in _MEASURES), row["quote"]))
    for at, row in enumerate(rows):
        row["rank"] = at + 1
        better = next((other for other in rows[:at] if _dominates(other, row)), None)
        if better is not None:
            row["dominated"], row["dominated_by"] = True, better["quote"]
            currency = row["base_currency"]
            said = {name: say_money(better[f"{name}_minor"], currency) for name in ("landed", "cash")}
            row["notes"].insert(0, (DOMINATED, {"quote": better["quote"], "supplier": better["supplier"]} | said))


def _dominates(one: dict[str, Any], other: dict[str, Any]) -> bool:
    pairs = [(one[name], other[name]) for name in _MEASURES]
    return all(left <= right for left, right in pairs) and any(left < right for left, right in pairs)
