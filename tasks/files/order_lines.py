"""Order lines: from a seller's export or Amazon's report to lines that say what was sold, where and when.

Every row ends in exactly one state: kept, netted, set aside for a reason, quarantined, or after as_of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from config.marketplaces import read_marketplaces
from config.seller import InputFiles
from skills.vocabulary import Country, mark
from tasks.files.cells import country_reader, is_zone
from tasks.files.clocks import to_days, to_utc
from tasks.files.coded import Coded, code_texts, join, repeat, trim
from tasks.files.columns import Column
from tasks.files.problems import InvalidInput, WrongDateOrder
from tasks.files.quarantine import QUARANTINE
from tasks.files.sources import CodedSource
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES
from tasks.files.values import Moments, read_moments, read_numbers, read_text

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

PRICE_PARTS = 10_000
"""Prices are read to a ten-thousandth of a whole unit of the currency."""

WHOLE = ("order", "ordered_at", "updated_at")
"""Columns whose cells hardly repeat."""

NO_DAY = np.iinfo(np.int32).min
"""The day of a line without a moment."""

_EXPECTED_CLOCK = mark(
    "a country of config/marketplaces.yaml, or time_zone and currency set for this input in the seller's file"
)


@dataclass
class Lines:
    """Order lines, judged: one entry per line in every array.

    Attributes:
        state: SALE and so on.
        reason: Position in REASONS, or -1.
        instant: Microseconds UTC, 0 if unknown.
        day: Days since 1970 of the marketplace's calendar.
        units: Above 0 for a sale or cancellation.
        amount: Ten-thousandths of the currency, the whole line.
        line: Of the sheet.
        part: Number of the sheet.
        order: Its number.
        customer: Who bought.
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
    line: np.ndarray
    part: np.ndarray
    order: Coded
    customer: Coded
    sku: Coded
    country: Coded
    currency: Coded


def join_lines(parts: list[Lines]) -> Lines:
    """The lines of all sheets, one below the other."""
    if len(parts) == 1:
        return parts[0]
    joined: dict[str, Any] = {}
    for column in fields(Lines):
        values = [getattr(part, column.name) for part in parts]
        joined[column.name] = join(values) if isinstance(values[0], Coded) else np.concatenate(values)
    return Lines(**joined)


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


def judge_lines(
    source: CodedSource,
    part: int,
    settings: InputFiles,
    as_of: date,
    marketplaces: Collection[Country],
    known: Collection[Country],
) -> tuple[Lines, pd.DataFrame]:
    """Read one sheet and give each line its state; sales and cancellations are netted afterwards.

    Args:
        source: The sheet.
        part: Its number.
        settings: The block `order_lines` of the seller's file.
        as_of: Lines of this marketplace day and later influence nothing.
        marketplaces: Countries sold in; empty for all.
        known: Codes that the seller's file gives to labels.
    Returns:
        The lines, and the quarantine of those in state QUARANTINED.
    Raises:
        WrongDateOrder: most dates contradict the declared order, and some fit it by accident.
    """
    judge = _Judge(source, settings, as_of, country_reader(settings, known))
    judge.read_days()
    judge.read_sku()
    if settings.format == "amazon-all-orders":
        judge.net_by_status()
    judge.read_place(marketplaces)
    judge.read_units()
    judge.read_price()
    return judge.finish(part)


class _Judge:
    """The lines of one sheet, while their states are found; a state once given stays."""

    def __init__(
        self, source: CodedSource, settings: InputFiles, as_of: date, country: Callable[[object], Country]
    ) -> None:
        self._source, self._settings, self._as_of = source, settings, as_of
        self._amazon = settings.format == "amazon-all-orders"
        self._table = AMAZON_ALL_ORDERS if self._amazon else ORDER_LINES
        self._size = len(source.rows.lines)
        self._quarantine: list[pd.DataFrame] = []
        self._state = np.full(self._size, SALE, dtype=np.int8)
        self._reason = np.full(self._size, -1, dtype=np.int8)
        self._open = np.ones(self._size, dtype=bool)
        self._country = self._read_country(country)
        self._order = trim(self._raw("order"))
        prefix = "" if self._amazon else settings.cancellation_prefix
        starts = self._order.cells.str.startswith(prefix).to_numpy(dtype=bool) & bool(prefix)
        self._cancels = self._order.spread(starts)

    def read_days(self) -> None:
        """Moments, marketplace days, and what lies on as_of or later."""
        moments = read_moments(self._raw("ordered_at").decode(), self._settings.date_order)
        self._check_date_order(moments)
        self._fault(moments.bad | moments.blank, "ordered_at")
        self._instant, self._day, no_clock = self._place_in_time(moments)
        self._close(self._day >= self._morning, AFTER)
        self._no_clock = no_clock

    def read_sku(self) -> None:
        """SKUs in upper case; other codes than the seller's products are set aside."""
        self._sku = self._text("sku").map(str.upper)
        self._fault(self._sku.equals(""), "sku")
        if self._settings.product_code:
            pattern = re.compile(self._settings.product_code)
            other = np.array([pattern.fullmatch(cell) is None for cell in self._sku.cells.tolist()], dtype=bool)
            self._set_aside(self._sku.spread(other), NOT_A_PRODUCT)

    def net_by_status(self) -> None:
        """Amazon's cancelled orders and items, unless the cancellation came on as_of or later."""
        cancelled = np.zeros(self._size, dtype=bool)
        for name in ("status", "item_status"):
            cancelled |= self._text(name).map(str.casefold).isin(["cancelled", "canceled"])
        changed = read_moments(self._raw("updated_at").decode().where(cancelled), self._settings.date_order)
        _, updated, _ = self._place_in_time(changed)
        quantity = self._raw("quantity")
        still_open = (updated >= self._morning) & quantity.spread(read_numbers(quantity.cells).value > 0)
        self._close(cancelled & ~still_open, NETTED)

    def read_place(self, marketplaces: Collection[Country]) -> None:
        """Countries: unknown labels and countries without a clock are quarantined."""
        self._fault(self._country.equals(""), "country", self._place_label())
        self._fault(self._no_clock, "country", self._place_label(), _EXPECTED_CLOCK)
        if marketplaces:
            self._set_aside(~self._country.isin(marketplaces), NOT_SOLD_THERE)

    def read_units(self) -> None:
        """Units, whole and positive; a cancellation's sign does not matter."""
        column, raw = self._column("quantity"), self._raw("quantity")
        numbers = read_numbers(raw.cells, self._settings.decimal)
        value = np.nan_to_num(numbers.value)
        wrong = numbers.bad | numbers.blank | (value != np.rint(value))
        wrong |= (value < min(column.low, -column.high)) | (value > column.high)
        self._fault(raw.spread(wrong), "quantity")
        self._units = raw.spread(np.where(wrong, 0, value).astype(np.int64))
        self._units = np.where(self._cancels, np.abs(self._units), self._units)
        self._set_aside(self._units == 0, NO_UNITS)
        self._set_aside(self._units < 0, STOCK_ADJUSTMENT)

    def read_price(self) -> None:
        """What the buyer paid for the line, and in which currency."""
        column, raw = self._column("price"), self._raw("price")
        numbers = read_numbers(raw.cells, self._settings.decimal)
        if self._amazon:
            self._set_aside(raw.spread(numbers.blank), NOT_YET_CHARGED)
        value = np.nan_to_num(numbers.value)
        wrong = numbers.bad | numbers.blank | (np.abs(value) > column.high)
        self._fault(raw.spread(wrong), "price")
        value = np.where(wrong, 0.0, value)
        if self._amazon:
            less = self._raw("discount")
            discount = read_numbers(less.cells, self._settings.decimal)
            self._fault(less.spread(discount.bad), "discount")
            paid = raw.spread(value) - less.spread(np.abs(np.nan_to_num(discount.value)))
            self._set_aside(paid <= 0, NO_PRICE)
            self._amount = np.rint(np.where(self._open, paid, 0.0) * PRICE_PARTS).astype(np.int64)
        else:
            self._set_aside(raw.spread(value <= 0), NO_PRICE)
            self._amount = raw.spread(np.rint(value * PRICE_PARTS).astype(np.int64)) * self._units
        market = {code: place.currency for code, place in read_marketplaces().items()}
        usual = self._country.map(lambda code: self._settings.currency or market.get(code, ""))
        self._currency = self._text("currency").map(str.upper).fill(usual)
        known = self._currency.cells.str.fullmatch("[A-Z]{3}").to_numpy(dtype=bool)
        self._fault(self._currency.spread(~known), "currency", self._currency)

    def finish(self, part: int) -> tuple[Lines, pd.DataFrame]:
        """The lines with their states, and the quarantine in the order of the sheet."""
        self._close(self._open & self._cancels, CANCELLATION)
        lines = Lines(
            state=self._state,
            reason=self._reason,
            instant=self._instant,
            day=self._day,
            units=self._units,
            amount=self._amount,
            line=self._source.rows.lines,
            part=np.full(self._size, part, dtype=np.int32),
            order=self._order,
            customer=repeat("", self._size) if self._amazon else self._text("customer"),
            sku=self._sku,
            country=self._country,
            currency=self._currency,
        )
        nothing = pd.DataFrame(columns=QUARANTINE, dtype="str")
        return lines, pd.concat([nothing, *self._quarantine]).sort_index(kind="stable").reset_index(drop=True)

    @property
    def _morning(self) -> int:
        return int(np.datetime64(self._as_of, "D").astype(np.int64))

    def _close(self, rows: np.ndarray, state: int) -> None:
        rows = rows & self._open
        self._state[rows] = state
        self._open &= ~rows

    def _set_aside(self, rows: np.ndarray, reason: str) -> None:
        self._reason[rows & self._open] = REASONS.index(reason)
        self._close(rows, SET_ASIDE)

    def _fault(self, rows: np.ndarray, name: str, shown: Coded | None = None, expected: str = "") -> None:
        bad = np.flatnonzero(rows & self._open)
        if len(bad):
            values = read_text(self._raw(name).take(bad)) if shown is None else shown.take(bad)
            lines = [self._source.sheet.name_line(line) for line in self._source.rows.lines[bad].tolist()]
            told = {
                "feed": "order_lines",
                "file": self._source.sheet.file,
                "line": lines,
                "column": self._header(name),
                "value": values.str.slice(0, 200).to_numpy(),
                "expected": expected or self._column(name).expected,
            }
            self._quarantine.append(pd.DataFrame(told, index=bad, columns=QUARANTINE, dtype="str"))
        self._close(rows, QUARANTINED)

    def _column(self, name: str) -> Column:
        return self._table.column(name)

    def _header(self, name: str) -> str:
        position = self._source.found.get(name)
        return name if position is None else self._source.sheet.headers[position]

    def _raw(self, name: str) -> Coded:
        position = self._source.found.get(name)
        return repeat("", self._size) if position is None else self._source.rows.columns[position]

    def _text(self, name: str) -> Coded:
        return code_texts(self._raw(name))

    def _read_country(self, country: Callable[[object], Country]) -> Coded:
        code = self._text("country").map(country)
        if not self._amazon:
            return code
        return self._text("channel").map(lambda label: country(label) if label else "").fill(code)

    def _place_label(self) -> Coded:
        label = self._text("country")
        return label.fill(self._text("channel")) if self._amazon else label

    def _place_in_time(self, moments: Moments) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Instant [µs UTC], marketplace day, and whether the country has no clock; 0 and NO_DAY without a moment."""
        clocks = {code: place.time_zone for code, place in read_marketplaces().items()}
        usual = self._settings.time_zone
        here = [clocks.get(code) or usual for code in self._country.cells.tolist()]
        known = ~(moments.bad | moments.blank)
        which = np.where(known, self._country.positions, -1)
        instant = to_utc(moments, [usual or zone or "UTC" for zone in here], which)
        day = np.where(known, to_days(instant, [zone or "UTC" for zone in here], which), NO_DAY).astype(np.int32)
        no_clock = known & self._country.spread(np.array([not zone for zone in here], dtype=bool))
        return instant, day, no_clock

    def _check_date_order(self, moments: Moments) -> None:
        if moments.ambiguous and moments.swapped > moments.certain + moments.ambiguous:
            raise WrongDateOrder(
                mark(
                    "{file}: {swapped} dates in {column} contradict the order {order}, {certain} need it, and "
                    "{ambiguous} fit both and would be read as the wrong day. "
                    "Set inputs.order_lines.date_order to the order in the file."
                ),
                file=self._source.sheet.file,
                column=self._header("ordered_at"),
                order=self._settings.date_order,
                swapped=moments.swapped,
                certain=moments.certain,
                ambiguous=moments.ambiguous,
            )
