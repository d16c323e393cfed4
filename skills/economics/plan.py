"""Landed cost per line of an entry, every component with its rate, date and source."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.economics.exact import book_exactly, divide_half_even
from skills.economics.facts import check_facts
from skills.economics.policy import EconomicsPolicy
from skills.economics.sheet import ENTRY_COMPONENTS, FX, QUOTE, CostSheet, list_line_components
from skills.economics.tariff import Exchange, Note, Tariff, is_quoted
from skills.rates import RateBook
from skills.vocabulary import mark

COST, CASH_LATER = mark("cost"), mark("cash later")
LANDED = ["entry", "sku", "country", "lane", "units", "customs_method", "component", "amount_minor", "currency",
          "own_minor", *Note._fields, *Exchange._fields, "treatment", "in_cost", "cash_on"]  # fmt: skip


def quote_landed_cost(
    lines: pd.DataFrame,
    products: pd.DataFrame,
    lanes: pd.DataFrame,
    registrations: pd.DataFrame,
    rates: RateBook,
    base_currency: str,
    policy: EconomicsPolicy,
    as_of: date,
) -> pd.DataFrame:
    """What each line of each entry costs on its shelf.

    Args:
        lines: One row per (entry, sku, country, lane): units, customs_value_minor (of the line), customs_currency,
            customs_method, placement_minor (per unit, base currency, from the chosen placement option),
            duty_layers (kinds of the rate book, blanks between: `duty duty_301`), departs_on, charge_duty (optional:
            True asks for duty to be added, refused under DDP), hs_code (optional: chosen for the country; else the
            product's). Optional, the same on every line of an entry:
            freight_minor (of the whole entry, as quoted) with freight_currency, freight_rate (text), freight_from,
            freight_source, freight_retrieved_on, freight_confidence; without it freight is charged per kilogram.
        products: One row per sku: unit_cost_minor, cost_currency, tooling_minor, tooling_units, qc_pack_minor,
            weight_g, volume_cm3, hs_code, special_vat_invoice.
        lanes: One row per (lane, country) that it serves: mode, incoterm, importer_of_record, tax_included,
            volumetric_divisor [cm³/kg]. Optional: handling_minor of a unit at the hub, with handling_currency;
            seller_exports (taken as True: whether goods leave under the seller's own export declaration; without one
            there is no rebate).
        registrations: One row per country where the seller is registered for VAT: country.
        rates: The `RateBook`; kinds and keys are listed in SKILL.md.
    Returns:
        One row per (entry, sku, country, lane, component): amount_minor [base currency, whole line], currency,
        own_minor [rate_currency, before conversion], units, rate, rate_currency, rate_from, source, retrieved_on,
        confidence, basis, fx (base currency for one of rate_currency; empty where they are one), fx_from, fx_source,
        fx_confidence, treatment (`cost`, or `cash later`: left out of the cost, the rebate being taken off it),
        cash_on. A fee of an entry is shared out once in each of the two currencies.
    Raises:
        UnusableCost, UnstatedCustomsValue, DutyInPrice, UnservedLane, MissingColumns, MissingRate, UnverifiedRate,
        UnusableRate.
    """
    facts = check_facts(lines, products, lanes, registrations)
    tariff = Tariff(rates.trust(policy.accept_unverified), base_currency, as_of)
    registered = set(registrations["country"])
    sheet, notes = _build_sheet(facts, tariff)
    booked, own = book_exactly(sheet), book_exactly(sheet.at_par())
    places = {name: column for column, name in enumerate(sheet.components)}
    quoted = places.pop(QUOTE)
    exchanges: dict[str, Exchange] = {}
    rows = []
    for place, line in enumerate(facts.to_dict("records")):
        recovered = line["importer_of_record"] == "seller" and line["country"] in registered
        by_quote = is_quoted(line)
        for component, column in places.items():
            if component == "freight" and by_quote:
                column = quoted
            note = notes[place].get(sheet.components[column], Note("", base_currency))
            if note.rate_currency not in exchanges:
                exchanges[note.rate_currency] = tariff.note_exchange(note.rate_currency)
            later = component == "export_rebate" or (component == "import_vat" and recovered)
            days = policy.export_rebate_days if component == "export_rebate" else policy.import_vat_refund_days
            rows.append(
                {name: line[name] for name in LANDED[:6]}
                | {
                    "component": component,
                    "amount_minor": int(booked[place, column]),
                    "currency": base_currency,
                    "own_minor": int(own[place, column]),
                    **note._asdict(),
                    **exchanges[note.rate_currency]._asdict(),
                    "treatment": CASH_LATER if later else COST,
                    "in_cost": component != "import_vat" or not recovered,
                    "cash_on": pd.Timestamp(line["departs_on"]) + pd.Timedelta(days=days) if later else pd.NaT,
                }
            )
    return pd.DataFrame(rows, columns=LANDED)


def _build_sheet(facts: pd.DataFrame, tariff: Tariff) -> tuple[CostSheet, list[dict[str, Note]]]:
    layers = tuple(sorted({layer for text in facts["duty_layers"] for layer in str(text).split()}))
    names = [name for name, *_ in list_line_components(layers)]
    bases, rates, fx, fees, notes = [], [], [], [], []
    starts = [0]
    for _, rows in facts.groupby("entry", sort=False):
        for line in rows.to_dict("records"):
            units = int(line["units"])
            grams = max(
                units * int(line["weight_g"]),
                divide_half_even(units * int(line["volume_cm3"]) * 1000, int(line["volumetric_divisor"])),
            )
            ex_works = units * int(line["unit_cost_minor"])
            bases.append([units, grams, int(line["customs_value_minor"]), ex_works])
            charges = tariff.charge_line(line)
            rates.append([charges[name].number if name in charges else 0 for name in names])
            fx.append([tariff.fx(charges[name].currency) if name in charges else FX for name in names])
            notes.append({name: charge.note for name, charge in charges.items()})
        entry = tariff.charge_entry(rows.to_dict("records")[0], sum(base[2] for base in bases[starts[-1] :]))
        for note in notes[starts[-1] :]:
            note.update({name: fee.note for name, fee in entry.items()})
        fees.append(
            [
                [fee.share, fee.least, fee.most, tariff.fx(fee.currency)] if fee else [0, 0, 0, FX]
                for fee in (entry.get(name) for name, _ in ENTRY_COMPONENTS)
            ]
        )
        starts.append(starts[-1] + len(rows))
    shapes = ((-1, 4), (-1, len(names)), (-1, len(names)), (-1,), (-1, len(ENTRY_COMPONENTS), 4))
    arrays = [
        np.array(table, dtype=np.int64).reshape(shape)
        for table, shape in zip((bases, rates, fx, starts, fees), shapes, strict=True)
    ]
    return CostSheet(layers, *arrays), notes
