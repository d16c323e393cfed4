"""Order lines: from a seller's export or Amazon's report to lines that say what was sold, where and when.

Every row ends in exactly one state: kept, netted, set aside for a reason, quarantined, or after as_of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from config.marketplaces import read_marketplaces
from config.seller import InputFiles
from skills.vocabulary import Country, mark
from tasks.files.cells import country_reader, is_zone
from tasks.files.clocks import Clocks
from tasks.files.coded import Block, Coded, as_arrow, join
from tasks.files.iso_times import NO_OFFSET
from tasks.files.order_cells import PRICE_PARTS, OrderCells
from tasks.files.problems import InvalidInput, WrongDateOrder
from tasks.files.quarantine import QUARANTINE
from tasks.files.sources import CodedSource
from tasks.files.texts import mark_texts, trim_texts
from tasks.files.values import Moments, read_moments, read_text

NOT_A_PRODUCT = mark("not a product code")
STOCK_ADJUSTMENT = mark("negative quantity that is no cancellation (a stock adjustment)")
NO_UNITS = mark("zero units")
NO_PRICE = mark("price of zero or less")
NOT_YET_CHARGED = mark("order without a price yet (pending)")
NOT_SOLD_THERE = mark("a country that is not one of this seller's marketplaces")
REPEATED = mark("order line that a later file or sheet holds again")
NO_CUSTOMER = mark("cancellation without a customer")
NO_EARLIER_SALE = mark("cancellation without an earlier sale of that customer and SKU")

REASONS = (
    NOT_A_PRODUCT, STOCK_ADJUSTMENT, NO_UNITS, NO_PRICE, NOT_YET_CHARGED, NOT_SOLD_THERE, REPEATED, NO_CUSTOMER,
    NO_EARLIER_SALE,
)  # fmt: skip

SALE, CANCELLATION, NETTED, SET_ASIDE, QUARANTINED, AFTER = range(6)
"""State of a line."""

NO_DAY = np.iinfo(np.int32).min
"""The day of a line without a moment."""

_EXPECTED_CLOCK = mark(
    "a country of config/marketplaces.yaml, or time_zone and currency set for this input in the seller's file"
)


@dataclass
class Lines:
    """Order lines, judged, sheet after sheet: one entry per line in every array.

    Attributes:
        state: SALE and so on.
        reason: Position in REASONS, or -1.
        instant: Microseconds UTC, 0 if unknown.
        day: Days since 1970 of the marketplace's calendar.
        units: Above 0 for a sale or cancellation.
        amount: Ten-thousandths of the currency, the whole line.
        line: Of the sheet, block after block.
        sizes: How many lines each sheet has.
        order: Its number; nothing where there is no other sheet that could hold it again.
        customer: Who bought.
        buyer: The mark of the customer.
        sku: Upper case.
        country: Code, or "".
        currency: Code.
    """

    state: np.ndarray
    reason: np.ndarray
    instant: np.ndarray
    day: np.ndarray
    units: np.ndarray
    amount: np.ndarray
    line: list[np.ndarray]
    sizes: list[int]
    order: pa.ChunkedArray
    customer: pa.ChunkedArray
    buyer: np.ndarray
    sku: Coded
    country: Coded
    currency: Coded

    @property
    def sheets(self) -> list[slice]:
        """The lines of each sheet."""
        ends = np.cumsum([0, *self.sizes]).tolist()
        return list(map(slice, ends[:-1], ends[1:]))


def join_lines(parts: list[Lines]) -> Lines:
    """The lines of all sheets, one below the other."""
    if len(parts) == 1:
        return parts[0]
    joined: dict[str, Any] = {}
    for column in fields(Lines):
        values = [getattr(part, column.name) for part in parts]
        if isinstance(values[0], Coded):
            joined[column.name] = join(values)
        elif isinstance(values[0], list):
            joined[column.name] = list(chain.from_iterable(values))
        elif isinstance(values[0], pa.ChunkedArray):
            joined[column.name] = _join_texts([chunk for value in values for chunk in value.chunks])
        else:
            joined[column.name] = np.concatenate(values)
    return Lines(**joined)


def _join_texts(chunks: list[pa.Array]) -> pa.ChunkedArray:
    return pa.chunked_array(chunks, type=pa.large_string())


def check_settings(source: InputFiles) -> None:
    """Refuse a pattern or zone that cannot be used before any file is opened.

    Raises:
        InvalidInput: names the setting.
    """
    try:
        re.compile(source.product_code)
    except re.error as error:
        raise InvalidInput(
            mark(
                "inputs.order_lines.product_code is {pattern!r}, which is no regular expression: {problem}. "
                "Correct the seller's file."
            ),
            pattern=source.product_code,
            problem=error,
        ) from error
    if source.time_zone and not is_zone(source.time_zone):
        raise InvalidInput(
            mark(
                "inputs.order_lines.time_zone is {zone!r}, which is no time zone. "
                "Write a name such as Europe/London in the seller's file."
            ),
            zone=source.time_zone,
        )


def make_readers(settings: InputFiles, alone: bool) -> dict[str, Callable[[pd.Series], Any]]:
    """What reads the columns whose cells hardly repeat; of a sheet that is alone no order numbers are kept."""

    def read_times(cells: pd.Series) -> tuple[Moments, pd.Series]:
        moments = read_moments(cells, settings.date_order)
        if (moments.offset == NO_OFFSET).all():
            moments = replace(moments, offset=np.broadcast_to(NO_OFFSET, len(cells)))
        return moments, read_text(cells.iloc[np.flatnonzero(moments.bad | moments.blank)])

    def read_orders(cells: pd.Series) -> tuple[np.ndarray, pd.Series]:
        orders, prefix = (
            trim_texts(cells),
            "" if settings.format == "amazon-all-orders" else settings.cancellation_prefix,
        )
        cancels = orders.str.startswith(prefix).to_numpy(dtype=bool) & bool(prefix)
        return cancels, orders.iloc[:0] if alone else orders

    def read_buyers(cells: pd.Series) -> tuple[np.ndarray, pd.Series]:
        customers = trim_texts(cells)
        return mark_texts(customers), customers

    return {"ordered_at": read_times, "updated_at": read_times, "order": read_orders, "customer": read_buyers}


def judge_lines(
    source: CodedSource,
    settings: InputFiles,
    as_of: date,
    marketplaces: Collection[Country],
    known: Collection[Country],
) -> tuple[Lines, pd.DataFrame]:
    """Give each line of a sheet its state, block by block; sales and cancellations are netted afterwards.

    Args:
        source: The sheet, its columns read by `make_readers`.
        settings: The block `order_lines` of the seller's file.
        as_of: Lines of this marketplace day and later influence nothing.
        marketplaces: Countries sold in; empty for all.
        known: Codes that the seller's file gives to labels.
    Returns:
        The lines, and the quarantine of those in state QUARANTINED.
    Raises:
        WrongDateOrder: most dates contradict the declared order, and some fit it by accident.
    """
    cells = OrderCells(source, settings, country_reader(settings, known))
    read = {name: _read_blocks(source, settings, name) for name in ("ordered_at", "order", "customer")}
    changed = _read_blocks(source, settings, "updated_at") if cells.amazon else []
    _check_date_order([moments for moments, _ in read["ordered_at"]], source, settings, cells.header("ordered_at"))
    clocks = _Clocks(cells.country.cells, settings, [moments for moments, _ in read["ordered_at"] + changed])
    faults = _Faults(source, cells, pd.concat([shown for _, shown in read["ordered_at"]], ignore_index=True))
    sold_there = cells.country.cells.isin(list(marketplaces or cells.country.cells)).to_numpy(dtype=bool)
    lines = _lay_out(source, cells, read)
    first = 0
    for at, block in enumerate(source.rows.blocks):
        judge = _Judge(
            cells, block, first, clocks, faults, int(np.datetime64(as_of, "D").astype(np.int64)), read["order"][at][0]
        )
        judge.read_days(read["ordered_at"][at][0])
        judge.read_sku()
        if cells.amazon:
            judge.net_by_status(changed[at][0])
        judge.read_place(sold_there)
        judge.read_units()
        judge.read_price()
        judge.write(lines)
        first += len(block.lines)
    return lines, faults.frame()


def _read_blocks(source: CodedSource, settings: InputFiles, name: str) -> list[Any]:
    """What a reader made of each block; of blank cells where the sheet does not have the column."""
    if name in source.found:
        return [block.read[name] for block in source.rows.blocks]
    read, blank = make_readers(settings, alone=True)[name], pd.Series([""], dtype="str")
    return [read(blank.repeat(len(block.lines))) for block in source.rows.blocks]


class _Clocks:
    """The clocks of a sheet's countries.

    Attributes:
        unknown: By country whether it has none.
    """

    def __init__(self, countries: pd.Series, settings: InputFiles, times: list[Moments]) -> None:
        """Look them up for the span of these times."""
        known = [moments.local[~(moments.bad | moments.blank)] for moments in times]
        low = min((int(local.min()) for local in known if len(local)), default=0)
        high = max((int(local.max()) for local in known if len(local)), default=0)
        usual = settings.time_zone
        own = {code: place.time_zone for code, place in read_marketplaces().items()}
        here = [own.get(code) or usual for code in countries.tolist()]
        self.unknown = np.array([not zone for zone in here], dtype=bool)
        self._written = Clocks([usual or zone or "UTC" for zone in here], low, high)
        self._shown = Clocks([zone or "UTC" for zone in here], low, high)

    def place(self, moments: Moments, country: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Instant [µs UTC], marketplace day, and whether there is a moment; 0 and NO_DAY without one."""
        known = ~(moments.bad | moments.blank)
        which = np.where(known, country, -1)
        instant = self._written.to_utc(moments, which)
        day = np.where(known, self._shown.to_days(instant, which), NO_DAY).astype(np.int32)
        return instant, day, known


class _Faults:
    """The bad rows of one sheet."""

    def __init__(self, source: CodedSource, cells: OrderCells, times: pd.Series) -> None:
        """Begin with none; `times` are the cells of the rows without a moment, row after row."""
        self._source, self._cells = source, cells
        self._shown = {"ordered_at": times, "country": cells.label.cells, "currency": cells.currency.cells}
        self._found: dict[tuple[str, str], list[tuple[np.ndarray, ...]]] = {}
        self.times = 0

    def add(self, lines: np.ndarray, name: str, codes: np.ndarray, expected: str) -> None:
        """Lines of the sheet, the column, and per line the position of the cell that is shown."""
        self._found.setdefault((name, expected), []).append((lines, codes))

    def frame(self) -> pd.DataFrame:
        """The quarantine in the order of the sheet."""
        listed = [pd.DataFrame(columns=QUARANTINE, dtype="str")]
        for (name, expected), found in self._found.items():
            lines, codes = (np.concatenate(each) for each in zip(*found, strict=True))
            shown = self._shown[name] if name in self._shown else self._cells.raw(name)
            values = read_text(shown.iloc[codes])
            told = {
                "feed": "order_lines",
                "file": self._source.sheet.file,
                "line": [self._source.sheet.name_line(line) for line in lines.tolist()],
                "column": self._cells.header(name),
                "value": values.str.slice(0, 200).to_numpy(),
                "expected": expected or self._cells.column(name).expected,
            }
            listed.append(pd.DataFrame(told, index=lines, columns=QUARANTINE, dtype="str"))
        return pd.concat(listed).sort_index(kind="stable").reset_index(drop=True)


def _lay_out(source: CodedSource, cells: OrderCells, read: dict[str, list[Any]]) -> Lines:
    """Room for the lines of a sheet, with what is known of them without judging."""
    blocks = source.rows.blocks
    size = sum(len(block.lines) for block in blocks)
    return Lines(
        state=_make_room(size, np.int8),
        reason=_make_room(size, np.int8),
        instant=_make_room(size, np.int64),
        day=_make_room(size, np.int32),
        units=_make_room(size, np.int64),
        amount=_make_room(size, np.int64),
        line=[block.lines for block in blocks],
        sizes=[size],
        order=_join_texts([chunk for _, texts in read["order"] for chunk in as_arrow(texts).chunks]),
        customer=_join_texts([chunk for _, texts in read["customer"] for chunk in as_arrow(texts).chunks]),
        buyer=np.concatenate([marks for marks, _ in read["customer"]]),
        sku=Coded(cells.sku.cells, _make_room(size, np.int32)),
        country=Coded(cells.country.cells, _make_room(size, np.int32)),
        currency=Coded(cells.currency.cells, _make_room(size, np.int32)),
    )


def _make_room(size: int, kind: type[np.integer[Any]]) -> np.ndarray:
    """An array in the system's memory; NumPy's and Arrow's own ask for huge pages, which cost more here."""
    room = pa.allocate_buffer(size * np.dtype(kind).itemsize, memory_pool=pa.system_memory_pool())
    return np.frombuffer(room, dtype=kind)


class _Judge:
    """The lines of one block, while their states are found; a state once given stays."""

    def __init__(
        self,
        cells: OrderCells,
        block: Block,
        first: int,
        clocks: _Clocks,
        faults: _Faults,
        morning: int,
        cancels: np.ndarray,
    ) -> None:
        self._cells, self._block, self._first = cells, block, first
        self._clocks, self._faults, self._morning, self._cancels = clocks, faults, morning, cancels
        self._country = cells.find_countries(block)
        self._state = np.full(len(block.lines), SALE, dtype=np.int8)
        self._reason = np.full(len(block.lines), -1, dtype=np.int8)
        self._open = np.ones(len(block.lines), dtype=bool)

    def read_days(self, moments: Moments) -> None:
        """Moments, marketplace days, and what lies on as_of or later."""
        missing = moments.bad | moments.blank
        self._fault(missing, "ordered_at", self._faults.times + np.cumsum(missing) - 1)
        self._faults.times += int(np.count_nonzero(missing))
        self._instant, self._day, known = self._clocks.place(moments, self._country)
        self._close(self._day >= self._morning, AFTER)
        self._no_clock = known & self._clocks.unknown[self._country]

    def read_sku(self) -> None:
        """SKUs; other codes than the seller's products are set aside."""
        codes = self._codes("sku")
        self._fault(self._cells.no_sku[codes], "sku", codes)
        self._set_aside(self._cells.other_product[codes], NOT_A_PRODUCT)

    def net_by_status(self, changed: Moments) -> None:
        """Amazon's cancelled orders and items, unless the cancellation came on as_of or later."""
        cancelled = np.zeros(len(self._state), dtype=bool)
        for name, says_so in self._cells.cancelled.items():
            cancelled |= says_so[self._codes(name)]
        _, updated, _ = self._clocks.place(changed, self._country)
        still_open = (updated >= self._morning) & self._cells.quantity.some[self._codes("quantity")]
        self._close(cancelled & ~still_open, NETTED)

    def read_place(self, sold_there: np.ndarray) -> None:
        """Countries: unknown labels and countries without a clock are quarantined."""
        label = self._cells.label.pick(self._codes("country"), self._codes("channel"))
        self._fault((self._cells.country.cells == "").to_numpy(dtype=bool)[self._country], "country", label)
        self._fault(self._no_clock, "country", label, _EXPECTED_CLOCK)
        self._set_aside(~sold_there[self._country], NOT_SOLD_THERE)

    def read_units(self) -> None:
        """Units, whole and positive; a cancellation's sign does not matter."""
        codes = self._codes("quantity")
        self._fault(self._cells.quantity.wrong[codes], "quantity", codes)
        units = self._cells.quantity.units[codes]
        self._units = np.where(self._cancels, np.abs(units), units)
        self._set_aside(self._units == 0, NO_UNITS)
        self._set_aside(self._units < 0, STOCK_ADJUSTMENT)

    def read_price(self) -> None:
        """What the buyer paid for the line, and in which currency."""
        price, codes = self._cells.price, self._codes("price")
        if self._cells.amazon:
            self._set_aside(price.blank[codes], NOT_YET_CHARGED)
        self._fault(price.wrong[codes], "price", codes)
        if self._cells.amazon:
            off, less = self._cells.discount, self._codes("discount")
            self._fault(off.bad[less], "discount", less)
            paid = price.value[codes] - np.abs(np.nan_to_num(off.value))[less]
            self._set_aside(paid <= 0, NO_PRICE)
            self._amount = np.rint(np.where(self._open, paid, 0.0) * PRICE_PARTS).astype(np.int64)
        else:
            self._set_aside((price.value <= 0)[codes], NO_PRICE)
            self._amount = price.parts[codes] * self._units
        self._currency = self._cells.currency.pick(self._codes("currency"), self._country)
        self._fault(self._cells.no_currency[self._currency], "currency", self._currency)

    def write(self, lines: Lines) -> None:
        """Put the lines among those of the sheet."""
        self._close(self._open & self._cancels, CANCELLATION)
        rows = slice(self._first, self._first + len(self._state))
        lines.state[rows], lines.reason[rows] = self._state, self._reason
        lines.instant[rows], lines.day[rows] = self._instant, self._day
        lines.units[rows], lines.amount[rows] = self._units, self._amount
        lines.sku.positions[rows] = self._cells.sku.positions[self._codes("sku")]
        lines.country.positions[rows], lines.currency.positions[rows] = self._country, self._currency

    def _codes(self, name: str) -> np.ndarray:
        return self._cells.codes(self._block, name)

    def _close(self, rows: np.ndarray, state: int) -> None:
        rows = rows & self._open
        self._state[rows] = state
        self._open &= ~rows

    def _set_aside(self, rows: np.ndarray, reason: str) -> None:
        self._reason[rows & self._open] = REASONS.index(reason)
        self._close(rows, SET_ASIDE)

    def _fault(self, rows: np.ndarray, name: str, cells: np.ndarray, expected: str = "") -> None:
        bad = np.flatnonzero(rows & self._open)
        if len(bad):
            self._faults.add(self._block.lines[bad], name, cells[bad], expected)
        self._close(rows, QUARANTINED)


def _check_date_order(times: list[Moments], source: CodedSource, settings: InputFiles, header: str) -> None:
    swapped, ambiguous, certain = (
        sum(getattr(moments, count) for moments in times) for count in ("swapped", "ambiguous", "certain")
    )
    if ambiguous and swapped > certain + ambiguous:
        raise WrongDateOrder(
            mark(
                "{file}: {swapped} dates in {column} contradict the order {order}, {certain} need it, and "
                "{ambiguous} fit both and would be read as the wrong day. "
                "Set inputs.order_lines.date_order to the order in the file."
            ),
            file=source.sheet.file,
            column=header,
            order=settings.date_order,
            swapped=swapped,
            certain=certain,
            ambiguous=ambiguous,
        )
