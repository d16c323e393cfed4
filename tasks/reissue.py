"""Publishing a morning report again, once something was decided or carried out."""

from __future__ import annotations

from prefect import get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from config.language import translator
from config.seller import read_seller
from config.settings import read_settings
from skills.vocabulary import mark
from tasks.artifacts import write_report_files
from tasks.morning_report import write_front_page
from tasks.report_state import read_report_state
from tasks.store.anchors import write_anchor
from tasks.store.models import ProposalRow
from tasks.store.proposals import Proposal, find_decided_last, find_newer, read_proposal
from tasks.store.session import open_session
from tasks.store.snapshots import read_quarantine


@task(name="artifacts · publish morning report again", cache_policy=NO_CACHE)
def publish_report_again(digest: str) -> None:
    """Write the report of a proposal (or of the one that an edit comes from) with what happened since."""
    proposal = read_proposal(digest)
    while proposal.body.get("edits"):
        proposal = read_proposal(proposal.body["edits"]["of"])
    if proposal.body["journey"] == "nightly":
        _publish(proposal)
    else:
        write_anchor()


@task(name="artifacts · publish morning reports again", cache_policy=NO_CACHE)
def publish_seller_again(seller_id: str) -> None:
    """The same for the proposal that the seller's newest acts belong to."""
    proposal = find_decided_last(seller_id)
    if proposal is not None:
        _publish(proposal)


def _publish(proposal: Proposal) -> None:
    seller = read_seller(proposal.body["seller"])
    language = seller.language_or(read_settings().language)
    write_anchor()
    state = read_report_state(proposal, seller)
    quarantine = read_quarantine(proposal.body["snapshot"])
    page = write_report_files(proposal, quarantine, seller, language, state=state)
    with open_session() as session:
        newer = find_newer(session, session.get_one(ProposalRow, proposal.digest))
    if not newer:  # the front page in Prefect stays that of the newest night
        create_markdown_artifact(
            key=f"morning-report-{seller.id}",
            markdown=write_front_page(
                proposal.body, proposal.digest, proposal.supersedes, quarantine, seller, language, state=state
            ),
            description=translator(language)(mark("Morning report: front page")),
        )
    get_run_logger().info("%s %s", translator(language)(mark("morning report")), page)
