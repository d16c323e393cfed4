"""Why a shipment line came out as it did, step by step, so that a person can redo the arithmetic."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import numpy as np
import pandas as pd

from skills.distribution.demand import PATHS
from skills.distribution.explain_money import tell_cartons, tell_contribution
from skills.distribution.explain_transfer import tell_move
from skills.distribution.need import ARRIVALS, expected_sold, find_need
from skills.distribution.network import countries_fed, find_hubs
from skills.distribution.page import Page, Sources
from skills.distribution.plan import Allocation
from skills.distribution.policy import DistributionPolicy
from skills.distribution.pose import KEYS
from skills.distribution.slots import COUNTED, Slots
from skills.rates import RateBook
from skills.vocabulary import mark

_NAMES = ("p0", "p10", "p50", "p75", "p90", "p98", "p100")


def explain_allocation(
    allocation: Allocation,
    contribution: pd.DataFrame,
    stock: pd.DataFrame,
    nodes: pd.DataFrame,
    lanes: pd.DataFrame,
    rates: RateBook,
    policy: DistributionPolicy,
    base_currency: str,
    as_of: date,
) -> pd.DataFrame:
    """Position, window, demand, money of a unit with its rates, carton values and flips of every line.

    Args:
        allocation: From `allocate_stock`; the other frames are those it was made from.

    Returns:
        One row per (sku, country, lane, step): label (English phrase), value (text), unit (units, days, weeks,
        date, %, cartons, the base currency or ""), note (source or formula with its numbers).
    """
    origin = str(nodes.loc[nodes["node"] == find_hubs(nodes)[0], "country"].iloc[0])
    book = Sources(rates, as_of, base_currency, origin)
    states = _stock_by_state(stock, countries_fed(nodes, lanes), allocation.lines)
    rows = _tell_lines(allocation.slots, allocation.lines, contribution, states, book, policy, as_of)
    if (moved := allocation.transfers) is not None:
        rows += _tell_lines(moved.moves.slots, allocation.lines, moved.quotes, states, book, policy, as_of)
    columns = [*KEYS, "step", "label", "value", "unit", "note"]
    texts = [name for name in columns if name != "step"]
    steps = pd.DataFrame(rows, columns=columns).astype({"step": "int64"} | dict.fromkeys(texts, "str"))
    return steps.sort_values([*KEYS, "step"], kind="stable").reset_index(drop=True)


def _tell_lines(
    slots: Slots,
    lines: pd.DataFrame,
    quoted: pd.DataFrame,
    states: dict[tuple[str, str], dict[str, int]],
    book: Sources,
    policy: DistributionPolicy,
    as_of: date,
) -> list[tuple[object, ...]]:
    """The steps of those lines that leave by one of the slots."""
    at = slots.frame.reset_index().merge(lines[KEYS], on=KEYS, how="inner")["index"].to_numpy()
    windows, demand = slots.windows.take(at), slots.demand
    needs = find_need(windows, demand, policy.lost_sale_percent / 100)
    to_start, to_end = (demand.paths_at(windows.pair, day) for day in (windows.start, windows.ends[1]))
    mean_start = demand.mean_at(windows.pair, windows.start)
    quotes, by_key = _by_key(quoted.merge(lines[KEYS], on=KEYS, how="inner")), _by_key(lines)
    rows: list[tuple[object, ...]] = []
    for number, row in enumerate(at):
        slot = {str(name): value for name, value in slots.frame.iloc[int(row)].items()}
        key = (str(slot["sku"]), str(slot["country"]), str(slot["lane"]))
        line, quote = by_key[key], quotes[key]
        page = Page(book.base_currency)
        events = slots.arriving[slots.arriving["pair"] == windows.pair[number]]
        coming = list(zip(events["day"], events["units"], strict=True))
        _tell_position(
            page, slot, states.get((slot["sku"], slot["country"]), {}), coming, windows.ends[1, number], as_of
        )
        _tell_window(page, slot, as_of)
        _tell_demand(page, slot, mean_start[number], to_start[number], to_end[number], needs[:, number])
        handling = mark("Handling where it leaves") if "move_cost" in slot else mark("Handling at the hub")
        tell_contribution(page, quote, handling, book)
        units = float(slot["carton_units"])
        sold = float(expected_sold(needs, np.array([number]), np.array([units]))[0])
        if "move_cost" in slot:
            tell_move(page, slot, line, sold, policy, as_of)
            against = mark("Expected gain of the line against leaving it where it lies")
        else:
            tell_cartons(page, slot, line, quote, sold, policy, book)
            against = mark("Expected value of the line against keeping it at the hub")
        _tell_outcome(page, line, quote, against)
        rows += [(*key, step, *row) for step, row in enumerate(page.rows, start=1)]
    return rows


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, str, str], dict[str, Any]]:
    records = cast(list[dict[str, Any]], frame.to_dict("records"))
    return {(str(row["sku"]), str(row["country"]), str(row["lane"])): row for row in records}


def _stock_by_state(
    stock: pd.DataFrame, fed: dict[str, str], lines: pd.DataFrame
) -> dict[tuple[str, str], dict[str, int]]:
    here = stock[stock["node"].isin(list(fed)) & stock["sku"].isin(set(lines["sku"]))]
    found: dict[tuple[str, str], dict[str, int]] = {}
    for sku, node, state, units in zip(here["sku"], here["node"], here["state"], here["units"], strict=True):
        states = found.setdefault((str(sku), fed[str(node)]), {})
        states[str(state)] = states.get(str(state), 0) + int(units)
    return found


def _day(as_of: date, days: float) -> str:
    return (pd.Timestamp(as_of) + pd.Timedelta(days=round(float(days)))).date().isoformat()


def _tell_position(
    page: Page,
    slot: dict[str, Any],
    states: dict[str, int],
    coming: list[tuple[float, float]],
    end: float,
    as_of: date,
) -> None:
    counted = " + ".join(f"{state} {states.get(state, 0)}" for state in COUNTED)
    others = ", ".join(f"{state} {units}" for state, units in sorted(states.items()) if state not in COUNTED)
    page.say(mark("Stock in the country that will be sold"), slot["in_stock"], "units", counted)
    if others:
        page.say(mark("Stock in the country that is not counted"), others, "")
    arriving = [(day, units) for day, units in coming if day < end]
    tonight = int(slot["on_the_way"]) - round(sum(units for _, units in arriving))
    note = " + ".join(f"{_day(as_of, day)}: {units:.0f}" for day, units in arriving)
    page.say(mark("On the way, arriving before the next feasible arrival"), slot["on_the_way"], "units", note)
    if tonight:
        page.say(mark("Of these, in tonight's shipments from the hub"), tonight, "units")
    page.say(
        mark("Position"), slot["position"], "units", f"{slot['in_stock']} + {slot['on_the_way']} = {slot['position']}"
    )


def _tell_window(page: Page, slot: dict[str, Any], as_of: date) -> None:
    page.say(mark("Cut-off of the departure"), _day(as_of, slot["depart_days"]), "date", slot["lane"])
    page.say(mark("Usual transit, door to shelf"), f"{slot['transit_days']:g}", "days")
    page.say(mark("Usual arrival of this shipment"), _day(as_of, slot["start_days"]), "date")
    ends = [_day(as_of, slot[f"end_{at}"]) for at in ("p10", "p50", "p90")]
    weights = ", ".join(f"{weight:g} × {end}" for weight, end in zip(ARRIVALS, ends, strict=True))
    page.say(mark("Next feasible arrival: early, usual, late with their weights"), ends[1], "date", weights)


def _tell_demand(
    page: Page,
    slot: dict[str, Any],
    mean_start: float,
    to_start: np.ndarray,
    to_end: np.ndarray,
    needs: np.ndarray,
) -> None:
    def paths(values: np.ndarray) -> str:
        return ", ".join(f"{name} {max(value, 0.0):.1f}" for name, value in zip(_NAMES, values, strict=False))

    if slot["faster_units"]:
        page.say(
            mark("Brought by faster lanes tonight, at most; the need is what they leave"),
            slot["faster_units"],
            "units",
        )
    page.say(mark("Mean demand per week in the four weeks from the arrival"), f"{slot['weekly_mean']:.2f}", "units")
    page.say(mark("Demand until the arrival"), f"{mean_start:.1f}", "units", paths(to_start))
    median = PATHS.index(0.5)
    page.say(
        mark("Demand until the next usual arrival, median path"), f"{to_end[median]:.1f}", "units", paths(to_end)
    )
    page.say(
        mark("Need from this shipment, median path: largest shortage in the window less what was lost before"),
        f"{max(needs[1, median], 0.0):.1f}",
        "units",
        " | ".join(f"{weight:g}: {paths(need)}" for weight, need in zip(ARRIVALS, needs, strict=True)),
    )


def _paid(page: Page, line: dict[str, Any], quote: dict[str, Any]) -> str:
    """What a unit pays when shipped, import tax that comes back included; "" where the line pays more than that."""
    parts = [quote[name] for name in ("freight", "handling", "duty", "mpf", "hmf", "import_vat")]
    if abs(sum(parts) * line["units"] - line["cost_base_minor"]) > 1 + 0.001 * line["units"]:
        return ""
    return f"{line['units']} × ({' + '.join(page.money(part) for part in parts if part)})"


def _tell_outcome(page: Page, line: dict[str, Any], quote: dict[str, Any], against: str) -> None:
    units = int(line["units"])
    page.say(str(line["reason"]), int(line["cartons"]), "cartons")
    page.say(
        mark("Units sent"), units, "units", f"{line['cartons']} × {units // max(int(line['cartons']), 1)} = {units}"
    )
    if quote.get("entry_cost_base_minor", 0):
        page.pay(
            mark("Share of the country's yearly registration cost that tonight's shipments there bear together"),
            quote["entry_cost_base_minor"],
        )
    if line["capped_by"]:
        page.say(mark("Not more although the next carton has value, because of:"), "", "")
        page.say(str(line["capped_by"]), "", "")
    page.pay(against, line["value_base_minor"])
    page.pay(mark("Freight, duty and tax paid for the line"), line["cost_base_minor"], _paid(page, line, quote))
    page.pay(mark("Landed value of the line"), line["landed_base_minor"], f"{units} × {page.money(quote['landed'])}")
    if not np.isnan(line["flip_demand_percent"]):
        page.say(mark("Nothing is sent if demand changes by"), f"{line['flip_demand_percent']:.1f}", "%")
    if not np.isnan(line["flip_margin_percent"]):
        page.say(mark("Nothing is sent if the contribution changes by"), f"{line['flip_margin_percent']:.1f}", "%")
    if line["flip_transit_days"] > 0:
        page.say(mark("Nothing is sent if the transit is longer by"), int(line["flip_transit_days"]), "days")
