"""The niches of a run are found again by the next one, or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.settings import read_settings
from tasks.store.canonical import canonical_bytes
from tasks.store.niches import JOURNEY, MEMBERS, no_members, read_members, record_members
from tasks.store.proposals import record_proposal
from tasks.store.snapshots import record_snapshot

FIRST, NEXT = date(2025, 11, 24), date(2025, 12, 1)


def members() -> pd.DataFrame:
    rows = [("US-1", "US", "dish cloth", 1.0, 500.0), ("US-2", "US", "picnic mat", 0.25, 90.0)]
    frame = pd.DataFrame(rows, columns=["niche", "country", "term", "share", "volume"])
    return frame.astype(MEMBERS)


@pytest.fixture
def kept(home: Path) -> Path:
    """The file of the niches that the first morning's proposal names."""
    digest = record_members(members())
    snapshot = record_snapshot("demo", FIRST, {"members": members()}, pd.DataFrame())
    body = {"schema": 1, "journey": JOURNEY, "seller": "demo", "as_of": FIRST.isoformat(),
            "snapshot": snapshot.digest, "niches": {"members": digest}, "decisions": []}  # fmt: skip
    record_proposal(canonical_bytes(body))
    return read_settings().home / "niches" / f"{digest}.parquet"


def test_the_next_morning_reads_what_the_run_before_kept(kept: Path) -> None:
    pd.testing.assert_frame_equal(read_members("demo", NEXT), members()[list(MEMBERS)])


def test_a_morning_does_not_read_its_own_run_nor_that_of_another_seller(kept: Path) -> None:
    assert read_members("demo", FIRST).empty
    assert read_members("other", NEXT).empty


def test_a_file_that_is_gone_broken_or_changed_counts_as_none(kept: Path) -> None:
    members()[list(MEMBERS)].assign(share=0.5).to_parquet(kept, index=False)
    assert read_members("demo", NEXT).empty
    kept.write_bytes(b"PAR1")
    assert read_members("demo", NEXT).empty
    kept.unlink()
    pd.testing.assert_frame_equal(read_members("demo", NEXT), no_members())


def test_the_same_niches_in_another_order_are_kept_once(home: Path) -> None:
    assert record_members(members()) == record_members(members().iloc[::-1])
    assert len(list((read_settings().home / "niches").iterdir())) == 1


def test_a_run_without_niches_is_kept_too(home: Path) -> None:
    assert record_members(no_members()) == record_members(members().iloc[:0])
