"""The two customs decisions from their forms, on a real Prefect server, for the demo seller."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.seller import read_seller
from config.settings import read_settings
from flows.choose_code import choose_code
from flows.choose_value import choose_value
from skills.customs.value import UnusableValue
from tasks.approvals.codes import read_code
from tasks.choices import BadChoice
from tasks.choosing import NoNomenclature
from tasks.store.ledger import list_events

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server", "home")]

VALUE = {
    "seller_id": "demo", "sku": "HN-PM403", "country": "JP", "method": "deductive", "amount": "1890",
    "currency": "JPY", "evidence": "letter JP-99; retail prices", "broker": "Haiqiao", "importer": "Haina",
    "approver": "chen", "reason": "first shipment to Japan",
}  # fmt: skip


def type_code() -> str:
    return read_code(read_seller("demo"), "chen")


def test_a_value_is_refused_until_its_record_is_whole_and_then_entered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FARSAIL_LANGUAGE", "en")
    with pytest.raises(UnusableValue, match="attorney"):
        choose_value(**VALUE, code=type_code())
    with pytest.raises(BadChoice, match="not in the table of products"):
        choose_value(**{**VALUE, "sku": "HN-XX999"}, code=type_code(), attorney="Sakura ACP")
    said = choose_value(**VALUE, code=type_code(), attorney="Sakura ACP")
    assert said == "Row 1 of the ledger: HN-PM403 into JP is valued at JPY 1,890 a unit, deductive, CIF."
    assert [event.facts["amount_minor"] for event in list_events(seller="demo")] == [1890]


def test_without_a_nomenclature_no_code_is_chosen_and_the_remedy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FARSAIL_DATA", str(tmp_path))
    with pytest.raises(NoNomenclature, match="FARSAIL_DATA"):
        choose_code("demo", "HN-DC101", "US", "6307.10", "NY N012345", "Haiqiao", "chen", type_code())
    assert list_events(seller="demo") == []


@pytest.mark.shared
def test_a_code_is_kept_with_the_headings_that_were_shown() -> None:
    data = read_settings().data / "customs_tariffs" / "harmonized_system.csv.gz"
    if not data.exists():
        pytest.skip(f"{data} is absent: no nomenclature to rank headings from")
    choose_code("demo", "HN-DC101", "US", "6307.10.20", "NY N012345; broker letter", "Haiqiao", "chen", type_code())
    (event,) = list_events(seller="demo", event="code_choice")
    assert event.facts["hs_code"] == "6307.10.20"
    assert event.facts["evidence"] == ["NY N012345", "broker letter"]
    assert any(shown["code"] == "630710" and "dish-cloths" in shown["text"] for shown in event.facts["shown"])
