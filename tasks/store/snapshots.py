"""Snapshots: the inputs of one night, frozen and known by the digest of their logical content."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import select

from config.settings import read_settings
from skills.rates import RateBook
from skills.vocabulary import Refusal, mark
from tasks.store.models import QuarantineRow, SnapshotRow
from tasks.store.session import open_session


class UnknownSnapshot(Refusal):
    """No snapshot of that digest, or its frames are gone from the disk."""


@dataclass(frozen=True)
class Snapshot:
    """What a night knew; each table is an attribute too: `snapshot.sales`.

    Attributes:
        digest: sha256 over the logical content of all tables.
        seller: Seller id.
        as_of: The morning; everything before 00:00 marketplace time is known.
        tables: One frame per input table, `rates` included.
    """

    digest: str
    seller: str
    as_of: date
    tables: dict[str, pd.DataFrame]

    @cached_property
    def rates(self) -> RateBook:
        """The dated rates as they were known that night."""
        return RateBook.from_frame(self.tables["rates"])

    def __getattr__(self, name: str) -> pd.DataFrame:
        tables: dict[str, pd.DataFrame] = self.__dict__.get("tables", {})
        if name in tables:
            return tables[name]
        raise AttributeError(f"A snapshot has no table {name!r}; it has {', '.join(sorted(tables))}.")


def record_snapshot(seller: str, as_of: date, tables: dict[str, pd.DataFrame], quarantine: pd.DataFrame) -> Snapshot:
    """Freeze the tables: the frames as Parquet beside the database, their digest and bad rows in it.

    Args:
        seller: Seller id.
        as_of: The morning.
        tables: One frame per table; row and column order do not matter to the digest.
        quarantine: One row per unusable value: feed, file, line, column, value, expected.

    Returns:
        The snapshot; the same content recorded twice is one snapshot.
    """
    manifest = {name: {"rows": len(frame), "sha256": digest_frame(frame)} for name, frame in sorted(tables.items())}
    manifest["quarantine"] = {"rows": len(quarantine), "sha256": digest_frame(quarantine)}
    text = json.dumps({"seller": seller, "as_of": as_of.isoformat(), "tables": manifest}, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    _write_frames(snapshot_folder(digest), tables)
    with open_session() as session:
        if session.get(SnapshotRow, digest) is None:
            session.add(
                SnapshotRow(
                    digest=digest,
                    seller=seller,
                    as_of=as_of,
                    tables=text.encode(),
                    recorded_at=datetime.now(UTC),
                )
            )
            session.flush()
            session.add_all(
                QuarantineRow(snapshot=digest, **{str(name): str(value) for name, value in row.items()})
                for row in quarantine.to_dict("records")
            )
    return Snapshot(digest=digest, seller=seller, as_of=as_of, tables=tables)


def read_snapshot(digest: str) -> Snapshot:
    """A frozen night, to replay it.

    Raises:
        UnknownSnapshot: not recorded here, or its frames are gone, damaged or changed since.
    """
    with open_session() as session:
        row = session.get(SnapshotRow, digest)
    if row is None:
        raise UnknownSnapshot(
            mark(
                "No snapshot {digest} is recorded in this store. A proposal names its snapshot; "
                "the known ones are the folders of {path}."
            ),
            digest=digest,
            path=snapshot_folder(digest).parent,
        )
    manifest = json.loads(row.tables)["tables"]
    tables = {}
    for name, facts in manifest.items():
        if name == "quarantine":
            continue
        path = snapshot_folder(digest) / f"{name}.parquet"
        frame = _read_frame(path)
        if frame is None or digest_frame(frame) != facts["sha256"]:
            raise UnknownSnapshot(
                mark(
                    "Table {table} of snapshot {digest} is missing or was changed: expected {expected}. "
                    "Restore {path} from a backup."
                ),
                table=name,
                digest=digest,
                expected=facts["sha256"],
                path=path,
            )
        tables[name] = frame
    return Snapshot(digest=digest, seller=row.seller, as_of=row.as_of, tables=tables)


def read_quarantine(digest: str) -> pd.DataFrame:
    """One row per unusable value of that snapshot: feed, file, line, column, value, expected."""
    columns = ["feed", "file", "line", "column", "value", "expected"]
    with open_session() as session:
        rows = session.scalars(
            select(QuarantineRow).where(QuarantineRow.snapshot == digest).order_by(QuarantineRow.id)
        ).all()
    return pd.DataFrame([[getattr(row, name) for name in columns] for row in rows], columns=columns)


def digest_frame(frame: pd.DataFrame) -> str:
    """sha256 over column names, kinds and values, rows sorted; the same for any row, column or storage order."""
    columns = sorted(map(str, frame.columns))
    content = {name: _canonical_column(frame[name]) for name in columns}
    hasher = hashlib.sha256()
    keys = [pd.factorize(values, sort=True)[0] for _, values in content.values()]
    order = np.lexsort(keys[::-1]) if keys else np.arange(0)
    for name in columns:
        kind, values = content[name]
        hasher.update(f"{name}\x1f{kind}\x1f{len(values)}\x1e".encode())
        arranged = values[order]
        if kind == "text":
            hasher.update(np.fromiter(map(len, arranged), dtype="<i8", count=len(arranged)).tobytes())
            hasher.update("".join(arranged).encode("utf-8", "surrogatepass"))
        else:
            hasher.update(np.ascontiguousarray(arranged).tobytes())
    return hasher.hexdigest()


def _canonical_column(column: pd.Series) -> tuple[str, np.ndarray]:
    kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else "O"
    if kind == "b":
        return "bool", column.to_numpy(dtype="<u1")
    if kind in "iu":
        return "int", column.to_numpy(dtype="<i8")
    if kind == "f":
        values = column.to_numpy(dtype="<f8") + 0.0
        return "float", np.where(np.isnan(values), np.nan, values)
    if kind == "M":
        return "time", column.to_numpy(dtype="datetime64[us]").astype("<i8")
    return "text", column.astype(object).map(_canonical_text).to_numpy(dtype=object)


def _canonical_text(value: object) -> str:
    return "\x00" if value is None or value is pd.NA or value != value else str(value)


def snapshot_folder(digest: str) -> Path:
    """Where the frames of a snapshot lie, one Parquet file per table."""
    return read_settings().home / "snapshots" / digest


def _read_frame(path: Path) -> pd.DataFrame | None:
    """The frame, or None where the file is missing or is no Parquet any more."""
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError):
        return None


def _write_frames(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        path = folder / f"{name}.parquet"
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        frame.to_parquet(unfinished, index=False)
        unfinished.replace(path)
