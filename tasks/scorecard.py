"""Decisions scored against what happened: what the proposed and the decided units would have earned.

For each decided line, from the night's frozen inputs and the sales that are known since:

demand    net units sold per day; a day without stock counts as a mean day in stock from the night to the window's end
need      demand until the end of the window less supply (stock, what was under way, open orders as long after they
          are ready as the line itself, the night's other lines as they were decided), less what was lost before the
          arrival, which nothing that arrives later can serve
earned    min(units, need) × contribution − what is left over × a week's holding × weeks of the window

The window begins at the usual arrival and ends when what the next review decides could arrive instead: what is left
out tonight may be sent then. One that is not over is not scored. What is left over is sold later and only held here.
An order counts over all countries, its contribution less the product's cost.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import Seller
from skills.distribution.network import countries_fed
from skills.vocabulary import ALL_COUNTRIES, Refusal, mark
from tasks.decided_lines import DecidedLine
from tasks.frozen_policy import build_seller, read_frozen_fields
from tasks.nights import Night
from tasks.planning import quote_night
from tasks.store.proposals import Proposal
from tasks.store.snapshots import Snapshot, read_snapshot

Body = dict[str, Any]

LEAST_LINES = 20
"""Fewer lines than this say nothing about a person or a rule."""

_SELLABLE = ("available", "receiving", "researching")
_Z95 = 1.96

NOT_OVER = mark("The time until the next arrival is not over, or its sales are not read yet.")
NO_QUOTE = mark("The night quoted no contribution for it.")
MOVED = mark("Stock moved from another market: what it would have sold there is not known afterwards.")

SCORED = (
    "proposal", "as_of", "kind", "sku", "place", "country", "state", "by", "proposed_units", "decided_units",
    "arrival", "window_end", "need_units", "proposed_minor", "decided_minor", "difference_minor", "unscored",
)  # fmt: skip
"""Columns of the scorecard: one row per decided line; money in base minor units, 0 where `unscored` says why not."""


@dataclass(frozen=True)
class Scorecard:
    """How decisions turned out.

    Attributes:
        lines: One row per decided line, columns SCORED.
        deciders: One row per person and standing rule, and one for all (by ""): see `sum_deciders`.
        unread: Nights that cannot be scored: proposal, as_of, refusal.
    """

    lines: pd.DataFrame
    deciders: pd.DataFrame
    unread: list[tuple[Proposal, Refusal]]


@task(name="scorecard · score decisions", cache_policy=NO_CACHE)
def score_decisions(nights: list[tuple[Proposal, list[DecidedLine]]], known: Snapshot, seller: Seller) -> Scorecard:
    """Every decided line of past nights, and the sum of each decider.

    Args:
        nights: From `decided_lines.read_decided_nights`.
        known: The newest inputs: sales, stock_outs, feeds.
    """
    rows: list[Body] = []
    unread = []
    for proposal, lines in nights:
        try:
            then = read_snapshot(proposal.body["snapshot"])
            night = Night(0, build_seller(read_frozen_fields(then)), then.as_of, "nightly", {})
            quotes = quote_night(night, then, then.rates)
            rows += score_night(proposal, lines, then, quotes, night.seller, known)
        except Refusal as refusal:
            unread.append((proposal, refusal))
    frame = pd.DataFrame(rows, columns=list(SCORED))
    return Scorecard(frame, sum_deciders(frame), unread)


def score_night(
    proposal: Proposal,
    lines: list[DecidedLine],
    then: Snapshot,
    quotes: pd.DataFrame,
    seller: Seller,
    known: Snapshot,
) -> list[Body]:
    """The rows of one night.

    Args:
        then: The night's frozen inputs; `quotes` are its contributions, `seller` as frozen with it.
        known: The newest inputs.
    """
    morning, policy = then.as_of, seller.policy
    priced = quotes[quotes["wait_reason"] == ""]
    by_lane = {
        (row["sku"], row["country"], row["lane"]): (float(row["contribution"]), float(row["holding_week"]))
        for row in priced.to_dict("records")
    }
    markets = then.nodes.loc[then.nodes["stage"] != "hub", "node"]
    moves = set(then.lanes.loc[then.lanes["from_node"].isin(list(markets)), "lane"])
    demand, complete = _Demand(known), _find_complete_days(known)
    supply, rows = _Supply(then), []
    by_pair: dict[tuple[str, str], list[DecidedLine]] = defaultdict(list)
    for line in lines:
        by_pair[line.sku, line.country].append(line)
    for line in lines:
        weeks = -(-(policy.distribution if line.kind == "ship" else policy.replenishment).review_days // 7)
        end = line.arrival + timedelta(weeks=weeks)
        if line.kind == "ship":
            terms = by_lane.get((line.sku, line.country, line.lane))
        else:
            percent = policy.replenishment.holding_percent_per_year
            terms = _order_terms(priced[priced["sku"] == line.sku], demand, line, morning, end, percent)
        unscored = (MOVED if line.lane in moves else NO_QUOTE) if terms is None else ""
        if not complete or end > complete.get(line.country, min(complete.values())):
            unscored = NOT_OVER
        need, proposed, decided = 0.0, 0, 0
        if terms is not None and not unscored:
            beside = [other for other in by_pair[line.sku, line.country] if other is not line]
            need = _need(line, beside, demand, supply, morning, end)
            proposed, decided = (earn(units, need, *terms, weeks) for units in (line.proposed, line.outcome.units))
        rows.append(
            {
                "proposal": proposal.digest,
                "as_of": morning.isoformat(),
                "kind": line.kind,
                "sku": line.sku,
                "place": line.place,
                "country": line.country,
                "state": line.outcome.state,
                "by": line.outcome.by,
                "proposed_units": line.proposed,
                "decided_units": line.outcome.units,
                "arrival": line.arrival.isoformat(),
                "window_end": end.isoformat(),
                "need_units": round(need),
                "proposed_minor": proposed,
                "decided_minor": decided,
                "difference_minor": decided - proposed,
                "unscored": unscored,
            }
        )
    return rows


def earn(units: int, need: float, contribution: float, holding_week: float, weeks: int) -> int:
    """What units would have earned in the window, in base minor units; none earn nothing."""
    sold = min(float(units), need)
    return round(sold * contribution - (units - sold) * holding_week * weeks)


def sum_deciders(lines: pd.DataFrame) -> pd.DataFrame:
    """Whether each person and each rule was better than what it is held against.

    A person is held against the proposal, over the lines whose units they changed, left out or rejected; a standing
    rule against leaving its lines out. The interval is that of the sum, normal, 95 %.

    Returns:
        One row per (role, by), and per role with by "": role (person, rule), by, lines (scored), changed, waiting
        (not scored), decided_minor, proposed_minor, gain_minor, low_minor, high_minor, verdict (better, worse, open,
        few).
    """
    rows = []
    role = lines["state"].eq("rule").map({True: "rule", False: "person"})
    for name in ("person", "rule"):
        own = lines[role == name]
        deciders = [""] if own.empty else ["", *sorted(set(own["by"]))]
        for by in deciders if len(own) else []:
            part = own[own["by"] == by] if by else own
            rows.append({"role": name, "by": by, **_sum(part, name)})
    columns = ["role", "by", "lines", "changed", "waiting", "decided_minor", "proposed_minor", "gain_minor",
               "low_minor", "high_minor", "verdict"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _sum(part: pd.DataFrame, role: str) -> Body:
    scored = part[part["unscored"] == ""]
    changed = scored[scored["proposed_units"] != scored["decided_units"]]
    gains = (changed["difference_minor"] if role == "person" else scored["decided_minor"]).tolist()
    total, count = sum(gains), len(gains)
    spread = 0
    if count > 1:
        mean = total / count
        spread = round(_Z95 * math.sqrt(count * sum((gain - mean) ** 2 for gain in gains) / (count - 1)))
    low, high = total - spread, total + spread
    verdict = "few" if count < LEAST_LINES else "better" if low > 0 else "worse" if high < 0 else "open"
    return {
        "lines": len(scored),
        "changed": len(changed),
        "waiting": len(part) - len(scored),
        "decided_minor": int(scored["decided_minor"].sum()),
        "proposed_minor": int(scored["proposed_minor"].sum()),
        "gain_minor": total,
        "low_minor": low,
        "high_minor": high,
        "verdict": verdict,
    }


class _Demand:
    """Units sold per day since, days without stock filled with a mean day in stock."""

    def __init__(self, known: Snapshot) -> None:
        sales = known.sales
        days = sales.groupby(["sku", "country", "day"])["units"].sum()
        self._sold: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
        self._countries: dict[str, set[str]] = defaultdict(set)
        for sku, country, day, units in days.reset_index().itertuples(index=False, name=None):
            self._sold[str(sku), str(country)][pd.Timestamp(day).date()] = int(units)
            self._countries[str(sku)].add(str(country))
        self._out: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
        for row in known.stock_outs.to_dict("records"):
            span = (pd.Timestamp(row["first_day"]).date(), pd.Timestamp(row["last_day"]).date())
            self._out[str(row["sku"]), str(row["country"])].append(span)

    def until(self, sku: str, country: str, first: date, last: date, end: date) -> float:
        """Demand from `first` to the day before `last`; a mean day is one in stock from `first` to before `end`."""
        countries = sorted(self._countries[sku]) if country == ALL_COUNTRIES else [country]
        return sum(self._of_pair((sku, each), first, last, end) for each in countries)

    def _of_pair(self, pair: tuple[str, str], first: date, last: date, end: date) -> float:
        sold, spans = self._sold[pair], self._out[pair]
        days = [first + timedelta(days=number) for number in range((end - first).days)]
        in_stock = [day for day in days if not any(begin <= day <= until for begin, until in spans)]
        mean = sum(sold.get(day, 0) for day in in_stock) / len(in_stock) if in_stock else 0.0
        known, until_last = set(in_stock), [day for day in days if day < last]
        return sum(float(sold.get(day, 0)) if day in known else max(mean, sold.get(day, 0)) for day in until_last)


class _Supply:
    """Units of the night that serve a country, or all of them, without the line that is scored."""

    def __init__(self, then: Snapshot) -> None:
        fed = countries_fed(then.nodes, then.lanes)
        stock = then.stock[then.stock["state"].isin(_SELLABLE)]
        coming, orders = then.inbound, then.purchase_orders
        self._made: dict[str, list[tuple[date, int]]] = defaultdict(list)
        self._rows: dict[str, list[tuple[str, date, int]]] = defaultdict(list)
        for sku, node, units in zip(stock["sku"], stock["node"], stock["units"], strict=True):
            self._rows[str(sku)].append((fed.get(str(node), ""), date.min, int(units)))
        for sku, node, eta, units in zip(
            coming["sku"], coming["to_node"], coming["eta"], coming["units"], strict=True
        ):
            self._rows[str(sku)].append((fed.get(str(node), ""), pd.Timestamp(eta).date(), int(units)))
        for sku, ready_on, units in zip(orders["sku"], orders["ready_on"], orders["units_open"], strict=True):
            self._made[str(sku)].append((pd.Timestamp(ready_on).date(), int(units)))

    def until(self, line: DecidedLine, last: date) -> int:
        """What is there or arrives before the day where the line goes."""
        rows, made = self._rows[line.sku], self._made[line.sku] if line.kind == "order" else []
        onward = timedelta(days=line.onward_days)
        there = sum(units for place, day, units in rows if day < last and line.country in (place, ALL_COUNTRIES))
        return there + sum(units for ready_on, units in made if ready_on + onward < last)


def _need(
    line: DecidedLine, beside: list[DecidedLine], demand: _Demand, supply: _Supply, morning: date, end: date
) -> float:
    """Units that the window wanted from this line, beside what the night's other lines brought as decided."""

    def reach(last: date) -> int:
        return supply.until(line, last) + sum(other.outcome.units for other in beside if other.arrival < last)

    lost = max(0.0, demand.until(line.sku, line.country, morning, line.arrival, end) - reach(line.arrival))
    return max(0.0, demand.until(line.sku, line.country, morning, end, end) - reach(end) - lost)


def _order_terms(
    quotes: pd.DataFrame, demand: _Demand, line: DecidedLine, morning: date, end: date, holding_percent: int
) -> tuple[float, float] | None:
    """Contribution less product cost, by what each country bought since, on its best lane; a week's capital cost."""
    if quotes.empty:
        return None
    best = quotes.groupby("country")["net_margin"].max()
    weights = {country: demand.until(line.sku, str(country), morning, end, end) for country in best.index}
    total = sum(weights.values())
    margin = (
        sum(float(best[country]) * weight for country, weight in weights.items()) / total
        if total > 0
        else float(best.mean())
    )
    return margin, float(quotes["product_cost"].iloc[0]) * holding_percent / 100 / 52


def _find_complete_days(known: Snapshot) -> dict[str, date]:
    """Country → the day after the last one whose sales are known whole."""
    feeds = known.feeds[known.feeds["feed"] == "order_lines"].dropna(subset="last_complete_day")
    return {
        str(country): pd.Timestamp(day).date() + timedelta(days=1)
        for country, day in zip(feeds["country"], feeds["last_complete_day"], strict=True)
    }
