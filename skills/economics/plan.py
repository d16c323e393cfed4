"""Landed cost per line of an entry, every component with its rate, date and source."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from skills.economics.exact import book_exactly, divide_half_even
from skills.economics.facts import check_facts
from skills.economics.policy import EconomicsPolicy
from skills.economics.sheet import COMPONENTS, ENTRY_COMPONENTS, FX, LINE_COMPONENTS, CostSheet
from skills.economics.tariff import Note, Tariff
from skills.rates import RateBook


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
            duty_layers (`duty duty_301 duty_other`, blanks between), departs_on, charge_duty (optional: True asks
            for duty to be added, refused under DDP).
        products: One row per sku: unit_cost_minor, cost_currency, tooling_minor, tooling_units, qc_pack_minor,
            weight_g, volume_cm3, hs_code, special_vat_invoice.
        lanes: One row per (lane, country) that it serves: mode, incoterm, importer_of_record, tax_included,
            volumetric_divisor [cm³/kg].
        registrations: One row per country where the seller is registered for VAT: country.
        rates: The `RateBook`; kinds and keys are listed in SKILL.md.
    Returns:
        One row per (entry, sku, country, lane, component): amount_minor [base currency, whole line], units, currency,
        rate, rate_currency, rate_from, source, basis, treatment (`cost`, or `cash later`: left out of the cost,
        the rebate being taken off it), cash_on.
    Raises:
        UnusableCost, UnstatedCustomsValue, DutyInPrice, UnservedLane, MissingRate.
    """
    facts = check_facts(lines, products, lanes)
    tariff = Tariff(rates, base_currency, as_of)
    registered = set(registrations["country"])
    sheet, notes = _build_sheet(facts, registered, tariff)
    booked = book_exactly(sheet)
    rows = []
    for place, line in enumerate(facts.to_dict("records")):
        recovered = line["importer_of_record"] == "seller" and line["country"] in registered
        for column, component in enumerate(COMPONENTS):
            rate, currency, since, source, basis = notes[place].get(component, ("", base_currency, "", "", "none"))
            later = component == "export_rebate" or (component == "import_vat" and recovered)
            days = policy.export_rebate_days if component == "export_rebate" else policy.import_vat_refund_days
            rows.append(
                {name: line[name] for name in ("entry", "sku", "country", "lane", "units", "customs_method")}
                | {
                    "component": component,
                    "amount_minor": int(booked[place, column]),
                    "currency": base_currency,
                    "rate": rate,
                    "rate_currency": currency,
                    "rate_from": since,
                    "source": source,
                    "basis": basis,
                    "treatment": "cash later" if later else "cost",
                    "in_cost": component != "import_vat" or not recovered,
                    "cash_on": pd.Timestamp(line["departs_on"]) + pd.Timedelta(days=days) if later else pd.NaT,
                }
            )
    return pd.DataFrame(rows)


def _build_sheet(
    facts: pd.DataFrame, registered: set[str], tariff: Tariff
) -> tuple[CostSheet, list[dict[str, Note]]]:
    bases, rates, fx, mpf, fees, notes = [], [], [], [], [], []
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
            rates.append([charges[name].number if name in charges else 0 for name, _, _ in LINE_COMPONENTS])
            fx.append(
                [tariff.fx(charges[name].currency) if name in charges else FX for name, _, _ in LINE_COMPONENTS]
            )
            notes.append({name: charge.note for name, charge in charges.items()})
        head = rows.to_dict("records")[0]
        entry, (processing, processing_note) = tariff.charge_entry(head), tariff.read_mpf(head)
        for note in notes[starts[-1] :]:
            note.update(processing_note | {name: charge.note for name, charge in entry.items()})
        mpf.append(processing)
        fees.append(
            [
                divide_half_even(entry[name].number * tariff.fx(entry[name].currency), FX) if name in entry else 0
                for name in ENTRY_COMPONENTS[1:]
            ]
        )
        starts.append(starts[-1] + len(rows))
    arrays = [np.array(table, dtype=np.int64) for table in (bases, rates, fx, starts, mpf, fees)]
    return CostSheet(*arrays), notes
