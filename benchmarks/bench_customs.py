"""Rate texts of the US tariff: how many become typed duties, and how many of those can be charged by themselves.

Real: the US HTS export of 2024-11 (../shared/data), general rate of duty, lines that carry a text of their own;
statistical suffixes inherit and are not counted. A typed text may send its reader to another heading or note: it
counts as typed and not as chargeable. Out of scope: special and column 2 rates; whether a typed duty is the right one
(the tests charge examples of each wording).
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from figures import record_figure

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import read_settings  # noqa: E402
from skills.customs import build_schedule, type_rates  # noqa: E402
from skills.customs.duty import list_references  # noqa: E402
from tasks.files.reference import read_us_tariff  # noqa: E402

FIGURES = ("customs.hts_lines_typed_percent", "customs.hts_lines_chargeable_percent")
HTS = read_settings().data / "customs_tariffs" / "us_hts_2024-11.csv.gz"


def main() -> int:
    """Measure every figure of this group."""
    if not HTS.exists():
        print(f"{HTS} is absent: the tariff cannot be measured (docs/run.md says where to get it).", file=sys.stderr)
        return 1
    table = read_us_tariff(HTS, "hts.usitc.gov, 2024-11", date(2026, 11, 22))
    schedule = build_schedule(table.rows)
    lines = schedule[schedule["rate_from"] == schedule["number"]]
    typed, unread = type_rates(lines)
    elsewhere = {text for text, duty in typed.items() if list_references(duty)}
    referring = int(lines["rate_text"].isin(elsewhere).sum())
    for row in unread.itertuples(index=False):
        print(f"  unread: line {row.line}, {row.number}: {str(row.rate_text)[:90]}")
    percent = 100 / len(lines)
    unit = f"percent of {len(lines)} lines with a rate text"
    record_figure(FIGURES[0], round(percent * (len(lines) - len(unread)), 2), unit)
    record_figure(FIGURES[1], round(percent * (len(lines) - len(unread) - referring), 2), unit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
