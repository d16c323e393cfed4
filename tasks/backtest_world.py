"""The world of a backtest, from a seller's own exports: demand as it was sold, and all that is assumed beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from config.seller import Seller
from skills.distribution import quote_contribution
from skills.distribution.network import countries_fed, find_hubs, list_departures
from skills.distribution.terms import WEEKS_PER_MONTH, in_base
from skills.rates import MissingRate
from skills.simulation.policy import SimulationPolicy
from skills.simulation.world import BEYOND_DAYS, Bools, Economics, Facts, Floats, Ints, World, no_arrivals
from skills.vocabulary import Refusal, mark
from tasks.backtest_opening import open_by_rule, roll_back
from tasks.store.snapshots import Snapshot

BLOCK_WEEKS = 4
PAST_DAYS, LEAST_PAST_DAYS = 182, 56
_MONTH = 28
_BORDER = ("duty", "mpf", "hmf", "import_vat_cost")
_KEYS = ["sku", "country"]


class TooLittleHistory(Refusal):
    """The order lines do not reach back far enough for the weeks that are asked for."""


class NothingQuoted(Refusal):
    """No SKU has a price, a lane and its rates."""


@dataclass(frozen=True)
class Trial:
    """A stretch of a seller's history, ready to be walked through.

    Attributes:
        world: For the policies.
        quotes: One contribution quote per block of four weeks, at the rates of its first morning and the sales
            before the test.
        sales: The recorded order lines before the test.
        later: Those of the test, one row per (pair, day) that sold: pair, offset, units, lines, largest_line_units,
            revenue_minor.
        hub: The hub's node.
        shelf: Country → the node that its stock lies at.
        feeds: Node → the country it serves.
        left_out: `units` sold in the test, and of these those that it cannot say anything about: `new_units` first
            sold in it, `unquoted_units` without a price, a lane or a rate.
        recovered_units: Demand put on days on which the seller was out of stock.
        opened_by: "movements" or "rule".
        unexplained_units: Where rolling stock back gave less than nothing.
    """

    world: World
    quotes: list[pd.DataFrame]
    sales: pd.DataFrame
    later: pd.DataFrame
    hub: str
    shelf: dict[str, str]
    feeds: dict[str, str]
    left_out: dict[str, int]
    recovered_units: int
    opened_by: str
    unexplained_units: int


def build_trial(
    known: Snapshot, movements: pd.DataFrame, seller: Seller, first: date, weeks: int, policy: SimulationPolicy
) -> Trial:
    """The weeks from a Monday on, with what was known before it apart from what happened then.

    Demand is what was sold; on days that the table of stock-outs names it is the mean of the four weeks in stock
    before. SKUs and countries first sold after `first` are left out. Opening stock is rolled back from the stock of
    as_of by sales and movements; without movements it is lead time, review and, in the countries,
    `forward_cover_days` at the velocity of the 13 weeks before.

    Args:
        known: The frozen inputs of as_of.
        movements: From `complete_movements`; may be empty.
        seller: Policies and base currency.
        first: Day 0.
        weeks: Length.
        policy: Covers of the opening rule.

    Raises:
        TooLittleHistory: fewer than eight weeks of order lines lie before `first`.
        NothingQuoted: no SKU can be priced anywhere.
    """
    sales = known.sales[known.sales["units"] > 0]
    begun = sales["day"].min()
    if sales.empty or (pd.Timestamp(first) - begun).days < LEAST_PAST_DAYS:
        raise TooLittleHistory(
            mark(
                "The test would begin on {first}, and the order lines begin on {begun}, less than {days} days "
                "before. Ask for fewer weeks, or export older order lines."
            ),
            first=first.isoformat(),
            begun="–" if sales.empty else begun.date().isoformat(),
            days=LEAST_PAST_DAYS,
        )
    end = first + timedelta(weeks=weeks)
    before = sales[sales["day"] < pd.Timestamp(first)]
    during = sales[(sales["day"] >= pd.Timestamp(first)) & (sales["day"] < pd.Timestamp(end))]
    quotes = _quote_blocks(known, before, seller, first, weeks)
    realised = _quote_realised(known, before, during, seller, quotes)
    pairs = realised[_KEYS].drop_duplicates().merge(before[_KEYS].drop_duplicates(), on=_KEYS)
    pairs = pairs.sort_values(_KEYS, kind="stable").reset_index(drop=True)
    if pairs.empty:
        raise NothingQuoted(
            mark(
                "No SKU can be quoted in any country on {as_of}: a lane, a rate or a size is missing everywhere. "
                "Run a night for that morning; its report names what is missing."
            ),
            as_of=known.as_of.isoformat(),
        )
    past_days = (pd.Timestamp(first) - begun).days
    facts = _gather_facts(known, seller, first, weeks, pairs, realised, quotes[0], before, past_days)
    days = _place(during, pairs, first)
    demand = np.zeros((len(pairs), 7 * weeks), dtype=np.int64)
    demand[days["pair"], days["offset"]] = days["units"]
    recovered = _recover_demand(demand, known.stock_outs, pairs, facts, first)
    opening = open_by_rule(facts, policy, seller.policy.replenishment.working_days_per_week)
    arrivals, unexplained, opened_by = (no_arrivals(), no_arrivals()), 0, "rule"
    hub = find_hubs(known.nodes)[0]
    if len(movements):
        opening, arrivals, unexplained = roll_back(known, movements, facts, pairs)
        opened_by = "movements"
    return Trial(
        world=World(
            facts=facts,
            economics=_price(realised, quotes, pairs, facts, known, seller, first),
            demand=demand,
            hub=opening[0],
            forward=opening[1],
            lost_percent=seller.policy.distribution.lost_sale_percent,
            to_hub=arrivals[0],
            to_forward=arrivals[1],
        ),
        quotes=quotes,
        sales=before.reset_index(drop=True),
        later=days,
        hub=hub,
        shelf=name_shelves(known.nodes, known.lanes),
        feeds=countries_fed(known.nodes, known.lanes),
        left_out=_count_left_out(during, before, pairs),
        recovered_units=recovered,
        opened_by=opened_by,
        unexplained_units=unexplained,
    )


def name_shelves(nodes: pd.DataFrame, lanes: pd.DataFrame) -> dict[str, str]:
    """Country → its forward node, the regional one that serves it where it has none; of several the first by name."""
    forward = set(nodes.loc[nodes["stage"] == "forward", "node"])
    fed = countries_fed(nodes, lanes)
    shelves: dict[str, str] = {}
    for node in sorted(fed, key=lambda node: (node not in forward, node)):
        shelves.setdefault(fed[node], node)
    return shelves


def _quote_blocks(
    known: Snapshot, before: pd.DataFrame, seller: Seller, first: date, weeks: int
) -> list[pd.DataFrame]:
    """Quotes on each block's morning, by sales before the test; a rate that begins later is read where it does."""
    found = [_quote(known, before, seller, known.as_of)]
    for week in reversed(range(0, weeks, BLOCK_WEEKS)):
        quote = _quote(known, before, seller, first + timedelta(weeks=week))
        both = pd.concat([quote[quote["wait_reason"] == ""], found[-1]], ignore_index=True)
        found.append(both.drop_duplicates([*_KEYS, "lane"]).sort_values([*_KEYS, "lane"], kind="stable"))
    return found[:0:-1]


def _quote(known: Snapshot, sales: pd.DataFrame, seller: Seller, day: date) -> pd.DataFrame:
    return quote_contribution(
        sales, known.returns[known.returns["day"] < pd.Timestamp(day)], known.products, known.lanes, known.nodes,
        known.rates, seller.base_currency, seller.policy.distribution, day,
    )  # fmt: skip


def _quote_realised(
    known: Snapshot,
    before: pd.DataFrame,
    during: pd.DataFrame,
    seller: Seller,
    quotes: list[pd.DataFrame],
) -> pd.DataFrame:
    """What buyers paid in the test, at the rates of as_of: the test's sales count as those of the day before."""
    moved = during.assign(day=pd.Timestamp(known.as_of - timedelta(days=1)))
    quote = _quote(known, pd.concat([before, moved], ignore_index=True), seller, known.as_of)
    usable = quote[quote["wait_reason"] == ""]
    missing = quotes[-1][quotes[-1]["wait_reason"] == ""]
    both = pd.concat([usable, missing], ignore_index=True)
    return both.drop_duplicates([*_KEYS, "lane"]).sort_values([*_KEYS, "lane"], kind="stable")


def _gather_facts(
    known: Snapshot,
    seller: Seller,
    first: date,
    weeks: int,
    pairs: pd.DataFrame,
    realised: pd.DataFrame,
    quote: pd.DataFrame,
    before: pd.DataFrame,
    past_days: int,
) -> Facts:
    replenishment, distribution = seller.policy.replenishment, seller.policy.distribution
    skus, countries = sorted(set(pairs["sku"])), sorted(set(pairs["country"]))
    products = known.products.set_index("sku").loc[skus]
    suppliers = known.suppliers.sort_values("supplier", kind="stable").reset_index(drop=True)
    ways = list_departures(known.lanes, known.nodes, distribution, first)
    ways = ways[ways["lane"].isin(realised["lane"])]
    names, departs = list(ways["lane"]), ways["depart_days"].to_numpy(dtype=np.int64)
    arrives = ways[["arrive_p10", "arrive_p50", "arrive_p90"]].to_numpy(dtype=np.int64)
    landed, cash = (
        spread_lanes(realised, pairs, names, _read_first(realised, quote, name)) for name in ("landed", "cash")
    )
    every = max(1, replenishment.review_days // 7)
    cost = realised.drop_duplicates("sku").set_index("sku")["product_cost"]
    past = min(PAST_DAYS, past_days)
    sold = _past_table(before, pairs, first, past)
    out = _mark_out(known.stock_outs, pairs, first - timedelta(days=past), past)
    deposits = np.asarray(suppliers["deposit_percent"].round(), dtype=np.int64)
    place = {supplier: number for number, supplier in enumerate(suppliers["supplier"])}
    return Facts(
        start=first,
        weeks=weeks,
        skus=tuple(skus),
        countries=tuple(countries),
        suppliers=tuple(suppliers["supplier"]),
        lanes=tuple(names),
        pair_sku=np.searchsorted(skus, pairs["sku"]).astype(np.int64),
        pair_country=np.searchsorted(countries, pairs["country"]).astype(np.int64),
        sku_supplier=products["supplier"].map(place).to_numpy(dtype=np.int64),
        carton_units=products["carton_units"].to_numpy(dtype=np.int64),
        unit_cost=np.rint(cost.loc[skus].to_numpy(dtype=np.float64)).astype(np.int64),
        joint_moq=suppliers["joint_moq_units"].to_numpy(dtype=np.int64),
        weekly_capacity=suppliers["weekly_capacity_units"].fillna(-1).to_numpy(dtype=np.int64),
        deposit_percent=deposits,
        working=_list_working_days(
            known, suppliers, first, 7 * weeks + BEYOND_DAYS, replenishment.working_days_per_week
        ),
        made_days=suppliers[[f"production_days_p{p}" for p in (10, 50, 90)]].to_numpy(dtype=np.int64),
        qc_days=replenishment.qc_days,
        order_every=every,
        review_days=distribution.review_days,
        lane_depart=departs,
        lane_days=arrives - departs[:, None],
        usual_lane=np.nanargmin(landed, axis=1).astype(np.int64),
        ship_cash=cash,
        order_cash=-1 if replenishment.weekly_cash_minor is None else replenishment.weekly_cash_minor * every,
        shipping_cash=-1 if distribution.weekly_cash_minor is None else distribution.weekly_cash_minor,
        past_sold=sold,
        past_out=out,
    )


def _read_first(realised: pd.DataFrame, quote: pd.DataFrame, name: str) -> pd.Series:
    """A column per row of `realised`, as the first morning's quote has it; as realised where that has none."""
    keys = [*_KEYS, "lane"]
    then = quote[quote["wait_reason"] == ""].set_index(keys)[name].reindex(pd.MultiIndex.from_frame(realised[keys]))
    return then.set_axis(realised.index).fillna(realised[name])


def spread_lanes(quote: pd.DataFrame, pairs: pd.DataFrame, lanes: list[str], values: pd.Series) -> Floats:
    """A column of a quote per (pair, lane), NaN where the lane does not go."""
    place = pd.MultiIndex.from_frame(pairs[_KEYS]).get_indexer(pd.MultiIndex.from_frame(quote[_KEYS]))
    column = np.searchsorted(lanes, quote["lane"])
    table = np.full((len(pairs), len(lanes)), np.nan)
    known = place >= 0
    table[place[known], column[known]] = values.to_numpy(dtype=np.float64)[known]
    return table


def _list_working_days(known: Snapshot, suppliers: pd.DataFrame, first: date, days: int, per_week: int) -> Bools:
    open_days = np.tile(np.arange(days) % 7 < per_week, (len(suppliers), 1))
    for row in known.supplier_closures.itertuples():
        at = np.flatnonzero((suppliers["supplier"] == row.supplier).to_numpy())
        begin, end = ((pd.Timestamp(str(day)) - pd.Timestamp(first)).days for day in (row.first_day, row.last_day))
        open_days[at, max(begin, 0) : max(end + 1, 0)] = False
    return open_days


def _place(rows: pd.DataFrame, pairs: pd.DataFrame, first: date) -> pd.DataFrame:
    """Rows of the pairs alone, with the pair's number and the day's."""
    at = pd.MultiIndex.from_frame(pairs[_KEYS]).get_indexer(pd.MultiIndex.from_frame(rows[_KEYS]))
    offset = (rows["day"] - pd.Timestamp(first)).dt.days.to_numpy(dtype=np.int64)
    columns = ["units", "lines", "largest_line_units", "revenue_minor", "currency"]
    placed = rows[columns].assign(pair=at, offset=offset)
    return placed[placed["pair"] >= 0].reset_index(drop=True)


def _past_table(before: pd.DataFrame, pairs: pd.DataFrame, first: date, days: int) -> Ints:
    rows = _place(before, pairs, first - timedelta(days=days))
    rows = rows[rows["offset"] >= 0]
    table = np.zeros((len(pairs), days), dtype=np.int64)
    table[rows["pair"], rows["offset"]] = rows["units"]
    return table


def _mark_out(stock_outs: pd.DataFrame, pairs: pd.DataFrame, first: date, days: int) -> Bools:
    table = np.zeros((len(pairs), days), dtype=np.bool_)
    for row in stock_outs.itertuples():
        at = np.flatnonzero((pairs["sku"] == row.sku) & (pairs["country"] == row.country))
        begin, end = ((pd.Timestamp(str(day)) - pd.Timestamp(first)).days for day in (row.first_day, row.last_day))
        table[at, max(begin, 0) : max(end + 1, 0)] = True
    return table


def _recover_demand(demand: Ints, stock_outs: pd.DataFrame, pairs: pd.DataFrame, facts: Facts, first: date) -> int:
    """Days without stock get the mean of the 28 days in stock before them, in whole units as it adds up."""
    past = facts.past_sold.shape[1]
    sold = np.concatenate([facts.past_sold, demand], axis=1)
    out = np.concatenate([facts.past_out, _mark_out(stock_outs, pairs, first, demand.shape[1])], axis=1)
    added = 0
    for pair in np.flatnonzero(out[:, past:].any(axis=1)):
        owed = 0.0
        for day in np.flatnonzero(out[pair, past:]):
            before = np.flatnonzero(~out[pair, : past + day])[-_MONTH:]
            owed += float(sold[pair, before].mean()) if len(before) else 0.0
            units = max(int(owed) - int(demand[pair, day]), 0)
            owed -= int(owed)
            demand[pair, day] += units
            added += units
    return added


def _price(
    realised: pd.DataFrame,
    quotes: list[pd.DataFrame],
    pairs: pd.DataFrame,
    facts: Facts,
    known: Snapshot,
    seller: Seller,
    first: date,
) -> Economics:
    lanes = list(facts.lanes)
    one = realised.drop_duplicates(_KEYS).set_index(_KEYS).loc[list(pairs.itertuples(index=False, name=None))]
    border = realised[list(_BORDER)].sum(axis=1) - realised["rebate"]
    wanted = pd.MultiIndex.from_frame(pairs[_KEYS])
    last = one["storage_week"].to_numpy(dtype=np.float64)
    storage = []
    for quote in quotes:
        usable = quote[quote["wait_reason"] == ""].drop_duplicates(_KEYS).set_index(_KEYS)["storage_week"]
        here = usable.reindex(wanted).to_numpy(dtype=np.float64)
        storage.append(np.where(np.isnan(here), last, here))
    m3 = realised.drop_duplicates("sku").set_index("sku")["cm3"].loc[list(facts.skus)].to_numpy(dtype=np.float64)
    blocks = range(0, facts.weeks, BLOCK_WEEKS)
    return Economics(
        price=one["price"].to_numpy(dtype=np.float64),
        selling=one[["referral", "returns", "refunds"]].sum(axis=1).to_numpy(dtype=np.float64),
        fulfilment=one["fulfilment"].to_numpy(dtype=np.float64),
        freight=spread_lanes(realised, pairs, lanes, realised["freight"] + realised["handling"]),
        border=spread_lanes(realised, pairs, lanes, border),
        storage=np.array(storage),
        hub_storage=np.array(
            [m3 / 1_000_000 * _hub_rate(known, seller, first + timedelta(weeks=week)) for week in blocks]
        ),
        block_weeks=BLOCK_WEEKS,
        holding_percent=seller.policy.replenishment.holding_percent_per_year,
    )


def _hub_rate(known: Snapshot, seller: Seller, day: date) -> float:
    """A cubic metre at the hub for a week [base minor]; 0 where no rate is known."""
    country = str(known.nodes.set_index("node").loc[find_hubs(known.nodes)[0], "country"])
    for at in (day, known.as_of):
        rate = known.rates.find("hub_storage", country, at)
        if rate is not None:
            with suppress(MissingRate):
                return in_base(known.rates, rate, seller.base_currency, at) / WEEKS_PER_MONTH
    return 0.0


def _count_left_out(during: pd.DataFrame, before: pd.DataFrame, pairs: pd.DataFrame) -> dict[str, int]:
    """Units of the test that no policy is asked for, by reason."""
    kept = pd.MultiIndex.from_frame(pairs[_KEYS])
    sold = pd.MultiIndex.from_frame(before[_KEYS].drop_duplicates())
    rows = pd.MultiIndex.from_frame(during[_KEYS])
    units = during["units"].to_numpy()
    inside, earlier = rows.isin(kept), rows.isin(sold)
    return {
        "units": int(units.sum()),
        "new_units": int(units[~inside & ~earlier].sum()),
        "unquoted_units": int(units[~inside & earlier].sum()),
    }
