"""The examples and the worked example of the manifest give what they say, in any process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import skills.forecasting.weeks as weeks
from skills.forecasting import build_history, explain_forecast, forecast_demand
from skills.forecasting.policy import ForecastingPolicy

ROOT = Path(__file__).parents[3]
SKILL = ROOT / "skills" / "forecasting"
EXAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SKILL.glob("examples/*.json"))}
COLUMNS = {
    "events": ["event", "first_day", "last_day", "country", "sku", "uplift_percent", "author", "expires"],
    "overrides": ["sku", "country", "weekly_units", "author", "reason", "expires"],
}
DAYS = {"day", "week", "first_day", "last_day", "expires", "last_complete_day"}


def read_frames(example: dict[str, Any]) -> dict[str, pd.DataFrame]:
    frames = {}
    for name, rows in example.items():
        if isinstance(rows, list):
            frame = pd.DataFrame(rows, columns=None if rows else COLUMNS[name])
            frames[name] = frame.assign(**{day: pd.to_datetime(frame[day]) for day in DAYS & set(frame.columns)})
    return frames


def as_rows(frame: pd.DataFrame, columns: dict[str, Any]) -> list[dict[str, Any]]:
    texts = frame.assign(**{day: frame[day].astype(str).str[:10] for day in DAYS & set(frame.columns)})
    rows: list[dict[str, Any]] = json.loads(texts[list(columns)].to_json(orient="records"))
    return rows


def test_the_tea_towel_is_forecast_and_explained_as_written() -> None:
    example = EXAMPLES["tea_towel"]
    frames, expected = read_frames(example), example["expected"]
    policy, as_of = ForecastingPolicy(**example["policy"]), date.fromisoformat(example["as_of"])
    history = build_history(frames["sales"], frames["stock_outs"], frames["feeds"], as_of, policy)
    said = pd.concat([history[history["capped_units"] > 0], history[~history["in_stock"]]])
    assert as_rows(said, expected["history"][0]) == expected["history"]
    ends = history.groupby("country")["week"].max().astype(str).str[:10]
    assert ends.to_dict() == expected["last_weeks"]
    result = forecast_demand(history, frames["events"], frames["overrides"], frames["products"], as_of, policy)
    assert as_rows(result, expected["forecast"][0]) == expected["forecast"]
    explained = explain_forecast(history, result, pd.DataFrame({"sku": ["TT-1"], "country": ["US"]}))
    assert as_rows(explained, expected["explanation"][0]) == expected["explanation"]


def test_the_same_week_twice_is_refused_as_written() -> None:
    example = EXAMPLES["same_week_twice"]
    frames = read_frames(example)
    refusal = getattr(weeks, example["expected"]["refusal"])
    with pytest.raises(refusal, match=example["expected"]["names"]):
        forecast_demand(
            frames["history"],
            frames["events"],
            frames["overrides"],
            frames["products"],
            date.fromisoformat(example["as_of"]),
            ForecastingPolicy(**example["policy"]),
        )


def test_the_worked_example_of_the_manifest_runs() -> None:
    code = re.findall(r"```python\n(.*?)```", (SKILL / "SKILL.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    exec(compile(code[0], "SKILL.md", "exec"), {})  # noqa: S102


@pytest.mark.long
def test_another_processor_hash_seed_and_time_zone_give_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, 'tests/skills/forecasting');"
        "import test_plan as t; import numpy as np;"
        "s = np.random.Generator(np.random.PCG64(5));"
        "h = t.past({(f'S{n:03}', c): s.poisson(s.choice([.1, 2., 40.]), int(s.integers(1, 110))).tolist()"
        " for n in range(120) for c in ('US', 'DE', 'JP')});"
        "f = t.forecast(h, policy=t.ForecastingPolicy());"
        "print(hashlib.sha256(f.to_csv(index=False).encode()).hexdigest())"
    )
    other = {"NUMBA_CPU_NAME": "generic", "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3", "TZ": "Asia/Shanghai"}
    digests = {
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for settings in (
            {"PYTHONHASHSEED": "1"},
            {"PYTHONHASHSEED": "2", "NUMBA_CACHE_DIR": str(tmp_path), **other},
        )
    }
    assert len(digests) == 1
