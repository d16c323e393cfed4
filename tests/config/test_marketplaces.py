from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.numbers import list_currencies

from config.marketplaces import ISO_COUNTRIES, find_country, read_marketplaces


def test_every_marketplace_has_a_clock_a_currency_and_a_language_that_exist() -> None:
    for country, marketplace in read_marketplaces().items():
        assert country in ISO_COUNTRIES
        assert ZoneInfo(marketplace.time_zone)
        assert marketplace.currency in list_currencies()
        assert Locale.parse(marketplace.language)


def test_no_two_marketplaces_share_an_id_or_a_name() -> None:
    known = read_marketplaces().values()
    assert len({place.marketplace_id for place in known}) == len(known)
    assert len({place.name for place in known}) == len(known)


def test_the_country_codes_are_those_of_the_standard() -> None:
    territories = Locale.parse("en").territories
    assert len(ISO_COUNTRIES) == 249
    assert set(territories) >= ISO_COUNTRIES


@pytest.mark.parametrize(
    ("label", "country"),
    [
        ("de", "DE"), (" Amazon.de ", "DE"), ("AMAZON.CO.JP", "JP"), ("ATVPDKIKX0DER", "US"), ("UK", "GB"),
        ("CH", "CH"), ("Germany", None), ("", None), ("Non-Amazon", None),
    ],
)  # fmt: skip
def test_a_label_of_an_export_is_a_country_or_nothing(label: str, country: str | None) -> None:
    assert find_country(label) == country
