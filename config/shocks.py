"""Shocks to weigh a plan against: dated assumptions with an author, as config/shocks.yaml writes them down.

InvalidShocks              the file cannot be read, or breaks the model below
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.seller import Language
from skills.vocabulary import Refusal, mark, name_rows

SHOCKS = Path(__file__).with_name("shocks.yaml")


class InvalidShocks(Refusal):
    """The file breaks the model."""


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    author: str = Field(min_length=1, description="Who assumes it.")
    stated_on: date = Field(description="Since when.")
    source: str = Field(min_length=1, description="On what it rests.")


class Shock(_Stated):
    """One thing that may go wrong; exactly one of its sizes is not 0."""

    id: str = Field(pattern=r"^[a-z0-9-]+$", description="Its name in the document.")
    name: dict[Language, str] = Field(description="Its name in each language of the page.")
    duty_points: int = Field(
        default=0, ge=-100, le=200, description="Added to the duty, on the customs value [points]."
    )
    sea_days: int = Field(default=0, ge=0, le=120, description="How much later sea freight arrives [days].")
    fx_percent: int = Field(default=0, gt=-90, le=200, description="Change of every other currency's worth [%].")
    return_points: int = Field(default=0, ge=0, le=90, description="Added to the share of units returned [points].")
    demand_percent: int = Field(default=0, ge=-90, le=500, description="Change of demand [%].")
    countries: list[str] = Field(default_factory=list, description="Of a duty: which countries; empty means all.")

    @model_validator(mode="after")
    def _has_one_size(self) -> Self:
        sizes = (self.duty_points, self.sea_days, self.fx_percent, self.return_points, self.demand_percent)
        if sum(size != 0 for size in sizes) != 1:
            raise ValueError("exactly one of duty_points, sea_days, fx_percent, return_points, demand_percent is set")
        return self


class Hedges(_Stated):
    """What may be done beside the plans that are made for each shock."""

    hold_back_percent: int = Field(default=20, ge=0, le=100, description="Hub stock kept back [%].")
    more_stock_percent: int = Field(default=20, ge=0, le=500, description="Planned as if demand were higher [%].")
    forward_percent: str = Field(
        default="0.6", pattern=r"^\d+(\.\d+)?$", description="How far the forward rate lies below the spot [%]."
    )


class Assumptions(BaseModel):
    """Everything that a plan is weighed against."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shocks: list[Shock] = Field(min_length=1)
    hedges: Hedges

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        names = [shock.id for shock in self.shocks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"shocks: {', '.join(twice)} named twice; each id stands once")
        return self


def read_shocks(path: Path = SHOCKS) -> Assumptions:
    """The assumptions of a file.

    Raises:
        InvalidShocks: the file is not there, is no YAML, or names each wrong field.
    """
    try:
        return Assumptions.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problems = name_rows(f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        problems = " ".join(str(error).split())
    raise InvalidShocks(
        mark("{path} cannot be used: {problems}. config/shocks.yaml shows what is expected."),
        path=path,
        problems=problems,
    )
