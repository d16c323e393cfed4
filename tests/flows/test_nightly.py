"""The night as users meet it: a real Prefect server, the demo seller's files, a real store."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from prefect import tags
from prefect.client.orchestration import get_client

from config.seller import UnknownSeller
from flows.nightly import nightly
from tasks import nights as night_rules
from tasks.artifacts import report_path
from tasks.nights import BadParameter
from tasks.order_figures import read_basis
from tasks.proposals import kept_lines
from tasks.store import nights
from tasks.store.proposals import read_current, read_previous, read_proposal

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("at_home")]

MORNING = date(2025, 11, 24)


@pytest.fixture(scope="module")
def digest(installation: Path, prefect_server: None) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        return nightly("demo")


def test_a_night_leaves_one_proposal_and_a_report_that_opens_without_a_server(digest: str) -> None:
    proposal = read_proposal(digest)
    assert proposal.standing == "current"
    page = report_path(proposal).read_text(encoding="utf-8")
    assert digest[:8] in page
    assert "<script" not in page
    assert 'src="http' not in page and "url(http" not in page
    assert report_path(proposal).with_suffix(".xlsx").stat().st_size > 0


@pytest.mark.long
def test_the_same_morning_again_is_the_same_proposal(digest: str) -> None:
    assert nightly("demo") == digest
    assert read_proposal(digest).supersedes == ""


def test_every_row_of_every_file_is_accounted_for(digest: str) -> None:
    for file in read_proposal(digest).body["import"]:
        parts = ("kept", "netted", "set_aside", "quarantined", "after_as_of")
        assert file["rows_in"] == sum(file[part] for part in parts), file["file"]


def test_decisions_are_few_grouped_and_dated(digest: str) -> None:
    body = read_proposal(digest).body
    assert 0 < len(body["decisions"]) <= 30
    assert {decision["kind"] for decision in body["decisions"]} == {"order", "ship"}
    for decision in body["decisions"]:
        assert decision["deadline"] >= body["as_of"]
        assert decision["units"] == sum(line["payload"]["units"] for line in decision["lines"])
        assert decision["money_minor"] == sum(line["money_minor"] for line in decision["lines"])
        for line in decision["lines"]:
            assert line["payload"]["units"] > 0
            assert len(line["evidence"]) >= 5, line["payload"]["sku"]
            assert line["flip"]["value"] != "", (decision["id"], line["payload"]["sku"])


def test_a_launch_and_a_last_buy_are_ordered_up_to_their_own_levels(digest: str) -> None:
    body = read_proposal(digest).body
    led = {row["sku"]: row for row in body["levels"]["life_cycle"]}
    lines = [line for decision in body["decisions"] for line in decision["lines"]]
    ordered = {line["payload"]["sku"]: line for line in lines if line["payload"]["kind"] == "purchase_order_line"}
    for sku in ("HN-OM606", "HN-TL308"):
        units = ordered[sku]["payload"]["units"]
        assert units >= led[sku]["level"] - led[sku]["position"] > 0
        assert any(step["label"] == "Critical ratio" for step in ordered[sku]["evidence"])
    assert (led["HN-TL308"]["until"], led["HN-TL308"]["cut_off_on"]) == ("2026-06-30", "2026-03-12")
    assert led["HN-AP504"]["order_units"] == 0, "what lies there outlasts the sale"


def test_a_plan_never_ships_more_than_the_hub_holds(digest: str, installation: Path) -> None:
    body = read_proposal(digest).body
    stock = pd.read_parquet(installation / "snapshots" / body["snapshot"] / "stock.parquet")
    nodes = pd.read_parquet(installation / "snapshots" / body["snapshot"] / "nodes.parquet")
    hubs = set(nodes.loc[nodes["stage"] == "hub", "node"])
    held = stock[stock["node"].isin(hubs) & (stock["state"] == "available")].groupby("sku")["units"].sum()
    shipped: dict[str, int] = {}
    for decision in body["decisions"]:
        for line in decision["lines"] if decision["kind"] == "ship" else []:
            shipped[line["payload"]["sku"]] = shipped.get(line["payload"]["sku"], 0) + line["payload"]["units"]
    assert shipped
    assert all(units <= held[sku] for sku, units in shipped.items())


def test_the_plan_says_where_the_hub_loses_and_how_good_it_is(digest: str) -> None:
    body = read_proposal(digest).body
    assert body["hub"]["losing_skus"]
    assert body["hub"]["losing_countries"]
    assert body["allocation"]["bound_minor"] >= body["allocation"]["value_minor"] > 0
    assert float(body["allocation"]["gap_percent"]) <= 0.05


def test_the_cash_path_says_what_comes_goes_and_must_stay(digest: str) -> None:
    body = read_proposal(digest).body
    assert len(body["cash"]) == 13
    opening = body["cash"][0]["opening_minor"]
    for week in body["cash"]:
        assert week["opening_minor"] == opening
        opening = week["balance_minor"]
        assert opening == week["opening_minor"] + week["in_minor"] - week["out_minor"]
        assert week["room_minor"] == week["balance_minor"] - week["floor_minor"] >= 0
    assert {cut["week"] for cut in body["cash_cuts"]} == {week["week"] for week in body["cash"] if week["binds"]}
    assert all(cut["lack_minor"] > 0 for cut in body["cash_cuts"])


def test_the_next_night_knows_what_tonights_orders_stood_on(digest: str) -> None:
    body = read_proposal(digest).body
    basis = read_basis(body)
    lines = [line["payload"] for decision in body["decisions"] for line in decision["lines"]]
    ordered = {line["sku"]: line["units"] for line in lines if line["kind"] == "purchase_order_line"}
    assert dict(basis.loc[basis["order_units"] > 0, ["sku", "order_units"]].to_numpy().tolist()) == ordered
    assert body["order_changes"] == [], "no earlier night to compare with"
    assert read_basis(None).empty
    assert read_basis({"decisions": []}).dtypes.equals(basis.dtypes), "an older proposal has no basis"


def test_a_stale_country_gets_nothing_new_without_an_earlier_plan(digest: str) -> None:
    body = read_proposal(digest).body
    stale = {feed["country"] for feed in body["feeds"] if feed["stale"]}
    assert stale == {"CA"}
    assert not [d["id"] for d in body["decisions"] if d["kind"] == "ship" and d["country"] in stale]
    assert any("CA" in waits["countries"] for waits in body["waits"])


def test_a_stale_country_keeps_the_lines_of_the_plan_before(digest: str) -> None:
    body = read_proposal(digest).body
    ship = next(decision for decision in body["decisions"] if decision["kind"] == "ship")
    kept = kept_lines(body, {ship["country"]})
    assert set(kept["sku"]) >= {line["payload"]["sku"] for line in ship["lines"]}
    assert kept_lines(None, {"CA"}).empty
    assert kept_lines(body, set()).empty


@pytest.mark.long
def test_a_what_if_stands_beside_the_night_and_says_what_was_changed(digest: str) -> None:
    changed = read_proposal(nightly("demo", demand_change_percent=30))
    assert changed.body["what_if"] == {"demand_change_percent": "30"}
    assert changed.body["snapshot"] == read_proposal(digest).body["snapshot"]
    assert changed.body["money"]["orders_minor"] > read_proposal(digest).body["money"]["orders_minor"]
    current = read_current("demo", "nightly", MORNING)
    assert current is not None and current.digest == digest
    assert report_path(changed) != report_path(read_proposal(digest))


def test_the_run_page_carries_a_name_tags_and_short_keyed_artifacts(digest: str) -> None:
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs()
        artifacts = client.read_latest_artifacts()
    assert any(run.name == "nightly · demo · 2025-11-24" for run in runs)
    keys = {artifact.key for artifact in artifacts}
    assert {"morning-report-demo", "decisions-demo", "import-demo", "quarantine-demo"} <= keys


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"as_of": "24.11.2025"}, 'expected "last" or a date'),
        ({"as_of": "2999-01-01"}, "has not come yet"),
        ({"demand_change_percent": -95}, "from -90 to 500"),
        ({"cash_limit": -1}, "0 (the seller's own limit) or more"),
    ],
)
def test_a_bad_parameter_is_refused_before_anything_runs(parameters: dict[str, object], said: str) -> None:
    arguments = {"as_of": "last", "demand_change_percent": 0, "cash_limit": 0, **parameters}
    with pytest.raises(BadParameter) as refusal:
        night_rules.begin_night("demo", **arguments)  # type: ignore[arg-type]
    assert said in str(refusal.value)
    assert nights.list_open_nights() == []


def test_an_unknown_seller_fails_with_a_clear_state_and_message(prefect_server: None) -> None:
    state = nightly("nobody", return_state=True)
    assert state.is_failed()
    assert "There is no seller 'nobody'. Known sellers: demo, online-retail" in (state.message or "")
    with pytest.raises(UnknownSeller):
        state.result()


def test_a_run_that_starts_far_too_late_joins_the_night_that_stands(
    digest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night_rules, "LATE_AFTER", timedelta(hours=-1))
    before = read_current("demo", "nightly", MORNING)
    with tags("auto-scheduled"):
        assert nightly("demo") == digest
    assert nights.list_nights("demo")[-1].state == "merged"
    assert read_current("demo", "nightly", MORNING) == before
    assert nights.list_open_nights() == []


def test_a_night_finds_what_happened_to_live_listings_and_its_report_says_so(digest: str) -> None:
    proposal = read_proposal(digest)
    found = proposal.body["listings"]
    kinds = {event["kind"] for event in found["events"]}
    assert {"dead_listing", "suppressed_listing", "changed_content", "hijacked_offer"} <= kinds
    assert found["watched"] == sum(found["countries"].values())
    front, _, behind = report_path(proposal).read_text(encoding="utf-8").partition('<section class="behind">')
    for event in found["events"]:
        assert event["sku"] in behind
        if event["severity"] == "urgent":
            assert f"<b>{event['country']} {event['sku']}</b>" in front


def test_what_lies_after_the_morning_changes_nothing(digest: str, installation: Path) -> None:
    sales = pd.read_parquet(installation / "snapshots" / read_proposal(digest).body["snapshot"] / "sales.parquet")
    assert sales["day"].max() < pd.Timestamp(MORNING)
    assert sum(file["after_as_of"] for file in read_proposal(digest).body["import"]) > 10_000


def test_an_earlier_morning_is_found_as_the_plan_before(digest: str) -> None:
    assert read_previous("demo", "nightly", MORNING) is None
    found = read_previous("demo", "nightly", MORNING + timedelta(days=1))
    assert found is not None and found.digest == digest
