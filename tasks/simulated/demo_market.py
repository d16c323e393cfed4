"""The demo seller's market exports: what it would have drawn from Amazon and its suppliers; all of it is generated.

No public data of real searches exists, so these are made by a stated rule (`demo_market_world.py`, repeated in the
folder's README) from the tables `demo_facts/market_*.csv` and one seed. Weeks run to two past `AS_OF`, so that the
morning's cut shows. Nothing depends on the day, the machine or what else is in the folder.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from tasks.simulated.demo_demand import AS_OF, COUNTRIES, Lines, draw_lines
from tasks.simulated.demo_market_own import (
    QUERIES_REPORTED,
    TRAFFIC_REPORTED,
    write_catalog_performance,
    write_queries_download,
    write_queries_report,
    write_traffic_download,
    write_traffic_report,
)
from tasks.simulated.demo_market_products import (
    EXPLORED,
    write_explorer,
    write_feedback,
    write_feedback_answers,
    write_items,
)
from tasks.simulated.demo_market_searches import (
    FIRST_REPORTED_WEEK,
    REPORTED,
    write_search_download,
    write_search_report,
)
from tasks.simulated.demo_market_supply import write_deliveries, write_quotes
from tasks.simulated.demo_market_world import FIRST_WEEK, LAST_WEEK, WEEKS, concepts, start_of

FOLDER = "market"
"""Where the files lie within the seller's exports."""

_README = """\
GENERATED

Everything in this folder was made by Farsail (tasks/simulated/demo_market.py) from one seed. No public data of real
searches exists: every search, product, price, review and quote here is invented, and so is every brand, but for two
known names that stand for licensed goods. The files have the form of real exports, with their blemishes. Delete the
folder and it is written again, byte for byte.

The rule. {ideas} product ideas, {countries} countries, weeks from {first} to {last}; those until {known}
are known on the morning of {as_of}.
- An idea's unmet need in a country (0 to 1) begins at a stated value and changes a little by chance each quarter.
- Its searches grow each week by a thirteenth of (its own drift + 20 % x (unmet need - 0.30)) and by chance of up to
  1.8 %, times season and noise of the week. So part of next quarter's growth follows from what lacks now, and the
  rest is chance.
- A term's rank is the searches of the country's first term / its own searches (Zipf), both with noise.
- Unmet need shows in ratings, in clicks beyond the three most clicked, in stock-outs, returns, complaints and
  conversion.

XX_Top_Search_Terms_*      Brand Analytics: downloads in the countries' languages and encodings; the newest weeks of
                           US, GB and CA as official reports. One French week is missing.
XX_Search_Query_*          search query performance of the seller's own products, with real volumes for their terms.
XX_Sales_And_Traffic_*     sales and traffic; units are those of the order lines. One SKU's conversion broke, one lost
                           the buy box, one comes back often.
Search_Catalog_*           search catalogue performance of the same products.
XX_Opportunity_Explorer_*  Product Opportunity Explorer of four countries, with blank cells.
XX_Catalog_Items_*         catalogue items seen at the end of six quarters and once later. Some have no price or no
                           sizes; one idea was never looked up; in Germany one idea's prices are partly in dollars.
Feedback*, US_Feedback_*   topics of reviews and returns, for the US as the operations answer.
supplier_quotes.csv        {quotes} quotes for nine ideas, some not invoiced, one made on the morning itself.
deliveries.csv             how past orders came: one supplier is late, one fails inspections, one raises prices.
"""


def write_demo_market(folder: Path) -> list[Path]:
    """Write the market files that are absent; files that exist are left as they are.

    Args:
        folder: The seller's exports folder.
    Returns:
        The files written now, sorted; none when all were there.
    """
    written = []
    for name, make in _list_makers().items():
        path = folder / FOLDER / name
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.part")
        unfinished.write_bytes(make())
        unfinished.replace(path)
        written.append(path)
    return sorted(written)


def _list_makers() -> dict[str, Callable[[], bytes]]:
    """File name → what it holds."""
    makers: dict[str, Callable[[], bytes]] = {
        "README.txt": _write_readme,
        "supplier_quotes.csv": write_quotes,
        "deliveries.csv": write_deliveries,
    }
    makers["Search_Catalog_Performance.csv"] = lambda: write_catalog_performance(_order_lines())
    makers["Feedback.csv"], makers["US_Feedback_Topics.json"] = write_feedback, write_feedback_answers
    for country in COUNTRIES:
        makers[f"{country}_Top_Search_Terms_Simple_Week.csv"] = partial(write_search_download, country)
        makers[f"{country}_Search_Query_Performance.csv"] = partial(write_queries_download, country)
        makers[f"{country}_Sales_And_Traffic.csv"] = partial(_write_traffic, country)
        makers[f"{country}_Catalog_Items.csv"] = partial(write_items, country)
        if country in EXPLORED:
            makers[f"{country}_Opportunity_Explorer.csv"] = partial(write_explorer, country)
        for week in range(FIRST_REPORTED_WEEK, WEEKS):
            day = start_of(week)
            if country in REPORTED:
                makers[f"{country}_Top_Search_Terms_{day}.json"] = partial(write_search_report, country, week)
            if country in QUERIES_REPORTED:
                makers[f"{country}_Search_Query_Performance_{day}.json"] = partial(
                    write_queries_report, country, week
                )
            if country in TRAFFIC_REPORTED:
                makers[f"{country}_Sales_And_Traffic_{day}.json"] = partial(_write_traffic_report, country, week)
    return makers


@cache
def _order_lines() -> Lines:
    return draw_lines()


def _write_traffic(country: str) -> bytes:
    return write_traffic_download(country, _order_lines())


def _write_traffic_report(country: str, week: int) -> bytes:
    return write_traffic_report(country, _order_lines(), week)


def _write_readme() -> bytes:
    quotes = len(write_quotes().splitlines()) - 1
    return _README.format(
        ideas=len(concepts()),
        countries=len(COUNTRIES),
        first=FIRST_WEEK,
        last=start_of(WEEKS - 1),
        known=start_of(LAST_WEEK),
        as_of=AS_OF,
        quotes=quotes,
    ).encode()
