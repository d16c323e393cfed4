"""Lines joined with their products and lanes, or refused.

Refusal
├── UnusableCost            a value that cannot be: negative, missing, no weight
├── UnstatedCustomsValue    a customs value without its method
├── UnservedLane            a lane that does not serve the country
└── DutyInPrice             duty asked for again on tax-included freight
"""

from __future__ import annotations

import pandas as pd

from skills.economics.sheet import LINE_COMPONENTS
from skills.vocabulary import Refusal, mark, name_rows

_LAYERS = {name for name, _, _ in LINE_COMPONENTS if name.startswith("duty")}
_AMOUNTS = ["customs_value_minor", "placement_minor", "unit_cost_minor", "tooling_minor", "qc_pack_minor"]
_POSITIVE = ["units", "weight_g", "volume_cm3", "volumetric_divisor"]


class UnusableCost(Refusal):
    """A fact that no cost can be built on."""


class UnstatedCustomsValue(Refusal):
    """A customs value without the method behind it."""


class UnservedLane(Refusal):
    """A lane that does not serve the country of the line."""


class DutyInPrice(Refusal):
    """Duty asked for on freight whose price includes it."""


def check_facts(lines: pd.DataFrame, products: pd.DataFrame, lanes: pd.DataFrame) -> pd.DataFrame:
    """One row per line, sorted by (entry, sku), with the columns of its product and lane."""
    for table, key in ((lines, ["entry", "sku"]), (products, ["sku"]), (lanes, ["lane", "country"])):
        _refuse(table[table.duplicated(key)], key, "+".join(key), "one row each")
    facts = lines.merge(products, how="left", on="sku").merge(
        lanes.assign(served=True), how="left", on=["lane", "country"]
    )
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
        _refuse(facts[~(facts[column] > 0)], ["sku", "lane"], column, "above 0")
    for column in _AMOUNTS:
        _refuse(facts[~(facts[column] >= 0)], ["sku", "lane"], column, "0 or more")
    for column in ("country", "lane", "customs_currency"):
        mixed = facts[facts.groupby("entry")[column].transform("nunique") > 1]
        _refuse(mixed, ["entry", "sku"], column, "one per entry")
    unknown = ~facts["duty_layers"].map(lambda text: set(str(text).split()) <= _LAYERS)
    _refuse(facts[unknown], ["sku"], "duty_layers", " ".join(sorted(_LAYERS)))
    included = facts["tax_included"].astype(bool)
    bare_duty = facts[~included & (facts["duty_layers"].astype(str).str.strip() == "")]
    _refuse(bare_duty, ["sku", "lane"], "duty_layers", "at least one layer outside tax-included freight")
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
