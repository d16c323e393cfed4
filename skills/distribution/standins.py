"""What stands in for a product fact that the seller has not given, and how far the truth may lie from it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.vocabulary import Refusal, mark

SIZES = ("weight_kg", "length_cm", "width_cm", "height_cm")


class DuplicateProduct(Refusal):
    """Two products with one SKU."""


def complete_products(products: pd.DataFrame) -> pd.DataFrame:
    """Products without gaps.

    A missing weight or side is the median of the SKU's category (of all products, where the category has none); a
    missing tariff code is the category's most frequent one, the smallest of equals; an unknown invoice counts as no
    invoice. A carton holds at least one unit.

    Args:
        products: One row per sku.

    Returns:
        One row per sku, sorted: the same columns, `cm3` [cm³ of one packed unit] and `assumed`, the names of
        the facts that were missing with what stood in (`hs_code=6302.60; weight_kg=0.42`), empty when all are
        the seller's.

    Raises:
        DuplicateProduct: a SKU stands twice.
    """
    twice = products.loc[products["sku"].duplicated(), "sku"]
    if len(twice):
        raise DuplicateProduct(
            mark("SKU {sku} stands more than once in products. Expected one row per SKU; remove the wrong one."),
            sku=str(twice.iloc[0]),
        )
    full = products.sort_values("sku", kind="stable").reset_index(drop=True)
    missing: dict[str, pd.Series] = {}
    for side in SIZES:
        known = pd.to_numeric(full[side], errors="coerce").astype("float64")
        known = known.where(known > 0)
        missing[side] = known.isna()
        by_category = known.groupby(full["category"]).transform("median")
        full[side] = known.fillna(by_category).fillna(known.median()).round(4)
    hs_code = full["hs_code"].fillna("").astype("str")
    missing["hs_code"] = hs_code == ""
    usual = _usual_codes(full, hs_code)
    stand_in = pd.Series([usual.get(category, "") for category in full["category"]], index=full.index, dtype="str")
    full["hs_code"] = hs_code.where(hs_code != "", stand_in)
    invoice = full["vat_invoice"].fillna("").astype("str")
    missing["vat_invoice"] = ~invoice.isin(["yes", "no"])
    full["vat_invoice"] = invoice.where(~missing["vat_invoice"], "no")
    full["carton_units"] = full["carton_units"].fillna(1).clip(lower=1).astype("int64")
    full["cm3"] = (full["length_cm"] * full["width_cm"] * full["height_cm"]).round(0)
    full["assumed"] = _list_assumed(full, missing)
    return full


def _usual_codes(products: pd.DataFrame, hs_code: pd.Series) -> dict[str, str]:
    known = products.assign(hs_code=hs_code)[hs_code != ""]
    counts = known.groupby(["category", "hs_code"]).size().reset_index(name="products")
    counts = counts.sort_values(["category", "products", "hs_code"], ascending=[True, False, True], kind="stable")
    first = counts.drop_duplicates("category")
    return dict(zip(first["category"], first["hs_code"], strict=True))


def _list_assumed(products: pd.DataFrame, missing: dict[str, pd.Series]) -> pd.Series:
    texts = np.full(len(products), "", dtype=object)
    for fact in sorted(missing):
        rows = np.flatnonzero(missing[fact].to_numpy())
        for row, value in zip(rows, products[fact].iloc[rows], strict=True):
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            texts[row] += f"{'; ' if texts[row] else ''}{fact}={shown}"
    return pd.Series(texts, index=products.index, dtype="str")
