"""The niches of a run, kept beside the snapshots so that the next run gives the same niche the same name."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pandas as pd

from config.settings import read_settings
from tasks.store.proposals import read_previous
from tasks.store.snapshots import digest_frame

JOURNEY = "select_products"
MEMBERS = {"niche": "str", "country": "str", "term": "str", "share": "float64"}


def record_members(members: pd.DataFrame) -> str:
    """Keep which term is in which niche; returns the digest of the content.

    Args:
        members: One row per (niche, country, term): share.
    """
    frame = members[list(MEMBERS)].astype(MEMBERS)
    digest = digest_frame(frame)
    path = _place(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    frame.to_parquet(unfinished, index=False)
    unfinished.replace(path)
    return digest


def read_members(seller: str, before: date) -> pd.DataFrame:
    """The members of the newest run of an earlier morning; empty where there is none, or its file is gone or changed.

    Returns:
        One row per (niche, country, term): share.
    """
    previous = read_previous(seller, JOURNEY, before)
    digest = str(previous.body["niches"]["members"]) if previous else ""
    if not digest:
        return no_members()
    try:
        frame = pd.read_parquet(_place(digest))
    except (OSError, ValueError):
        return no_members()
    return frame if digest_frame(frame) == digest else no_members()


def no_members() -> pd.DataFrame:
    """What a first run knows of earlier niches: no rows."""
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in MEMBERS.items()})


def _place(digest: str) -> Path:
    return read_settings().home / "niches" / f"{digest}.parquet"
