"""A forwarder's price sheet as it is sent: channels and postcode groups down, weight breaks across, notes below.

    渠道      分区      21KG+   45KG+   100KG+
    美森快船   8-9      13.8    13.2    询价
    备注：体积重/6000，时效 18-25天，截单 周三

A cell that says 暂停 (suspended) or 询价 (ask) is no price: it is quarantined with its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from skills.freight.facts import AS_THE_LANE, CARD_COLUMNS
from skills.rates import Confidence
from skills.vocabulary import Money, mark
from tasks.files.problems import UnknownHeader, UnreadableFile
from tasks.files.quarantine import QUARANTINE
from tasks.files.values import read_numbers

EXPECTED_PRICE = mark("a price per kilogram above 0; 暂停 and 询价 are none")
EXPECTED_CHANNEL = mark("a channel (渠道) that a lane is named for")
EXPECTED_GROUP = mark("postcodes such as 8-9, 90001 or 全部")

_CHANNEL, _GROUPS = ("渠道",), ("分区", "邮编", "邮编分区")
_BREAK = re.compile(r"(\d+(?:\.\d+)?)\s*KG\s*\+", re.IGNORECASE)
_DIVISOR = re.compile(r"体积重?\s*[/÷]\s*(\d+)")
_TRANSIT = re.compile(r"时效[^\d]*(\d+)\s*[-~至–]\s*(\d+)\s*天")
_CUTOFF = re.compile(r"截单[^周]*周([一二三四五六日天])")
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_GROUP = re.compile(r"(\w+)(?:\s*[-~–至]\s*(\w+))?(?:\s*开头)?")
_EVERYWHERE = ("", "全部", "全境", "全美")


@dataclass(frozen=True)
class ForwarderSheet:
    """What a sheet holds.

    Attributes:
        cards: One row per price: the columns of the rate cards, amounts in minor units.
        quarantine: One row per cell that is no price, or row that cannot be placed: feed, file, line, column, value,
            expected.
        cells_in: Cells and rows that were to be read: cards + quarantine.
        transit_days: The promised span of days (from, to) of the notes; None where there is none.
    """

    cards: pd.DataFrame
    quarantine: pd.DataFrame
    cells_in: int
    transit_days: tuple[int, int] | None


def read_forwarder_sheet(
    path: Path,
    lanes: dict[str, str],
    currency: str,
    effective_from: date,
    retrieved_on: date,
    source: str,
    confidence: Confidence = "primary",
) -> ForwarderSheet:
    """The first sheet's prices as rate cards. A channel left blank is that of the row above.

    Args:
        path: The workbook.
        lanes: Channel (渠道) → lane; a channel that is not listed is quarantined.
        currency: Of the prices.
        effective_from: First day they hold.
        retrieved_on: Day the sheet came.
        source: Who sent it.

    Raises:
        UnreadableFile: not a workbook.
        UnknownHeader: no row has 渠道 and weight breaks such as 21KG+.
    """
    try:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise UnreadableFile(
            mark("{file} cannot be read as a workbook: {error}. Ask the forwarder for an .xlsx file."),
            file=path.name,
            error=str(error),
        ) from error
    cells = [[_say(cell) for cell in row] for row in rows]
    header = next((at for at, row in enumerate(cells) if _find(row, _CHANNEL) >= 0 and _list_breaks(row)), None)
    if header is None:
        raise UnknownHeader(
            mark(
                "{file} has no row with 渠道 and weight breaks such as 21KG+. Expected a price sheet; check the file."
            ),
            file=path.name,
        )
    channel_at, group_at = _find(cells[header], _CHANNEL), _find(cells[header], _GROUPS)
    breaks = _list_breaks(cells[header])
    notes = " ".join(cell for row in cells for cell in row)
    divisor, cutoff, transit = _DIVISOR.search(notes), _CUTOFF.search(notes), _TRANSIT.search(notes)
    common: dict[str, object] = dict.fromkeys(CARD_COLUMNS, 0)
    common |= dict.fromkeys(("postcode_group", "effective_to"), "")
    common |= {"currency": currency, "source": source, "confidence": confidence, "tax_included": "yes"}
    common |= {"volumetric_divisor": int(divisor[1]) if divisor else 0}
    common |= {"cutoff_weekday": _WEEKDAYS[cutoff[1]] if cutoff else AS_THE_LANE}
    common |= {"effective_from": effective_from.isoformat(), "retrieved_on": retrieved_on.isoformat()}
    cards: list[dict[str, object]] = []
    bad: list[tuple[str, ...]] = []
    channel = ""
    for line, row in enumerate(cells[header + 1 :], start=header + 2):
        priced = [(at, from_kg) for at, from_kg in breaks if row[at]]
        channel = row[channel_at] or channel
        if not priced:
            continue
        text = row[group_at] if group_at >= 0 else ""
        group = _read_group(text)
        if channel not in lanes or group is None:
            found = ("渠道", channel, EXPECTED_CHANNEL) if channel not in lanes else ("分区", text, EXPECTED_GROUP)
            bad += [("rate_cards", path.name, str(line), *found)] * len(priced)
            continue
        for at, from_kg in priced:
            price = read_numbers(pd.Series([row[at]])).value[0]
            if not price > 0:
                bad.append(("rate_cards", path.name, str(line), cells[header][at], row[at], EXPECTED_PRICE))
                continue
            own = {"lane": lanes[channel], "service": channel, "postcode_from": group[0], "postcode_to": group[1]}
            minor = Money.of(str(price), currency).minor
            cards.append(common | own | {"from_kg": from_kg, "per_kg_minor": minor})
    return ForwarderSheet(
        pd.DataFrame(cards, columns=list(CARD_COLUMNS)),
        pd.DataFrame(bad, columns=QUARANTINE, dtype="str"),
        len(cards) + len(bad),
        (int(transit[1]), int(transit[2])) if transit else None,
    )


def _find(row: list[str], names: tuple[str, ...]) -> int:
    return next((at for at, cell in enumerate(row) if cell in names), -1)


def _list_breaks(row: list[str]) -> list[tuple[int, float]]:
    return [(at, float(match[1])) for at, cell in enumerate(row) if (match := _BREAK.fullmatch(cell))]


def _read_group(text: str) -> tuple[str, str] | None:
    if text in _EVERYWHERE:
        return "", ""
    match = _GROUP.fullmatch(text)
    return (match[1], match[2] or match[1]) if match else None


def _say(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
