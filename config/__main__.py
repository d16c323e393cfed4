"""`python -m config`: the tables of settings, policy and people that stand in docs/run.md."""

from __future__ import annotations

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from config.approval import Approver, Role, StandingRule
from config.seller import Policy
from config.settings import Settings


def describe_settings() -> list[str]:
    """One Markdown row per environment variable."""
    return [f"| `FARSAIL_{name.upper()}` | {field.description} |" for name, field in Settings.model_fields.items()]


def describe_policy() -> list[str]:
    """One Markdown row per field that a seller may set."""
    rows = []
    for block, holder in Policy.model_fields.items():
        model = holder.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, field in model.model_fields.items():
                default = "" if field.default in (None, "", PydanticUndefined) else f" Default {field.default}."
                rows.append(f"| {block} | `{name}` | {field.description}{default} |")
        else:
            rows.append(f"| | `{block}` | {holder.description} Default {holder.default}. |")
    return rows


def describe_people() -> list[str]:
    """One Markdown row per field of roles, approvers and standing rules."""
    rows = []
    for block, model in (("roles", Role), ("approvers", Approver), ("standing_rules", StandingRule)):
        for name, field in model.model_fields.items():
            default = "" if field.default in (None, "", PydanticUndefined) else f" Default {field.default}."
            rows.append(f"| {block} | `{name}` | {field.description}{default} |")
    return rows


if __name__ == "__main__":
    print("\n".join([*describe_settings(), "", *describe_policy(), "", *describe_people()]))
