"""A rate of duty as a typed expression; `wording.py` reads the texts of a tariff as such, `charge.py` charges it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from skills.vocabulary import Currency


@dataclass(frozen=True, slots=True)
class Free:
    """No duty; `condition` is what the text attaches to that (under bond …)."""

    condition: str = ""


@dataclass(frozen=True, slots=True)
class AdValorem:
    """A share of the customs value, or of the value of a part of the goods (`of`: battery, case …)."""

    share: Decimal
    of: str = ""


@dataclass(frozen=True, slots=True)
class Specific:
    """Money for a quantity: `amount` in major units of `currency` for `per` units.

    Attributes:
        unit: kg, no., doz., pr., litre, m2, pf. litre …; `hl × % vol` is hectolitres times percent.
        of: What is measured when it is not the goods as they are: lead content, drained weight …
    """

    amount: Decimal
    currency: Currency
    per: Decimal
    unit: str
    of: str = ""

    @property
    def measure(self) -> str:
        """The name under which the quantity is asked for: `kg`, `kg of lead content`."""
        return f"{self.unit} of {self.of}" if self.of else self.unit


@dataclass(frozen=True, slots=True)
class Sliding:
    """Raw sugar: `full` less `less` for each degree of polarity under `full_degrees`."""

    full: Specific
    less: Specific
    full_degrees: Decimal


@dataclass(frozen=True, slots=True)
class Sum:
    """Components that are added, each on the customs value or its quantity."""

    parts: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class Bounded:
    """At least `least` and at most `most`; the maximum wins where they cross."""

    duty: Duty
    least: Duty | None
    most: Duty | None


@dataclass(frozen=True, slots=True)
class Season:
    """A duty from one (month, day) to another, both included, over the year's end where first > last.

    A season without days holds in the rest of the year.
    """

    duty: Duty
    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the day lies between the two days; False for the rest of the year."""
        if self.first is None or self.last is None:
            return False
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, slots=True)
class Seasonal:
    """Duties that change over the year."""

    seasons: tuple[Season, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The rate stands elsewhere: in another heading, a note, an agricultural component."""

    text: str


Duty = Free | AdValorem | Specific | Sliding | Sum | Bounded | Seasonal | Reference


def walk(duty: Duty) -> Iterator[Duty]:
    """The expression and everything inside it, outermost first."""
    yield duty
    match duty:
        case Sum(parts):
            inner: tuple[Duty | None, ...] = parts
        case Bounded(of, least, most):
            inner = (of, least, most)
        case Sliding(full, less, _):
            inner = (full, less)
        case Seasonal(seasons):
            inner = tuple(season.duty for season in seasons)
        case _:
            inner = ()
    for part in inner:
        if part is not None:
            yield from walk(part)


def list_measures(duty: Duty) -> list[str]:
    """The quantities that a line must state for this duty, in order of the text."""
    measures = [item.measure for item in walk(duty) if isinstance(item, Specific)]
    if any(isinstance(item, Sliding) for item in walk(duty)):
        measures.append("degrees")
    return list(dict.fromkeys(measures))


def list_references(duty: Duty) -> list[str]:
    """The texts that send the reader elsewhere; the duty cannot be charged while there is one."""
    return [item.text for item in walk(duty) if isinstance(item, Reference)]
