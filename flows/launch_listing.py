"""From product records to listings in several countries: written, checked, previewed, and put before the seller."""

from __future__ import annotations

from prefect import flow

from tasks import (
    brand,
    chain,
    compliance,
    images,
    inputs,
    launching,
    listed,
    listing,
    listing_page,
    listing_proposal,
    nights,
    operations,
    records,
    watching,
    work,
)


@flow(
    name="launch_listing",
    flow_run_name=chain.name_run,
    timeout_seconds=nights.TIME_LIMIT.total_seconds(),
    on_running=[operations.tag_run],
    on_completion=[work.open_after_night],
    on_failure=[nights.explain_failure, nights.close_failed_night],
    on_crashed=[nights.close_failed_night],
    on_cancellation=[nights.close_failed_night],
)
def launch_listing(
    seller_id: str,
    as_of: str = "last",
    skus: str = "",
    countries: str = "",
    opportunity: str = "",
    language: str = "",
) -> str:
    """Write each product's listing for each country, check it, and put it before the seller; returns the digest.

    Args:
        seller_id: Which seller, as named in config/sellers.
        as_of: The morning to check for, as YYYY-MM-DD; "last" is today, or a demo seller's fixed morning.
        skus: SKUs with blanks between; empty takes every product record.
        countries: Countries with blanks between, such as DE FR; empty takes those that prices are stated for.
        opportunity: A chosen opportunity, by the number of its paper (OC-…): only the products that answer it.
        language: Language of the pages, zh_CN or en; empty takes the seller's own.
    """
    night = nights.begin_journey(seller_id, as_of, launching.JOURNEY)
    seller, morning, policy = night.seller, night.as_of, night.seller.policy
    spoken = nights.choose_language(seller, language)

    # read once
    exports = inputs.read_inputs(seller, morning)
    tables = inputs.read_listings(seller, morning)
    known = records.record_snapshot(seller.id, morning, exports, listings=tables)
    sent = listed.read_sent(seller.id, morning)
    launch = launching.choose_products(known, night, skus, countries, opportunity)

    # decide
    engine, rules, sizes = launching.open_engine(policy.listing.engine), known.text_rules, known.size_systems
    composed = listing.compose_listings(launch.records, launch.markets, rules, engine, policy.listing, morning, sizes)
    asked = launching.keep_asked(composed, launch)
    read = listing.read_back(known.listing_issues, asked, known.issue_rules, launch.schemas, policy.listing, morning)
    back = launching.keep_issues(read, known, launch)
    written = listing_proposal.write_content(back.listings)
    problems = listing.check_listing(launch.schemas, written, policy.listing)
    papers, book = known.listing_evidence, launch.book
    answers = compliance.check_products(launch.records, papers, launch.countries, book, policy.compliance, morning)
    checks = launching.keep_asked(answers, launch)
    gate = compliance.judge_gate(checks)
    names = brand.screen_names(launch.brands, known.brand_names, known.bad_words, launch.languages, policy.brand)
    photos = launching.open_pictures(seller, launch)
    pictures = images.check_images(photos, known.image_rules, launch.countries, policy.images, morning)
    sheet = images.lay_out_sheet(pictures, policy.images)
    stands = listing.judge_launch(written, problems, gate, pictures, sent)

    # write once
    watch = watching.watch(known, night)
    checked = listing_proposal.Checked(
        launch, back, written, problems, checks, gate, stands, sheet, names, watch, sent, tables.accounting
    )
    proposal = records.record_proposal(night, listing_proposal.from_listings(night, known, checked))
    listing_page.publish_listings(proposal, seller, spoken)
    return proposal.digest
