"""From product records to listings in several countries: written, checked, previewed, and put before the seller."""

from __future__ import annotations

from prefect import flow

from tasks import (
    brand,
    chain,
    chosen,
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
    product_records,
    records,
    watching,
    work,
)


@flow(
    name=launching.JOURNEY,
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
    launch = launching.choose_products(
        known, night, chosen.read_chosen(seller_id, as_of), skus, countries, opportunity
    )
    schemas, book = product_records.read_schemas(known), product_records.read_rule_book(known)

    # decide
    composed = listing.compose_listings(
        launch.records, launch.markets, known.text_rules, launching.open_engine(policy.listing.engine),
        policy.listing, morning,
    )  # fmt: skip
    back = listing.read_back(
        known.listing_issues, launching.keep_asked(composed, launch), known.issue_rules, schemas, policy.listing,
        morning,
    )  # fmt: skip
    written = listing_proposal.write_content(back.listings)
    problems = listing.check_listing(schemas, written, policy.listing)
    answers = compliance.check_products(
        launch.records, known.listing_evidence, launch.countries, book, policy.compliance, morning
    )
    checks = launching.keep_asked(answers, launch)
    gate = compliance.judge_gate(checks)
    names = brand.screen_names(launch.brands, known.brand_names, known.bad_words, launch.languages, policy.brand)
    pictures = images.check_images(
        launching.open_pictures(seller, launch), known.image_rules, launch.countries, policy.images, morning
    )
    sheet = images.lay_out_sheet(pictures, policy.images)
    stands = listing.judge_launch(written, problems, gate, pictures, sent)
    watch = watching.watch(known, night)

    # write once
    checked = listing_proposal.Checked(
        launch, back, written, problems, checks, gate, stands, sheet, names, watch, sent
    )
    proposal = records.record_proposal(
        night, listing_proposal.from_listings(night, known, checked, tables.accounting)
    )
    listing_page.publish_listings(proposal, seller, spoken)
    return proposal.digest
