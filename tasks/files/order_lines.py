"""Order lines: from a seller's export or Amazon's report to lines that say what was sold, where and when.

Every row ends in exactly one state: kept, netted, set aside for a reason, quarantined, or after as_of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from config.marketplaces import read_marketplaces
from config.seller import InputFiles
from skills.vocabulary import Country, mark
from tasks.files.cells import country_reader, is_zone
from tasks.files.columns import Column
from tasks.files.problems import InvalidInput, WrongDateOrder
from tasks.files.quarantine import Quarantine
from tasks.files.sources import Source
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES
from tasks.files.values import Moments, map_distinct, read_moments, read_numbers, read_text, to_days, to_utc

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

_EXPECTED_CLOCK = mark(
    "a country of config/marketplaces.yaml, or time_zone and currency set for this input in the seller's file"
)


@dataclass(frozen=True)
class Lines:
    """One sheet of order lines, judged.

    Attributes:
        frame: One row per line: state, reason, instant [µs UTC, 0 if unknown], day, order, customer, sku, country,
            units [> 0 for a sale or cancellation], amount [ten-thousandths of the currency, the whole line],
            currency, line.
        quarantine: The lines in state QUARANTINED.
    """

    frame: pd.DataFrame
    quarantine: pd.DataFrame


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
    source: Source, settings: InputFiles, as_of: date, marketplaces: Collection[Country], known: Collection[Country]
) -> Lines:
    """Read one sheet and give each line its state; sales and cancellations are netted afterwards.

    Args:
        source: The sheet.
        settings: The block `order_lines` of the seller's file.
        as_of: Lines of this marketplace day and later influence nothing.
        marketplaces: Countries sold in; empty for all.
        known: Codes that the seller's file gives to labels.
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
    return judge.finish()


class _Judge:
    """The lines of one sheet, while their states are found; a state once given stays."""

    def __init__(
        self, source: Source, settings: InputFiles, as_of: date, country: Callable[[object], Country]
    ) -> None:
        self._source, self._settings, self._as_of = source, settings, as_of
        self._amazon = settings.format == "amazon-all-orders"
        self._table = AMAZON_ALL_ORDERS if self._amazon else ORDER_LINES
        self._size = len(source.rows.lines)
        lines = np.array([source.sheet.name_line(int(line)) for line in source.rows.lines], dtype=object)
        self._quarantine = Quarantine("order_lines", np.full(self._size, source.sheet.file, dtype=object), lines)
        self._state = np.full(self._size, SALE, dtype=np.int8)
        self._reason = np.full(self._size, -1, dtype=np.int8)
        self._open = np.ones(self._size, dtype=bool)
        self._country = self._read_country(country)
        self._order = self._text("order")
        self._cancels = self._find_cancellations()

    def read_days(self) -> None:
        """Moments, marketplace days, and what lies on as_of or later."""
        moments = read_moments(self._raw("ordered_at"), self._settings.date_order)
        self._check_date_order(moments)
        self._fault(moments.bad | moments.blank, "ordered_at")
        self._instant, self._day, no_clock = self._place_in_time(moments)
        self._instant[moments.bad | moments.blank] = 0
        self._close(self._day >= np.datetime64(self._as_of, "us"), AFTER)
        self._no_clock = no_clock

    def read_sku(self) -> None:
        """SKUs in upper case; other codes than the seller's products are set aside."""
        self._sku = map_distinct(self._text("sku"), lambda cell: str(cell).upper())
        self._fault((self._sku == "").to_numpy(dtype=bool), "sku")
        if self._settings.product_code:
            pattern = re.compile(self._settings.product_code)
            product = map_distinct(self._sku, lambda cell: "1" if pattern.fullmatch(str(cell)) else "")
            self._set_aside((product == "").to_numpy(dtype=bool), NOT_A_PRODUCT)

    def net_by_status(self) -> None:
        """Amazon's cancelled orders and items, unless the cancellation came on as_of or later."""
        cancelled = np.zeros(self._size, dtype=bool)
        for name in ("status", "item_status"):
            status = map_distinct(self._text(name), lambda cell: str(cell).casefold())
            cancelled |= status.isin(["cancelled", "canceled"]).to_numpy(dtype=bool)
        changed = read_moments(self._raw("updated_at").where(pd.Series(cancelled)), self._settings.date_order)
        _, updated, _ = self._place_in_time(changed)
        still_open = (updated >= np.datetime64(self._as_of, "us")) & (read_numbers(self._raw("quantity")).value > 0)
        self._close(cancelled & ~still_open, NETTED)

    def read_place(self, marketplaces: Collection[Country]) -> None:
        """Countries: unknown labels and countries without a clock are quarantined."""
        code = self._country
        self._fault((code == "").to_numpy(dtype=bool), "country", self._place_label())
        self._fault(self._no_clock, "country", self._place_label(), _EXPECTED_CLOCK)
        if marketplaces:
            self._set_aside(~code.isin(list(marketplaces)).to_numpy(dtype=bool), NOT_SOLD_THERE)

    def read_units(self) -> None:
        """Units, whole and positive; a cancellation's sign does not matter."""
        column = self._column("quantity")
        numbers = read_numbers(self._raw("quantity"), self._settings.decimal)
        value = np.nan_to_num(numbers.value)
        wrong = numbers.bad | numbers.blank | (value != np.rint(value))
        self._fault(wrong | (value < min(column.low, -column.high)) | (value > column.high), "quantity")
        self._units = np.where(self._open, value, 0).astype(np.int64)
        self._units[self._cancels] = np.abs(self._units[self._cancels])
        self._set_aside(self._units == 0, NO_UNITS)
        self._set_aside(self._units < 0, STOCK_ADJUSTMENT)

    def read_price(self) -> None:
        """What the buyer paid for the line, and in which currency."""
        column = self._column("price")
        numbers = read_numbers(self._raw("price"), self._settings.decimal)
        if self._amazon:
            self._set_aside(numbers.blank, NOT_YET_CHARGED)
        value = np.nan_to_num(numbers.value)
        self._fault(numbers.bad | numbers.blank | (np.abs(value) > column.high), "price")
        if self._amazon:
            discount = read_numbers(self._raw("discount"), self._settings.decimal)
            self._fault(discount.bad, "discount")
            value = value - np.abs(np.nan_to_num(discount.value))
        self._set_aside(value <= 0, NO_PRICE)
        usable = np.where(self._open, value, 0.0)
        parts = np.rint(usable * PRICE_PARTS).astype(np.int64)
        self._amount = parts if self._amazon else parts * np.where(self._open, self._units, 0)
        currency = map_distinct(self._text("currency"), lambda cell: str(cell).upper())
        market = {code: place.currency for code, place in read_marketplaces().items()}
        usual = map_distinct(self._country, lambda code: self._settings.currency or market.get(str(code), ""))
        self._currency = currency.where(currency != "", usual)
        self._fault(~self._currency.str.fullmatch("[A-Z]{3}").to_numpy(dtype=bool), "currency", self._currency)

    def finish(self) -> Lines:
        """The lines with their states."""
        self._close(self._open & self._cancels, CANCELLATION)
        frame = pd.DataFrame(
            {
                "state": self._state,
                "reason": self._reason,
                "instant": self._instant,
                "day": self._day,
                "order": self._order,
                "customer": self._text("customer") if not self._amazon else self._order,
                "sku": self._sku,
                "country": self._country,
                "units": self._units,
                "amount": self._amount,
                "currency": self._currency,
                "line": self._source.rows.lines,
            }
        )
        return Lines(frame, self._quarantine.frame())

    def _close(self, rows: np.ndarray, state: int) -> None:
        rows = rows & self._open
        self._state[rows] = state
        self._open &= ~rows

    def _set_aside(self, rows: np.ndarray, reason: str) -> None:
        self._reason[rows & self._open] = REASONS.index(reason)
        self._close(rows, SET_ASIDE)

    def _fault(self, rows: np.ndarray, name: str, shown: pd.Series | None = None, expected: str = "") -> None:
        rows = rows & self._open
        if rows.any():
            values = self._text(name) if shown is None else shown
            self._quarantine.add(rows, self._header(name), values, expected or self._column(name).expected)
        self._close(rows, QUARANTINED)

    def _column(self, name: str) -> Column:
        return self._table.column(name)

    def _header(self, name: str) -> str:
        position = self._source.found.get(name)
        return name if position is None else self._source.sheet.headers[position]

    def _raw(self, name: str) -> pd.Series:
        position = self._source.found.get(name)
        if position is None:
            return pd.Series([""] * self._size, dtype="str")
        return self._source.rows.cells[position]

    def _text(self, name: str) -> pd.Series:
        return read_text(self._raw(name))

    def _find_cancellations(self) -> np.ndarray:
        prefix = self._settings.cancellation_prefix
        if self._amazon or not prefix:
            return np.zeros(self._size, dtype=bool)
        return (map_distinct(self._order, lambda cell: str(cell)[: len(prefix)]) == prefix).to_numpy(dtype=bool)

    def _read_country(self, country: Callable[[object], Country]) -> pd.Series:
        code = map_distinct(self._text("country"), country)
        if not self._amazon:
            return code
        channel = map_distinct(self._text("channel"), lambda label: country(label) if label else "")
        return channel.where(channel != "", code)

    def _place_label(self) -> pd.Series:
        label = self._text("country")
        return label.where(label != "", self._text("channel")) if self._amazon else label

    def _place_in_time(self, moments: Moments) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Instant [µs UTC], marketplace day, and whether the country has no clock; NaT where there is no moment."""
        clocks = {code: place.time_zone for code, place in read_marketplaces().items()}
        instant = np.zeros(self._size, dtype=np.int64)
        day = np.full(self._size, np.datetime64("NaT"), dtype="datetime64[us]")
        no_clock = np.zeros(self._size, dtype=bool)
        known = ~(moments.bad | moments.blank)
        codes, countries = pd.factorize(self._country)
        for at, code in enumerate(countries):
            rows = np.flatnonzero((codes == at) & known)
            here = clocks.get(code) or self._settings.time_zone
            no_clock[rows] = not here
            instant[rows] = to_utc(moments, self._settings.time_zone or here or "UTC", rows)
            day[rows] = to_days(instant[rows], here or "UTC")
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
