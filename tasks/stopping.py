"""Stopping as a journey sees it: the event as a task, and its proof on the run's page."""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import say, translator
from config.seller import Language, list_sellers, read_seller
from config.settings import read_settings
from skills.vocabulary import mark
from tasks.execution.proof import list_results
from tasks.execution.stop import Proof, lift, prove_stops, stop
from tasks.store.anchors import keep_head
from tasks.store.ledger import Event


@task(name="execution · stop", cache_policy=NO_CACHE)
def stop_acting(seller_id: str, by: str, reason: str) -> str:
    """Enter the stop, write the ledger's head outside the database, and publish the proof so far."""
    if seller_id and seller_id not in list_sellers():
        read_seller(seller_id)  # says which there are; one whose file is wrong can be stopped all the same
    event = stop(seller_id, by, reason)
    _keep_head()
    return _publish(event, [seller_id] if seller_id else list_sellers())


@task(name="execution · lift a stop", cache_policy=NO_CACHE)
def lift_stop(seller_id: str, approver: str, code: str, reason: str) -> str:
    """Enter the lift, and publish what the ledger shows between the stop and it."""
    event = lift(read_seller(seller_id), approver, code, reason)
    _keep_head()
    return _publish(event, [seller_id])


def describe_proof(proof: Proof, seller: str, language: Language) -> dict[str, str]:
    """One row of the proof, worded for a reader."""
    t = translator(language)
    return {
        t(mark("Seller")): seller,
        t(mark("Stopped in row")): str(proof.stop.seq),
        t(mark("By")): proof.stop.facts["by"],
        t(mark("Reason")): proof.stop.facts["reason"],
        t(mark("Lifted in row")): str(proof.lifted.seq) if proof.lifted else "–",
    } | list_results(proof, language)


def _keep_head() -> None:
    problem = keep_head(read_settings().language or "en")
    if problem:
        get_run_logger().warning("%s", problem)


def _publish(event: Event, sellers: list[str]) -> str:
    language = read_settings().language or "en"
    rows = [describe_proof(proof, seller, language) for seller in sellers for proof in prove_stops(seller)[:3]]
    create_table_artifact(
        key="stops",
        table=rows,
        description=translator(language)(mark("By the ledger's own numbers: what was begun after each stop")),
    )
    words = {"stop": mark("Acting is stopped"), "lift": mark("Acting goes on")}
    said = say(mark("{what}: row {seq} of the ledger."), {"what": words[event.event], "seq": event.seq}, language)
    get_run_logger().warning("%s", said)
    return said
