"""Carry out what was released: each instruction at most once, and how it went is known or named."""

from __future__ import annotations

from prefect import flow

from tasks import nights, reissue
from tasks.execution import acting


@flow(flow_run_name=acting.name_run, on_failure=[nights.explain_failure])
def execute(seller_id: str) -> str:
    """Carry out what was approved and is not done yet; running it again never does anything twice.

    Args:
        seller_id: Which seller, as named in config/sellers.
    """
    with acting.hold(seller_id) as run:
        outcomes = [acting.carry_out_instruction(row, run) for row in acting.list_released(run)]
    said = acting.publish_outcomes(run, outcomes)
    reissue.publish_seller_again(seller_id)
    return said
