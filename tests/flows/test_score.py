"""The scorecard over a night that people and a rule decided on, thirteen weeks later."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from config.seller import read_seller
from flows.nightly import nightly
from flows.score import score
from tasks.approvals.answer import Answer
from tasks.approvals.codes import read_code
from tasks.approvals.decide import record_answer
from tasks.approvals.rules import apply_rules, propose_rules
from tasks.lines import number_lines, reprice
from tasks.store.proposals import read_proposal

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("at_home")]

ZONES = {"US": "-08:00", "DE": "+01:00", "FR": "+01:00", "GB": "+00:00", "JP": "+09:00", "CA": "-08:00"}
BEFORE_MORNING = datetime(2025, 11, 24, 1, tzinfo=UTC)


def answer(digest: str, approver: str, minute: int, money_minor: int, leave_out: str = "", edits: str = "") -> str:
    """One person's approval; returns the digest of the edit, if any."""
    now = BEFORE_MORNING.replace(minute=minute)
    given = Answer(
        "approve", approver, read_code(read_seller("demo"), approver, now), "terminal", f"a test, {minute}",
        leave_out, edits, "as a test", str(Decimal(money_minor) / 100),
    )  # fmt: skip
    return record_answer(digest, given, now).edit


@pytest.fixture(scope="module")
def decided(installation: Path, prefect_server: None) -> str:
    """A night of the demo seller: a rule took small shipments, one line was changed, the first shipment left out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        digest = nightly("demo")
        rules = propose_rules(read_seller("demo"), BEFORE_MORNING)
        if rules is not None:
            answer(rules.digest, "chen", 1, 0)
        taken = {
            number for covered in apply_rules(digest, BEFORE_MORNING.replace(minute=2)) for number in covered.lines
        }
        shipped = [
            row
            for row in number_lines(read_proposal(digest).body)
            if row[1]["kind"] == "ship" and row[0] not in taken
        ]
        left_out = shipped[0][0].partition(".")[0]
        number, _, line = next(row for row in shipped if row[0].partition(".")[0] != left_out)
        units = line["payload"]["units"] + 2 * line["payload"]["carton_units"]
        money = sum(
            row[2]["money_minor"]
            for row in number_lines(read_proposal(digest).body)
            if row[0] not in {*taken, number} and row[0].partition(".")[0] != left_out
        )
        edit = answer(digest, "chen", 3, money, left_out, f"{number} = {units}")
        answer(edit, "wu", 4, reprice(line, units))
        with (installation / "sellers" / "demo" / "exports" / "exports.csv").open("a", encoding="utf-8") as log:
            log.writelines(f"order_lines,{country},2026-02-23T00:00:00{zone}\n" for country, zone in ZONES.items())
        return digest


@pytest.mark.long
def test_every_decider_is_scored_with_the_lines_that_they_decided(decided: str) -> None:
    page = Path(score("demo", "2026-02-23", "en"))
    lines = pd.read_parquet(page.with_suffix(".parquet"))
    assert set(lines["proposal"]) == {decided}
    assert len(lines) == sum(1 for _ in number_lines(read_proposal(decided).body))
    by = lines.groupby("state")["by"].agg(set).to_dict()
    assert by["edited"] == by["left_out"] == by["approved"] == {"chen"}
    assert by["rule"] == {"small-into-europe"}
    changed = lines["decided_units"] != lines["proposed_units"]
    assert set(lines.loc[changed, "state"]) == {"edited", "left_out"}
    assert (lines["difference_minor"] == lines["decided_minor"] - lines["proposed_minor"]).all()
    assert (lines.loc[~changed, "difference_minor"] == 0).all()
    scored = lines[lines["unscored"] == ""]
    assert len(scored) > 20
    assert (scored["window_end"] <= "2026-02-23").all()
    said = page.read_text(encoding="utf-8")
    assert "small-into-europe" in said
    assert "Was the person, or the rule, better?" in said


@pytest.mark.long
def test_before_the_weeks_are_over_nothing_is_scored(decided: str) -> None:
    page = Path(score("demo", "2025-11-25", "zh_CN"))
    lines = pd.read_parquet(page.with_suffix(".parquet"))
    assert (lines["unscored"] != "").all()
