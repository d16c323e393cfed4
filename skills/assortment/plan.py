"""Keep, fix, drop or watch: the seller's products reviewed by what buyers, stock and money say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.assortment.facts import Floats, week_day
from skills.assortment.measure import measure_panel
from skills.assortment.panel import lay_out_panel
from skills.assortment.policy import AssortmentPolicy
from skills.assortment.verdict import judge

REVIEWED = {
    "sku": "str", "country": "str", "sessions_28d": "Int64", "sessions_before": "Int64",
    "conversion_percent": "float64", "conversion_before_percent": "float64", "buy_box_percent": "float64",
    "return_percent": "float64", "return_raw_percent": "float64", "cm3_minor": "float64", "currency": "str",
    "units_28d": "int64", "sales_28d_minor": "Int64", "sales_currency": "str", "stock_units": "Int64",
    "weeks_of_cover": "float64", "trend_percent": "float64", "break_week": "datetime64[us]",
    "break_percent": "float64", "verdict": "str", "reasons": "object",
}  # fmt: skip


def review_products(
    traffic: pd.DataFrame,
    sales: pd.DataFrame,
    returns: pd.DataFrame,
    stock: pd.DataFrame,
    products: pd.DataFrame,
    margins: pd.DataFrame,
    policy: AssortmentPolicy,
    as_of: date,
    stock_outs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Review every product in every country where it is visited, sold or in stock.

    The last four complete weeks are compared with the ones before; weeks without stock or without traffic are left
    out of both. A fall is held against a product only beyond its bar and beyond chance (`noise_z` standard errors);
    sessions are compared with the country's other products, conversion and returns are drawn towards the country's.

    Args:
        traffic: One row per (country, week, sku): sessions, page_views, buy_box_share [0…1], units, sales_minor,
            currency, refunded_units; week is the Sunday that it begins on.
        sales: One row per (sku, country, day): units. Weekly sales are read here where the pair has any, else in the
            traffic.
        returns: One row per (sku, country, day), or several: units. A country without any is read in the traffic's
            refunds.
        stock: One row per (sku, country, state), or several: units in the country's own nodes now; may be empty.
        products: One row per SKU: life_cycle.
        margins: One row per (sku, country): cm3_minor, currency; optional cm2_minor and returns_minor (what returns
            cost a sale) [minor units per unit sold]; NaN where not known.
        as_of: The morning; only weeks that were over by then count.
        stock_outs: One row per (sku, country or `*`, first_day, last_day [NaT: still out]). None: weeks with neither
            buy box nor sales are read as weeks without stock, and the reasons say so.
    Returns:
        One row per (sku, country), sorted: sessions_28d, sessions_before [per 28 days], conversion_percent,
        conversion_before_percent [units per session], buy_box_percent, return_percent (shrunk), return_raw_percent,
        cm3_minor, currency, units_28d, sales_28d_minor (NA in several currencies), sales_currency, stock_units (for
        sale or about to be), weeks_of_cover, trend_percent (a quarter, robust), break_week (first week of the new
        level; NaT), break_percent, verdict, reasons (list of (sentence, values), what decides first).
    Raises:
        MissingColumns: of a table.
        UnusableTraffic, UnusableMargins: names the rows.
    """
    panel = lay_out_panel(traffic, sales, returns, stock, products, margins, stock_outs, policy, as_of)
    found = measure_panel(panel, policy)
    judged = [judge(panel, found, at, policy) for at in range(len(panel.pairs))]
    breaks = [
        (pd.NaT, np.nan)
        if broken is None
        else (
            week_day(int(panel.end[at]) + broken.at - panel.width + 1),
            round((broken.after / broken.before - 1) * 100, 1) if broken.before > 0 else np.nan,
        )
        for at, broken in enumerate(found.breaks)
    ]
    frame = pd.DataFrame(
        {
            "sku": [sku for sku, _ in panel.pairs],
            "country": [country for _, country in panel.pairs],
            "sessions_28d": _whole(found.sessions),
            "sessions_before": _whole(found.sessions_before),
            "conversion_percent": np.round(found.conversion * 100, 2),
            "conversion_before_percent": np.round(found.conversion_before * 100, 2),
            "buy_box_percent": np.round(found.buy_box * 100, 1),
            "return_percent": np.round(found.return_rate * 100, 2),
            "return_raw_percent": np.round(found.return_raw * 100, 2),
            "cm3_minor": panel.margins["cm3_minor"],
            "currency": panel.margin_currency,
            "units_28d": found.units_recent,
            "sales_28d_minor": _whole(panel.sales_minor),
            "sales_currency": panel.currency,
            "stock_units": _whole(panel.sellable),
            "weeks_of_cover": np.round(found.cover, 1),
            "trend_percent": np.round(found.trend * 100, 1),
            "break_week": [week for week, _ in breaks],
            "break_percent": [percent for _, percent in breaks],
            "verdict": [verdict for verdict, _ in judged],
            "reasons": [[(finding.sentence, finding.values) for finding in findings] for _, findings in judged],
        }
    )
    return frame.astype(REVIEWED)[list(REVIEWED)]


def _whole(values: Floats) -> pd.Series:
    return pd.Series(np.round(values)).astype("Int64")
