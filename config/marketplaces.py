"""Marketplaces: whose day it is, what buyers pay in, and how exports name a country."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from skills.vocabulary import Country

MARKETPLACES = Path(__file__).with_name("marketplaces.yaml")

_ISO = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW "
    "BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI "
    "FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN "
    "IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF "
    "PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE "
    "YT ZA ZM ZW"
)
ISO_COUNTRIES = frozenset(_ISO.split())
"""ISO 3166-1 alpha-2."""


class Marketplace(BaseModel):
    """One marketplace, one country."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: Country = Field(pattern=r"^[A-Z]{2}$")
    marketplace_id: str = Field(description="Amazon's id.")
    name: str = Field(description="The sales channel as Amazon's reports write it.")
    time_zone: str = Field(description="Clock of the marketplace's day.")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="What buyers pay in.")
    language: str = Field(description="First language of its listings.")


@lru_cache(maxsize=1)
def read_marketplaces() -> dict[Country, Marketplace]:
    """Country → its marketplace, as config/marketplaces.yaml lists them."""
    listed = yaml.safe_load(MARKETPLACES.read_text(encoding="utf-8"))
    return {country: Marketplace(country=country, **facts) for country, facts in listed.items()}


def find_country(label: str) -> Country | None:
    """The country that a label of an export means: its code, `UK`, a sales channel or a marketplace id.

    Returns:
        The code, or None when nothing here is called so.
    """
    wanted = label.strip()
    if wanted.upper() == "UK":
        return "GB"
    if wanted.upper() in ISO_COUNTRIES:
        return wanted.upper()
    return _names().get(wanted.casefold())


@lru_cache(maxsize=1)
def _names() -> dict[str, Country]:
    known = read_marketplaces().values()
    return {name.casefold(): place.country for place in known for name in (place.name, place.marketplace_id)}
