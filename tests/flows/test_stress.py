"""A night's plan under shocks, with the demo seller's files and a real store."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.shocks import SHOCKS, InvalidShocks, read_shocks
from flows.nightly import nightly
from flows.stress import stress
from tasks.store.proposals import list_waiting
from tasks.stressing import FORWARD, TONIGHT, find_break_even

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("at_home")]


@pytest.fixture(scope="module")
def page(installation: Path, prefect_server: None) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        nightly("demo")
        return Path(stress("demo", language="en"))


@pytest.fixture(scope="module")
def document(page: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))
    return found


@pytest.mark.long
def test_a_new_plan_never_loses_more_than_doing_nothing(document: dict[str, Any]) -> None:
    assert [shock["id"] for shock in document["shocks"]] == [shock.id for shock in read_shocks().shocks]
    for shock in document["shocks"]:
        assert shock["loss_minor"] == document["calm_minor"] - shock["value_minor"] > 0, shock["id"]
        assert shock["replanned_minor"] == shock["loss_minor"] - shock["regained_minor"]
        assert shock["regained_minor"] >= 0
    demand = document["shocks"][-1]
    assert demand["replanned_orders_minor"] < demand["orders_minor"]


@pytest.mark.long
def test_a_hedge_pays_from_where_its_cost_and_its_saving_meet(document: dict[str, Any]) -> None:
    hedges = [(shock, hedge) for shock in document["shocks"] for hedge in shock["hedges"]]
    assert FORWARD in {hedge["plan"] for _, hedge in hedges}
    for shock, hedge in hedges:
        saved, cost = hedge["saved_minor"], hedge["cost_minor"]
        assert saved > 0
        if hedge["plan"] != FORWARD:
            row, kept = document["values"][hedge["plan"]], document["values"][TONIGHT]
            assert saved == row[shock["id"]] - kept[shock["id"]]
            assert cost == kept["calm"] - row["calm"]
        chance = Decimal(hedge["pays_from_percent"]) / 100
        if cost > 0:
            assert abs((1 - chance) * cost - chance * saved) <= (cost + saved) * Decimal("0.0006")


@pytest.mark.long
def test_in_every_world_some_plan_gives_up_nothing(document: dict[str, Any], page: Path) -> None:
    for world in ("calm", *(shock["id"] for shock in document["shocks"])):
        assert min(row[world] for row in document["regret"].values()) == 0
    said = page.read_text(encoding="utf-8")
    assert "sea freight 14 days later" in said
    assert "<script" not in said
    assert {proposal.body["journey"] for proposal in list_waiting("demo")} <= {"nightly", "rules"}


@pytest.mark.parametrize(
    ("saved", "cost", "percent"), [(300, 100, "25.0"), (100, 0, "0.0"), (1, -5, "0.0"), (1, 1, "50.0")]
)
def test_the_break_even_is_the_share_that_the_cost_has_of_both(saved: int, cost: int, percent: str) -> None:
    assert find_break_even(saved, cost) == percent


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sea_days: 14", "sea_days: 14\n    demand_percent: 5", "exactly one of duty_points"),
        ("id: port", "id: duty", "duty named twice"),
        ("sea_days: 14", "sea_weeks: 2", "sea_weeks"),
        ("author: Farsail", "", "author: Field required"),
    ],
)
def test_assumptions_that_cannot_be_used_are_refused_by_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "shocks.yaml"
    path.write_text(SHOCKS.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidShocks, match=said):
        read_shocks(path)
    with pytest.raises(InvalidShocks, match="cannot be used"):
        read_shocks(tmp_path / "none.yaml")
