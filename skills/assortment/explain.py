"""How a product's verdict came about, step by step."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from skills.assortment.facts import UnknownProduct, week_day
from skills.assortment.measure import RECENT_WEEKS, measure_panel
from skills.assortment.panel import lay_out_panel
from skills.assortment.policy import AssortmentPolicy
from skills.assortment.verdict import judge
from skills.vocabulary import Money, mark, name_rows

STEPS = ["step", "label", "value", "unit", "note", "values"]

_WEEKS, _SESSIONS, _UNITS = mark("weeks"), mark("sessions"), mark("units")
_ERRORS, _FACTOR = mark("standard errors"), mark("times")

Step = tuple[str, str, str, str]


def explain_product(
    traffic: pd.DataFrame,
    sales: pd.DataFrame,
    returns: pd.DataFrame,
    stock: pd.DataFrame,
    products: pd.DataFrame,
    margins: pd.DataFrame,
    policy: AssortmentPolicy,
    as_of: date,
    sku: str,
    country: str,
    stock_outs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every number behind one product's verdict.

    Args:
        traffic, sales, returns, stock, products, margins, stock_outs, as_of: As for `review_products`; all products
            of the country, because they are what one is compared with.
    Returns:
        One row per step: step (from 1), label, value (text, "–" where not known), unit, note (the bar, or the numbers
        it is made of), values (what fills the places of the label, where it is a reason).
    Raises:
        UnknownProduct: no table holds it in that country.
        MissingColumns, UnusableTraffic, UnusableMargins: as `review_products`.
    """
    panel = lay_out_panel(traffic, sales, returns, stock, products, margins, stock_outs, policy, as_of)
    if (sku, country) not in panel.pairs:
        raise UnknownProduct(
            mark("{sku} is neither visited, sold nor in stock in {country}. Expected one of {known}."),
            sku=sku,
            country=country,
            known=name_rows(" · ".join(pair) for pair in panel.pairs),
        )
    at, found = panel.pairs.index((sku, country)), measure_panel(panel, policy)
    verdict, findings = judge(panel, found, at, policy)
    currency = panel.margin_currency[at]
    sold = f"{_number(found.returned[at])} / {_number(found.sold[at])}"
    pool = f"({_number(found.returned[at])} + {policy.pool_units} × {_percent(found.return_pool[at])} %)"
    steps: list[Step] = [
        (mark("Last complete week"), week_day(int(panel.end[at])).date().isoformat(), "", mark("its Sunday")),
        (mark("Weeks that count, of the last four"), _number(found.recent_weeks[at]), _WEEKS,
         f"≥ {policy.least_weeks}; {RECENT_WEEKS} − {_number(found.out_weeks[at])}"),
        (mark("Weeks that count, before"), _number(found.before_weeks[at]), _WEEKS, f"≤ {policy.before_weeks}"),
        (mark("Sessions of 28 days"), _number(found.sessions[at]), _SESSIONS, ""),
        (mark("Sessions of 28 days before"), _number(found.sessions_before[at]), _SESSIONS, ""),
        (
            mark("Change of the country's other products"),
            _number(found.others[at], 2),
            _FACTOR,
            mark("their median"),
        ),
        (mark("Usual change, with its own season a year before"), _number(found.usual[at], 2), _FACTOR, ""),
        (
            mark("Sessions against before × usual"),
            _number(found.sessions_z[at], 1),
            _ERRORS,
            f"> −{policy.noise_z:g}",
        ),
        (mark("Conversion"), _percent(found.conversion[at]), "%", ""),
        (mark("Conversion before"), _percent(found.conversion_before[at]), "%", ""),
        (mark("Conversion against before"), _number(found.conversion_z[at], 1), _ERRORS, f"> −{policy.noise_z:g}"),
        (mark("Buy box"), _percent(found.buy_box[at]), "%", f"≥ {policy.buy_box_bar_percent}"),
        (mark("Returns, as they were"), _percent(found.return_raw[at]), "%", sold),
        (mark("Returns, beside the country's"), _percent(found.return_rate[at]), "%",
         f"{pool} / ({_number(found.sold[at])} + {policy.pool_units}); ≤ {policy.return_bar_percent:g}"),
        (mark("CM2, before advertising"), _money(panel.margins["cm2_minor"][at], currency), currency, ""),
        (mark("CM3, after advertising"), _money(panel.margins["cm3_minor"][at], currency), currency, "≥ 0"),
        (mark("Units for sale, or about to be"), _number(panel.sellable[at]), _UNITS, ""),
        (mark("Sales of a week with stock"), _number(found.weekly_units[at], 1), _UNITS, f"{policy.cover_weeks}"),
        (mark("Cover"), _number(found.cover[at], 1), _WEEKS, f"≤ {policy.overstock_weeks}"),
        (mark("Weeks with stock since the last sale"), _number(found.unsold[at]), _WEEKS, f"< {policy.unsold_weeks}"),
        (mark("Trend of a quarter"), _percent(found.trend[at]), "%", ""),
    ]  # fmt: skip
    broken = found.breaks[at]
    if broken is not None:
        week = week_day(int(panel.end[at]) + broken.at - panel.width + 1).date().isoformat()
        change = f"{broken.before:.1f} → {broken.after:.1f}; p = {broken.chance:.3f}"
        steps.append((mark("Sales broke in the week of"), week, "", change))
    told: list[tuple[Any, ...]] = [(*step, {}) for step in steps]
    told += [(finding.sentence, finding.calls_for, "", "", finding.values) for finding in findings]
    told.append((mark("Verdict"), verdict, "", "", {}))
    rows = [(number, *step) for number, step in enumerate(told, start=1)]
    return pd.DataFrame(rows, columns=STEPS).astype({"step": "int64"} | dict.fromkeys(STEPS[1:5], "str"))


def _number(value: float, digits: int = 0) -> str:
    return f"{value:.{digits}f}" if value == value else "–"


def _percent(share: float) -> str:
    return _number(share * 100, 1)


def _money(minor: float, currency: str) -> str:
    return str(Money(round(minor), currency).amount) if minor == minor else "–"
