"""A night decided again: alike when nothing changes, and otherwise with every difference and its cause."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.nightly import nightly
from flows.replay import replay
from tasks import other_code
from tasks.frozen_policy import UnusablePolicy
from tasks.other_code import NoCheckout, UnknownCommit
from tasks.replaying import NoNight, UnusableChange, list_steps, read_recorded, set_up
from tasks.store.canonical import canonical_bytes
from tasks.store.proposals import UnknownProposal, list_waiting, read_current, read_proposal, record_proposal
from tasks.store.snapshots import UnknownSnapshot, snapshot_folder

pytestmark = [pytest.mark.long, pytest.mark.prefect, pytest.mark.usefixtures("at_home")]

ROOT = Path(__file__).parents[2]
KEPT = ("", 0, 0, 0, "")
"""A replay that changes nothing."""


@pytest.fixture(scope="module")
def digest(installation: Path, prefect_server: None) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FARSAIL_HOME", str(installation))
        return nightly("demo")


def read_document(page: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(page).with_suffix(".json").read_text(encoding="utf-8"))
    return document


def test_an_unchanged_night_comes_out_the_same_and_leaves_no_proposal(digest: str) -> None:
    waiting, standing = list_waiting(), read_proposal(digest)
    page = replay("demo", language="en")
    document = read_document(page)
    assert document["reproduced"]
    assert document["steps"][0]["digest"] == digest
    assert document["lines"] == document["waits"] == []
    assert document["unchanged"] == sum(len(d["lines"]) for d in standing.body["decisions"])
    said = Path(page).read_text(encoding="utf-8")
    assert "came out the same, to the last byte" in said
    assert "<script" not in said
    assert list_waiting() == waiting
    assert read_current("demo", "nightly", pd.Timestamp(standing.body["as_of"]).date()) == standing


def test_the_page_says_what_shipping_before_a_known_change_of_duty_saves(digest: str) -> None:
    ahead = {row["day"]: row for row in read_document(replay("demo", proposal=digest[:12]))["ahead"]}
    duty = ahead["2026-02-24"]
    early = [line for line in duty["lines"] if line["arrives"] < duty["day"]]
    assert duty["saved_minor"] == sum(line["border_minor"] for line in early) != 0
    assert all(line["country"] == "US" for line in duty["lines"])
    assert all(line["departs"] <= line["ship_by"] < duty["day"] for line in early)


def test_a_lower_export_rebate_counts_from_the_day_of_departure(digest: str, tmp_path: Path) -> None:
    recorded = read_recorded.fn("demo", "last", digest)
    shipped = [decision for decision in recorded.proposal.body["decisions"] if decision["kind"] == "ship"]
    day = min(decision["arrival_p50"] for decision in shipped)
    assert all(decision["deadline"] < day for decision in shipped)
    rates = recorded.known.tables["rates"]
    rebate = rates[(rates["kind"] == "export_rebate") & (rates["effective_to"] >= day)]
    eve = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    less = rebate.assign(value="0.09", effective_from=day)
    pd.concat([rebate.assign(effective_to=eve), less]).to_csv(tmp_path / "rates.csv", index=False)
    ahead = read_document(replay("demo", proposal=digest[:12], rates=str(tmp_path / "rates.csv")))["ahead"]
    row = next(row for row in ahead if row["day"] == day)
    assert row["kinds"] == ["export_rebate"]
    assert row["kept_minor"] == sum(line["leaving_minor"] for line in row["lines"]) > 0
    assert row["missed_minor"] == row["saved_minor"] == row["late_minor"] == 0
    assert all(line["departs"] <= line["ship_by"] < day for line in row["lines"])
    assert any(line["arrives"] >= day for line in row["lines"])


def test_another_service_level_and_other_rates_change_lines_whose_causes_add_up(digest: str, tmp_path: Path) -> None:
    known = read_recorded.fn("demo", "last", digest).known
    rates = known.tables["rates"]
    duty = rates[(rates["kind"] == "duty") & rates["key"].str.startswith("US:")]
    dearer = duty.assign(value=[str(float(value) + 0.1) for value in duty["value"]])
    dearer.to_csv(tmp_path / "rates.csv", index=False)
    document = read_document(replay("demo", service_percent=95, rates=str(tmp_path / "rates.csv"), language="zh_CN"))
    assert [(step["cause"], step["name"]) for step in document["steps"]] == [
        ("code", ""),
        ("policy", "policy.replenishment.cycle_service_percent"),
        ("rates", "duty"),
    ]
    assert {line["kind"] for line in document["lines"]} == {"order", "ship"}
    for line in document["lines"]:
        for amount in ("units", "money_minor", "value_minor"):
            moved = line[f"{amount}_after"] - line[f"{amount}_before"]
            assert moved == sum(cause[amount] for cause in line["causes"]), (line["sku"], amount)
    for name, before in document["before"].items():
        assert document["after"][name] - before == sum(step[name] for step in document["steps"]), name
    by_kind = {"order": 0, "ship": 0}
    for line in document["lines"]:
        by_kind[line["kind"]] += line["money_minor_after"] - line["money_minor_before"]
    assert by_kind["order"] == document["after"]["orders_minor"] - document["before"]["orders_minor"]
    assert by_kind["ship"] == document["after"]["shipments_minor"] - document["before"]["shipments_minor"]


def test_another_weekly_cash_takes_the_place_of_a_what_ifs(digest: str) -> None:
    body = read_proposal(digest).body | {"journey": "what-if", "what_if": {"cash_limit": "20000"}}
    recorded = read_recorded.fn("demo", "last", record_proposal(canonical_bytes(body)).digest)
    steps = list_steps.fn(recorded, "", 0, 50_000, 0, "")
    assert [(step.name, step.before, step.after) for step in steps[1:]] == [
        ("policy.distribution.weekly_cash_minor", "2000000", "5000000"),
        ("policy.replenishment.weekly_cash_minor", "2000000", "5000000"),
    ]
    limits = []
    for step in (steps[0], steps[-1]):
        policy = set_up(recorded.known, body, step.fields, step.rates)[0].seller.policy
        limits.append((policy.replenishment.weekly_cash_minor, policy.distribution.weekly_cash_minor))
    assert limits == [(2_000_000, 2_000_000), (5_000_000, 5_000_000)]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """This checkout's files as a repository of their own, with one commit."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / "clone" / name)
    git(tmp_path / "clone", "init", "--quiet")
    commit(tmp_path / "clone", "as it is")
    return tmp_path / "clone"


def git(folder: Path, *arguments: str) -> str:
    named = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    done = subprocess.run(["git", *named, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, message: str) -> str:
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.mark.long
def test_the_code_of_another_commit_changes_lines_with_the_code_as_their_cause(
    digest: str, clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = clone / "skills" / "replenishment" / "policy.py"
    before = file.read_text(encoding="utf-8")
    assert "threshold_units: int = Field(\n        default=0," in before
    changed = before.replace(
        "threshold_units: int = Field(\n        default=0,", "threshold_units: int = Field(\n        default=300,"
    )
    file.write_text(changed, encoding="utf-8")
    other = commit(clone, "no order below three hundred")
    monkeypatch.setattr("config.settings.ROOT", clone)
    document = read_document(replay("demo", proposal=digest, commit=other, language="en"))
    assert document["commit"] == other
    assert not document["reproduced"]
    assert document["lines"]
    assert {cause["step"] for line in document["lines"] for cause in line["causes"]} == {1}
    assert {line["kind"] for line in document["lines"]} == {"order"}
    assert git(clone, "worktree", "list").count("\n") == 0


def test_what_cannot_be_replayed_is_refused_by_name(
    digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownProposal, match="0 proposals start with ffffff"):
        read_recorded.fn("demo", "last", "ffffff")
    with pytest.raises(NoNight, match=r"No night of demo stands for 2025-11-23"):
        read_recorded.fn("demo", "2025-11-23", "")
    recorded = read_recorded.fn("demo", "last", digest)
    with pytest.raises(UnusablePolicy, match=r"policy\.replenishment\.service"):
        list_steps.fn(recorded, "replenishment: {service: 95}", *KEPT[1:])
    with pytest.raises(UnusableChange, match="sets service"):
        list_steps.fn(recorded, '{"service": 95}', *KEPT[1:])
    with pytest.raises(UnusableChange, match="There is no rate file"):
        list_steps.fn(recorded, *KEPT[:4], str(tmp_path / "none.csv"))
    with pytest.raises(UnknownCommit, match="knows no commit nobody"):
        other_code.find_commit("nobody")
    monkeypatch.setattr("config.settings.ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(NoCheckout, match="is no git checkout"):
        other_code.find_commit("HEAD")


def test_a_night_whose_frames_were_altered_is_not_replayed(digest: str) -> None:
    path = snapshot_folder(read_proposal(digest).body["snapshot"]) / "stock.parquet"
    kept = path.read_bytes()
    try:
        frame = pd.read_parquet(path)
        frame.assign(units=frame["units"] + 1).to_parquet(path, index=False)
        with pytest.raises(UnknownSnapshot, match="Table stock of snapshot"):
            read_recorded.fn("demo", "last", digest)
    finally:
        path.write_bytes(kept)
