"""A forwarder's price sheet as it is sent: channels and postcode groups down, weight breaks across, notes around.

    渠道      分区      21KG+   45KG+   100KG+
    美森快船   8,9开头   13.8    13.2    询价
    备注：体积重/6000，时效 18-25天，截单 周三

A cell that says 暂停 (suspended) or 询价 (ask) is no price: it is quarantined with its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from skills.freight.facts import AS_THE_LANE, CARD_COLUMNS
from skills.vocabulary import Money, Refusal, mark, name_rows
from tasks.files.problems import UnknownHeader, UnreadableFile
from tasks.files.quarantine import QUARANTINE
from tasks.files.values import read_numbers

EXPECTED_PRICE = mark("a price per kilogram above 0; 暂停 and 询价 are none")
EXPECTED_CHANNEL = mark("a channel (渠道) that a lane is named for; name its lane, and read the sheet again")
EXPECTED_GROUP = mark("postcodes such as 8-9, 8,9开头, 90001 or 全部")
EXPECTED_BREAK = mark("a weight break such as 21KG+")
EXPECTED_ONCE = mark("one price per channel, postcodes and weight break; the sheet gives another above")

_CHANNEL, _GROUPS = ("渠道",), ("分区", "邮编", "邮编分区")
_BREAK = re.compile(r"(\d+(?:\.\d+)?)\s*(?:KG|公斤)\s*(?:\+|以上)", re.IGNORECASE)
_LIKE_BREAK = re.compile(r"\d\s*(?:KG|公斤)", re.IGNORECASE)
_DIVISOR = re.compile(r"(?:体积重?|材积重?)\s*(?:[/÷除以:：]\s*)*(\d{4,5})")
_TRANSIT = re.compile(r"时效[^\d]*(\d+)\s*[-~至–]\s*(\d+)\s*天")
_CUTOFF = re.compile(r"截单[^周]*周([一二三四五六日天])")
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}
_AREA = re.compile(r"([A-Z0-9]+)(?:\s*[-~–至]\s*([A-Z0-9]+))?", re.IGNORECASE)
_BETWEEN_AREAS = re.compile(r"[,，、/;；\s]+")
_EVERYWHERE = ("", "全部", "全境", "全美")
_MOST_PREFIXES = 1000


class UnclearTerms(Refusal):
    """Notes that do not give one divisor, cut-off or span of days for the whole sheet."""


@dataclass(frozen=True)
class ForwarderSheet:
    """What a sheet holds.

    Attributes:
        cards: One row per price: CARD_COLUMNS, amounts in minor units.
        quarantine: One row per cell that is no price or cannot be placed: feed, file, line (sheet!cell), column,
            value, expected.
        cells_in: Cells that were to be read: cards + quarantine.
        transit_days: The promised span of days (from, to) of the notes; None where there is none.
    """

    cards: pd.DataFrame
    quarantine: pd.DataFrame
    cells_in: int
    transit_days: tuple[int, int] | None


def read_forwarder_sheet(
    path: Path,
    lane_of: Mapping[str, str],
    retrieved_on: date,
    effective_from: date,
    effective_to: date | None,
    source: str,
    currency: str = "CNY",
) -> ForwarderSheet:
    """The first sheet's prices, tax included, as rate cards of secondary confidence.

    Merged cells count for every row and weight break that they span. A channel left blank is that of the row above;
    postcodes left blank in such a row are not guessed.

    Args:
        path: The workbook.
        lane_of: Channel (渠道) → lane; prices of a channel that is not listed are quarantined.
        retrieved_on: Day the sheet came.
        effective_from: First day the prices hold.
        effective_to: Last day they hold; None where no end is known.
        source: Who sent it.
        currency: Of the prices.

    Raises:
        UnreadableFile: not a workbook.
        UnknownHeader: no row has 渠道 and weight breaks such as 21KG+.
        UnclearTerms: no volumetric divisor, or several divisors, cut-offs or spans of days.
    """
    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    except CalamineError as error:
        raise UnreadableFile(
            mark("{file} cannot be read as a workbook: {error}. Ask the forwarder for an .xlsx file."),
            file=path.name,
            error=str(error),
        ) from error
    cells = [[_say(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    header = next((at for at, row in enumerate(cells) if _find(row, _CHANNEL) >= 0 and _list_breaks(row)), None)
    if header is None:
        raise UnknownHeader(
            mark(
                "{file} has no row with 渠道 and weight breaks such as 21KG+. Expected a price sheet; check the file."
            ),
            file=path.name,
        )
    common, transit_days = _read_terms(cells, path.name)
    common |= {"currency": currency, "source": source, "confidence": "secondary", "tax_included": "yes"}
    common |= {"effective_from": effective_from.isoformat(), "retrieved_on": retrieved_on.isoformat()}
    common |= {"effective_to": effective_to.isoformat() if effective_to else ""}
    breaks = _list_breaks(cells[header])
    _spread_merged(cells, sheet, header, {at for at, _ in breaks})
    cards: list[dict[str, object]] = []
    bad: list[tuple[str, ...]] = []

    def set_aside(line: int, at: int, expected: str) -> None:
        place = f"{sheet.name}!{_name_column(at)}{line + 1}"
        bad.append(("rate_cards", path.name, place, cells[header][at], cells[line][at][:200], expected))

    for at, cell in enumerate(cells[header]):
        if _LIKE_BREAK.search(cell) and not _BREAK.fullmatch(cell):
            set_aside(header, at, EXPECTED_BREAK)
    channel_at, group_at = _find(cells[header], _CHANNEL), _find(cells[header], _GROUPS)
    channel = ""
    seen: set[tuple[object, ...]] = set()
    for line, row in enumerate(cells[header + 1 :], start=header + 1):
        priced = [(at, from_kg) for at, from_kg in breaks if row[at]]
        own_channel = row[channel_at] != ""
        channel = row[channel_at] or channel
        text = row[group_at] if group_at >= 0 else ""
        group = _read_group(text) if text or own_channel else None
        for at, from_kg in priced:
            price = read_numbers(pd.Series([row[at]])).value[0]
            key = (channel, group, from_kg)
            if channel not in lane_of:
                set_aside(line, at, EXPECTED_CHANNEL)
            elif group is None:
                set_aside(line, at, EXPECTED_GROUP)
            elif not price > 0:
                set_aside(line, at, EXPECTED_PRICE)
            elif key in seen:
                set_aside(line, at, EXPECTED_ONCE)
            else:
                seen.add(key)
                first, last, prefixes = group
                own = {"lane": lane_of[channel], "service": channel, "postcode_from": first, "postcode_to": last}
                minor = Money.of(str(price), currency).minor
                cards.append(common | own | {"postcode_group": prefixes, "from_kg": from_kg, "per_kg_minor": minor})
    return ForwarderSheet(
        pd.DataFrame(cards, columns=list(CARD_COLUMNS)),
        pd.DataFrame(bad, columns=QUARANTINE, dtype="str"),
        len(cards) + len(bad),
        transit_days,
    )


def _read_terms(cells: list[list[str]], file: str) -> tuple[dict[str, object], tuple[int, int] | None]:
    """The columns of a card that the notes give for the whole sheet, and the promised days."""
    found: dict[str, set[str]] = {"体积重": set(), "截单": set(), "时效": set()}
    for name, pattern in (("体积重", _DIVISOR), ("截单", _CUTOFF), ("时效", _TRANSIT)):
        for cell in (cell for row in cells for cell in row):
            found[name] |= {"-".join(match.groups()) for match in pattern.finditer(cell)}
    for name, values in found.items():
        if len(values) > 1:
            raise UnclearTerms(
                mark(
                    "{file} gives {name} more than once: {values}. Expected one for all its channels. Split the "
                    "sheet by it, and read each part."
                ),
                file=file,
                name=name,
                values=name_rows(sorted(values)),
            )
    if not found["体积重"]:
        raise UnclearTerms(
            mark(
                "{file} does not say by what volume is divided. Ask the forwarder, and write it into a cell: "
                "体积重/6000."
            ),
            file=file,
        )
    common: dict[str, object] = dict.fromkeys(CARD_COLUMNS, 0)
    common |= {"volumetric_divisor": int(found["体积重"].pop())}
    common |= {"cutoff_weekday": _WEEKDAYS[found["截单"].pop()] if found["截单"] else AS_THE_LANE}
    if not found["时效"]:
        return common, None
    shortest, longest = (int(part) for part in found["时效"].pop().split("-"))
    return common, (shortest, longest)


def _spread_merged(cells: list[list[str]], sheet: CalamineSheet, header: int, breaks: set[int]) -> None:
    """Fills the rows that a merged cell below the header spans, and its columns where they are weight breaks."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top <= header:
            continue
        for line in range(top, min(bottom, len(cells) - 1) + 1):
            for at in range(left, right + 1) if left in breaks else (left,):
                cells[line][at] = cells[top][left]


def _find(row: list[str], names: tuple[str, ...]) -> int:
    return next((at for at, cell in enumerate(row) if cell in names), -1)


def _list_breaks(row: list[str]) -> list[tuple[int, float]]:
    return [(at, float(match[1])) for at, cell in enumerate(row) if (match := _BREAK.fullmatch(cell))]


def _read_group(text: str) -> tuple[str, str, str] | None:
    """First and last postcode of a span, or beginnings of postcodes with blanks between; None where it is neither."""
    if text in _EVERYWHERE:
        return "", "", ""
    parts = [part for part in _BETWEEN_AREAS.split(text.replace("开头", "")) if part]
    areas = [_AREA.fullmatch(part) for part in parts]
    spans = [(match[1], match[2] or match[1]) for match in areas if match]
    if len(spans) < len(parts) or not spans or any(len(a) != len(b) or a > b for a, b in spans):
        return None
    if len(spans) == 1:
        return *spans[0], ""
    prefixes: list[str] = []
    for first, last in spans:
        if first == last:
            prefixes.append(first)
        elif first.isdigit() and last.isdigit() and int(last) - int(first) < _MOST_PREFIXES:
            prefixes += [str(code).zfill(len(first)) for code in range(int(first), int(last) + 1)]
        else:
            return None
    return "", "", " ".join(prefixes)


def _name_column(at: int) -> str:
    """A, B … Z, AA …"""
    return (_name_column(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def _say(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
