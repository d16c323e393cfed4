"""The world of a backtest, from a seller's own exports: demand as it was sold, and all that is assumed beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from config.seller import Seller
from skills.distribution import quote_contribution
from skills.rates import MissingRate
from skills.simulation.policy import SimulationPolicy
from skills.simulation.world import BEYOND_DAYS, Arrivals, Bools, Economics, Facts, Floats, Ints, World, no_arrivals
from skills.vocabulary import ALL_COUNTRIES, Refusal, mark, minor_digits
from tasks.store.snapshots import Snapshot

BLOCK_WEEKS = 4
PAST_DAYS, LEAST_PAST_DAYS = 182, 56
_QUARTER, _MONTH = 91, 28
_WEEKS_PER_MONTH = 52 / 12
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
        quotes: One contribution quote per block of four weeks, as known on its first morning.
        sales: The recorded order lines before the test.
        later: Those of the test, one row per (pair, day) that sold: pair, offset, units, lines, largest_line_units,
            revenue_minor.
        hub: The hub's node.
        shelf: Country → its node.
        feeds: Node → the country it serves.
        left_out: What the test cannot say anything about: units by reason.
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
    as_of by sales and movements; without movements it is lead time, review and two weeks of cover at the velocity
    of the 13 weeks before.

    Args:
        known: The frozen inputs of as_of.
        movements: One row per movement: sku, from_node, to_node, units, started_on, received_on; may be empty.
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
    facts = _gather_facts(known, seller, first, weeks, pairs, realised, before, (pd.Timestamp(first) - begun).days)
    days = _place(during, pairs, first)
    demand = np.zeros((len(pairs), 7 * weeks), dtype=np.int64)
    demand[days["pair"], days["offset"]] = days["units"]
    recovered = _recover_demand(demand, known.stock_outs, pairs, facts, first)
    opening = _open_by_rule(facts, policy)
    arrivals, unexplained, opened_by = (no_arrivals(), no_arrivals()), 0, "rule"
    hub = sorted(known.nodes.loc[known.nodes["stage"] == "hub", "node"])[0]
    if len(movements):
        opening, arrivals, unexplained = _roll_back(known, movements, facts, pairs, hub, first, end)
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
        shelf=name_shelves(known.nodes),
        feeds=feed_countries(known.nodes, known.lanes),
        left_out=_count_left_out(during, before, pairs),
        recovered_units=recovered,
        opened_by=opened_by,
        unexplained_units=unexplained,
    )


def name_shelves(nodes: pd.DataFrame) -> dict[str, str]:
    """Country → its forward node."""
    forward = nodes[nodes["stage"] == "forward"].sort_values("node", kind="stable").drop_duplicates("country")
    return dict(zip(forward["country"], forward["node"], strict=True))


def feed_countries(nodes: pd.DataFrame, lanes: pd.DataFrame) -> dict[str, str]:
    """Node in a country → the country it serves; a regional one without a forward node there by its first lane on."""
    sold = set(nodes.loc[nodes["stage"] == "forward", "country"])
    onward = lanes.sort_values("lane", kind="stable").drop_duplicates("from_node")
    first = dict(zip(onward["from_node"], onward["country"], strict=True))
    return {
        str(row.node): str(row.country if row.country in sold else first.get(row.node, row.country))
        for row in nodes.itertuples()
        if row.stage != "hub"
    }


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
    before: pd.DataFrame,
    past_days: int,
) -> Facts:
    replenishment, distribution = seller.policy.replenishment, seller.policy.distribution
    skus, countries = sorted(set(pairs["sku"])), sorted(set(pairs["country"]))
    products = known.products.set_index("sku").loc[skus]
    suppliers = known.suppliers.sort_values("supplier", kind="stable").reset_index(drop=True)
    lanes = _list_ways(known, sorted(set(realised["lane"])))
    cash = spread_lanes(realised, pairs, list(lanes["lane"]), realised["cash"])
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
        lanes=tuple(lanes["lane"]),
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
        lane_depart=lanes["depart"].to_numpy(dtype=np.int64),
        lane_days=lanes[["p10", "p50", "p90"]].to_numpy(dtype=np.int64),
        usual_lane=np.nanargmin(
            spread_lanes(realised, pairs, list(lanes["lane"]), realised["landed"]), axis=1
        ).astype(np.int64),
        ship_cash=cash,
        order_cash=-1 if replenishment.weekly_cash_minor is None else replenishment.weekly_cash_minor * every,
        shipping_cash=-1 if distribution.weekly_cash_minor is None else distribution.weekly_cash_minor,
        past_sold=sold,
        past_out=out,
    )


def spread_lanes(quote: pd.DataFrame, pairs: pd.DataFrame, lanes: list[str], values: pd.Series) -> Floats:
    """A column of a quote per (pair, lane), NaN where the lane does not go."""
    place = pd.MultiIndex.from_frame(pairs[_KEYS]).get_indexer(pd.MultiIndex.from_frame(quote[_KEYS]))
    column = np.searchsorted(lanes, quote["lane"])
    table = np.full((len(pairs), len(lanes)), np.nan)
    known = place >= 0
    table[place[known], column[known]] = values.to_numpy(dtype=np.float64)[known]
    return table


def _list_ways(known: Snapshot, names: list[str]) -> pd.DataFrame:
    """Lanes from the hub with the quickest leg on from a regional node: country, days to departure, transit."""
    stage = dict(zip(known.nodes["node"], known.nodes["stage"], strict=True))
    table = known.lanes.sort_values(["transit_days_p50", "lane"], kind="stable")
    onward: dict[tuple[str, str], pd.Series] = {}
    for _, leg in table.iterrows():
        if stage.get(leg["from_node"]) == "regional":
            onward.setdefault((leg["from_node"], leg["country"]), leg)
    rows = []
    for _, lane in table[table["lane"].isin(names)].sort_values("lane", kind="stable").iterrows():
        regional = stage.get(lane["to_node"]) == "regional"
        then = onward.get((lane["to_node"], lane["country"])) if regional else None
        days = {p: int(lane[f"transit_days_{p}"]) + (int(then[f"transit_days_{p}"]) if then is not None else 0)
                for p in ("p10", "p50", "p90")}  # fmt: skip
        depart = max(int(lane["cutoff_weekday"]), 0)
        rows.append({"lane": lane["lane"], "country": lane["country"], "depart": depart, **days})
    return pd.DataFrame(rows)


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
        everywhere = str(row.country) == ALL_COUNTRIES
        at = np.flatnonzero((pairs["sku"] == row.sku) & (everywhere | (pairs["country"] == row.country)))
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


def _open_by_rule(facts: Facts, policy: SimulationPolicy) -> tuple[Ints, Ints]:
    """Opening stock from velocity alone, the same for every policy."""
    recent = facts.past_sold[:, -_QUARTER:]
    daily = recent.sum(axis=1) / max(recent.shape[1], 1)
    way = facts.lane_depart[facts.usual_lane] + facts.lane_days[facts.usual_lane, 1] + facts.review_days
    forward = np.floor(np.round(daily * (way + policy.forward_cover_days), 6)).astype(np.int64)
    made = facts.made_days[facts.sku_supplier, 1] * 7 / 6 + facts.qc_days + 7 * facts.order_every
    whole = np.bincount(facts.pair_sku, weights=daily, minlength=len(facts.skus)) * made
    cartons = np.ceil(np.round(whole / facts.carton_units, 6)).astype(np.int64)
    return cartons * facts.carton_units, forward


def _roll_back(
    known: Snapshot,
    movements: pd.DataFrame,
    facts: Facts,
    pairs: pd.DataFrame,
    hub: str,
    first: date,
    end: date,
) -> tuple[tuple[Ints, Ints], tuple[Arrivals, Arrivals], int]:
    """Stock on day 0 = stock on as_of + what left since − what came since; and what was on its way on day 0."""
    begin, as_of = pd.Timestamp(first), pd.Timestamp(known.as_of)
    feeds = feed_countries(known.nodes, known.lanes)
    index = pd.MultiIndex.from_frame(pairs[_KEYS])
    skus = pd.Index(list(facts.skus))
    lying = known.stock[known.stock["state"].isin(["available", "receiving", "researching"])]
    moves = movements.assign(
        pair=index.get_indexer(pd.MultiIndex.from_arrays([movements["sku"], movements["to_node"].map(feeds)])),
        place=skus.get_indexer(pd.Index(movements["sku"])),
    )
    into_hub = (moves["to_node"] == hub) & (moves["place"] >= 0)
    into_country = (moves["from_node"] == hub) & (moves["pair"] >= 0)
    since = known.sales[(known.sales["day"] >= begin) & (known.sales["day"] < as_of)]
    sold = _add_up(index.get_indexer(pd.MultiIndex.from_frame(since[_KEYS])), since["units"], len(pairs))
    at_pair = index.get_indexer(pd.MultiIndex.from_arrays([lying["sku"], lying["node"].map(feeds)]))
    at_hub = np.where(lying["node"] == hub, skus.get_indexer(pd.Index(lying["sku"])), -1)
    came = moves["received_on"].between(begin, as_of, inclusive="left")
    left = moves["started_on"].between(begin, as_of, inclusive="left")
    forward = _add_up(at_pair, lying["units"], len(pairs)) + sold
    forward -= _add_up(moves["pair"][into_country & came], moves["units"][into_country & came], len(pairs))
    stock = _add_up(at_hub, lying["units"], len(skus))
    stock += _add_up(moves["place"][into_country & left], moves["units"][into_country & left], len(skus))
    stock -= _add_up(moves["place"][into_hub & came], moves["units"][into_hub & came], len(skus))
    under_way = (moves["started_on"] < begin) & (moves["received_on"] >= begin)
    unexplained = -int(np.minimum(forward, 0).sum() + np.minimum(stock, 0).sum())
    arrivals = tuple(
        _list_arrivals(moves[chosen & under_way], column, begin)
        for chosen, column in ((into_hub, "place"), (into_country, "pair"))
    )
    return (np.maximum(stock, 0), np.maximum(forward, 0)), (arrivals[0], arrivals[1]), unexplained


def _add_up(places: object, units: pd.Series, size: int) -> Ints:
    total, at = np.zeros(size, dtype=np.int64), np.asarray(places, dtype=np.int64)
    np.add.at(total, at[at >= 0], units.to_numpy(dtype=np.int64)[at >= 0])
    return total


def _list_arrivals(moves: pd.DataFrame, column: str, begin: pd.Timestamp) -> Arrivals:
    days = np.asarray((moves["received_on"] - begin).dt.days, dtype=np.int64)
    return Arrivals(moves[column].to_numpy(dtype=np.int64), moves["units"].to_numpy(dtype=np.int64), days)


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
    hub = known.nodes[known.nodes["stage"] == "hub"].sort_values("node", kind="stable").iloc[0]
    for at in (day, known.as_of):
        rate = known.rates.find("hub_storage", str(hub["country"]), at)
        if rate is None:
            continue
        try:
            crossed = rate.value * known.rates.convert(rate.unit.partition("/")[0], seller.base_currency, at)
        except MissingRate:
            continue
        return float(crossed.scaleb(minor_digits(seller.base_currency))) / _WEEKS_PER_MONTH
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
