"""A shipment as users meet it: the demo's distribution, prepared down to papers that tie out, and decided once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from prefect.client.orchestration import get_client

from flows.sell_globally import sell_globally
from flows.ship_inbound import ship_inbound
from tasks.artifacts import report_path
from tasks.consignments import UnknownSource
from tasks.shipment_proposal import GOODS, LATER
from tasks.shipments import folder_of
from tasks.store import nights
from tasks.store.proposals import read_current, read_proposal

pytestmark = [pytest.mark.prefect, pytest.mark.long, pytest.mark.usefixtures("at_home")]

MORNING = date(2025, 11, 24)
ORDER = "PO-2025-123"


@pytest.fixture(scope="module")
def chain(installation: Path, prefect_server: None) -> list[str]:
    """New products, listings, the night, its shipments, and a purchase order that goes straight on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        return sell_globally("demo", purchase_order=ORDER)


@pytest.fixture(scope="module")
def body(chain: list[str], installation: Path) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        found: dict[str, Any] = read_proposal(chain[3]).body
        return found


def test_one_pool_becomes_many_consignments_and_loses_no_unit(chain: list[str], body: dict[str, Any]) -> None:
    night = read_proposal(chain[2]).body
    proposed = {
        (line["payload"]["sku"], decision["lane"]): line["payload"]["units"]
        for decision in night["decisions"]
        if decision["kind"] == "ship"
        for line in decision["lines"]
    }
    shipped = {
        (line["payload"]["sku"], decision["lane"]): line["payload"]["units"]
        for decision in body["decisions"]
        for line in decision["lines"]
    }
    assert len({consignment["country"] for consignment in body["consignments"]}) >= 4
    assert shipped.items() <= proposed.items()
    left = {(row["values"].get("sku"), tuple(row["countries"])) for row in body["waits"]}
    assert len(proposed) - len(shipped) == len(body["waits"]) and len(left) == len(body["waits"])


def test_a_box_over_the_limit_waits_with_its_remedy(body: dict[str, Any]) -> None:
    over = [row for row in body["waits"] if "is {longest} mm long" in row["what"]]
    assert over
    assert {row["values"]["sku"] for row in over} == {"HN-DC104"}
    assert all("Pack fewer units" in row["what"] for row in over)


def test_every_consignment_has_a_load_that_the_checker_passed_and_a_list_in_order(body: dict[str, Any]) -> None:
    for consignment in body["consignments"]:
        listed = pd.read_csv(folder_of(body) / consignment["folder"] / "loading-list.csv")
        assert consignment["cartons"] == (len(listed) if "step" in listed else int(listed["count"].sum()))
        if consignment["mode"] in ("sea", "rail"):
            assert consignment["containers"]
            assert sum(room["cartons"] for room in consignment["containers"]) == consignment["cartons"]
            pictures = sorted((folder_of(body) / consignment["folder"]).glob("container-*.svg"))
            assert len(pictures) == len(consignment["containers"])


def test_landed_cost_is_the_sum_of_dated_components_and_duty_is_never_in_ddp(body: dict[str, Any]) -> None:
    for consignment in body["consignments"]:
        cost = sum(row["amount_minor"] for row in consignment["landed"] if row["in_cost"])
        assert cost == consignment["landed_exact_minor"]
        components = {row["component"] for row in consignment["landed"]}
        if consignment["tax_included"]:
            assert not components & {"duty", "import_vat", "mpf", "hmf", "duty_301"}
        else:
            assert "duty" in components
        assert all(row["source"] for row in consignment["landed"])
    assert any(row["component"] == "hmf" for c in body["consignments"] if c["mode"] == "sea" for row in c["landed"])
    assert not any(
        row["component"] == "hmf" for c in body["consignments"] if c["mode"] != "sea" for row in c["landed"]
    )


def test_the_money_of_a_line_is_what_shipping_takes(body: dict[str, Any]) -> None:
    due: dict[tuple[str, str], int] = {}
    for row in body["landed"]:
        if row["component"] not in (*GOODS, LATER):
            place = (row["entry"], row["sku"])
            due[place] = due.get(place, 0) + row["amount_minor"]
    for decision in body["decisions"]:
        for line in decision["lines"]:
            assert line["money_minor"] == due[decision["id"].removeprefix("ship:"), line["payload"]["sku"]]


def test_papers_tie_out_to_the_cent_with_the_customs_values_and_name_the_principal(body: dict[str, Any]) -> None:
    for consignment in body["consignments"]:
        folder = folder_of(body) / consignment["folder"]
        papers = json.loads((folder / "papers.json").read_text(encoding="utf-8"))
        declared = sum(row["value_minor"] for row in consignment["customs"] if not row["reason"])
        assert papers["commercial_invoice"]["totals"]["value_minor"] == declared
        assert papers["packing_list"]["totals"]["cartons"] == consignment["cartons"]
        roles = {role for role, _ in papers["commercial_invoice"]["parties"]}
        assert "real principal" in roles
        for paper in consignment["papers"]:
            for file in paper["files"]:
                assert (folder_of(body) / file["path"]).stat().st_size > 0


def test_the_page_stands_alone_and_shows_picture_waterfall_and_papers(chain: list[str]) -> None:
    page = report_path(read_proposal(chain[3])).read_text(encoding="utf-8")
    assert "<script" not in page and 'src="http' not in page
    assert page.count("<svg") >= 8
    assert "commercial-invoice.zh_CN.pdf" in page
    assert "模拟数据" in page


def test_it_stands_instead_of_the_nights_lines(chain: list[str], body: dict[str, Any]) -> None:
    assert body["instead_of"]["proposal"] == chain[2]
    lines = {f"{at}.{row}" for at, d in enumerate(body["decisions"], 1) for row in range(1, len(d["lines"]) + 1)}
    assert set(body["instead_of"]["lines"]) == lines


def test_a_purchase_order_is_split_over_countries_and_names_itself(chain: list[str]) -> None:
    found = read_proposal(chain[4]).body
    assert found["journey"] == f"ship_inbound {ORDER}" and "instead_of" not in found
    assert found["source"]["purchase_order"] == ORDER
    assert {decision["purchase_order"] for decision in found["decisions"]} == {ORDER}
    shipped: dict[str, int] = {}
    for decision in found["decisions"]:
        for line in decision["lines"]:
            shipped[line["payload"]["sku"]] = shipped.get(line["payload"]["sku"], 0) + line["payload"]["units"]
    assert shipped and shipped.get("HN-OM602", 0) <= 360 and shipped.get("HN-AP501", 0) <= 400
    assert found["decisions"][0]["deadline"] >= "2025-12-05"


def test_each_stage_of_selling_globally_leaves_its_own_proposal(chain: list[str]) -> None:
    journeys = [read_proposal(digest).body["journey"].partition(" ")[0] for digest in chain]
    assert journeys == ["select_products", "launch_listing", "nightly", "ship_inbound", "ship_inbound"]


def test_the_same_shipment_again_is_the_same_proposal(chain: list[str]) -> None:
    assert ship_inbound("demo") == chain[3]


def test_the_run_page_carries_what_goes_and_where_the_page_is(chain: list[str]) -> None:
    with get_client(sync_client=True) as client:
        runs, artifacts = client.read_flow_runs(), client.read_latest_artifacts()
    names = {run.name for run in runs}
    assert any(name.startswith("ship_inbound · demo · 2025-11-24") for name in names)
    assert any(name.startswith("sell_globally · demo") for name in names)
    keys = {artifact.key for artifact in artifacts}
    assert {"shipment-demo", "consignments-demo", "shipment-file-demo", "chain-demo", "chosen-demo"} <= keys
    assert {"loading-demo", "waterfall-demo", "papers-demo"} <= keys
    assert "shipment-demo-po-2025-123" in keys


def test_an_unknown_order_is_refused_with_those_that_are_open(chain: list[str]) -> None:
    state = ship_inbound("demo", purchase_order="PO-1", return_state=True)
    assert state.is_failed() and "Open are: PO-2025-118" in (state.message or "")
    with pytest.raises(UnknownSource):
        state.result()
    assert nights.list_open_nights() == []


def test_both_sources_at_once_are_refused_before_anything_runs(chain: list[str]) -> None:
    state = ship_inbound("demo", purchase_order=ORDER, proposal=chain[2], return_state=True)
    assert state.is_failed() and "one of them" in (state.message or "")
    current = read_current("demo", "ship_inbound", MORNING)
    assert current is not None and current.digest == chain[3]
