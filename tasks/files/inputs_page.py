"""docs/inputs.md, written from the declared tables so that it cannot drift."""

from __future__ import annotations

from collections.abc import Iterator

from config.marketplaces import read_marketplaces
from tasks.files.columns import FAR_FUTURE, REQUIRED, Column, Table
from tasks.files.encodings import TRIED
from tasks.files.listing_tables import LISTING_TABLES
from tasks.files.market_answers import ANSWERS
from tasks.files.market_reports import REPORTS
from tasks.files.market_rows import MOST_ROWS
from tasks.files.market_tables import MARKET_TABLES
from tasks.files.movements import MOVEMENTS
from tasks.files.order_lines import REASONS
from tasks.files.reading import EXCEL_SUFFIXES, PARQUET_SUFFIXES, TEXT_SUFFIXES
from tasks.files.tables import AMAZON_ALL_ORDERS, ORDER_LINES, TABLES

_HEAD = """\
# Input files

This page is written by `python -m tasks.files`; a test fails when it is stale.

A seller's file in `config/sellers/` names, under `inputs`, where each table lies and what its columns are called:

```yaml
inputs:
  order_lines:
    files: "exports/orders-*.csv"
    columns: {{ordered_at: Bestelldatum, quantity: Menge}}
    date_order: dmy
    decimal: ","
    cancellation_prefix: C
    countries: {{Deutschland: DE, Frankreich: FR}}
```

- **Formats**: text ({text}; packed as `.gz` too), Excel and its like ({excel}; all sheets, or `sheets: first`),
  Parquet ({parquet}). A file has one header line.
- **Text** may be in {encodings}; comma, semicolon or tab between fields. Which was found is in the log and in the
  column `read_as` of the import's balance.
- **Headers** are compared by letters and digits in lower case: `Order ID`, `order-id` and `OrderId` agree. A column
  is found by the mapping, else by its name below, else by an alias. Other columns are never read.
- **Numbers** use the input's `decimal` sign; thousands may be grouped. **Dates** use `date_order`; with the year
  first they are read under any order. A file in which most dates contradict the order is refused.
- **Money** is in whole units of its currency, such as `9.80`; a header that ends in `minor` says minor units (`980`).
- **Countries** are ISO codes, sales channels (`Amazon.de`), marketplace ids, or labels listed under `countries`;
  the label `""` names the country of a file without such a column.
- **Country clocks and currencies** come from `config/marketplaces.yaml` ({marketplaces}); for other countries from
  the input's `time_zone` and `currency`. A currency set for the input also holds for known countries.

## What happens to a row

Every row of every file ends in one place, and the import stops if the sum is off:
`rows_in = kept + netted + set_aside + quarantined + after_as_of`.

- **kept**: used. For order lines: a sale with units left.
- **netted**: a cancellation that was taken off a sale, a sale wholly cancelled, or an order that Amazon reports as
  cancelled before `as_of`. A cancellation undoes the same customer's latest earlier sale of the SKU, on the day of
  that sale, and older ones if that one is too small; units beyond everything that was sold undo nothing.
- **set aside**, with one of these reasons: {reasons}.
- **quarantined**: cannot be used. File, line, column, value and what was expected are on the run page. A file where
  line 1 is the header; in a workbook `sheet!row`. References to a row in quarantine are quarantined too.
- **after as_of**: of that marketplace day or later, or (purchase orders, stock-outs, returns) known only then.

Personal columns (city, post code, names) are never read; `customer` is dropped once cancellations are netted.

How far each country's data reaches is the table `exports`; without it, the latest order line anywhere in the file
stands for the moment the file was drawn, and the day before it is the last complete one.

"""

_MARKET = """\
# The market

Read when products are selected, never by a night; each is optional, and without files a table is empty. Files come
from Seller Central and Brand Analytics as they are, or as plain tables:

- **Official JSON** (`.json`, `.json.gz`): the reports {reports}, and answers of {answers}. The file of another
  report, of more than a week or of an unknown marketplace is refused.
- **Brand Analytics' exports** with a line above the header, and the top search terms with three products side by
  side: each product is a row. A product's brand is the one of the term's brands that its title begins with; a term
  without any product is set aside. Headers may be English, German, French, Spanish, Japanese or Chinese.
- **Country**: a column; else a label for the file under `countries` (its name, a pattern such as `germany-*`, or
  `""`); else the country that Amazon's file names begin with (`US_…`). **Day or week**: a column, else the line
  above the header, else the day in the file's name (`2025-11-15`, `2025_11_15`).
- **Weeks** run from Sunday to Saturday and are named by either. A week is known when it is over, what was seen on a
  day the morning after. A week that no file has stays missing.
- **Shares**: `12,5 %`, `12.5%`, `0.125` and `12.5` are the same. A percent sign decides by itself. Without one, the
  header does if it says percent, else the column as a whole: if any plain number of it exceeds 1, all are percents.
- **Money** may carry the sign of its currency. Amounts in another currency than the marketplace's own are
  quarantined.
- **Traffic** is read by SKU; that of SKUs that are not among the products is set aside, and so is a whole report that
  was drawn by ASIN.
- **Bound**: {most} rows of a table are kept, of search terms the most searched ones; the rest is set aside and
  counted.
"""

_LISTINGS = """\
# Listings

Read by `launch_listing` alone; each is optional. `own_listings`, `listing_snapshots` and `listing_offers`, above, are
read by every night, which looks what happened to listings that are live.

- **Issues** may also come as JSON: the processing report of a listings feed (version 2.0) or answers of
  getListingsItem. The file's name begins with the country and holds the day:
  `DE_Listings_Feed_Report_2025-11-23.json`.
- **Product types**: `inputs.product_types.files` names JSON Schemas, one file per type (`TOWEL.json`) or per type and
  country (`TOWEL_DE.json`). They are fetched with a seller's account; a file that is no schema is quarantined.
- **Photos**: `inputs.photos.files` names the pictures; `listing_records.images` says whose they are.
- **Rules** of texts, marketplaces, pictures, compliance and issues are dated tables of the project
  (`skills/*/assets`), frozen with each run.
"""


_BACKTEST = """\
# The past

Read by `backtest` alone; optional. With it the backtest races what you really did, and opens with the stock that you
really had.
"""


def describe_inputs() -> str:
    """The page as Markdown."""
    head = _HEAD.format(
        text=_code(TEXT_SUFFIXES),
        excel=_code(EXCEL_SUFFIXES),
        parquet=_code(PARQUET_SUFFIXES),
        encodings=", ".join(TRIED),
        marketplaces=", ".join(read_marketplaces()),
        reasons="; ".join(REASONS),
    )
    sections = [_describe(ORDER_LINES, "order_lines", "order_lines.csv")]
    sections.append(_describe(AMAZON_ALL_ORDERS, "order_lines, format: amazon-all-orders", "amazon-all-orders.txt"))
    sections += [_describe(table, name, f"{name}.csv") for name, table in TABLES.items()]
    answers = "; ".join(f"{answer.operation} (table {table})" for table, answer in ANSWERS.items())
    sections.append(_MARKET.format(reports=", ".join(REPORTS), answers=answers, most=f"{MOST_ROWS:,}"))
    sections += [_describe(table, name, f"{name}.csv") for name, table in MARKET_TABLES.items()]
    sections.append(_BACKTEST)
    sections.append(_describe(MOVEMENTS, MOVEMENTS.name, f"{MOVEMENTS.name}.csv"))
    sections.append(_LISTINGS)
    sections += [_describe(table, name, f"{name}.csv") for name, table in LISTING_TABLES.items()]
    return head + "\n".join(sections)


def _describe(table: Table, title: str, example: str) -> str:
    return "\n".join(_lines(table, title, example)) + "\n"


def _lines(table: Table, title: str, example: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    need = "Needed." if table.required else "Optional."
    yield f"{table.grain[0].upper()}{table.grain[1:]}. {need} Example: [{example}](examples/{example})."
    yield ""
    if table.key:
        yield f"A second row with the same {', '.join(f'`{name}`' for name in table.key)} is quarantined."
        yield ""
    yield "| Column | What it holds | Unit | If blank or absent | Accepted | Also called |"
    yield "|---|---|---|---|---|---|"
    for column in table.columns:
        aliases = ", ".join(f"`{alias}`" for alias in column.aliases)
        unit = "money" if column.kind == "money" else column.unit
        cells = (f"`{column.names[0]}`", column.meaning, unit, _blank(column), column.expected, aliases)
        yield "| " + " | ".join(cells) + " |"


def _blank(column: Column) -> str:
    if column.blank is REQUIRED:
        return "**required**"
    if column.blank == FAR_FUTURE:
        return "no end"
    if column.blank == "":
        return "blank"
    return "unknown" if column.blank != column.blank else f"`{column.blank}`"


def _code(suffixes: tuple[str, ...]) -> str:
    return " ".join(f"`{suffix}`" for suffix in suffixes)
