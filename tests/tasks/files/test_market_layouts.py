"""What Seller Central writes that is no plain table, in the languages that it writes."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tasks.files.market import Market
from tasks.files.market_rows import WITHOUT_PRODUCT
from tasks.files.problems import WrongReport

Put = Callable[..., Path]
ReadMarket = Callable[..., Market]

ABOVE = '"Reporting Range=[""Weekly""]","Select week=[""Week 46 | 2025-11-09 - 2025-11-15 2025""]",,,,\n'
SLOTS = [
    f'"Top Clicked Product #{at}: {part}"'
    for at in (1, 2, 3)
    for part in ("ASIN", "Product Title", "Click Share", "Conversion Share")
]
HEAD = ",".join(
    [
        "Search Frequency Rank,Search Term,Top Clicked Brand #1,Top Clicked Brands #2,Top Clicked Brands #3",
        "Top Clicked Category #1,Top Clicked Category #2,Top Clicked Category #3",
        *SLOTS,
        "Reporting Date\n",
    ]
)
FIRST = (
    "1,dish cloth,Haina,Acme,,Home,Kitchen,,B0A,Acme dish cloth,12.5,9.75,B0B,HAINA cloth set,8.25,,B0C,Plain cloth,"
    "0.5,0,2025-11-15\n"
)
SECOND = "2,picnic mat,Acme,,,Home,,,B0D,Acme mat,30.1,28.0,,,,,,,,,2025-11-15\n"
BARE = "3,gift card,,,,,,,,,,,,,,,,,,,2025-11-15\n"
NAME = "US_Top_Search_Terms_Simple_Week_2025_11_15.csv"


def test_a_term_with_three_products_side_by_side_becomes_three_rows(put: Put, market: ReadMarket) -> None:
    put("search_terms", NAME, ABOVE + HEAD + FIRST + SECOND)
    read = market()
    terms = read.tables["search_terms"]
    assert read.quarantine.empty
    assert terms["term"].tolist() == ["dish cloth"] * 3 + ["picnic mat"]
    assert terms["rank"].tolist() == [1, 1, 1, 2]
    assert terms["asin"].tolist() == ["B0A", "B0B", "B0C", "B0D"]
    assert terms["click_share"].tolist() == [0.125, 0.0825, 0.005, 0.301]
    assert terms["conversion_share"][0] == 0.0975
    assert math.isnan(terms["conversion_share"][1])
    assert {str(week)[:10] for week in terms["week"]} == {"2025-11-09"}
    assert set(terms["country"]) == {"US"}


def test_a_brand_is_given_to_the_product_whose_title_begins_with_it(put: Put, market: ReadMarket) -> None:
    put("search_terms", NAME, ABOVE + HEAD + FIRST + SECOND)
    assert market().tables["search_terms"]["brand"].tolist() == ["Acme", "Haina", "", "Acme"]


def test_a_term_without_any_product_is_set_aside_and_counted(put: Put, market: ReadMarket) -> None:
    put("search_terms", NAME, ABOVE + HEAD + FIRST + BARE)
    read = market()
    assert read.set_aside.to_numpy().tolist() == [["search_terms", WITHOUT_PRODUCT, 1]]
    assert read.accounting[["rows_in", "kept", "set_aside"]].to_numpy().tolist() == [[4, 3, 1]]


def test_a_bad_cell_of_a_wide_row_is_named_by_its_line_in_the_file(put: Put, market: ReadMarket) -> None:
    put("search_terms", NAME, ABOVE + HEAD + SECOND + FIRST.replace("8.25", "much"))
    read = market()
    assert read.quarantine[["line", "column", "value"]].to_numpy().tolist() == [["4", "Click Share", "much"]]
    assert len(read.tables["search_terms"]) == 3


def test_the_week_stands_above_the_header_where_no_column_has_it(put: Put, market: ReadMarket) -> None:
    text = ABOVE + HEAD.replace(",Reporting Date", "") + SECOND.replace(",2025-11-15", "")
    put("search_terms", "US_terms.csv", text)
    assert [str(week)[:10] for week in market().tables["search_terms"]["week"]] == ["2025-11-09"]


def test_a_month_is_not_taken_for_a_week(put: Put, market: ReadMarket) -> None:
    above = ABOVE.replace("2025-11-09 - 2025-11-15", "2025-10-01 - 2025-10-31")
    put("search_terms", NAME, above + HEAD + FIRST)
    with pytest.raises(WrongReport, match=r"covers 2025-10-01 to 2025-10-31\. Expected one week"):
        market()


def test_the_older_layout_of_brand_analytics_is_read_too(put: Put, market: ReadMarket) -> None:
    head = "Department,Search Term,Search Frequency Rank," + ",".join(
        f"#{at} {part}"
        for at in (1, 2)
        for part in ("Clicked ASIN", "Product Title", "Click Share", "Conversion Share")
    )
    put("search_terms", "US_2025-11-15.csv", head + '\nHome,mat,7,B0A,Mat,12.5%,9%,B0B,Rug,"3,5 %",1%\n')
    terms = market().tables["search_terms"]
    assert terms["department"].tolist() == ["Home", "Home"]
    assert terms["asin"].tolist() == ["B0A", "B0B"]
    assert terms["click_share"].tolist() == [0.125, 0.035]


WIDE = {
    "DE": (
        "Suchhäufigkeitsrang;Suchbegriff;Am häufigsten angeklicktes Produkt Nr. 1: ASIN;"
        "Am häufigsten angeklicktes Produkt Nr. 1: Produkttitel;"
        "Am häufigsten angeklicktes Produkt Nr. 1: Klickanteil;"
        "Am häufigsten angeklicktes Produkt Nr. 1: Konversionsanteil;Berichtsdatum",
        "1;spültuch;B0A;Spültuch blau;12,5 %;9,5 %;2025-11-15",
    ),
    "FR": (
        "Rang de fréquence de recherche;Terme de recherche;Produit le plus cliqué n° 1 : ASIN;Produit le plus cliqué "
        "n° 1 : Titre du produit;Produit le plus cliqué n° 1 : Part des clics;Produit le plus cliqué n° 1 : Part des "
        "conversions;Date du rapport",
        "1;torchon;B0A;Torchon bleu;12,5 %;9,5 %;2025-11-15",
    ),
    "ES": (
        "Rango de frecuencia de búsqueda;Término de búsqueda;Producto con más clics n.º 1: ASIN;"
        "Producto con más clics n.º 1: Título del producto;Producto con más clics n.º 1: Cuota de clics;"
        "Producto con más clics n.º 1: Cuota de conversiones;Fecha del informe",
        "1;bayeta;B0A;Bayeta azul;12,5 %;9,5 %;2025-11-15",
    ),
    "JP": (
        "検索頻度ランク,検索用語,クリック数の多い商品 #1: ASIN,クリック数の多い商品 #1: 商品タイトル,"
        "クリック数の多い商品 #1: クリックシェア,クリック数の多い商品 #1: コンバージョンシェア,レポート日",
        "1,ふきん,B0A,ふきん 青,12.5,9.5,2025/11/15",
    ),
    "CN": (
        "搜索频率排名,搜索词,点击量最高的商品 #1：ASIN,点击量最高的商品 #1：商品名称,点击量最高的商品 #1：点击份额,"
        "点击量最高的商品 #1：转化份额,报告日期",
        "1,洗碗布,B0A,洗碗布 蓝色,12.5,9.5,2025-11-15",
    ),
}


@pytest.mark.parametrize("country", list(WIDE))
def test_top_search_terms_are_read_with_headers_of_any_language(put: Put, market: ReadMarket, country: str) -> None:
    head, row = WIDE[country]
    put("search_terms", "terms.csv", f"{head}\n{row}\n", {"JP": "shift_jis", "CN": "gb18030"}.get(country, "utf-8"))
    read = market(search_terms={"countries": {"": country}})
    [term] = read.tables["search_terms"].to_dict("records")
    assert read.quarantine.empty
    assert (term["country"], term["asin"], term["rank"]) == (country, "B0A", 1)
    assert (term["click_share"], term["conversion_share"]) == (0.125, 0.095)
    assert term["title"].startswith(term["term"][:2].capitalize())


TRAFFIC = {
    "en": "SKU,Sessions - Total,Page Views - Total,Featured Offer (Buy Box) Percentage,Units Ordered,"
    "Ordered Product Sales",
    "de": "SKU,Sitzungen – Summe,Seitenaufrufe – Summe,Prozentsatz Einkaufswagen,Bestellte Einheiten,"
    "Durch bestellte Produkte erzielter Umsatz",
    "fr": "SKU,Sessions – Total,Pages vues - Total,Pourcentage d’offres vedettes,Unités commandées,"
    "Ventes de produits commandés",
    "es": "SKU,Sesiones: Total,Páginas vistas: Total,Porcentaje de ofertas destacadas,Unidades pedidas,"
    "Ventas de productos pedidos",
    "ja": "SKU,セッション数 - 合計,ページビュー数 - 合計,おすすめ出品（おすすめ商品）の獲得率,"
    "注文された商品点数,注文商品の売上額",
    "zh": "SKU,会话数 - 总计,页面浏览量 - 总计,推荐报价（推荐报价展示位）百分比,已订购商品数量,已订购商品销售额",
}


@pytest.mark.parametrize("language", list(TRAFFIC))
def test_a_business_report_is_read_with_headers_of_any_language(put: Put, market: ReadMarket, language: str) -> None:
    put("traffic", "BusinessReport-2025-11-09.csv", TRAFFIC[language] + '\nhn-1,40,55,97%,3,"$38.97"\n')
    [row] = market(traffic={"countries": {"": "US"}}).tables["traffic"].to_dict("records")
    assert (row["sku"], row["sessions"], row["page_views"], row["units"]) == ("HN-1", 40, 55, 3)
    assert (row["buy_box_share"], row["sales_minor"], row["currency"]) == (0.97, 3897, "USD")


def test_search_query_performance_takes_its_product_from_the_line_above(put: Put, market: ReadMarket) -> None:
    above = (
        'ASIN or Product=["B08MWWJ3HG"],Reporting Range=["Weekly"],Select week=["Week 46 | 2025-11-09 - 2025-11-15"]'
    )
    head = (
        '"Search Query","Search Query Score","Search Query Volume","Impressions: Total Count",'
        '"Impressions: ASIN Count","Impressions: ASIN Share %","Clicks: Total Count",'
        '"Clicks: ASIN Count","Clicks: Price (Median)",'
        '"Cart Adds: Total Count","Cart Adds: ASIN Count","Purchases: Total Count","Purchases: ASIN Count",'
        '"Reporting Date"'
    )
    row = '"mat","8","266","8405","8","0.1","91","3","11.97","59","1","30","0","2025-11-15"'
    put("search_queries", "US_sqp.csv", f"{above}\n{head}\n{row}\n")
    [query] = market().tables["search_queries"].to_dict("records")
    assert (query["asin"], query["term"], query["volume"], query["clicks_own"]) == ("B08MWWJ3HG", "mat", 266, 3)
    assert (query["click_price_minor"], query["currency"], str(query["week"])[:10]) == (1197, "USD", "2025-11-09")


def test_search_catalog_performance_is_read_as_brand_analytics_writes_it(put: Put, market: ReadMarket) -> None:
    head = (
        '"ASIN Title","ASIN","Category","Impressions: Impressions","Clicks: Clicks","Cart Adds: Cart Adds",'
        '"Purchases: Purchases","Purchases: Search Traffic Sales","Reporting Date"'
    )
    put("search_catalog", "DE_scp.csv", f'{ABOVE}{head}\n"T","B0A","Home","10","4","2","1","12.99","2025-11-15"\n')
    [row] = market().tables["search_catalog"].to_dict("records")
    assert (row["impressions"], row["clicks"], row["cart_adds"], row["purchases"]) == (10, 4, 2, 1)
    assert (row["sales_minor"], row["currency"]) == (1299, "EUR")


def test_the_opportunity_explorers_three_terms_become_one_cell(put: Put, market: ReadMarket) -> None:
    head = (
        "Customer Need,Top Search Term 1,Top Search Term 2,Top Search Term 3,Search Volume (Past 360 days),"
        "Search Volume Growth (Past 180 days),Search Volume (Past 90 days),Search Volume Growth (Past 90 days),"
        "Units Sold Lower Bound (Past 90 days),Units Sold Upper Bound (Past 90 days),# of Top Clicked Products,"
        "Average Price (USD),Return Rate (Past 360 days)"
    )
    put(
        "opportunities",
        "niches_2025-11-20.csv",
        f"{head}\npicnic mat,mat,picnic rug,,900,-0.2,300,0.1,100,200,41,19.99,0.05\n",
    )
    [row] = market(opportunities={"countries": {"": "US"}}).tables["opportunities"].to_dict("records")
    assert (row["niche_name"], row["top_terms"], str(row["exported_on"])[:10]) == (
        "picnic mat",
        "mat;picnic rug",
        "2025-11-20",
    )
    assert (row["volume_90d"], row["growth_90d_percent"], row["growth_180d_percent"]) == (300, 10.0, -20.0)
    assert (row["units_sold_90d"], row["products"], row["average_price_minor"]) == (150, 41, 1999)
    assert row["return_share"] == 0.05
    assert math.isnan(row["click_share_top5"])


def test_a_workbook_with_a_line_above_its_header_is_read_like_the_text(
    put: Put, market: ReadMarket, tmp_path: Path
) -> None:
    path = put("search_terms", NAME, ABOVE + HEAD + FIRST + SECOND)
    expected = market().tables["search_terms"]
    path.unlink()
    lines = [line.rstrip("\n").replace('"', "").split(",") for line in (HEAD, FIRST, SECOND)]
    above = ['Reporting Range=["Weekly"]', 'Select week=["Week 46 | 2025-11-09 - 2025-11-15 2025"]']
    pd.DataFrame([above + [""] * (len(lines[0]) - 2), *lines]).to_excel(
        path.with_suffix(".xlsx"), index=False, header=False, engine="xlsxwriter"
    )
    pd.testing.assert_frame_equal(market().tables["search_terms"], expected)
