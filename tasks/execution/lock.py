"""One execution at a time for each seller: a lock that goes with the process that holds it.

ExecutionBusy              another process is carrying out this seller's instructions
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url, text

from config.settings import read_settings
from skills.vocabulary import Refusal, mark
from tasks.store.session import open_connection


class ExecutionBusy(Refusal):
    """Somebody else has it."""


@contextmanager
def hold_execution(seller: str, patience_seconds: float = 30.0) -> Iterator[None]:
    """Be the only process that acts for a seller until the block ends.

    Whoever holds it may take an intent without an outcome for one whose process died. On SQLite it is a file lock
    of the operating system, on PostgreSQL a lock of the session: both are let go when the process ends, however.

    Args:
        seller: Whose instructions.
        patience_seconds: How long to wait for another process.

    Raises:
        ExecutionBusy: it did not end in time.
    """
    held = _file_lock if make_url(read_settings().store_url).get_backend_name() == "sqlite" else _session_lock
    deadline = time.monotonic() + patience_seconds
    with held(seller) as try_lock:
        while not try_lock():
            if time.monotonic() > deadline:
                raise ExecutionBusy(
                    mark(
                        "Another process is carrying out the instructions of {seller}. Wait until it ends; what it "
                        "leaves is done by the next run of execute."
                    ),
                    seller=seller,
                )
            time.sleep(0.05)
        yield


@contextmanager
def _file_lock(seller: str) -> Iterator[Callable[[], bool]]:
    path = Path(make_url(read_settings().store_url).database or "").with_name(f"execution-{seller}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:

        def try_lock() -> bool:
            with suppress(OSError):
                if sys.platform == "win32":
                    import msvcrt

                    file.seek(0)
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                else:
                    import fcntl

                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            return False

        yield try_lock


@contextmanager
def _session_lock(seller: str) -> Iterator[Callable[[], bool]]:
    number = int.from_bytes(hashlib.sha256(f"execution/{seller}".encode()).digest()[:8], "big", signed=True)
    with open_connection() as connection:

        def try_lock() -> bool:
            return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}))

        yield try_lock
        connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
