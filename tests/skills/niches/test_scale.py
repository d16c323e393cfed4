"""Ten million terms in three gibibytes: the most searched are grouped, the rest is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CODE = """
import json, sys
sys.path.insert(0, ".")
import numpy as np, pandas as pd, pyarrow as pa
from skills.niches import build_niches
from skills.niches.policy import NichesPolicy

def count_of(size):
    draw = np.random.Generator(np.random.PCG64(3))
    words = np.frombuffer(b"".join(bytes(row) for row in draw.integers(97, 123, (220, 5), dtype=np.uint8)), "S5")
    place = draw.permutation(220**3)[:size]
    signs = np.full((size, 17), 32, np.uint8)
    for k, part in enumerate((place // 48400, place // 220 % 220, place % 220)):
        signs[:, 6 * k : 6 * k + 5] = words[part].view(np.uint8).reshape(size, 5)
    del place
    offsets = pa.py_buffer(np.arange(0, 17 * (size + 1), 17, dtype=np.int64))
    text = pa.LargeStringArray.from_buffers(size, offsets, pa.py_buffer(signs))
    volumes = pd.DataFrame({
        "country": pd.array(["US"], dtype="str").repeat(size), "week": np.datetime64("2026-11-15", "us"),
        "term": pd.array(pa.chunked_array([text]), dtype="str"), "rank": 1,
        "volume": draw.integers(1, 1000, size).astype(np.float64), "volume_basis": "fitted",
    })
    nothing = pd.DataFrame({"niche": "", "country": "", "week": volumes["week"].head(0), "term": "", "asin": "",
                            "click_share": 0.0, "share": 0.0}, index=range(0))
    run = build_niches(volumes, nothing, nothing, NichesPolicy())
    return {"members": run.members["term"].nunique(), "aside": run.set_aside["terms"].tolist(),
            "values": run.set_aside["values"].tolist(), "niches": len(run.niches)}

count_of(1000)
said = count_of(10_000_000)
peak = max(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps(said | {"peak_mib": peak / 1024}))
"""


@pytest.mark.long
def test_ten_million_terms_are_grouped_in_three_gibibytes_and_what_is_left_out_is_counted() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["members"] == 3_000_000
    assert said["aside"] == [7_000_000]
    assert said["values"] == [{"terms": 3_000_000}]
    assert said["niches"] > 1000
    assert said["peak_mib"] <= 3072, said
