"""Files that are written for people and other programs: each is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write beside, to the disk, and move over: nobody ever opens half a file.

    One writer at a time for each path; what a dead one left beside is written over.
    """
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
