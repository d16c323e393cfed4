"""The pages of listings: what to decide, each country side by side, the photos; as files, and short on the run."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from config.language import format_day, say, translator
from config.seller import Language, Seller
from skills.vocabulary import mark
from tasks.artifacts import link_page, report_path
from tasks.files.output import replace_file
from tasks.listing_country import view_country
from tasks.listing_photos import read_thumbnails
from tasks.listing_sheet import view_sheet
from tasks.listing_views import view_front
from tasks.listing_words import show_stand
from tasks.rendering import PAGES, open_pages, slug
from tasks.store.proposals import Proposal

Body = dict[str, Any]

SHEETS = ("morning_report.css", "listings.css")

HEADLINE = mark(
    "{count} listings to put live in {countries} countries, to decide by {deadline}; {held} are held back, {same} "
    "are live as they stand."
)
NOTHING = mark("No listing can be put live this morning; {held} are held back, {same} are live as they stand.")
HELD = mark("{count} × {what}: {remedy}")


@task(name="artifacts · publish listings", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def publish_listings(proposal: Proposal, seller: Seller, language: Language) -> Path:
    """Write the pages, show the front on the run, and say where it lies; returns the front page's path."""
    path = report_path(proposal)
    path.parent.mkdir(parents=True, exist_ok=True)
    for suffix, page in render_listings(proposal, seller, language).items():
        replace_file(path.with_name(path.stem + suffix), page.encode())
    _show_on_run(path, proposal, seller, language)
    return path


def render_listings(proposal: Proposal, seller: Seller, language: Language) -> dict[str, str]:
    """The pages, each one HTML file that needs no server, no network and no scripts.

    Returns:
        What follows the report's name → HTML: `.html` the front page, `.DE.html` a country, `.pictures.html` the
        contact sheet.
    """
    body = proposal.body
    suffixes = {"": ".html", "pictures": ".pictures.html"}
    suffixes |= {country: f".{slug(country)}.html" for country in body["countries"]}
    stem, pages = report_path(proposal).stem, open_pages(language)
    photos = read_thumbnails(seller, [row["picture"] for row in body["pictures"]["sheet"] if row["picture"]])
    shared = {
        "body": body,
        "as_of": date.fromisoformat(body["as_of"]),
        "digest": proposal.digest,
        "supersedes": proposal.supersedes,
        "seller": seller,
        "language": language,
        "pages": {name: stem + suffix for name, suffix in suffixes.items()},
        "style": "\n".join((PAGES / name).read_text(encoding="utf-8") for name in SHEETS),
    }
    front, country, sheet = (
        pages.get_template(f"{name}.html.j2") for name in ("listings", "listings_country", "listings_pictures")
    )
    rendered = {
        suffixes[""]: front.render(view=view_front(body, language), **shared),
        suffixes["pictures"]: sheet.render(view=view_sheet(body, photos, language), **shared),
    }
    for code in body["countries"]:
        rendered[suffixes[code]] = country.render(view=view_country(body, code, photos, language), **shared)
    return rendered


def _show_on_run(path: Path, proposal: Proposal, seller: Seller, language: Language) -> None:
    """The front page as short keyed artifacts; the log's last lines say the headline and where the page is."""
    body, t = proposal.body, translator(language)
    view = view_front(body, language)
    headline = say_headline(body, view, language)
    generated = f"*{t(mark('Generated data'))}*\n\n" if body["generated"] else ""
    countries = "\n".join(
        f"{row['number'] or '–'}. **{row['name']}** · {t(mark('To put live'))} {row['put_live']} · "
        f"{t(mark('Held back'))} {row['held']}"
        for row in view["countries"]
    )
    held = "\n".join(
        f"- {say(HELD, {'count': row['listings'], 'what': row['what'], 'remedy': row['remedy'] or '–'}, language)}"
        for row in view["reasons"][:5]
    )
    why, preview = t(mark("How much is held back, and why")), body["preview"]["sentence"]
    create_markdown_artifact(
        key=f"listings-{seller.id}",
        markdown="\n\n".join((f"{generated}{headline}", countries, f"**{why}**", held, f"*{t(preview)}*")),
        description=t(mark("Listings: what to put live")),
    )
    create_table_artifact(
        key=f"listing-stands-{seller.id}",
        table=tabulate_stands(body, language),
        description=t(mark("One row per SKU: how it stands in each country")),
    )
    link_page(
        f"listings-file-{seller.id}",
        path,
        mark("Open the listings side by side"),
        headline,
        mark("listings"),
        language,
    )


def tabulate_stands(body: Body, language: Language) -> list[Body]:
    """One row per SKU with a word per country."""
    stands = {(row["sku"], row["country"]): show_stand(row["stand"], language) for row in body["listings"]}
    return [
        {"SKU": product["sku"]}
        | {
            country: f"{stand['sign']} {stand['word']}" if (stand := stands.get((product["sku"], country))) else "–"
            for country in body["countries"]
        }
        for product in body["products"]
    ]


def say_headline(body: Body, view: Body, language: Language) -> str:
    """What to decide, by when, and how much is held back, in one line."""
    values = {
        "count": view["put_live"],
        "countries": len(body["decisions"]),
        "deadline": format_day(view["deadline"], language, date.fromisoformat(body["as_of"])),
        "held": view["held"],
        "same": view["unchanged"],
    }
    return say(HEADLINE if body["decisions"] else NOTHING, values, language)
