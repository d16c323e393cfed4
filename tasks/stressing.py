"""A night's plan under shocks: what it loses, what a new plan wins back, and which hedge is worth its price.

A plan is worth the contribution of the next thirteen weeks with it (skills/distribution/revalue.py), by a reckoning
that shares no code with the search, in the world as it is and in each shocked one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from config.seller import Seller
from config.shocks import SHOCKS, Assumptions, Shock, read_shocks
from skills.distribution.prices import RETURN_DAYS
from skills.distribution.revalue import Inputs, value_plans
from skills.rates import RATE_COLUMNS
from tasks.lines import number_lines
from tasks.nights import Night
from tasks.planning import Planned, plan_night
from tasks.replaying import Recorded, set_up
from tasks.store.snapshots import Snapshot

Body = dict[str, Any]
_PLACE = ["sku", "country", "lane"]

SCHEMA = "farsail.stress/1"
"""The shape of a stress test's document."""

CALM, TONIGHT, HOLD_BACK, MORE_STOCK, FORWARD = "calm", "tonight", "hold-back", "more-stock", "forward"
"""The world as it is; the night's own plan; and the hedges that are no plan for one shock."""

LEAST_PERCENT = 1
"""A hedge that saves less of the loss than this is not listed [%]."""


@dataclass(frozen=True)
class World:
    """Inputs under one assumption, and what the engine plans there."""

    night: Night
    known: Snapshot
    planned: Planned


@task(name="stress · read assumptions", cache_policy=NO_CACHE)
def read_assumptions(path: str) -> Assumptions:
    """The shocks and hedges of a file; those that ship with the project where none is named."""
    return read_shocks(Path(path) if path else SHOCKS)


@task(name="stress · weigh plans", cache_policy=NO_CACHE)
def stress_night(recorded: Recorded, assumed: Assumptions) -> Body:
    """Every plan in every world, in base minor units.

    Returns:
        shocks: per shock: id, name, author, stated_on, source; value_minor (of tonight's plan there), loss_minor
            (against the world as it is), replanned_minor (loss with the best of the plans), regained_minor,
            orders_minor and replanned_orders_minor (supplier orders in both worlds); `hedges`, those that save at
            least LEAST_PERCENT there: plan, saved_minor (if the shock comes), cost_minor (if it does not),
            pays_from_percent (the probability from which on it pays; "0.0" when it costs nothing), the lowest first;
            of currency sold forward notional_minor, what is exposed. A plan that is the same as one before it is left
            out.
        plans: per plan: id, `moves` against tonight's (country, mode, units), kept_units at the hub.
        values: plan → world → value; regret: plan → world → best there less its value.
        calm_minor: value of tonight's plan in the world as it is.
    """
    body, hedges = recorded.proposal.body, assumed.hedges
    night, known = set_up(recorded.known, body, recorded.fields, recorded.known.tables["rates"])
    worlds = {CALM: _plan(night, known)}
    worlds |= {shock.id: _plan(*apply_shock(shock, night, known)) for shock in assumed.shocks}
    plans = {TONIGHT: _list_recorded(body)}
    plans |= {shock.id: _list_planned(worlds[shock.id]) for shock in assumed.shocks}
    reserve = min(100, night.seller.policy.distribution.hub_reserve_percent + hedges.hold_back_percent)
    plans[HOLD_BACK] = _list_planned(_plan(replace(night, seller=_reserve(night.seller, reserve)), known))
    plans[MORE_STOCK] = _list_planned(_plan(_change_demand(night, hedges.more_stock_percent), known))
    values = value_plans(plans, {name: _hand_over(world) for name, world in worlds.items()})
    moves = {plan: _describe_moves(lines, plans[TONIGHT]) for plan, lines in plans.items()}
    best = {name: max(row[name] for row in values.values()) for name in worlds}
    forward = Decimal(hedges.forward_percent)
    return {
        "schema": SCHEMA,
        **{name: body[name] for name in ("seller", "as_of", "what_if", "snapshot", "base_currency", "generated")},
        "proposal": recorded.proposal.digest,
        "calm_minor": values[TONIGHT][CALM],
        "shocks": [_weigh(shock, values, worlds, forward) for shock in assumed.shocks],
        "plans": [{"id": plan, **moves[plan]} for plan in plans if plan != TONIGHT],
        "values": values,
        "regret": {plan: {name: best[name] - value for name, value in row.items()} for plan, row in values.items()},
        "hedges": hedges.model_dump(mode="json"),
    }


def apply_shock(shock: Shock, night: Night, known: Snapshot) -> tuple[Night, Snapshot]:
    """The night and its inputs as they would be if the shock had come before them."""
    tables = dict(known.tables)
    if shock.duty_points:
        tables["rates"] = _add_duty(shock, known, night.as_of)
    if shock.sea_days:
        tables["lanes"], tables["inbound"] = _delay_sea(shock.sea_days, known)
    if shock.fx_percent:
        tables["rates"] = _move_fx(shock.fx_percent, known, night.seller.base_currency)
    if shock.return_points:
        tables["returns"] = _add_returns(shock.return_points, known, night.as_of)
    if shock.demand_percent:
        night = _change_demand(night, shock.demand_percent)
    return night, replace(known, tables=tables)


def _plan(night: Night, known: Snapshot) -> World:
    return World(night, known, plan_night(night, known))


def _hand_over(world: World) -> Inputs:
    known, planned, night = world.known, world.planned, world.night
    return Inputs(
        known.stock, known.inbound, known.nodes, known.lanes, planned.outlook.frame(), planned.contribution,
        known.products, night.seller.policy.distribution, night.as_of,
    )  # fmt: skip


def _list_recorded(body: Body) -> pd.DataFrame:
    """Shipment lines of the proposal: sku, country, lane, mode, cartons, units."""
    wanted = [*_PLACE, "mode", "cartons", "units"]
    rows = [
        [line["payload"][name] for name in wanted]
        for _, decision, line in number_lines(body)
        if decision["kind"] == "ship"
    ]
    return pd.DataFrame(rows, columns=wanted)


def _list_planned(world: World) -> pd.DataFrame:
    return world.planned.allocation.lines[[*_PLACE, "mode", "cartons", "units"]]


def _weigh(
    shock: Shock, values: dict[str, dict[str, int]], worlds: dict[str, World], forward_percent: Decimal
) -> Body:
    """What one shock costs, and every hedge that saves something there."""
    calm, there = values[TONIGHT][CALM], values[TONIGHT][shock.id]
    replanned = max(row[shock.id] for row in values.values())
    hedges: list[Body] = [
        {"plan": plan, "saved_minor": row[shock.id] - there, "cost_minor": calm - row[CALM]}
        for plan, row in values.items()
        if plan != TONIGHT and row not in list(values.values())[: list(values).index(plan)]
    ]
    if shock.fx_percent:
        notional = _round(Decimal(calm - there) * 100 / abs(shock.fx_percent))
        cost = _round(notional * forward_percent / 100)
        hedges.append(
            {
                "plan": FORWARD,
                "saved_minor": calm - there - cost,
                "cost_minor": cost,
                "notional_minor": notional,
            }
        )
    useful = [
        {**hedge, "pays_from_percent": find_break_even(hedge["saved_minor"], hedge["cost_minor"])}
        for hedge in hedges
        if hedge["saved_minor"] > 0 and hedge["saved_minor"] * 100 >= (calm - there) * LEAST_PERCENT
    ]
    useful.sort(key=lambda hedge: (Decimal(hedge["pays_from_percent"]), -hedge["saved_minor"], hedge["plan"]))
    return {
        **shock.model_dump(mode="json", include={"id", "name", "author", "stated_on", "source"}),
        "value_minor": there,
        "loss_minor": calm - there,
        "replanned_minor": calm - replanned,
        "regained_minor": replanned - there,
        "orders_minor": _sum_orders(worlds[CALM]),
        "replanned_orders_minor": _sum_orders(worlds[shock.id]),
        "hedges": useful,
    }


def find_break_even(saved_minor: int, cost_minor: int) -> str:
    """The probability p from which on a hedge pays, in percent with one decimal: (1 − p) × cost = p × saved."""
    if cost_minor <= 0:
        return "0.0"
    share = Decimal(cost_minor) * 100 / (cost_minor + saved_minor)
    return str(share.quantize(Decimal("0.1"), rounding=ROUND_HALF_EVEN))


def _describe_moves(lines: pd.DataFrame, tonight: pd.DataFrame) -> Body:
    """How a plan differs from tonight's: units by country and mode, and units that stay at the hub."""
    keys = ["country", "mode"]
    there, here = (frame.groupby(keys)["units"].sum() for frame in (lines, tonight))
    moved = there.sub(here, fill_value=0).astype("int64").rename("units").reset_index()
    return {
        "moves": [
            {"country": str(country), "mode": str(mode), "units": int(units)}
            for country, mode, units in zip(moved["country"], moved["mode"], moved["units"], strict=True)
            if units
        ],
        "kept_units": int(tonight["units"].sum() - lines["units"].sum()),
    }


def _sum_orders(world: World) -> int:
    return int(world.planned.orders["value_base_minor"].sum())


def _change_demand(night: Night, percent: int) -> Night:
    before = int(night.what_if.get("demand_change_percent", 0))
    together = _round(Decimal((100 + before) * (100 + percent)) / 100) - 100
    return replace(night, what_if={**night.what_if, "demand_change_percent": str(together)})


def _reserve(seller: Seller, percent: int) -> Seller:
    policy = seller.policy.distribution.model_copy(update={"hub_reserve_percent": percent})
    return seller.model_copy(update={"policy": seller.policy.model_copy(update={"distribution": policy})})


def _add_duty(shock: Shock, known: Snapshot, as_of: date) -> pd.DataFrame:
    """One more layer of duty on everything that enters a country."""
    countries = shock.countries or sorted(set(known.lanes["country"].astype("str")))
    share, day = str(Decimal(shock.duty_points) / 100), as_of.isoformat()
    rows = [["duty_shock", country, share, "share", day, "", shock.source, day, "generated"] for country in countries]
    layer = pd.DataFrame(rows, columns=list(RATE_COLUMNS), dtype="str")
    return pd.concat([known.tables["rates"], layer], ignore_index=True)


def _delay_sea(days: int, known: Snapshot) -> tuple[pd.DataFrame, pd.DataFrame]:
    transit = [f"transit_days_{at}" for at in ("p10", "p50", "p90")]
    by_sea = (known.lanes["mode"] == "sea").astype("int64") * days
    lanes = known.lanes.assign(**{name: known.lanes[name] + by_sea for name in transit})
    later = pd.to_timedelta((known.inbound["mode"] == "sea").astype("int64") * days, unit="D")
    return lanes, known.inbound.assign(eta=known.inbound["eta"] + later)


def _move_fx(percent: int, known: Snapshot, base: str) -> pd.DataFrame:
    """Every other currency's worth in the base currency, moved; rates are units of a currency per US dollar."""
    rates, factor = known.tables["rates"], Decimal(100 + percent) / 100
    other = rates["key"] != base if base == "USD" else rates["key"] == base
    values = [
        str(Decimal(str(value)) / factor if base == "USD" else Decimal(str(value)) * factor) if moves else value
        for value, moves in zip(rates["value"], (rates["kind"] == "fx") & other, strict=True)
    ]
    return rates.assign(value=pd.Series(values, index=rates.index, dtype="str"))


def _add_returns(points: int, known: Snapshot, as_of: date) -> pd.DataFrame:
    """More units of what was sold in the last year come back; the share that can be sold again stays as it is."""
    since = pd.Timestamp(as_of) - pd.Timedelta(days=RETURN_DAYS)
    sold = known.sales[known.sales["day"] >= since].groupby(["sku", "country"])["units"].sum()
    back = known.returns[known.returns["day"] >= since].groupby("country")[["units", "sellable_units"]].sum()
    resold = (back["sellable_units"] / back["units"].where(back["units"] > 0)).fillna(0.0)
    more = sold[sold > 0].reset_index()
    units = more["units"] * points / 100
    rows = more[["sku", "country"]].assign(
        day=pd.Timestamp(as_of - timedelta(days=1)),
        units=units,
        sellable_units=units * more["country"].map(resold).fillna(0.0),
    )
    return pd.concat([known.returns, rows[known.returns.columns]], ignore_index=True)


def _round(amount: Decimal) -> int:
    return int(amount.to_integral_value(rounding=ROUND_HALF_EVEN))
