"""The store on SQLite and PostgreSQL: exact values, immutable proposals, one run ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from skills.rates import RATE_COLUMNS, RateBook
from tasks.store import canonical, nights, proposals, rates, snapshots
from tasks.store.models import Base, ProposalRow, RateRow
from tasks.store.session import StoreUnreachable, open_session

MORNING = date(2025, 11, 24)
RATES = [*RATE_COLUMNS]


def body(snapshot: str, units: int = 12) -> bytes:
    content = {
        "schema": "farsail.proposal/1",
        "seller": "demo",
        "journey": "nightly",
        "as_of": MORNING.isoformat(),
        "snapshot": snapshot,
        "decisions": [{"id": "order:hongda", "units": units}],
    }
    return canonical.canonical_bytes(content)


def tables() -> dict[str, pd.DataFrame]:
    sales = pd.DataFrame(
        {
            "sku": ["B", "A", "A"],
            "country": ["DE", "DE", "US"],
            "day": pd.to_datetime(["2025-11-01", "2025-11-02", "2025-11-02"]),
            "units": [1, 2, 3],
            "weight_kg": [0.5, None, 0.25],
        }
    )
    return {"sales": sales, "rates": pd.DataFrame({"kind": ["fx"], "key": ["CNY"]})}


def quarantine(rows: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        [["order_lines", "a.csv", str(line + 2), "day", "31/02/2025", "a date"] for line in range(rows)],
        columns=["feed", "file", "line", "column", "value", "expected"],
    )


def freeze() -> str:
    return snapshots.record_snapshot("demo", MORNING, tables(), quarantine()).digest


def test_the_migrations_build_exactly_the_tables_that_the_models_describe(store: str) -> None:
    with open_session() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_money_and_times_come_back_as_they_went_in(store: str) -> None:
    precise = Decimal("0.123456789012345678901234567890")
    frame = pd.DataFrame(
        [["fx", "CNY", str(precise), "CCY per USD", "2025-11-01", "", "somebody", "2025-11-02", "primary"]],
        columns=RATES,
    )
    rates.record_rates(frame)
    with open_session() as session:
        assert session.query(RateRow).one().value == precise
    book = RateBook.from_frame(rates.read_rates("demo", MORNING))
    assert book.read("fx", "CNY", MORNING).value == precise

    proposal = proposals.record_proposal(body(freeze()))
    decided = datetime(2025, 11, 24, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    with open_session() as session:
        session.get_one(ProposalRow, proposal.digest).decided_at = decided
    with open_session() as session:
        stored = session.get_one(ProposalRow, proposal.digest).decided_at
        assert stored == decided
        assert stored is not None and stored.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(store: str) -> None:
    proposal = proposals.record_proposal(body(freeze()))
    with pytest.raises(Exception, match="without a zone"), open_session() as session:
        session.get_one(ProposalRow, proposal.digest).decided_at = datetime(2025, 11, 24)  # noqa: DTZ001


def test_a_sellers_own_rate_hides_the_common_one(store: str) -> None:
    common = pd.DataFrame(
        [["vat", "DE", "0.19", "share", "2021-01-01", "", "law", "2025-11-01", "primary"]], columns=RATES
    )
    own = common.assign(value="0.07", source="adviser")
    rates.record_rates(common)
    rates.record_rates(own, scope="demo")
    assert RateBook.from_frame(rates.read_rates("demo", MORNING)).read("vat", "DE", MORNING).value == Decimal("0.07")
    assert RateBook.from_frame(rates.read_rates("else", MORNING)).read("vat", "DE", MORNING).value == Decimal("0.19")


def test_a_snapshot_is_known_by_its_content_not_by_its_order_or_file(store: str) -> None:
    first = freeze()
    shuffled = {name: frame.iloc[::-1][frame.columns[::-1]] for name, frame in reversed(tables().items())}
    assert snapshots.record_snapshot("demo", MORNING, shuffled, quarantine()).digest == first
    changed = tables()
    changed["sales"].loc[0, "units"] += 1
    assert snapshots.record_snapshot("demo", MORNING, changed, quarantine()).digest != first


def test_a_snapshot_can_be_read_back_and_a_changed_one_is_refused(store: str, home: object) -> None:
    digest = freeze()
    again = snapshots.read_snapshot(digest)
    pd.testing.assert_frame_equal(again.tables["sales"], tables()["sales"], check_dtype=False)
    assert snapshots.read_quarantine(digest).equals(quarantine())
    path = next(snapshots.read_settings().home.glob(f"snapshots/{digest}/sales.parquet"))
    tables()["sales"].assign(units=7).to_parquet(path)
    with pytest.raises(snapshots.UnknownSnapshot, match="was changed"):
        snapshots.read_snapshot(digest)
    path.write_bytes(b"half a file")
    with pytest.raises(snapshots.UnknownSnapshot, match=r"Restore .*sales\.parquet from a backup"):
        snapshots.read_snapshot(digest)
    with pytest.raises(snapshots.UnknownSnapshot, match="the known ones are the folders of"):
        snapshots.read_snapshot("none")


def test_the_same_bytes_are_one_proposal_and_other_bytes_supersede_it(store: str) -> None:
    snapshot = freeze()
    first = proposals.record_proposal(body(snapshot))
    assert proposals.record_proposal(body(snapshot)) == first
    second = proposals.record_proposal(body(snapshot, units=24))
    assert second.supersedes == first.digest
    assert proposals.read_proposal(first.digest).standing == "superseded"
    current = proposals.read_current("demo", "nightly", MORNING)
    assert current is not None and current.digest == second.digest


def test_a_decided_proposal_is_never_replaced_and_the_rerun_is_marked_late(store: str) -> None:
    snapshot = freeze()
    first = proposals.record_proposal(body(snapshot))
    with open_session() as session:
        session.get_one(ProposalRow, first.digest).decided_at = datetime.now(UTC)
    rerun = proposals.record_proposal(body(snapshot, units=24))
    assert rerun.standing == "late"
    current = proposals.read_current("demo", "nightly", MORNING)
    assert current is not None and current.digest == first.digest


def test_a_proposal_is_found_by_its_first_characters_and_signs_of_a_pattern_mean_themselves(store: str) -> None:
    proposal = proposals.record_proposal(body(freeze()))
    assert proposals.read_proposal(proposal.digest[:8]) == proposal
    with pytest.raises(proposals.UnknownProposal, match="0 proposals start with %"):
        proposals.read_proposal("%")


def test_a_proposal_with_a_float_is_refused_with_its_place() -> None:
    with pytest.raises(canonical.NotCanonical, match=r"body\.decisions\[0\]\.units holds 1\.5"):
        canonical.canonical_bytes({"decisions": [{"units": 1.5}]})


def test_a_night_that_ended_stays_as_it_ended(store: str) -> None:
    night = nights.open_night("demo", "nightly", MORNING, "run-1")
    assert [row.id for row in nights.list_open_nights()] == [night]
    nights.close_night(night, "proposed", proposal="abc")
    nights.close_night(night, "crashed", "too late")
    found = nights.find_night("demo", "nightly", MORNING, datetime.now(UTC))
    assert found is not None and (found.state, found.proposal) == ("proposed", "abc")
    assert nights.list_open_nights() == []


def test_a_night_that_died_with_its_machine_is_no_night_to_join(store: str) -> None:
    nights.open_night("demo", "nightly", MORNING, "run-1")
    now = datetime.now(UTC)
    assert nights.find_night("demo", "nightly", MORNING, now - timedelta(hours=1)) is not None
    assert nights.find_night("demo", "nightly", MORNING, now + timedelta(hours=1)) is None


def test_a_database_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnreachable) as refusal, open_session("postgresql://u:secret@127.0.0.1:1/x") as session:
        session.execute(text("select 1"))
    assert "127.0.0.1:1/x" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_a_store_of_the_first_version_is_brought_up_to_date_with_its_proposals(home: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    from tasks.store.session import MIGRATIONS

    home.mkdir()
    engine = create_engine(f"sqlite:///{home / 'farsail.db'}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in (
            "snapshot VALUES ('s', 'demo', '2025-11-24', x'00', '2025-11-24')",
            "proposal VALUES ('p', 'demo', 'nightly', '2025-11-24', 's', x'00', '', 0, 'c', 'l', '2025-11-24', NULL)",
            "current_proposal VALUES ('demo', 'nightly', '2025-11-24', 'p')",
        ):
            connection.execute(text(f"INSERT INTO {row}"))
    engine.dispose()
    with open_session() as session:
        assert session.query(ProposalRow).one().edits == ""
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
