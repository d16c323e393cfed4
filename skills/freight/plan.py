"""What carrying a consignment on a lane costs, when it leaves and when it arrives."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd

from skills.freight.facts import (
    AS_THE_LANE,
    LANES_FILE,
    CardLine,
    is_yes,
    kilograms,
    lane_as_card,
    next_departure,
    read_cards,
    read_consignments,
    read_lanes,
)
from skills.freight.policy import FreightPolicy
from skills.rates import Rate, RateBook
from skills.vocabulary import Refusal, mark, minor_digits

QUOTES = [
    "consignment", "lane", "mode", "incoterm", "importer_of_record", "tax_included", "service", "chargeable_g",
    "amount_minor", "currency", "amount_base_minor", "departs_on", "arrive_p10", "arrive_p50", "arrive_p90", "basis",
    "rate", "source", "rate_from", "retrieved_on", "confidence", "parts", "note", "reason", "values",
]  # fmt: skip
UNSERVED = mark("Lane {lane} does not go to {country}. Choose another lane, or add the country to it in lanes.")
NO_POSTCODE = mark(
    "The card of {lane} is by postcode, and the consignment has none that it serves. State the postcode."
)
TAX_DIFFERS = mark(
    "The card and the row of lane {lane} differ on whether duty and tax are in the price. Correct one of them, so "
    "that they are neither charged twice nor left out."
)
FULL = mark("more than the lane carries in a week")
SURCHARGE = "freight_surcharge"

_BASE, _BOXES, _LEAST, _FIXED = mark("freight"), mark("boxes"), mark("up to the minimum"), mark("per shipment")


@dataclass(slots=True)
class _Price:
    """One way to charge a consignment: by which line, at which weight, and the parts it comes to."""

    line: CardLine
    chargeable_g: int
    parts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(int(part["amount_minor"]) for part in self.parts)


def quote_freight(
    consignments: pd.DataFrame,
    lanes: pd.DataFrame,
    cards: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    policy: FreightPolicy,
    as_of: date,
) -> pd.DataFrame:
    """Price every consignment on every lane that it is asked for.

    chargeable = max(gross weight, volume ÷ divisor, boxes × the least weight of a box), rounded up to the step.
    freight = max(chargeable × price per kg, volume × price per m³) + boxes × price per box, raised to the minimum,
    plus what a shipment costs; the next weight break is charged where it is cheaper. Surcharges come on top.

    Args:
        consignments: One row per (consignment, lane) asked for: country, postcode ("" unknown), boxes, weight_g,
            volume_cm3, longest_mm, ready_on.
        lanes: One row per lane, as docs/inputs.md describes them; confidence, if given, of its own prices.
        cards: One row per card line; may be empty. A lane without a valid line is priced by its own row.
        rates: fx, and `freight_surcharge` by `lane:name` in `share`, `CCY/kg`, `CCY/box` or `CCY/shipment`.

    Returns:
        One row per (consignment, lane), in order: chargeable_g [g], amount_minor [minor units of currency],
        amount_base_minor, departs_on (the first cut-off on or after the day it is ready), arrive_p10, arrive_p50,
        arrive_p90, basis (rate card or lane row), rate (text), its source and dates, parts (list: part, amount_minor,
        rate), note. Where a lane cannot be quoted, reason says why (a sentence; its values as JSON in `values`).

    Raises:
        MissingColumns: of a table.
        IncompleteConsignment: without weight, volume, boxes or day.
        UnusableCard: a price below zero, or no price at all.
    """
    rows = read_consignments(consignments)
    known = read_lanes(lanes)
    book = read_cards(cards, known)
    extras = _list_surcharges(rates, as_of)
    quotes = [
        _quote(
            row,
            known.get(str(row["lane"])),
            book.get(str(row["lane"]), []),
            extras,
            rates,
            base_currency,
            policy,
            as_of,
        )
        for row in rows
    ]
    return pd.DataFrame(quotes, columns=QUOTES)


def _quote(
    row: dict[Any, Any],
    lane: dict[Any, Any] | None,
    lines: list[CardLine],
    extras: dict[str, list[Rate]],
    rates: RateBook,
    base_currency: str,
    policy: FreightPolicy,
    as_of: date,
) -> list[Any]:
    place = {"lane": row["lane"], "country": row["country"], "consignment": row["consignment"]}
    if lane is None or lane["country"] != row["country"]:
        return _refuse(row, lane, UNSERVED, place)
    valid = [line for line in lines if line.holds_on(as_of)]
    reached = [(line.reach(str(row["postcode"])), line) for line in valid]
    closest = max((reach for reach, _ in reached), default=0)
    if valid and closest < 0:
        return _refuse(row, lane, NO_POSTCODE, place)
    choice = [line for reach, line in reached if reach == closest] or [lane_as_card(lane)]
    price = min(_list_prices(choice, row, policy), key=lambda found: (found.total, found.line.service))
    line = price.line
    if line.tax_included != is_yes(lane["tax_included"]):
        return _refuse(row, lane, TAX_DIFFERS, place)
    try:
        _add_surcharges(price, row, extras.get(str(row["lane"]), []), rates, as_of)
        factor = Fraction(rates.convert(line.currency, base_currency, as_of))
    except Refusal as refusal:
        return _refuse(row, lane, refusal.template, refusal.values)
    scale = Fraction(10) ** (minor_digits(base_currency) - minor_digits(line.currency))
    leaves = next_departure(
        row["ready_on"], line.cutoff if line.cutoff != AS_THE_LANE else int(lane["cutoff_weekday"])
    )
    arrives = [leaves + timedelta(days=int(lane[f"transit_days_{name}"])) for name in ("p10", "p50", "p90")]
    capacity = lane["weekly_capacity_m3"]
    full = capacity == capacity and int(row["volume_cm3"]) > float(capacity) * 1_000_000
    return [
        row["consignment"], row["lane"], lane["mode"], lane["incoterm"], lane["importer_of_record"],
        line.tax_included, line.service, price.chargeable_g, price.total, line.currency,
        round(price.total * factor * scale),
        *map(pd.Timestamp, (leaves, *arrives)), line.basis, _say_rate(line), line.source,
        as_of.isoformat() if line.source == LANES_FILE else line.effective_from.isoformat(),
        line.retrieved_on, line.confidence, price.parts, FULL if full else "", "", "{}",
    ]  # fmt: skip


def _refuse(row: dict[Any, Any], lane: dict[Any, Any] | None, reason: str, values: dict[str, Any]) -> list[Any]:
    facts = ["", "", "", False] if lane is None else [
        lane["mode"], lane["incoterm"], lane["importer_of_record"], str(lane["tax_included"]) == "yes"
    ]  # fmt: skip
    said = json.dumps({name: str(value) for name, value in values.items()}, sort_keys=True, ensure_ascii=False)
    return [row["consignment"], row["lane"], *facts, "", 0, 0, "", 0, *[pd.NaT] * 4, *[""] * 6, [], "", reason, said]


def _list_prices(lines: list[CardLine], row: dict[Any, Any], policy: FreightPolicy) -> Iterable[_Price]:
    """Every way to charge: each service at the break of its weight, and at the next one from its first gram on."""
    for service in sorted({line.service for line in lines}):
        breaks = sorted((line for line in lines if line.service == service), key=lambda line: line.from_g)
        at = max((place for place, line in enumerate(breaks) if line.from_g <= _weigh(line, row)), default=0)
        yield _charge(breaks[at], row, max(_weigh(breaks[at], row), breaks[at].from_g))
        if policy.charge_next_break and at + 1 < len(breaks):
            yield _charge(breaks[at + 1], row, max(_weigh(breaks[at + 1], row), breaks[at + 1].from_g))


def _weigh(line: CardLine, row: dict[Any, Any]) -> int:
    """Chargeable weight [g]."""
    by_size = -(-int(row["volume_cm3"]) * 1000 // line.divisor) if line.divisor > 0 else 0
    least = int(row["boxes"]) * line.box_minimum_g
    weight = max(int(row["weight_g"]), by_size, least)
    return -(-weight // line.step_g) * line.step_g if line.step_g > 0 else weight


def _charge(line: CardLine, row: dict[Any, Any], chargeable_g: int) -> _Price:
    prices, boxes = line.prices, int(row["boxes"])
    by_weight = Fraction(chargeable_g * prices["per_kg_minor"], 1000)
    by_volume = Fraction(int(row["volume_cm3"]) * prices["per_m3_minor"], 1_000_000)
    parts = [(_BASE, round(max(by_weight, by_volume)), _say_rate(line))]
    if prices["per_box_minor"]:
        parts.append((_BOXES, boxes * prices["per_box_minor"], f"{boxes} × {_major(line, 'per_box_minor')}"))
    short = prices["minimum_minor"] - sum(amount for _, amount, _ in parts)
    if short > 0:
        parts.append((_LEAST, short, _major(line, "minimum_minor")))
    if prices["fixed_minor"]:
        parts.append((_FIXED, prices["fixed_minor"], _major(line, "fixed_minor")))
    return _Price(
        line, chargeable_g, [{"part": part, "amount_minor": amount, "rate": rate} for part, amount, rate in parts]
    )


def _list_surcharges(rates: RateBook, as_of: date) -> dict[str, list[Rate]]:
    found: dict[str, dict[str, Rate]] = {}
    for rate in rates:
        lane, _, name = rate.key.rpartition(":")
        if rate.kind == SURCHARGE and rate.holds_on(as_of) and name:
            found.setdefault(lane, {})[name] = rates.read(SURCHARGE, rate.key, as_of)
    return {lane: [rate for _, rate in sorted(named.items())] for lane, named in found.items()}


def _add_surcharges(price: _Price, row: dict[Any, Any], extras: list[Rate], rates: RateBook, as_of: date) -> None:
    """Each surcharge on the freight as it stands before all of them.

    Raises:
        UnusableRate: of another unit, or below zero.
        MissingRate: its currency has none on that day.
    """
    line, freight = price.line, price.total
    for rate in extras:
        currency, _, per = rate.unit.partition("/")
        number = {
            "kg": Fraction(price.chargeable_g, 1000),
            "box": Fraction(int(row["boxes"])),
            "shipment": Fraction(1),
        }
        if rate.unit == "share" and rate.value >= 0:
            amount = freight * Fraction(rate.value)
        elif per in number and rate.value >= 0:
            minor = Fraction(rate.value) * Fraction(10) ** minor_digits(line.currency)
            amount = number[per] * minor * Fraction(rates.convert(currency, line.currency, as_of))
        else:
            raise rate.refuse_unit("share, CCY/kg, CCY/box, CCY/shipment")
        name = rate.key.rpartition(":")[2]
        said = f"{rate.value} {rate.unit} · {rate.source} {rate.effective_from.isoformat()}"
        price.parts.append({"part": name, "amount_minor": round(amount), "rate": said})


def _say_rate(line: CardLine) -> str:
    """The price per unit as the card has it: `13.5 CNY/kg from 45 kg`."""
    parts = [
        f"{_major(line, name)}/{unit}"
        for name, unit in (("per_kg_minor", "kg"), ("per_m3_minor", "m³"))
        if line.prices[name]
    ]
    return ", ".join(parts) + (f" from {kilograms(line.from_g)} kg" if line.from_g else "")


def _major(line: CardLine, name: str) -> str:
    digits = minor_digits(line.currency)
    whole, part = divmod(line.prices[name], 10**digits)
    return f"{whole}.{part:0{digits}d} {line.currency}" if digits else f"{whole} {line.currency}"
