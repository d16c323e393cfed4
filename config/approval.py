"""Who may decide what, which standing rules decide alone, and the limits that every act stays within."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from skills.catalogue import Effect

Kind = Literal[
    "purchase_order_line", "shipment_line", "price_change", "opportunity", "listing", "stock_exit", "standing_rules"
]  # fmt: skip
TargetKind = Literal["idempotent", "readable", "at_most_once"]


def _check_once(targets: list[str]) -> list[str]:
    twice = sorted({target for target in targets if targets.count(target) > 1})
    if twice:
        raise ValueError(f"a line goes to a target once; named more than once: {', '.join(twice)}")
    return targets


Targets = Annotated[list[str], AfterValidator(_check_once)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(_Strict):
    """What approvers of one role may decide."""

    decides: list[Kind] = Field(description="Kinds of lines that the role may approve.")
    limit_minor: int | None = Field(
        default=None,
        ge=0,
        description="Most money of one approval, in minor units of the base currency; none means no limit.",
    )
    lifts_stops: bool = Field(default=False, description="Whether the role may lift a stop.")
    chooses_customs: bool = Field(default=False, description="Whether the role may choose customs values and codes.")


class Approver(_Strict):
    """A person whose one-time code counts."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Short name, as typed into forms.")
    name: str = Field(description="As the ledger and the pages show it.")
    role: str = Field(description="One of the seller's roles.")


class StandingRule(_Strict):
    """What the seller decides once for many nights. It counts only after the whole set was approved by digest."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Short name, as the ledger shows it.")
    kinds: list[Kind] = Field(description="Kinds of lines that it speaks of.")
    never: bool = Field(default=False, description="Lines that match are never decided by a rule; a person must.")
    effect: Effect = Field(
        default="draft", description="Strongest effect that it may release: pure, read, draft, write or spend."
    )
    most_per_line_minor: int | None = Field(
        default=None, ge=0, description="Most money of one line, in minor units of the base currency."
    )
    most_per_night_minor: int | None = Field(
        default=None, ge=0, description="Most money that the rule releases in one night, in the same."
    )
    skus: list[str] = Field(default_factory=list, description="SKUs it speaks of; empty means all.")
    suppliers: list[str] = Field(default_factory=list, description="Suppliers it speaks of; empty means all.")
    countries: list[str] = Field(default_factory=list, description="Countries it speaks of; empty means all.")
    nodes: list[str] = Field(
        default_factory=list, description="Nodes, sending or receiving, it speaks of; empty means all."
    )
    least_margin_percent: int | None = Field(
        default=None, description="Least net margin of the line [%]; a line whose margin is not known does not match."
    )
    expires: date | None = Field(default=None, description="Last day on which it decides; none means until changed.")


class ApprovalPolicy(_Strict):
    """How many people, how much, how long."""

    several_above_minor: int | None = Field(
        default=None,
        ge=0,
        description="Approvals of more money than this need several people, in minor units of the base currency; "
        "none means never.",
    )
    several: int = Field(default=2, ge=2, le=5, description="How many people those approvals need [people].")
    timeout_hours: int = Field(
        default=72,
        ge=1,
        le=720,
        description="An approval that waits for another person lapses after this long [hours].",
    )
    edit_threshold_units: int = Field(
        default=1, ge=1, description="No edit moves a line by less than this, nor by less than a carton [units]."
    )


class ExecutionPolicy(_Strict):
    """Where released lines go, and the caps that hold whatever was approved."""

    order_targets: Targets = Field(default=["files"], description="Targets of supplier orders.")
    shipment_targets: Targets = Field(default=["files"], description="Targets of shipments, in this order.")
    price_targets: Targets = Field(default=["files"], description="Targets of price changes.")
    choice_targets: Targets = Field(default=["files"], description="Targets of chosen opportunities.")
    listing_targets: Targets = Field(
        default=["files", "feeds"], description="Targets of listings: a workbook, and the feed that carries them."
    )
    exit_targets: Targets = Field(default=["files"], description="Targets of exits of stock.")
    marketplace_sellers: dict[str, str] = Field(
        default_factory=dict,
        description="Country → the seller's id at the marketplace (merchant token), as a feed's header carries it.",
    )
    carrier_url: str = Field(
        default="",
        description="Address of the carrier's booking interface; `simulated` starts a simulated one, for "
        "sellers whose `generated` says so.",
    )
    carrier_kind: TargetKind = Field(
        default="readable",
        description="What the carrier's interface promises: `idempotent` (one key is one booking), `readable` (a "
        "booking can be read back by its reference) or `at_most_once` (neither).",
    )
    carrier_read_lag_seconds: float = Field(
        default=5.0,
        ge=0,
        le=600,
        description="How long a booking may be missing from what a readable carrier answers [seconds].",
    )
    carrier_timeout_seconds: float = Field(
        default=10.0, gt=0, le=300, description="How long the carrier may take to answer [seconds]."
    )
    most_units_per_night: int | None = Field(
        default=None, ge=0, description="Most units that acts of one night may move [units]; none means no cap."
    )
    most_money_per_night_minor: int | None = Field(
        default=None,
        ge=0,
        description="Most money that acts of one night may take, in minor units of the base currency; none means "
        "no cap.",
    )
    most_price_change_percent: int | None = Field(
        default=None, ge=0, description="Most that an act may move a price, either way [%]; none means no cap."
    )
