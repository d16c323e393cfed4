"""A seller's policy as a table of the snapshot, so that a night is decided again as it was set that morning.

NoFrozenPolicy             the snapshot was recorded before policies were frozen
UnusablePolicy             the frozen or changed policy is none that this code knows
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
from pydantic import ValidationError

from config.seller import Seller
from skills.vocabulary import Refusal, mark, name_rows
from tasks.store.snapshots import Snapshot

_NOT_DECIDED_BY: dict[str, Any] = {
    "inputs": True,
    "as_of": True,
    "scheduled": True,
    "roles": True,
    "approvers": True,
    "standing_rules": True,
    "policy": {"approvals": True, "execution": True},
}
"""What says where files lie, when a night runs, who decides and how it is carried out: no quantity depends on it."""


class NoFrozenPolicy(Refusal):
    """The snapshot holds no policy."""


class UnusablePolicy(Refusal):
    """A field is unknown, or a value breaks its range."""


def freeze_policy(seller: Seller) -> pd.DataFrame:
    """What the seller's file sets that a decision may depend on; what it leaves to its default is left out.

    Returns:
        One row per field: field (`base_currency`, `policy.replenishment.review_days`), value (JSON).
    """
    document = seller.model_dump(mode="json", exclude_unset=True, exclude=_NOT_DECIDED_BY)
    fields = {name: value for name, value in document.items() if name != "policy"}
    for block, values in document.get("policy", {}).items():
        if isinstance(values, dict):
            fields |= {f"policy.{block}.{name}": value for name, value in values.items()}
        else:
            fields[f"policy.{block}"] = values
    rows = [(name, json.dumps(value, sort_keys=True, ensure_ascii=False)) for name, value in sorted(fields.items())]
    return pd.DataFrame(rows, columns=["field", "value"], dtype="str")


def read_frozen_fields(known: Snapshot) -> dict[str, Any]:
    """Field → value, as frozen that morning.

    Raises:
        NoFrozenPolicy: the snapshot is older than that.
    """
    if "policy" not in known.tables:
        raise NoFrozenPolicy(
            mark(
                "Snapshot {digest} holds no policy: it was recorded before policies were frozen with the inputs. "
                "Run the night again for {as_of}, then replay that proposal."
            ),
            digest=known.digest,
            as_of=known.as_of.isoformat(),
        )
    frame = known.tables["policy"]
    return {str(name): json.loads(value) for name, value in zip(frame["field"], frame["value"], strict=True)}


def build_seller(fields: dict[str, Any]) -> Seller:
    """The seller that these fields describe; it reads no files and nobody may decide for it.

    Raises:
        UnusablePolicy: names each unknown field and each value out of range.
    """
    document: dict[str, Any] = {"inputs": {}, "policy": {}}
    for name, value in fields.items():
        *blocks, field = name.split(".")
        at = document
        for block in blocks:
            at = at.setdefault(block, {})
            if not isinstance(at, dict):
                raise _refuse([f"{name}: {block} = {at!r}"])
        at[field] = value
    try:
        return Seller.model_validate(document)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
        raise _refuse(problems) from error


def _refuse(problems: list[str]) -> UnusablePolicy:
    return UnusablePolicy(
        mark("The policy cannot be used: {problems}. docs/policy.md lists every field with its range."),
        problems=name_rows(problems),
    )
