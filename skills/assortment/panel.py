"""The tables laid out by product and week; weeks without stock marked."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from skills.assortment.facts import (
    COUNTS,
    NEVER,
    SELLABLE,
    SUNDAY,
    TRAFFIC,
    Bools,
    Floats,
    Ints,
    Pair,
    Panel,
    UnusableMargins,
    UnusableTraffic,
    count_day,
    count_days,
    list_pairs,
    morning_week,
    number_week,
)
from skills.assortment.policy import AssortmentPolicy
from skills.vocabulary import ALL_COUNTRIES, check_columns, mark, name_rows


def lay_out_panel(
    traffic: pd.DataFrame,
    sales: pd.DataFrame,
    returns: pd.DataFrame,
    stock: pd.DataFrame,
    products: pd.DataFrame,
    margins: pd.DataFrame,
    stock_outs: pd.DataFrame | None,
    policy: AssortmentPolicy,
    as_of: date,
) -> Panel:
    """Everything before as_of, by pair and week; see `review_products` for the tables.

    A country's weeks end with the last one that its sales or its traffic reach to the end.

    Raises:
        MissingColumns, UnusableTraffic, UnusableMargins.
    """
    morning, width = count_day(as_of), policy.history_weeks
    check_columns("sales", sales.columns, ("sku", "country", "day", "units"))
    check_columns("returns", returns.columns, ("sku", "country", "day", "units"))
    check_columns("stock", stock.columns, ("sku", "country", "state", "units"))
    check_columns("products", products.columns, ("sku", "life_cycle"))
    visits = _read_traffic(traffic)
    visits = visits.assign(number=number_week(count_days(visits["week"])))
    visits = visits[count_days(visits["week"]) + 7 <= morning]
    sold = sales.assign(day_number=count_days(sales["day"]))
    sold = sold[(sold["day_number"] < morning) & (sold["units"] > 0)]
    sold = sold.assign(number=number_week(sold["day_number"].to_numpy()))
    pairs = sorted({pair for frame in (visits, sold, stock) for pair in list_pairs(frame)})
    place = {pair: at for at, pair in enumerate(pairs)}
    ends = _end_weeks(visits, sold, morning)
    end = np.array([ends.get(country, morning_week(as_of) - 1) for _, country in pairs], dtype=np.int64)
    seen = pd.concat(
        [sold[["sku", "country", "number"]], visits.loc[visits["sessions"] > 0, ["sku", "country", "number"]]]
    )
    first = _first_weeks(seen, ["sku", "country"], pairs)
    country_first = _first_weeks(seen, ["country"], [country for _, country in pairs])
    from_sales = np.zeros(len(pairs), dtype=bool)
    from_sales[[place[pair] for pair in set(list_pairs(sold))]] = True
    columns = np.arange(width) - (width - 1)
    known = end[:, None] + columns[None, :] >= first[:, None]
    grid = {name: _spread(visits, name, place, end, width) for name in (*COUNTS, "buy_box_share")}
    units = np.where(known, np.nan_to_num(_spread(sold, "units", place, end, width)), np.nan)
    sold_to = _end_weeks(visits.iloc[:0], sold, morning)
    reach = np.array([sold_to.get(country, -1) for _, country in pairs], dtype=np.int64)
    covered = from_sales[:, None] & (end[:, None] + columns[None, :] <= reach[:, None])
    units = np.where(covered, units, np.where(known, grid["units"], np.nan))
    out = _list_out(stock_outs, place, end, width)
    if stock_outs is None:
        out = (grid["buy_box_share"] == 0) & (grid["units"] == 0)
    minor, currency = _add_sales(visits, place, end)
    margin, margin_currency = _read_margins(margins, pairs)
    available, sellable = _count_stock(stock, pairs)
    cycle = dict(zip(products["sku"].astype(str), products["life_cycle"].astype(str), strict=True))
    return Panel(
        pairs, end, first, country_first, units, grid["sessions"], grid["page_views"], grid["buy_box_share"],
        grid["units"], grid["refunded_units"], out, minor, currency,
        _count_returns(returns, grid["refunded_units"], pairs, end, policy), available, sellable,
        [cycle.get(sku, "") for sku, _ in pairs], margin, margin_currency, stock_outs is None,
    )  # fmt: skip


def _read_traffic(traffic: pd.DataFrame) -> pd.DataFrame:
    check_columns("traffic", traffic.columns, TRAFFIC)
    days, share = count_days(traffic["week"]), traffic["buy_box_share"]
    twice = traffic.duplicated(["country", "week", "sku"])
    negative = (traffic[list(COUNTS)] < 0).any(axis=1)
    for wrong, expected in (
        (twice, mark("one row per country, week and SKU")),
        (pd.Series((days - SUNDAY) % 7 != 0, index=traffic.index), mark("weeks that begin on a Sunday")),
        ((share < 0) | (share > 1), mark("a share of the buy box from 0 to 1")),
        (negative, mark("counts of 0 or more")),
    ):
        if wrong.any():
            named = traffic.loc[wrong, ["country", "week", "sku"]].itertuples(index=False)
            raise UnusableTraffic(
                mark("Traffic that cannot be used: {rows}. Expected {expected}. Export the report again."),
                rows=name_rows(f"{country} · {pd.Timestamp(week).date()} · {sku}" for country, week, sku in named),
                expected=expected,
            )
    return traffic


def _end_weeks(visits: pd.DataFrame, sold: pd.DataFrame, morning: int) -> dict[str, int]:
    reached = visits.groupby("country")["number"].max().map(lambda number: 7 * number + SUNDAY + 6)
    reached = pd.concat([reached, sold.groupby("country")["day_number"].max()])
    last = reached.groupby(level=0).max().clip(upper=morning - 1)
    return {str(country): int((day - SUNDAY + 1) // 7 - 1) for country, day in last.items()}


def _first_weeks(seen: pd.DataFrame, key: list[str], wanted: list[Any]) -> Ints:
    found = seen.groupby(key if len(key) > 1 else key[0])["number"].min().to_dict()
    return np.array([found.get(name, NEVER) for name in wanted], dtype=np.int64)


def _spread(frame: pd.DataFrame, value: str, place: dict[Pair, int], end: Ints, width: int) -> Floats:
    """Sums by pair and week; NaN where there is no row."""
    grid = np.full((len(end), width), np.nan)
    if frame.empty:
        return grid
    summed = frame.groupby(["sku", "country", "number"], sort=True)[value].sum(min_count=1).reset_index()
    row = np.array([place[pair] for pair in list_pairs(summed)], dtype=np.int64)
    column = summed["number"].to_numpy(np.int64) - end[row] + width - 1
    inside = (column >= 0) & (column < width)
    grid[row[inside], column[inside]] = summed[value].to_numpy(float)[inside]
    return grid


def _list_out(stock_outs: pd.DataFrame | None, place: dict[Pair, int], end: Ints, width: int) -> Bools:
    out = np.zeros((len(end), width), dtype=bool)
    if stock_outs is None:
        return out
    check_columns("stock_outs", stock_outs.columns, ("sku", "country", "first_day", "last_day"))
    lasts = pd.to_datetime(stock_outs["last_day"]).fillna(pd.Timestamp("2200-01-01"))
    firsts = number_week(count_days(stock_outs["first_day"]))
    rows_of: dict[Pair, list[int]] = {}
    for (sku, country), row in place.items():
        for where in (country, ALL_COUNTRIES):
            rows_of.setdefault((sku, where), []).append(row)
    for pair, first, last in zip(list_pairs(stock_outs), firsts, number_week(count_days(lasts)), strict=True):
        for row in rows_of.get(pair, []):
            low = max(0, int(first - end[row]) + width - 1)
            out[row, low : max(0, int(last - end[row]) + width)] = True
    return out


def _add_sales(visits: pd.DataFrame, place: dict[Pair, int], end: Ints) -> tuple[Floats, list[str]]:
    """Sales of the last four weeks; NaN where they are in several currencies."""
    total, named = np.zeros(len(end)), [set[str]() for _ in end]
    row = np.array([place[pair] for pair in list_pairs(visits)], dtype=np.int64)
    recent = visits["number"].to_numpy(np.int64) > end[row] - 4 if len(row) else np.zeros(0, dtype=bool)
    for at, minor, currency in zip(
        row[recent], visits["sales_minor"][recent], visits["currency"][recent], strict=True
    ):
        total[at] += minor
        named[at].add(str(currency))
    return np.where([len(names) == 1 for names in named], total, np.nan), [
        ", ".join(sorted(names)) for names in named
    ]


def _count_returns(
    returns: pd.DataFrame, refunded: Floats, pairs: list[Pair], end: Ints, policy: AssortmentPolicy
) -> Floats:
    """Units that came back, from the returns where the country has any, else from the refunds of the traffic."""
    place = {pair: at for at, pair in enumerate(pairs)}
    back = returns.assign(number=number_week(count_days(returns["day"])))
    back = back[np.array([pair in place for pair in list_pairs(back)], dtype=bool)]
    grid = _spread(back, "units", place, end, policy.return_weeks)
    covered = set(back["country"].astype(str))
    has = np.array([country in covered for _, country in pairs], dtype=bool)
    refunds = refunded[:, -policy.return_weeks :]
    from_traffic = np.where(np.isnan(refunds).all(axis=1), np.nan, np.nansum(refunds, axis=1))
    return np.where(has, np.nansum(grid, axis=1), from_traffic)


def _count_stock(stock: pd.DataFrame, pairs: list[Pair]) -> tuple[Floats, Floats]:
    """Units for sale now, and those that will be; 0 where the country has stock rows and the SKU none."""
    covered = set(stock["country"].astype(str))
    found = []
    for states in (("available",), SELLABLE):
        units = stock[stock["state"].isin(states)].groupby(["sku", "country"])["units"].sum().to_dict()
        found.append([units.get(pair, 0.0) if pair[1] in covered else np.nan for pair in pairs])
    return np.array(found[0], dtype=float), np.array(found[1], dtype=float)


def _read_margins(margins: pd.DataFrame, pairs: list[Pair]) -> tuple[dict[str, Floats], list[str]]:
    check_columns("margins", margins.columns, ("sku", "country", "cm3_minor", "currency"))
    twice = margins.duplicated(["sku", "country"])
    if twice.any():
        raise UnusableMargins(
            mark("Several margins for {rows}. Expected one per SKU and country. Choose one lane or entry each."),
            rows=name_rows(" · ".join(pair) for pair in list_pairs(margins[twice])),
        )
    keys, amounts = list_pairs(margins), {}
    for name in ("cm2_minor", "cm3_minor", "returns_minor"):
        found = dict(zip(keys, margins[name].to_numpy(float), strict=True)) if name in margins else {}
        amounts[name] = np.array([found.get(pair, np.nan) for pair in pairs], dtype=float)
    named = dict(zip(keys, margins["currency"].astype(str), strict=True))
    return amounts, [named.get(pair, "") for pair in pairs]
