"""Where a purchase order's units go: by what the night knows of every country."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from config.seller import Seller
from skills.rates import RATE_COLUMNS
from tasks.consignments import Pool
from tasks.nights import Night
from tasks.splitting import split
from tasks.store.snapshots import Snapshot

DAY = date(2025, 11, 24)
RATES = [
    ("fx", "CNY", "7.1", "CNY per USD"), ("fx", "EUR", "0.86", "EUR per USD"), ("vat", "DE", "0.19", "share"),
    ("vat", "IT", "0.22", "share"), ("referral_fee", "DE", "0.15", "share"), ("referral_fee", "IT", "0.15", "share"),
    ("fulfilment_base", "DE", "3", "EUR/unit"), ("fulfilment_base", "IT", "3", "EUR/unit"),
    ("storage_fee", "DE", "27", "EUR/m3/month"), ("storage_fee", "IT", "27", "EUR/m3/month"),
]  # fmt: skip


def empty(*columns: str) -> pd.DataFrame:
    numbers = ("units", "percent")
    return pd.DataFrame({name: pd.Series(dtype="int64" if name.endswith(numbers) else "str") for name in columns})


def know(**changed: pd.DataFrame) -> Snapshot:
    """Two countries that sell alike, by a lane each whose price holds duty and tax."""
    both = ["DE", "IT"]
    days = pd.date_range(end="2025-11-23", periods=140)
    sales = pd.DataFrame({"sku": "A", "country": country, "day": day} for country in both for day in days)
    lanes = [
        {
            "lane": f"{country}-SEA", "from_node": "HUB", "to_node": f"{country}-FBA", "country": country,
            "mode": "sea", "incoterm": "DDP", "importer_of_record": "forwarder", "tax_included": "yes",
            "transit_days_p10": 28, "transit_days_p50": 35, "transit_days_p90": 45, "cutoff_weekday": -1,
            "cost_per_kg_minor": 0, "cost_per_m3_minor": 120_000, "minimum_minor": 0, "fixed_minor": 0,
            "currency": "CNY", "volumetric_divisor": 0, "weekly_capacity_m3": float("nan"), "handling_minor": 0,
        }
        for country in both
    ]  # fmt: skip
    tables = {
        "sales": sales.assign(units=3, lines=3, largest_line_units=1, revenue_minor=7500, currency="EUR"),
        "returns": empty("sku", "country", "units", "sellable_units").assign(day=pd.Series(dtype="datetime64[us]")),
        "stock_outs": empty("sku", "country", "first_day", "last_day"),
        "feeds": pd.DataFrame({"country": both, "feed": "orders", "last_complete_day": days[-1], "stale": False}),
        "events": empty(
            "event", "country", "sku", "category", "first_day", "last_day", "expires", "uplift_percent", "author"
        ),
        "overrides": empty("sku", "country", "weekly_units", "author", "expires"),
        "products": pd.DataFrame(
            {
                "sku": ["A"], "title": "A", "category": "towels", "supplier": "one", "unit_cost_minor": 3000,
                "cost_currency": "CNY", "vat_invoice": "yes", "weight_kg": 0.4, "length_cm": 30.0, "width_cm": 20.0,
                "height_cm": 8.0, "carton_units": 20, "hs_code": "6302.60", "life_cycle": "steady",
            }
        ),
        "lanes": pd.DataFrame(lanes),
        "nodes": pd.DataFrame(
            {"node": ["HUB", "DE-FBA", "IT-FBA"], "stage": ["hub", "forward", "forward"], "country": ["CN", *both]}
        ),
        "stock": pd.DataFrame({"sku": ["A"], "node": "DE-FBA", "state": "available", "units": [0]}),
        "fee_rules": empty("fee", "role", "effective_from", "effective_to"),
        "inbound": pd.DataFrame({"shipment": [], "sku": [], "to_node": [], "units": [], "eta": pd.to_datetime([])}),
        "rates": pd.DataFrame(
            [
                (*row, "2025-01-01", "2026-12-31", "a test's own figure", "2025-11-01", "generated") for row in RATES
            ],
            columns=list(RATE_COLUMNS),
        ),
    }  # fmt: skip
    return Snapshot("", "any", DAY, tables | changed)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
@pytest.mark.filterwarnings("ignore:Logger .prefect.task_runs. attempted:UserWarning")  # no flow around the tasks
def test_nothing_of_an_order_goes_where_the_seller_is_not_registered_in_time(seller: Seller) -> None:
    pool = Pool(None, "PO-1", date(2025, 12, 5), pd.DataFrame({"sku": ["A"], "units": [2000]}), {})
    night = Night(1, seller, DAY, "ship", {})
    entries = pd.DataFrame(
        {"country": ["IT"], "registered": "no", "applied_on": pd.NaT, "lead_days": 75, "yearly_cost_minor": 150_000,
         "currency": "EUR"}
    )  # fmt: skip
    assert set(split(night, know(), pool).lines["country"]) == {"DE", "IT"}
    assert set(split(night, know(country_entries=entries), pool).lines["country"]) == {"DE"}
