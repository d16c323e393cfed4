"""A seller's past walked through again: what the hub policy would have earned, against other rules and the record."""

from __future__ import annotations

from prefect import flow

from config.seller import read_seller
from tasks import (
    backtest_body,
    backtest_page,
    backtesting,
    inputs,
    nights,
    operations,
    records,
    shadowing,
    simulation,
)


@flow(
    flow_run_name="backtest · {seller_id} · {as_of}",
    timeout_seconds=nights.TIME_LIMIT.total_seconds(),
    on_running=[operations.tag_run],
    on_failure=[nights.explain_failure],
)
def backtest(
    seller_id: str,
    as_of: str = "last",
    mode: str = "history",
    weeks: int = 26,
    service_percent: int = 0,
    language: str = "",
) -> str:
    """Race the hub policy against other rules over the seller's own past, or score the last nights; returns the page.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to look back from, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        mode: history walks through the exports again; shadow scores the last month's nights against what was done.
        weeks: Length of the test, the last complete weeks before the morning.
        service_percent: Service level per cycle of the hub policy; 0 keeps the seller's own.
        language: Language of the page, zh_CN or en; empty takes the seller's own.
    """
    backtesting.check_parameters(mode, weeks, service_percent)
    seller = read_seller(seller_id)
    morning, policy = nights.resolve_morning(seller, as_of), seller.policy.simulation
    spoken = nights.choose_language(seller, language)

    # read once
    known = records.record_snapshot(seller.id, morning, inputs.read_inputs(seller, morning))
    moved = inputs.read_movements(seller, known)
    if mode == "shadow":
        month = shadowing.read_nights(seller, morning)
        return str(shadowing.publish_month(shadowing.score_month(month, moved, known, seller), seller, spoken))

    # decide
    raced = backtesting.prepare(known, moved.table, seller, weeks)
    world = raced.test.world
    tuned = simulation.tune_reorder_points(raced.before.world, policy) if raced.before else ()
    contenders = backtesting.list_contenders(raced, known, seller, tuned, service_percent)
    runs = simulation.race_policies(world, contenders, policy)
    fill = backtesting.read_fill(runs)
    factor, equal = simulation.match_fill(world, backtesting.scale_velocity(seller), fill, policy, 0.05, 6.0)
    runs |= backtesting.name_equal(equal)
    dead = seller.policy.replenishment.dead_after_weeks
    comparison = simulation.compare_policies(world, runs, backtesting.HUB_POLICY, dead, policy)
    pooled = simulation.compare_pooling(world, fill, policy)
    pooling = simulation.compare_policies(world, pooled, "hub", dead, policy)
    sentences = simulation.explain_comparison(comparison)

    # write once
    found = backtest_body.Raced(runs, comparison, sentences, pooled, pooling, tuned, factor)
    body = backtest_body.write_result(found, raced, known, seller, service_percent, moved.quarantined)
    return str(backtest_page.publish_backtest(body, seller, spoken))
