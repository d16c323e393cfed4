"""A night's plan under shocks: what it loses, what a new plan wins back, and which hedge costs what."""

from __future__ import annotations

from prefect import flow

from tasks import chain, nights, operations, replaying, stress_page, stressing


@flow(
    name="stress",
    flow_run_name=chain.name_run,
    timeout_seconds=3600,
    on_running=[operations.tag_run],
    on_failure=[nights.explain_failure],
)
def stress(seller_id: str, as_of: str = "last", proposal: str = "", shocks: str = "", language: str = "") -> str:
    """Weigh a recorded night's shipments under each assumed shock; returns the page's path.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The night's morning, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        proposal: Digest of a night's proposal, or its first characters; empty takes the one that stands.
        shocks: Path of a file of assumptions; empty takes config/shocks.yaml.
        language: Language of the page, zh_CN or en; empty takes the seller's own.
    """
    # read once
    recorded = replaying.read_recorded(seller_id, as_of, proposal)
    assumed = stressing.read_assumptions(shocks)

    # decide
    stressed = stressing.stress_night(recorded, assumed)

    # write once
    spoken = nights.choose_language(recorded.seller, language)
    return str(stress_page.publish_stress(stressed, recorded.seller, spoken))
