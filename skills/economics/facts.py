"""Lines joined with their products and lanes, or refused.

Refusal
├── UnusableCost            a value that cannot be: negative, missing, no weight
├── UnstatedCustomsValue    a customs value without its method
├── UnservedLane            a lane that does not serve the country
└── DutyInPrice             duty asked for again on tax-included freight
"""

from __future__ import annotations

import re

import pandas as pd

from skills.vocabulary import Refusal, check_columns, mark, name_rows

_COLUMNS = {
    "lines": ("entry", "sku", "country", "lane", "units", "customs_value_minor", "customs_currency",
              "customs_method", "placement_minor", "duty_layers", "departs_on"),
    "products": ("sku", "unit_cost_minor", "cost_currency", "tooling_minor", "tooling_units", "qc_pack_minor",
                 "weight_g", "volume_cm3", "hs_code", "special_vat_invoice"),
    "lanes": ("lane", "country", "mode", "incoterm", "importer_of_record", "tax_included", "volumetric_divisor"),
    "registrations": ("country",),
}  # fmt: skip
_WHOLE = ["customs_value_minor", "placement_minor", "unit_cost_minor", "tooling_minor", "tooling_units",
          "qc_pack_minor", "handling_minor"]  # fmt: skip
_POSITIVE = ["units", "weight_g", "volume_cm3", "volumetric_divisor"]
FREIGHT = ("freight_minor", "freight_currency", "freight_rate", "freight_from", "freight_source",
           "freight_retrieved_on", "freight_confidence")  # fmt: skip
_LAYER = re.compile(r"duty(_\w+)?")


class UnusableCost(Refusal):
    """A fact that no cost can be built on."""


class UnstatedCustomsValue(Refusal):
    """A customs value without the method behind it."""


class UnservedLane(Refusal):
    """A lane that does not serve the country of the line."""


class DutyInPrice(Refusal):
    """Duty asked for on freight whose price includes it."""


def check_facts(
    lines: pd.DataFrame, products: pd.DataFrame, lanes: pd.DataFrame, registrations: pd.DataFrame
) -> pd.DataFrame:
    """One row per line, sorted by (entry, sku), with the columns of its product and lane."""
    for (name, needed), frame in zip(_COLUMNS.items(), (lines, products, lanes, registrations), strict=True):
        check_columns(name, frame.columns, needed)
    for table, key in ((lines, ["entry", "sku"]), (products, ["sku"]), (lanes, ["lane", "country"])):
        _refuse(table[table.duplicated(key)], key, "+".join(key), mark("one row each"))
    if "hs_code" in lines:  # chosen for the line's country
        products = products.drop(columns="hs_code")
    facts = lines.merge(products, how="left", on="sku").merge(
        lanes.assign(served=True), how="left", on=["lane", "country"]
    )
    facts = facts.assign(**{name: None for name in FREIGHT if name not in facts})
    if "seller_exports" not in facts:
        facts["seller_exports"] = True
    if "handling_minor" not in facts:
        facts = facts.assign(handling_minor=0, handling_currency=facts["cost_currency"])
    unserved = facts[facts["served"].isna()]
    if len(unserved):
        raise UnservedLane(
            mark(
                "Lane and country of {rows} do not go together: the lane does not serve the country. Expected a row "
                "of the lanes file. Choose another lane, or add the country to it."
            ),
            rows=name_rows(unserved["lane"] + " → " + unserved["country"]),
        )
    method = facts["customs_method"].fillna("").astype(str).str.strip()
    bare = facts[(method == "") | facts["customs_value_minor"].isna()]
    if len(bare):
        raise UnstatedCustomsValue(
            mark(
                "No customs value with its method for {rows}. Expected a value and how it was found (transaction, "
                "deductive …). Settle the method with the broker and record it."
            ),
            rows=name_rows(bare["entry"] + " " + bare["sku"]),
        )
    for column in _POSITIVE:
        _refuse(facts[~(facts[column] > 0)], ["sku", "lane"], column, mark("above 0"))
    for column in _WHOLE:
        _refuse(facts[~(facts[column] >= 0)], ["sku", "lane"], column, mark("0 or more"))
    for column in ("units", *_WHOLE):
        _refuse(facts[facts[column] % 1 != 0], ["sku", "lane"], column, mark("a whole number"))
    for column in ("country", "lane", "customs_currency"):
        mixed = facts[facts.groupby("entry")[column].transform("nunique") > 1]
        _refuse(mixed, ["entry", "sku"], column, mark("one per entry"))
    _check_freight(facts)
    layers = [set(str(text).split()) for text in facts["duty_layers"]]
    unknown = pd.Series([not all(map(_LAYER.fullmatch, names)) for names in layers], facts.index, dtype=bool)
    _refuse(facts[unknown], ["sku"], "duty_layers", mark("kinds of the rate book: duty, duty_301 …"))
    included = facts["tax_included"].astype(bool)
    without = ~included & pd.Series(["duty" not in names for names in layers], facts.index, dtype=bool)
    _refuse(facts[without], ["sku", "lane"], "duty_layers", mark("at least duty, outside tax-included freight"))
    ddp = facts[~included & (facts["incoterm"] == "DDP")]
    _refuse(ddp, ["sku", "lane"], "tax_included", mark("yes where the incoterm is DDP"))
    if "charge_duty" in facts and (included & facts["charge_duty"].astype(bool)).any():
        twice = facts[included & facts["charge_duty"].astype(bool)]
        raise DutyInPrice(
            mark(
                "Duty is asked for on {rows}, whose freight includes duty and VAT. Expected it once. Leave it out, "
                "or choose a lane without tax in its price."
            ),
            rows=name_rows(twice["sku"] + " " + twice["lane"]),
        )
    return facts.sort_values(["entry", "sku"], kind="stable", ignore_index=True)


def _check_freight(facts: pd.DataFrame) -> None:
    """A quoted freight is one amount per entry, in a currency, with where it comes from."""
    amount = pd.to_numeric(facts["freight_minor"])
    mixed = amount.fillna(-1).groupby(facts["entry"]).transform("nunique") > 1
    _refuse(facts[mixed], ["entry", "sku"], "freight_minor", mark("one per entry"))
    _refuse(
        facts[(amount < 0) | (amount % 1 > 0)], ["entry", "sku"], "freight_minor", mark("a whole number, 0 or more")
    )
    for column in ("freight_currency", "freight_source"):
        bare = amount.notna() & (facts[column].fillna("").astype(str) == "")
        _refuse(facts[bare], ["entry", "sku"], column, mark("stated where freight is quoted"))


def _refuse(rows: pd.DataFrame, key: list[str], column: str, expected: str) -> None:
    if len(rows):
        raise UnusableCost(
            mark(
                "{column} of {rows} cannot be used. Expected: {expected}. Correct it in the file and import it again."
            ),
            column=column,
            rows=name_rows(" ".join(str(value) for value in row) for row in rows[key].itertuples(index=False)),
            expected=expected,
        )
