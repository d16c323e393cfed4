"""A night on files with something wrong: it refuses in one sentence, or it ends and says what it left out."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from prefect.client.orchestration import get_client

from config.settings import ROOT
from flows.nightly import nightly
from skills.distribution.waiting import NO_LANE
from skills.replenishment.reasons import CLOSED_FOR_GOOD
from tasks.simulated.demo import write_demo_exports
from tasks.store import nights
from tasks.store.proposals import read_current, read_proposal
from tasks.store.session import close_engines
from tasks.store.snapshots import read_quarantine

pytestmark = [pytest.mark.prefect, pytest.mark.long]

MORNING = date(2025, 11, 24)
BUYER = "NEVERKEEP"
PERSONAL = ["ship-city", "ship-state", "ship-postal-code"]
ENDED_RATE = (
    "kind,key,value,unit,effective_from,effective_to,source,retrieved_on,confidence\n"
    "referral_fee,FR,0.15,share,2025-01-01,2025-10-31,price list,2025-01-02,primary\n"
)

Change = Callable[[str], str]
ENCODINGS = {"products.csv": "gb18030", "orders/all-orders-JP.txt": "cp932"}
DEMO = "{home}/sellers/demo/exports/"


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's files, outside every home; no test changes them."""
    folder = tmp_path_factory.mktemp("exports")
    write_demo_exports(folder)
    return folder


def write_seller(
    exports: Path, installation: Path, files: dict[str, Change] | None = None, **inputs: dict[str, Any]
) -> None:
    """The seller `own`: the demo's settings, and its files with some of them changed."""
    own = installation / "exports"
    shutil.copytree(exports, own)
    for name, change in (files or {}).items():
        encoding = ENCODINGS.get(name, "utf-8")
        text = change((exports / name).read_text(encoding=encoding) if (exports / name).exists() else "")
        (own / name).write_text(text, encoding=encoding, newline="")
    fields = yaml.safe_load((ROOT / "config" / "sellers" / "demo.yaml").read_text(encoding="utf-8"))
    fields |= {"id": "own", "generator": "", "generated": []}
    fields["policy"]["execution"] |= {"carrier_url": "", "shipment_targets": ["files"]}
    fields["inputs"] |= {"rates": {"files": f"{DEMO}rates.csv"}}
    for name, settings in fields["inputs"].items():
        settings["files"] = settings["files"].replace(DEMO, f"{own.as_posix()}/")
        settings |= inputs.get(name, {})
    (installation / "sellers").mkdir()
    (installation / "sellers" / "own.yaml").write_text(yaml.safe_dump(fields, allow_unicode=True), encoding="utf-8")


def settle(patch: pytest.MonkeyPatch, installation: Path) -> None:
    patch.setenv("FARSAIL_HOME", str(installation / "home"))
    patch.setenv("FARSAIL_SELLERS", str(installation / "sellers"))
    patch.delenv("FARSAIL_DATABASE_URL", raising=False)


def add(*lines: str) -> Change:
    return lambda text: text.rstrip("\n") + "\n" + "".join(f"{line}\n" for line in lines)


# ---- nights that cannot begin ----------------------------------------------------------------------------


def only_header(text: str) -> str:
    return text.splitlines()[0] + "\n"


def turn_dates(text: str) -> str:
    """2025-11-24 becomes 11/24/2025 in each purchase date."""
    head, *rows = [line.split("\t") for line in text.splitlines()]
    at = head.index("purchase-date")
    turned = [[*row[:at], f"{row[at][5:7]}/{row[at][8:10]}/{row[at][:4]}", *row[at + 1 :]] for row in rows]
    return "\n".join("\t".join(row) for row in [head, *turned])


@pytest.mark.parametrize(
    ("files", "inputs", "said"),
    [
        ({}, {"stock": {"files": "nowhere/stock*.csv"}}, "No file for table stock: nothing matches"),
        ({"stock.csv": only_header}, {}, "stock.csv has a header and no rows, and table stock is needed"),
        ({"stock.csv": lambda text: text.replace("units", "cuántos", 1)}, {}, "no column for units"),
        (
            {"orders/all-orders-JP.txt": turn_dates},
            {"order_lines": {"date_order": "dmy"}},
            "contradict the order dmy",
        ),
    ],
    ids=["a missing file", "an empty export", "an unknown header", "dates in the wrong order"],
)
def test_a_night_that_cannot_begin_says_why_once_and_closes_its_ledger_line(
    prefect_server: None,
    exports: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, Change],
    inputs: dict[str, dict[str, Any]],
    said: str,
) -> None:
    write_seller(exports, tmp_path, files, **inputs)
    settle(monkeypatch, tmp_path)
    state = nightly("own", return_state=True)
    assert state.is_failed()
    assert said in (state.message or "")
    [night] = nights.list_nights("own")
    assert night.state == "failed"
    assert said in night.message
    assert read_current("own", "nightly", MORNING) is None
    close_engines()


def test_an_unknown_seller_is_refused_with_those_that_exist(
    prefect_server: None, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_seller(exports, tmp_path)
    settle(monkeypatch, tmp_path)
    state = nightly("demo", return_state=True)
    assert state.is_failed()
    assert "There is no seller 'demo'. Known sellers: own" in (state.message or "")


def test_a_morning_outside_the_exchange_rates_is_refused_with_where_the_table_begins(
    prefect_server: None, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_seller(exports, tmp_path)
    settle(monkeypatch, tmp_path)
    state = nightly("own", as_of="2025-06-02", return_state=True)
    assert state.is_failed()
    assert "rate for CNY on 2025-06-02: the table covers 2025-07-01 to" in (state.message or "")
    close_engines()


# ---- a night that ends all the same ----------------------------------------------------------------------


def keep_out(text: str) -> str:
    """Every buyer's city, state and postcode is a word that must not appear again; one line is damaged."""
    head, *rows = [line.split("\t") for line in text.splitlines()]
    for row in rows:
        for column in PERSONAL:
            row[head.index(column)] = BUYER
    rows[7][head.index("quantity")] = "a dozen"
    return "\n".join("\t".join(row) for row in [head, *rows]) + "\n"


def without_lanes_to_japan(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("SZ-JP-"))


@pytest.fixture(scope="module")
def broken(exports: Path, prefect_server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation whose files have every fault that a night survives."""
    installation = tmp_path_factory.mktemp("broken")
    files: dict[str, Change] = {
        "stock.csv": add("HN-DC101,GB-FBA,receiving,-40"),
        "products.csv": lambda text: text + text.splitlines()[1] + "\n",
        "inbound.csv": add("SHP-9,HN-DC101,SZ-HUB,US-FBA,sea,5,25/12/2025"),
        "lanes.csv": without_lanes_to_japan,
        "supplier_closures.csv": add("hongda,2025-12-20,,gone for good"),
        "orders/all-orders-JP.txt": keep_out,
        "rates.csv": lambda text: ENDED_RATE,
    }
    write_seller(exports, installation, files)
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, installation)
        nightly("own")
        yield installation
    close_engines()


@pytest.fixture
def body(broken: Path) -> dict[str, Any]:
    proposal = read_current("own", "nightly", MORNING)
    assert proposal is not None
    found: dict[str, Any] = read_proposal(proposal.digest).body
    return found


def test_no_row_of_a_broken_file_is_lost(body: dict[str, Any]) -> None:
    for file in body["import"]:
        parts = ("kept", "netted", "set_aside", "quarantined", "after_as_of")
        assert file["rows_in"] == sum(file[part] for part in parts), file["file"]


@pytest.mark.parametrize(
    ("feed", "column", "value"),
    [
        ("stock", "units", "-40"),
        ("products", "sku", "HN-DC101"),
        ("inbound", "eta", "25/12/2025"),
        ("order_lines", "quantity", "a dozen"),
    ],
    ids=["negative stock", "two products with one SKU", "a date in the wrong order", "a number in words"],
)
def test_a_row_with_a_fault_is_in_quarantine_with_its_place(
    broken: Path, body: dict[str, Any], feed: str, column: str, value: str
) -> None:
    quarantine = read_quarantine(body["snapshot"])
    found = quarantine[(quarantine["feed"] == feed) & (quarantine["column"] == column)]
    found = found[found["value"] == value]
    assert len(found) == 1
    assert (found["line"].astype(int) > 1).all()
    assert (found["expected"].str.len() > 5).all()


def test_a_country_without_a_lane_waits_and_says_so(body: dict[str, Any]) -> None:
    [waits] = [group for group in body["waits"] if group["what"] == NO_LANE]
    assert waits["countries"] == ["JP"]
    assert waits["count"] > 10
    assert not [decision["id"] for decision in body["decisions"] if decision.get("country") == "JP"]


def test_a_country_whose_rate_has_ended_waits_and_the_rest_of_the_night_goes_on(body: dict[str, Any]) -> None:
    french = [group for group in body["waits"] if group["countries"] == ["FR"]]
    assert any("2025-10-31" in str(group["values"]) for group in french), body["waits"]
    sent = {decision["country"] for decision in body["decisions"] if decision["kind"] == "ship"}
    assert "FR" not in sent
    assert {"US", "DE", "GB"} <= sent


def test_a_supplier_closed_for_ever_is_asked_for_nothing_and_the_plan_says_so(
    broken: Path, body: dict[str, Any]
) -> None:
    products = pd.read_parquet(broken / "home" / "snapshots" / body["snapshot"] / "products.parquet")
    own = products[(products["supplier"] == "hongda") & ~products["life_cycle"].isin(["phase_out", "exit"])]
    [waits] = [group for group in body["waits"] if group["what"] == CLOSED_FOR_GOOD]
    assert waits["count"] == len(own) > 0
    assert waits["suppliers"] == ["高阳鸿达毛巾厂 Hongda Towels"]
    page = next((broken / "home" / "reports").rglob("*.html")).read_text(encoding="utf-8")
    assert "三年内没有复工日；不下单。请换供应商，或人工决定最后一单。 · 高阳鸿达毛巾厂 Hongda Towels" in page
    assert "order:hongda" not in [decision["id"] for decision in body["decisions"]]
    assert [decision for decision in body["decisions"] if decision["kind"] == "order"]


def test_nothing_personal_of_a_buyer_is_in_any_file_of_the_installation(broken: Path) -> None:
    files = [path for path in (broken / "home").rglob("*") if path.is_file()]
    assert {".parquet", ".html", ".xlsx", ".db"} <= {path.suffix for path in files}
    for path in files:
        assert BUYER not in read_whole(path), path
    with get_client(sync_client=True) as client:
        assert not [artifact.key for artifact in client.read_artifacts() if BUYER in str(artifact.data)]


def read_whole(path: Path) -> str:
    """Everything that a file says, unpacked."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    content = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return content.decode("utf-8", errors="replace")


# ---- a feed that stops -----------------------------------------------------------------------------------


def test_a_country_whose_feed_stops_keeps_the_shipments_of_the_plan_before(
    prefect_server: None, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_seller(exports, tmp_path, {"exports.csv": without_late_german_reports})
    settle(monkeypatch, tmp_path)
    before = read_proposal(nightly("own", as_of="2025-11-17")).body
    after = read_proposal(nightly("own", as_of="2025-11-24")).body
    assert [feed["country"] for feed in before["feeds"] if feed["stale"]] == []
    assert [feed["country"] for feed in after["feeds"] if feed["stale"]] == ["CA", "DE"]
    assert list_units(before, "DE") != {}
    assert list_units(after, "DE") == list_units(before, "DE")
    assert list_units(after, "US") != list_units(before, "US")
    close_engines()


def without_late_german_reports(text: str) -> str:
    rows = text.splitlines(keepends=True)
    return "".join(row for row in rows if not row.startswith("order_lines,DE,") or row[15:] < "2025-11-21")


def list_units(body: dict[str, Any], country: str) -> dict[tuple[str, str], int]:
    """(SKU, lane) → units shipped there."""
    return {
        (line["payload"]["sku"], line["payload"]["lane"]): line["payload"]["units"]
        for decision in body["decisions"]
        for line in decision["lines"]
        if decision["kind"] == "ship" and decision["country"] == country
    }
