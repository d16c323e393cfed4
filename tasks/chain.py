"""The chain of journeys as one run shows it: what each stage proposes, and what still waits for a person."""

from __future__ import annotations

from typing import Any

from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run as this_run

from config.language import format_money, translator
from config.seller import read_seller
from skills.vocabulary import mark
from tasks.artifacts import report_path
from tasks.nights import choose_language, name_morning
from tasks.report_words import say_journey
from tasks.store.proposals import read_proposal


def name_run() -> str:
    """`<journey> · <seller> · <date>`, as the run list shows it."""
    parameters: dict[str, Any] = this_run.parameters or {}
    of = parameters.get("purchase_order") or str(parameters.get("proposal") or "")[:8]
    return " · ".join(filter(None, [this_run.flow_name, name_morning(), of]))


@task(name="artifacts · publish the chain", cache_policy=NO_CACHE)
def publish_chain(seller_id: str, proposals: list[str], chosen: list[dict[str, Any]], language: str) -> None:
    """One row per stage: what it proposes, its money, and where its page lies; and the products that go on.

    Args:
        chosen: From `chosen.read_chosen`: what the seller chose, which the next journey lists.
    """
    seller = read_seller(seller_id)
    spoken = choose_language(seller, language)
    t = translator(spoken)
    rows = []
    for digest in proposals:
        proposal = read_proposal(digest)
        body = proposal.body
        money = sum(decision["money_minor"] for decision in body["decisions"])
        rows.append(
            {
                t(mark("Stage")): say_journey(body["journey"], t),
                t(mark("Decisions")): len(body["decisions"]),
                t(mark("Money")): format_money(money, body["base_currency"], spoken, whole=True),
                t(mark("proposal")): digest[:12],
                t(mark("Page")): str(report_path(proposal)),
            }
        )
    create_table_artifact(
        key=f"chain-{seller.id}",
        table=rows,
        description=t(mark("From the hub to the countries: each stage's proposal waits for its own decision")),
    )
    create_table_artifact(
        key=f"chosen-{seller.id}",
        table=[
            {
                t(mark("Opportunity")): row["name"],
                t(mark("Countries")): " ".join(row["countries"]),
                t(mark("Supplier")): row["supplier"] or "–",
                t(mark("First order, units")): row["first_units"],
                t(mark("Capital it takes")): format_money(
                    row["capital_minor"], seller.base_currency, spoken, whole=True
                ),
                t(mark("Number")): row["number"],
            }
            for row in chosen
        ],
        description=t(mark("Chosen so far: what the next journey lists")),
    )
