"""Sizes by system: what a Queen of the United States is called in Britain, Germany or Japan.

Two labels are counterparts where one row of a chart holds both; nothing is reckoned between rows. Where a country
calls a size by its measures, it is written as those. The table is a convention of shops, not a standard.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from skills.vocabulary import Refusal, check_columns, mark, name_rows

SIZE_COLUMNS = (
    "chart", "size", "system", "countries", "label", "measure", "effective_from", "effective_to", "source",
    "retrieved_on", "confidence",
)  # fmt: skip
UNKNOWN_SYSTEM = mark(
    "{attribute}: the table of sizes has no system “{system}”. “{value}” was kept as written: name a system of "
    "skills/listing/assets/size_systems.csv."
)
UNKNOWN_SIZE = mark("{attribute}: “{value}” is no size of the system {system}. It was kept as written.")
NO_COUNTERPART = mark(
    "{attribute}: {value} ({system}) has no counterpart in {country} and was kept as written. State what it measures."
)
SIZED = mark("{attribute}: {value} ({system}) is written {shown} for {country} ({shown_system}); makers differ.")

_MEASURE = "{measure}"


class UnusableSizes(Refusal):
    """A row of a chart has two labels in one system, a system one label in two charts, or a country two systems."""


@dataclass(frozen=True, slots=True)
class Size:
    """A label of one system.

    Attributes:
        rows: The rows of its chart that it stands in.
        measure: What it measures, with its unit; "" where the table does not say.
    """

    chart: str
    system: str
    label: str
    rows: frozenset[str]
    measure: str


@dataclass(frozen=True, slots=True)
class SizeBook:
    """The sizes that are valid on one day.

    Attributes:
        sizes: System → label in small letters without blanks → size.
        homes: Chart and country → its system.
        measured: Systems that call a size by its measures.
    """

    sizes: dict[str, dict[str, Size]]
    homes: dict[tuple[str, str], str]
    measured: frozenset[str]

    def knows(self, system: str) -> bool:
        return system.strip().casefold() in self.sizes

    def find(self, label: str, system: str) -> Size | None:
        return self.sizes.get(system.strip().casefold(), {}).get(_plain(label))

    def counterpart(self, size: Size, country: str) -> tuple[str, str] | None:
        """What a country calls a size, and its system there; None where the table has nothing for it."""
        home = self.homes.get((size.chart, country))
        if home is None:
            return None
        if home == size.system:
            return size.label, home
        shared = [one for one in self.sizes[home.casefold()].values() if one.rows & size.rows]
        if len(shared) == 1:
            return shared[0].label, home
        return (size.measure, home) if not shared and home in self.measured and size.measure else None


def read_sizes(table: pd.DataFrame, as_of: date) -> SizeBook:
    """The table of sizes as it is valid on a day.

    Args:
        table: One row per (chart, size, system) (assets/size_systems.csv): countries (codes, blanks between), label,
            measure (with its unit; blank unknown), effective_from and effective_to (blank for open), source,
            retrieved_on, confidence. Size `*` with the label {measure}: the system calls sizes by their measures.
    Raises:
        MissingColumns.
        UnusableSizes: names a chart's row that has two labels in one system, a label that a system has in two charts,
            or a country with two systems.
    """
    check_columns("sizes", table.columns, SIZE_COLUMNS)
    day = as_of.isoformat()
    rows = [row for row in table.to_dict("records") if _is_valid(row, day)]
    homes: dict[tuple[str, str], str] = {}
    found: dict[str, dict[str, Size]] = {}
    measured, wrong, seen = set(), [], set()
    for row in rows:
        chart, system, key = str(row["chart"]), str(row["system"]), (row["chart"], row["size"], row["system"])
        for country in str(row["countries"]).split():
            wrong += [f"{chart} · {country}"] if homes.setdefault((chart, country), system) != system else []
        labels = found.setdefault(system.casefold(), {})
        wrong += [f"{chart} · {row['size']} · {system}"] if key in seen else []
        seen.add(key)
        if row["label"] == _MEASURE:
            measured.add(system)
            continue
        label = str(row["label"])
        known = labels.get(_plain(label))
        wrong += [f"{known.chart} and {chart} · {label} · {system}"] if known and known.chart != chart else []
        mine = frozenset((str(row["size"]),)) | (known.rows if known else frozenset())
        labels[_plain(label)] = Size(chart, system, label, mine, str(row["measure"]))
    if wrong:
        raise UnusableSizes(
            mark(
                "The table of sizes says two things about {rows}: expected one label per size and system, and one "
                "system per chart and country. Take the others out of skills/listing/assets/size_systems.csv."
            ),
            rows=name_rows(sorted(set(wrong))),
        )
    return SizeBook(found, homes, frozenset(measured))


def _plain(label: str) -> str:
    """A label as labels are compared: small, without blanks, hyphens, `cm` and idle zeros."""
    bare = re.sub(r"[\s-]+", "", label.casefold().replace("×", "x")).removesuffix("cm")
    return re.sub(r"(?<=[0-9])\.0+(?![0-9])", "", bare)


def _is_valid(row: dict[Any, Any], day: str) -> bool:
    began, ends = str(row["effective_from"] or ""), str(row["effective_to"] or "")
    return began <= day and (not ends or day <= ends)
