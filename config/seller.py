"""A seller as the operator writes it down: who, where the files are, and the policy of each capability.

UnknownSeller              no file of that name in config/sellers
InvalidSeller              the file cannot be read, or breaks the model below
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from config.approval import ApprovalPolicy, Approver, ExecutionPolicy, Role, StandingRule
from config.settings import Settings, read_settings
from skills.assortment.policy import AssortmentPolicy
from skills.bills.policy import BillsPolicy
from skills.brand.policy import BrandPolicy
from skills.compliance.policy import CompliancePolicy
from skills.distribution.policy import DistributionPolicy
from skills.economics.policy import EconomicsPolicy
from skills.forecasting.policy import ForecastingPolicy
from skills.freight.policy import FreightPolicy
from skills.images.policy import ImagePolicy
from skills.inbound.policy import LoadingPolicy, PackingPolicy
from skills.listing.policy import ListingPolicy
from skills.niches.policy import NichesPolicy
from skills.replenishment.policy import ReplenishmentPolicy
from skills.selection.policy import SelectionPolicy
from skills.simulation.policy import SimulationPolicy
from skills.sourcing.policy import SourcingPolicy
from skills.stocking.policy import StockingPolicy
from skills.storage.policy import StoragePolicy
from skills.vocabulary import Refusal, mark, name_rows

Language = Literal["zh_CN", "en"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same safe loader, ten times faster where PyYAML was built with its C part."""

_UNUSABLE = mark("{path} cannot be used: {problems}. Correct the file and run again.")


class UnknownSeller(Refusal):
    """No file of that name in config/sellers."""


class InvalidSeller(Refusal):
    """The seller's file breaks the model below."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputFiles(_Strict):
    """Where one table comes from and how its columns are called there."""

    files: str = Field(
        description="Glob of the files, from the project's root; `{home}` is this installation's "
        "own folder, `{data}` the folder of public data sets."
    )
    format: Literal["table", "amazon-all-orders"] = Field(
        default="table", description="`table` reads by the column mapping; Amazon's report brings its own."
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Our column → the file's header. What is left out has the same name.",
    )
    sheets: Literal["first", "all"] = Field(default="all", description="Which sheets of an Excel file hold rows.")
    date_order: Literal["ymd", "dmy", "mdy"] = Field(default="ymd", description="Order of day, month and year.")
    decimal: Literal[".", ","] = Field(default=".", description="Decimal sign of numbers written as text.")
    time_zone: str = Field(
        default="",
        description="Zone of timestamps without an offset; empty means the marketplace's own.",
    )
    currency: str = Field(default="", description="Currency of prices where the file has no currency column.")
    cancellation_prefix: str = Field(default="", description="Order ids that start so are cancellations.")
    product_code: str = Field(
        default="", description="Regular expression of real product codes; others are set aside."
    )
    countries: dict[str, str] = Field(default_factory=dict, description="Country label in the file → our code.")

    @field_validator("files")
    @classmethod
    def _has_known_folders(cls, pattern: str) -> str:
        try:
            pattern.format(home="", data="")
        except (LookupError, ValueError, AttributeError):
            raise ValueError(f"{pattern!r} has other braces than {{home}} and {{data}}") from None
        return pattern


class Policy(_Strict):
    """One block per capability."""

    forecasting: ForecastingPolicy = ForecastingPolicy()
    replenishment: ReplenishmentPolicy = ReplenishmentPolicy()
    distribution: DistributionPolicy = DistributionPolicy()
    bills: BillsPolicy = BillsPolicy()
    economics: EconomicsPolicy = EconomicsPolicy()
    packing: PackingPolicy = PackingPolicy()
    freight: FreightPolicy = FreightPolicy()
    loading: LoadingPolicy = LoadingPolicy()
    niches: NichesPolicy = NichesPolicy()
    selection: SelectionPolicy = SelectionPolicy()
    sourcing: SourcingPolicy = SourcingPolicy()
    assortment: AssortmentPolicy = AssortmentPolicy()
    listing: ListingPolicy = ListingPolicy()
    compliance: CompliancePolicy = CompliancePolicy()
    brand: BrandPolicy = BrandPolicy()
    images: ImagePolicy = ImagePolicy()
    simulation: SimulationPolicy = SimulationPolicy()
    storage: StoragePolicy = StoragePolicy()
    stocking: StockingPolicy = StockingPolicy()
    approvals: ApprovalPolicy = ApprovalPolicy()
    execution: ExecutionPolicy = ExecutionPolicy()
    max_decisions: int = Field(default=30, ge=1, le=30, description="Most decisions that one night may ask for.")


class Seller(_Strict):
    """One seller, as read from config/sellers/<id>.yaml."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Same as the file's name.")
    name: dict[Language, str] = Field(description="Name in each language of the report.")
    entity: str = Field(default="", description="Legal entity that exports.")
    store: str = Field(default="", description="Store of that entity.")
    language: Language = Field(default="zh_CN", description="Language of the report, the errors and the workbook.")
    base_currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$", description="Currency of every total.")
    time_zone: str = Field(default="Asia/Shanghai", description="Where 02:00 is, and where the reader sits.")
    as_of: date | None = Field(default=None, description="A demo seller's fixed morning; others take today.")
    scheduled: bool = Field(default=True, description="Whether the nightly schedule includes this seller.")
    generated: list[str] = Field(
        default_factory=list,
        description="Tables whose content is generated; `all` when nothing is real. Shown wherever they show.",
    )
    generator: Literal["", "demo", "online-retail"] = Field(
        default="", description="Which simulation writes the generated files when they are absent."
    )
    marketplaces: list[str] = Field(
        default_factory=list,
        description="Countries sold in; empty means every country found in the order lines.",
    )
    roles: dict[str, Role] = Field(default_factory=dict, description="Role → what its approvers may decide.")
    approvers: list[Approver] = Field(
        default_factory=list, description="Who may decide, each with a code of their own."
    )
    standing_rules: list[StandingRule] = Field(
        default_factory=list, description="What is decided without asking, once the whole set was approved."
    )
    inputs: dict[str, InputFiles] = Field(description="Table name → its files (docs/inputs.md lists the tables).")
    policy: Policy = Policy()

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, LookupError):
            raise ValueError(f"{name!r} is no time zone; expected a name such as Asia/Shanghai") from None
        return name

    @model_validator(mode="after")
    def _names_each_once_and_known(self) -> Seller:
        for what, names in (
            ("approvers", [approver.id for approver in self.approvers]),
            ("standing_rules", [rule.id for rule in self.standing_rules]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what}: {', '.join(twice)} named twice; each id stands once")
        lost = sorted({approver.role for approver in self.approvers} - set(self.roles))
        if lost:
            raise ValueError(f"approvers: role {', '.join(lost)} is not in roles; add it there")
        return self

    @model_validator(mode="after")
    def _says_that_a_simulated_carrier_is_none(self) -> Seller:
        if self.policy.execution.carrier_url == "simulated" and not {"all", "carrier"} & set(self.generated):
            raise ValueError(
                "policy.execution.carrier_url: a simulated carrier moves no goods; add carrier to generated, which "
                "the pages show, or name your carrier's address"
            )
        return self

    def language_or(self, asked: str) -> Language:
        """The language of this run's pages: the one asked for, else the seller's."""
        return asked if asked in ("zh_CN", "en") else self.language  # type: ignore[return-value]


def list_sellers() -> list[str]:
    """Ids of all sellers of this installation, sorted."""
    return sorted(path.stem for path in read_settings().sellers.glob("*.yaml"))


def read_seller(seller_id: str) -> Seller:
    """One seller's configuration.

    Raises:
        UnknownSeller: lists those that exist.
        InvalidSeller: names each wrong field with what was expected, the first five.
    """
    path, known = read_settings().sellers / f"{seller_id}.yaml", list_sellers()
    if seller_id not in known:
        raise UnknownSeller(
            mark(
                "There is no seller {seller_id!r}. Known sellers: {known}. "
                "Choose one of them or write {path} (docs/run.md)."
            ),
            seller_id=seller_id,
            known=", ".join(known) or "–",
            path=path,
        )
    try:
        seller = Seller.model_validate(yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER))
    except (ValidationError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidSeller(_UNUSABLE, path=path, problems=_list_problems(error)) from error
    if seller.id != seller_id:
        raise InvalidSeller(
            _UNUSABLE, path=path, problems=f"id: {seller.id!r} should be {seller_id!r}, the file's own name"
        )
    return seller


def resolve_files(pattern: str, settings: Settings | None = None) -> list[Path]:
    """The files of one input, sorted by name; relative patterns start at the project's root."""
    settings = settings or read_settings()
    expanded = Path(pattern.format(home=settings.home.as_posix(), data=settings.data.as_posix()))
    path = expanded if expanded.is_absolute() else settings.root / expanded
    anchor = Path(path.anchor)
    return sorted(found for found in anchor.glob(path.relative_to(anchor).as_posix()) if found.is_file())


def _list_problems(error: ValidationError | yaml.YAMLError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "the file is not UTF-8; save it so"
    if isinstance(error, yaml.YAMLError):
        return " ".join(str(error).split())
    problems = (f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors())
    return name_rows(problems)
