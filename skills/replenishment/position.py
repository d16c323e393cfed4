"""What a SKU has, over the whole network: every unit in one state, counted once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from skills.vocabulary import STOCK_STATES, Refusal, mark, name_rows

SELLABLE = ("available", "qc_hold", "receiving", "researching")
"""States of stock in a node that is, or will be, for sale. Reserved units are sold; stranded and unfulfillable
ones cannot be bought as they lie."""

POSITION = (*STOCK_STATES, "inbound", "on_order")


class UnusableFacts(Refusal):
    """Facts that contradict themselves or cannot be: two rows for one SKU, negative stock, an unknown state."""


_NUMBERS: dict[str, tuple[str, ...]] = {
    "stock": ("units",),
    "inbound": ("units",),
    "purchase_orders": ("units_open", "deposit_paid_minor"),
    "products": ("unit_cost_minor", "carton_units", "shelf_life_days"),
    "suppliers": (
        *("production_days_p10", "production_days_p50", "production_days_p90"),
        *("joint_moq_units", "deposit_percent", "balance_days"),
    ),
    "lanes": ("transit_days_p10", "transit_days_p50", "transit_days_p90"),
}
"""Columns that must hold numbers wherever the table has them."""


def check_facts(
    stock: pd.DataFrame,
    inbound: pd.DataFrame,
    purchase_orders: pd.DataFrame,
    products: pd.DataFrame,
    suppliers: pd.DataFrame,
    lanes: pd.DataFrame,
) -> None:
    """Refuse what no plan can stand on.

    Raises:
        UnusableFacts: names the rows and what was expected.
    """
    tables = (stock, inbound, purchase_orders, products, suppliers, lanes)
    for (name, columns), frame in zip(_NUMBERS.items(), tables, strict=True):
        for column in columns:
            if column not in frame or not len(frame):
                continue
            number = pd.to_numeric(frame[column], errors="coerce").to_numpy(dtype=np.float64)
            wrong = frame.loc[~np.isfinite(number) | (number < 0)]
            if len(wrong) and not (name == "stock" and np.isfinite(number).all()):
                raise UnusableFacts(
                    mark(
                        "{column} of {table} is missing, infinite or negative for {rows}. Expected a number, 0 or "
                        "more. Correct the file."
                    ),
                    column=column,
                    table=name,
                    rows=name_rows(wrong.iloc[:, 0]),
                )
    capacity = suppliers.loc[np.isinf(pd.to_numeric(suppliers["weekly_capacity_units"]).astype("float64"))]
    if len(capacity):
        raise UnusableFacts(
            mark("The weekly capacity of {rows} is infinite. Leave the cell empty where there is no limit."),
            rows=name_rows(capacity["supplier"]),
        )
    for frame, key, name in ((products, "sku", "products"), (suppliers, "supplier", "suppliers")):
        twice = frame.loc[frame[key].duplicated(), key]
        if len(twice):
            raise UnusableFacts(
                mark("Several rows of {table} for {rows}. Expected one each. Remove the wrong ones from the file."),
                table=name,
                rows=name_rows(twice),
            )
    negative = stock.loc[stock["units"] < 0]
    if len(negative):
        raise UnusableFacts(
            mark("Negative stock for {rows}. Expected 0 or more units. Correct the stock file."),
            rows=name_rows(f"{row.sku} @ {row.node}" for row in negative.itertuples(index=False)),
        )
    unknown = stock.loc[~stock["state"].isin(STOCK_STATES), "state"].drop_duplicates()
    if len(unknown):
        raise UnusableFacts(
            mark("Unknown states of stock: {rows}. Expected one of {known}. Correct the stock file."),
            rows=name_rows(unknown),
            known=", ".join(STOCK_STATES),
        )
    small = products.loc[~(products["carton_units"] >= 1), "sku"]
    if len(small):
        raise UnusableFacts(
            mark("Units per carton below 1 for {rows}. Expected 1 or more. Correct the products file."),
            rows=name_rows(small),
        )


def measure_position(stock: pd.DataFrame, inbound: pd.DataFrame, purchase_orders: pd.DataFrame) -> pd.DataFrame:
    """Units per SKU in every state.

    Returns:
        One row per SKU that appears anywhere: sku, one column per state of `POSITION` [units], position =
        sellable states + inbound + open purchase orders. Reserved, stranded and unfulfillable do not count.
    """
    by_state = stock.groupby(["sku", "state"], sort=True)["units"].sum().unstack("state", fill_value=0)
    parts = [
        by_state.reindex(columns=list(STOCK_STATES), fill_value=0),
        inbound.groupby("sku", sort=True)["units"].sum().rename("inbound").to_frame(),
        purchase_orders.groupby("sku", sort=True)["units_open"].sum().rename("on_order").to_frame(),
    ]
    joined = pd.concat(parts, axis=1).reindex(columns=list(POSITION)).fillna(0).astype("int64")
    joined = joined.assign(position=joined[[*SELLABLE, "inbound", "on_order"]].sum(axis=1))
    return joined.sort_index().rename_axis("sku").reset_index().astype({"sku": "str"})
