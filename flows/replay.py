"""A recorded night again, with another policy, other rates or other code: every changed line with its cause."""

from __future__ import annotations

from prefect import flow

from tasks import chain, nights, operations, other_code, replay_diff, replay_page, replaying


@flow(
    name="replay",
    flow_run_name=chain.name_run,
    timeout_seconds=3600,
    on_running=[operations.tag_run],
    on_failure=[nights.explain_failure],
)
def replay(
    seller_id: str,
    as_of: str = "last",
    proposal: str = "",
    service_percent: int = 0,
    weekly_cash: int = 0,
    holding_percent: int = 0,
    policy: str = "",
    rates: str = "",
    commit: str = "",
    language: str = "",
) -> str:
    """Decide a recorded night again and say what changes, in money and by cause; returns the page's path.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The night's morning, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        proposal: Digest of a night's proposal, or its first characters; empty takes the one that stands.
        service_percent: Chance that orders cover until the next one arrives, in percent; 0 keeps that night's.
        weekly_cash: Cash of a week, of orders and of shipments, in whole units of the base currency; 0 keeps it.
        holding_percent: Capital cost of stock per year, in percent; 0 keeps that night's.
        policy: Other fields to change, as YAML or JSON, or the path of such a file; empty changes none.
        rates: `newest` for today's rate book, or the path of a file of rates; empty keeps those of the night.
        commit: Commit, branch or tag whose code decides; empty takes the code that runs.
        language: Language of the page, zh_CN or en; empty takes the seller's own.
    """
    # read once
    recorded = replaying.read_recorded(seller_id, as_of, proposal)
    code = other_code.find_commit(commit)
    steps = replaying.list_steps(recorded, policy, service_percent, weekly_cash, holding_percent, rates)

    # decide
    runs = other_code.decide_with(code, recorded, steps) if code else replaying.decide_steps(recorded, steps)
    replayed = replay_diff.compare(recorded, steps, runs, code)

    # write once
    return str(
        replay_page.publish_replay(replayed, recorded.seller, nights.choose_language(recorded.seller, language))
    )
