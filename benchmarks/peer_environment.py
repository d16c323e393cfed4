"""A peer's own environment: made from its lock when absent, so that a benchmark needs nothing by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"


def open_peer(name: str) -> Path:
    """The Python of `peers/<name>/.venv`, installed from the lock beside it on first use.

    Raises:
        subprocess.CalledProcessError: the packages could not be installed; pip has said why.
    """
    folder = PEERS / name
    python = folder / ".venv" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / ".venv" / "installed.lock"
    lock = folder / "requirements.lock"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return python
    print(f"  making the environment of the peer {name} (once)", flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder / ".venv")], check=True)
    install = ["-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
    subprocess.run([str(python), *install], check=True)
    stamp.write_bytes(lock.read_bytes())
    return python
