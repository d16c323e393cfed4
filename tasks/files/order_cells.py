"""What the different cells of a sheet of order lines mean; each is looked at once, however many lines have it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.marketplaces import read_marketplaces
from config.seller import InputFiles
from skills.vocabulary import Country
from tasks.files.coded import Block, Coded, distinct
from tasks.files.columns import Column
from tasks.files.sources import CodedSource
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES
from tasks.files.values import read_numbers, read_text

PRICE_PARTS = 10_000
"""Prices are read to a ten-thousandth of a whole unit of the currency."""

_BLANK = Coded(pd.Series([""], dtype="str"), np.zeros(1, dtype=np.int64))


@dataclass(frozen=True)
class Either:
    """What one column says, and another where the first one is blank.

    Attributes:
        cells: What they say.
        own: Per cell of the first the position in `cells`, or -1 where it is blank.
        other: Per cell of the second the position in `cells`.
    """

    cells: pd.Series
    own: np.ndarray
    other: np.ndarray

    def pick(self, own: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Position in `cells` by row, from the positions of both columns' cells."""
        first: np.ndarray = self.own[own]
        return first if first.min(initial=0) >= 0 else np.where(first < 0, self.other[other], first)


def join_either(own: Coded, other: Coded) -> Either:
    """Two columns of texts, each with one row per cell."""
    both = distinct(pd.concat([own.cells, other.cells], ignore_index=True), None)
    first = np.where(own.equals(""), -1, both.positions[own.positions])
    return Either(both.cells, first, both.positions[len(own.cells) + other.positions])


@dataclass(frozen=True)
class Quantities:
    """By cell: whether it is no whole number within bounds, the units, and whether there are any [all `value`s]."""

    wrong: np.ndarray
    units: np.ndarray
    some: np.ndarray


@dataclass(frozen=True)
class Prices:
    """By cell: whether nothing is there, whether it is no price, the price, and in ten-thousandths."""

    blank: np.ndarray
    wrong: np.ndarray
    value: np.ndarray
    parts: np.ndarray


class OrderCells:
    """The cells of one sheet; a table of these has one entry per cell of its column.

    Attributes:
        amazon: Whether it is Amazon's report.
        sku: In upper case.
        no_sku: Whether there is none.
        other_product: Whether it is no code of the seller's products.
        country: Code, or "".
        label: What the sheet says instead.
        currency: Code.
        no_currency: By what `currency` says.
        quantity: Units.
        price: Of a unit, or of the line in Amazon's report.
        discount: Off the line.
        cancelled: By column whether Amazon's status says so.
    """

    def __init__(self, source: CodedSource, settings: InputFiles, country: Callable[[object], Country]) -> None:
        """Look at them all."""
        self._source, self._settings = source, settings
        self.amazon = settings.format == "amazon-all-orders"
        self._table = AMAZON_ALL_ORDERS if self.amazon else ORDER_LINES
        self.sku = self._text("sku").map(str.upper)
        self.no_sku, self.other_product = self.sku.equals(""), self._find_other_products()
        code, label = self._text("country").map(country), self._text("country")
        channel = self._text("channel")
        if self.amazon:
            self.country = join_either(channel.map(lambda cell: country(cell) if cell else ""), code)
        else:
            self.country = join_either(code, _BLANK)
        self.label = join_either(label, channel)
        self.currency = join_either(self._text("currency").map(str.upper), self._name_usual_currencies())
        self.no_currency = ~self.currency.cells.str.fullmatch("[A-Z]{3}").to_numpy(dtype=bool)
        self.quantity, self.price = self._read_quantities(), self._read_prices()
        self.discount = read_numbers(self.raw("discount"), settings.decimal)
        self.cancelled = {
            name: self._text(name).map(str.casefold).isin(["cancelled", "canceled"])
            for name in ("status", "item_status")
        }

    def raw(self, name: str) -> pd.Series:
        """The cells of a column as they are; a blank one where the sheet does not have it."""
        position = self._source.found.get(name)
        return _BLANK.cells if position is None else self._source.rows.cells[position]

    def codes(self, block: Block, name: str) -> np.ndarray:
        """Per row of a block the position of its cell."""
        position = self._source.found.get(name)
        return np.zeros(len(block.lines), dtype=np.int32) if position is None else block.codes[position]

    def column(self, name: str) -> Column:
        """How the table declares it."""
        return self._table.column(name)

    def header(self, name: str) -> str:
        """As the sheet calls it."""
        position = self._source.found.get(name)
        return name if position is None else self._source.sheet.headers[position]

    def find_countries(self, block: Block) -> np.ndarray:
        """Per row the position of its country."""
        names = ("channel", "country") if self.amazon else ("country", "")
        return self.country.pick(*(self.codes(block, name) for name in names))

    def _text(self, name: str) -> Coded:
        return Coded(read_text(self.raw(name)))

    def _find_other_products(self) -> np.ndarray:
        pattern, texts = re.compile(self._settings.product_code), self.sku.cells.tolist()
        other = np.array([pattern.fullmatch(text) is None for text in texts], dtype=bool) & bool(pattern.pattern)
        return self.sku.spread(other)

    def _name_usual_currencies(self) -> Coded:
        market = {code: place.currency for code, place in read_marketplaces().items()}
        return Coded(self.country.cells).map(lambda code: self._settings.currency or market.get(code, ""))

    def _read_quantities(self) -> Quantities:
        column, numbers = self.column("quantity"), read_numbers(self.raw("quantity"), self._settings.decimal)
        value = np.nan_to_num(numbers.value)
        wrong = numbers.bad | numbers.blank | (value != np.rint(value))
        wrong |= (value < min(column.low, -column.high)) | (value > column.high)
        return Quantities(wrong, np.where(wrong, 0, value).astype(np.int64), numbers.value > 0)

    def _read_prices(self) -> Prices:
        numbers = read_numbers(self.raw("price"), self._settings.decimal)
        value = np.nan_to_num(numbers.value)
        wrong = numbers.bad | numbers.blank | (np.abs(value) > self.column("price").high)
        value = np.where(wrong, 0.0, value)
        return Prices(numbers.blank, wrong, value, np.rint(value * PRICE_PARTS).astype(np.int64))
