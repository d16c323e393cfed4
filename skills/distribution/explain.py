"""Why a shipment line came out as it did, step by step, so that a person can redo the arithmetic."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pandas as pd

from skills.distribution.ages import PREFIX
from skills.distribution.demand import PATHS
from skills.distribution.need import ARRIVALS, expected_sold, find_need
from skills.distribution.network import countries_fed, find_hubs
from skills.distribution.plan import Allocation
from skills.distribution.policy import DistributionPolicy
from skills.distribution.slots import COUNTED
from skills.distribution.terms import extra_duties
from skills.rates import MissingRate, Rate, RateBook
from skills.vocabulary import mark, minor_digits

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
    keys = ["sku", "country", "lane"]
    frame = allocation.slots.frame
    at = frame.reset_index().merge(allocation.lines[keys], on=keys, how="inner")["index"].to_numpy()
    windows = allocation.slots.windows.take(at)
    arriving = allocation.slots.arriving
    demand, lost = allocation.slots.demand, policy.lost_sale_percent / 100
    needs = find_need(windows, demand, lost)
    to_start, to_end = (demand.paths_at(windows.pair, day) for day in (windows.start, windows.ends[1]))
    mean_start = demand.mean_at(windows.pair, windows.start)
    states = _stock_by_state(stock, countries_fed(nodes, lanes), allocation.lines)
    quotes = _by_key(contribution.merge(allocation.lines[keys], on=keys, how="inner"))
    lines = _by_key(allocation.lines)
    hubs = find_hubs(nodes)
    origin = str(nodes.loc[nodes["node"] == hubs[0], "country"].iloc[0])
    book = _Sources(rates, as_of, base_currency, origin)
    rows: list[tuple[object, ...]] = []
    for number, row in enumerate(at):
        slot = {str(name): value for name, value in frame.iloc[int(row)].items()}
        key = (str(slot["sku"]), str(slot["country"]), str(slot["lane"]))
        line, quote = lines[key], quotes[key]
        page = _Page(base_currency)
        events = arriving[arriving["pair"] == windows.pair[number]]
        coming = list(zip(events["day"], events["units"], strict=True))
        _tell_position(
            page, slot, states.get((slot["sku"], slot["country"]), {}), coming, windows.ends[1, number], as_of
        )
        _tell_window(page, slot, as_of)
        _tell_demand(page, slot, mean_start[number], to_start[number], to_end[number], needs[:, number])
        _tell_contribution(page, quote, book)
        units = float(slot["carton_units"])
        sold = expected_sold(needs, np.array([number]), np.array([units]))[0]
        _tell_cartons(page, slot, line, quote, float(sold), policy, book)
        _tell_outcome(page, line, quote)
        rows += [(*key, step, *row) for step, row in enumerate(page.rows, start=1)]
    columns = [*keys, "step", "label", "value", "unit", "note"]
    texts = [name for name in columns if name != "step"]
    return pd.DataFrame(rows, columns=columns).astype({"step": "int64"} | dict.fromkeys(texts, "str"))


def _by_key(frame: pd.DataFrame) -> dict[tuple[str, str, str], dict[str, Any]]:
    records = cast(list[dict[str, Any]], frame.to_dict("records"))
    return {(str(row["sku"]), str(row["country"]), str(row["lane"])): row for row in records}


class _Page:
    """Steps of one line; money arrives in base minor units."""

    def __init__(self, currency: str) -> None:
        self.currency, self.digits = currency, minor_digits(currency)
        self.rows: list[tuple[str, str, str, str]] = []

    def say(self, label: str, value: object, unit: str, note: str = "") -> None:
        self.rows.append((label, str(value), unit, note))

    def pay(self, label: str, minor: float, note: str = "") -> None:
        self.say(label, self.money(minor), self.currency, note)

    def money(self, minor: float) -> str:
        """To a ten-thousandth, as a unit's money needs; zeros beyond the minor unit are left out."""
        amount = Decimal(str(round(float(minor), 2))).scaleb(-self.digits).quantize(Decimal("0.0001"))
        text = format(amount if amount else abs(amount), "f")
        return text[: len(text) - 4 + self.digits] + text[len(text) - 4 + self.digits :].rstrip("0")


class _Sources:
    """Rates as notes: value, source, date, confidence."""

    def __init__(self, rates: RateBook, as_of: date, base_currency: str, origin: str) -> None:
        self.rates, self.as_of, self.base_currency, self.origin = rates, as_of, base_currency, origin
        self._notes: dict[tuple[str, ...], str] = {}

    def name(self, kind: str, key: str) -> str:
        if (kind, key) not in self._notes:
            self._notes[kind, key] = _describe(self.rates.find(kind, key, self.as_of))
        return self._notes[kind, key]

    def list_exchanges(self, country: str, lane_currency: str) -> list[tuple[str, str, str]]:
        """Unit, value and note of every exchange between a marketplace's or lane's money and the base currency."""
        fee = self.rates.find("storage_fee", country, self.as_of)
        wanted = {lane_currency} | ({fee.unit.partition("/")[0]} if fee else set())
        rows = []
        for currency in sorted(wanted - {self.base_currency, "", "nan"}):
            crossed = self.rates.convert(currency, self.base_currency, self.as_of)
            parts = [self.name("fx", name) for name in (self.base_currency, currency) if name != "USD"]
            rows.append((f"{self.base_currency} / {currency}", f"{crossed:.4f}", "; ".join(parts)))
        return rows

    def name_rebate(self, hs_code: str) -> str:
        try:
            rebate = self.rates.read_longest("export_rebate", self.origin, hs_code, self.as_of)
        except MissingRate:
            return ""
        return _describe(rebate)

    def name_duty(self, country: str, hs_code: str) -> str:
        if (country, hs_code) not in self._notes:
            layers = []
            try:
                layers.append(self.rates.read_longest("duty", country, hs_code, self.as_of))
            except MissingRate:
                return ""
            layers += extra_duties(self.rates, country, hs_code, self.as_of)
            self._notes[country, hs_code] = " + ".join(
                f"{layer.kind} {layer.key}: {_describe(layer)}" for layer in layers
            )
        return self._notes[country, hs_code]


def _describe(rate: Rate | None) -> str:
    if rate is None:
        return ""
    value = f"{_percent(rate.value)} %" if rate.unit == "share" else f"{rate.value} {rate.unit}"
    return f"{value} · {rate.source} · {rate.effective_from.isoformat()} · {rate.confidence}"


def _percent(share: float | Decimal) -> str:
    return f"{float(share) * 100:.6g}"


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
    page: _Page,
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
    note = " + ".join(f"{_day(as_of, day)}: {units:.0f}" for day, units in arriving)
    page.say(mark("On the way, arriving before the next feasible arrival"), slot["on_the_way"], "units", note)
    page.say(
        mark("Position"), slot["position"], "units", f"{slot['in_stock']} + {slot['on_the_way']} = {slot['position']}"
    )


def _tell_window(page: _Page, slot: dict[str, Any], as_of: date) -> None:
    page.say(mark("Cut-off of the departure"), _day(as_of, slot["depart_days"]), "date", slot["lane"])
    page.say(mark("Usual transit, door to shelf"), f"{slot['transit_days']:g}", "days")
    page.say(mark("Usual arrival of this shipment"), _day(as_of, slot["start_days"]), "date")
    ends = [_day(as_of, slot[f"end_{at}"]) for at in ("p10", "p50", "p90")]
    weights = ", ".join(f"{weight:g} × {end}" for weight, end in zip(ARRIVALS, ends, strict=True))
    page.say(mark("Next feasible arrival: early, usual, late with their weights"), ends[1], "date", weights)


def _tell_demand(
    page: _Page,
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


def _tell_contribution(page: _Page, quote: dict[str, Any], book: _Sources) -> None:
    country, lane, hs_code = str(quote["country"]), str(quote["lane"]), str(quote["hs_code"])
    size = f"{quote['weight_kg']:g} kg, {quote['cm3']:g} cm³"
    for unit, value, note in book.list_exchanges(country, str(quote["lane_currency"])):
        page.say(mark("Rate of exchange"), value, unit, note)
    page.say(mark("Units sold in the country since the history begins"), int(quote["sold_units"]), "units")
    if quote["customs_basis"]:
        page.pay(mark("Customs value"), quote["customs_value"], str(quote["customs_basis"]))
    page.pay(mark("Price as the buyer pays it"), quote["gross_price"], str(quote["price_basis"]))
    steps: list[tuple[str, str, float, str]] = [
        ("−", mark("Value added tax in the price"), quote["vat"], book.name("vat", country)),
        ("−", mark("Referral fee"), quote["referral"], book.name("referral_fee", country)),
        (
            "−",
            mark("Fulfilment fee"),
            quote["fulfilment"],
            f"{book.name('fulfilment_base', country)}; {size}; {book.name('fulfilment_per_kg', country)}",
        ),
        (
            "−",
            mark("Handling of expected returns"),
            quote["returns"],
            f"{quote['return_rate']:.6f} × {book.name('returns_cost', country)}",
        ),
        (
            "−",
            mark("Refunds of returns that cannot be sold again"),
            quote["refunds"],
            f"{quote['return_rate']:.6f} × (1 − {quote['resold_share']:.4f}) × "
            f"({page.money(quote['price'])} − {page.money(quote['referral'])})",
        ),
        ("−", mark("Freight"), quote["freight"], f"{lane}: {_freight(page, quote)}"),
        ("−", mark("Handling at the hub"), quote["handling"], lane),
        (
            "−",
            mark("Duty on the customs value"),
            quote["duty"],
            f"{page.money(quote['customs_value'])} × {_percent(quote['duty_rate'])} %; "
            f"{book.name_duty(country, hs_code)}",
        ),
        ("−", mark("Merchandise processing fee"), quote["mpf"], book.name("mpf_rate", country)),
        ("−", mark("Harbour maintenance fee, ocean only"), quote["hmf"], book.name("hmf_rate", country)),
        ("−", mark("Import tax that is not recovered"), quote["import_vat_cost"], _import_tax(page, quote, book)),
        (
            "+",
            mark("Export rebate"),
            quote["rebate"],
            f"{page.money(quote['product_cost'])} × {_percent(quote['rebate_share'])} %; {book.name_rebate(hs_code)}",
        ),
    ]
    for sign, label, minor, note in steps:
        if round(float(minor), 4) != 0:
            page.pay(label, -minor if sign == "−" else minor, note)
    page.pay(
        mark("Contribution of one unit, product cost not counted"),
        quote["contribution"],
        mark("the price less everything since"),
    )
    page.pay(
        mark("Margin of one unit after product cost"),
        quote["net_margin"],
        f"{page.money(quote['contribution'])} − {page.money(quote['product_cost'])}",
    )
    if quote["assumed"]:
        page.say(mark("Facts not given, and what stood in"), str(quote["assumed"]), "")


def _freight(page: _Page, quote: dict[str, Any]) -> str:
    """Kilograms and cubic metres times what one more of each costs; onward legs included."""
    parts = []
    if quote["per_kg"] > 0:
        parts.append(f"{quote['weight_kg']:g} kg × {page.money(quote['per_kg'])}")
    if quote["per_m3"] > 0:
        parts.append(f"{quote['cm3'] / 1_000_000:g} m³ × {page.money(quote['per_m3'])}")
    return " + ".join(parts)


def _import_tax(page: _Page, quote: dict[str, Any], book: _Sources) -> str:
    country = str(quote["country"])
    source = book.name("import_vat", country) or book.name("vat", country)
    terms = " + ".join(page.money(quote[name]) for name in ("customs_value", "freight", "duty"))
    return f"({terms}) × {_percent(quote['import_vat_rate'])} %; {source}"


def _tell_cartons(
    page: _Page,
    slot: dict[str, Any],
    line: dict[str, Any],
    quote: dict[str, Any],
    sold: float,
    policy: DistributionPolicy,
    book: _Sources,
) -> None:
    units, weekly = int(slot["carton_units"]), float(slot["weekly_mean"])
    ahead = slot["at_arrival"] + units / 2
    weeks = min(float(policy.most_weeks_held), ahead / weekly) if weekly > 0 else float(policy.most_weeks_held)
    aged = _tell_age_fees(slot, weeks, page)
    page.say(mark("Chance that the next feasible arrival would come too late"), f"{line['short_percent']:.1f}", "%")
    page.say(mark("Units in a carton"), units, "units")
    page.say(mark("Expected sales in the window out of the first carton"), f"{sold:.3f}", "units")
    page.pay(
        mark("Storage and capital of one unit per week"),
        slot["holding_week"],
        f"{quote['cm3'] / 1_000_000:g} m³ × {page.money(quote['storage_per_m3_week'])} + "
        f"{page.money(quote['landed'])} × {policy.holding_percent_per_year} % / 52; "
        f"{book.name('storage_fee', str(quote['country']))}",
    )
    page.say(
        mark("Weeks until the first carton is sold"),
        f"{weeks:.2f}",
        "weeks",
        f"({slot['at_arrival']:g} + {units / 2:g}) ÷ {weekly:g}; ≤ {policy.most_weeks_held}",
    )
    if aged:
        page.pay(mark("Age fees of one unit until the first carton is sold"), *aged)
    if policy.hub_option_percent is None:
        _tell_postponement(page, slot, quote, policy)
    else:
        page.pay(
            mark("What an unsold unit loses by not being at the hub any more"),
            slot["option"],
            f"{policy.hub_option_percent} % × {page.money(slot['slow_contribution'])}",
        )
    page.pay(mark("Freight paid above the slow lane for an unsold unit"), slot["premium"])
    page.pay(
        mark("Value of the first carton"),
        line["first_carton_value"],
        f"{sold:.3f} × {page.money(slot['contribution'])} × {policy.lost_sale_percent} % − {units - sold:.3f} × "
        f"({page.money(slot['option'])} + {page.money(slot['premium'])}) − {units} × {weeks:.2f} × "
        f"{page.money(slot['holding_week'])}" + (f" − {units} × {page.money(aged[0])}" if aged else ""),
    )
    page.pay(mark("Value of the last carton sent"), line["last_carton_value"])
    page.pay(mark("Value of the next carton, not sent"), line["next_carton_value"])
    if slot["planned_cartons"] >= 0:
        page.say(
            mark("Most by this lane: of the next carton the slower lane would lose more than it is worth"),
            slot["planned_cartons"],
            "cartons",
        )
    page.pay(mark("What hub stock and limits would earn elsewhere, per first carton"), line["asked_base_minor"])


def _tell_age_fees(slot: dict[str, Any], weeks: float, page: _Page) -> tuple[float, str] | None:
    """Fee until sold and how it comes about; None where no age is reached that costs anything."""
    total, parts = 0.0, []
    for name, fee in slot.items():
        beyond = weeks - int(name.removeprefix(PREFIX)) / 7 if name.startswith(PREFIX) else 0.0
        if beyond > 0 and fee:
            total += beyond * fee
            parts.append(f"({weeks:.2f} − {name.removeprefix(PREFIX)} / 7) × {page.money(fee)}")
    return (total, " + ".join(parts)) if parts else None


def _tell_postponement(page: _Page, slot: dict[str, Any], quote: dict[str, Any], policy: DistributionPolicy) -> None:
    """What a unit gains by staying at the hub, from the need of the SKU's other countries."""
    weeks = policy.hub_lasts_weeks
    page.say(
        mark("Need of the SKU's other countries, in tonight's windows and in the weeks that the hub has to last"),
        f"{slot['need_elsewhere']:.1f}",
        "units",
        f"{weeks}",
    )
    page.say(mark("The hub holds, with what reaches it in those weeks"), f"{slot['hub_soon']:.0f}", "units")
    page.say(
        mark("Share of that need which the hub cannot serve"),
        f"{slot['unserved'] * 100:.1f}",
        "%",
        f"({slot['need_elsewhere']:.1f} − {slot['hub_soon']:.0f}) ÷ {slot['need_elsewhere']:.1f}",
    )
    if slot["unserved"] > 0:
        page.pay(mark("A unit at the hub would earn in those weeks, in the best other country"), slot["elsewhere"])
        page.pay(mark("An unsold unit in this country would earn in those weeks"), slot["here"])
    page.pay(
        mark("A week at the hub: storage, capital, and the capital of a rebate that waits"),
        slot["hub_week"],
        " + ".join(
            page.money(quote.get(name, 0.0)) for name in ("hub_storage_week", "hub_capital_week", "rebate_wait_week")
        ),
    )
    page.pay(
        mark("What an unsold unit loses by not being at the hub any more"),
        slot["option"],
        f"≥ 0; {slot['unserved'] * 100:.1f} % × ({page.money(slot['elsewhere'])} − {page.money(slot['here'])}) − "
        f"{weeks} / 2 × {page.money(slot['hub_week'])}",
    )


def _paid(page: _Page, line: dict[str, Any], quote: dict[str, Any]) -> str:
    """What a unit pays when shipped, import tax that comes back included; "" where the line pays more than that."""
    parts = [quote[name] for name in ("freight", "handling", "duty", "mpf", "hmf", "import_vat")]
    if abs(sum(parts) * line["units"] - line["cost_base_minor"]) > 1 + 0.001 * line["units"]:
        return ""
    return f"{line['units']} × ({' + '.join(page.money(part) for part in parts if part)})"


def _tell_outcome(page: _Page, line: dict[str, Any], quote: dict[str, Any]) -> None:
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
    page.pay(mark("Expected value of the line against keeping it at the hub"), line["value_base_minor"])
    page.pay(mark("Freight, duty and tax paid for the line"), line["cost_base_minor"], _paid(page, line, quote))
    page.pay(mark("Landed value of the line"), line["landed_base_minor"], f"{units} × {page.money(quote['landed'])}")
    if not np.isnan(line["flip_demand_percent"]):
        page.say(mark("Nothing is sent if demand changes by"), f"{line['flip_demand_percent']:.1f}", "%")
    if not np.isnan(line["flip_margin_percent"]):
        page.say(mark("Nothing is sent if the contribution changes by"), f"{line['flip_margin_percent']:.1f}", "%")
    if line["flip_transit_days"] > 0:
        page.say(mark("Nothing is sent if the transit is longer by"), int(line["flip_transit_days"]), "days")
