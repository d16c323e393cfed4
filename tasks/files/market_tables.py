"""The market's tables, declared as the seller's are (tasks/files/tables.py): what buyers search, click and say.

Headers are known as Seller Central and Brand Analytics write them in English, German, French, Spanish, Japanese and
Chinese; the official JSON reports are turned into the same tables by `market_reports.py`.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from skills.vocabulary import mark
from tasks.files.columns import FAR_FUTURE, UNKNOWN, Column, Table

_EXPECTED_ASIN = mark("an ASIN, such as B0BT5K9B2T")
_EXPECTED_YES_NO_BLANK = mark("yes, no, or blank when it is not known")
_EXPECTED_RANK = mark("a whole number, 1 or more")
_ANY_NUMBER = mark("a number, 0 or more, or blank when it is not known")

_COUNTRY = Column(
    "country",
    "country",
    "The marketplace's country; a file without the column is of the country under `countries`.",
    aliases=("marketplace", "marketplace_id", "site", "Marktplatz", "Land", "pays", "país", "国", "国家", "站点"),
)
_WEEK = Column(
    "week",
    "week",
    "The reported week: its first day (Sunday), or its last (Saturday) as Brand Analytics writes it.",
    "week",
    aliases=(
        "week_start", "start_date", "reporting_date", "report_date", "date", "Berichtsdatum", "Woche", "Datum",
        "date_du_rapport", "date de création de rapports", "semaine", "fecha_del_informe", "fecha de informe", "semana",
        "レポート日", "レポート作成日", "週", "报告日期", "周",
    ),
)  # fmt: skip
_ASIN = Column(
    "asin", "sku", "The product's number at Amazon; upper case.", told=_EXPECTED_ASIN,
    aliases=("clicked_asin", "child_asin", "#1 clicked asin", "Angeklickte ASIN", "ASIN cliqué", "ASIN con clics",
             "クリックされたASIN", "已点击的 ASIN"),
)  # fmt: skip
_TERM = Column(
    "term", "text", "What buyers type, as they type it.",
    aliases=("search_term", "search_query", "Suchbegriff", "Suchanfrage", "terme de recherche", "requête de recherche",
             "término de búsqueda", "consulta de búsqueda", "検索用語", "検索ワード", "検索クエリ", "検索キーワード", "搜索词",
             "搜索查询", "关键词"),
)  # fmt: skip
_TITLE = Column(
    "title", "text", "The product's title.", blank="",
    aliases=("product_title", "item_name", "clicked_item_name", "asin_title", "product_name", "Produkttitel",
             "Produktname", "Titel", "titre du produit", "titre", "título del producto", "título", "商品タイトル", "商品名",
             "タイトル", "商品名称", "标题"),
)  # fmt: skip
_BRAND = Column(
    "brand", "text", "The product's brand, where the export says it.", blank="",
    aliases=("brand_name", "Marke", "marque", "marca", "ブランド", "ブランド名", "品牌", "品牌名称"),
)  # fmt: skip
_CURRENCY = Column(
    "currency", "currency", "Currency of the amounts; the marketplace's own. Blank: that.", "ISO 4217", blank="",
    aliases=("currency_code", "Währung", "devise", "divisa", "moneda", "通貨", "币种", "货币"),
)  # fmt: skip
_OWN_CURRENCY = replace(_CURRENCY, meaning="Currency of the amounts in this row.", blank=_COUNTRY.blank)


def _count(name: str, meaning: str, unit: str, *aliases: str) -> Column:
    return Column(name, "count", meaning, unit, blank=0, aliases=aliases)


def _number(name: str, meaning: str, unit: str, *aliases: str, low: float = 0, high: float = 1e12) -> Column:
    return Column(name, "number", meaning, unit, blank=UNKNOWN, low=low, high=high, aliases=aliases, told=_ANY_NUMBER)


def _share(name: str, meaning: str, *aliases: str) -> Column:
    return Column(name, "share", meaning, "share", blank=UNKNOWN, high=1, aliases=aliases)


def _growth(name: str, meaning: str, *aliases: str) -> Column:
    return Column(name, "percent", meaning, "%", blank=UNKNOWN, low=-100, high=1e6, aliases=aliases)


SEARCH_TERMS = Table(
    "search_terms",
    "one row per search term and product among the most clicked (Brand Analytics, top search terms)",
    False,
    (
        _COUNTRY,
        _WEEK,
        Column("department", "text", "Where in the shop it was searched.", blank="",
               aliases=("department_name", "Abteilung", "rayon", "catégorie", "departamento", "カテゴリー", "部门", "部門")),
        _TERM,
        Column("rank", "count", "Place among all terms by searches, 1 the most searched.", low=1, told=_EXPECTED_RANK,
               aliases=("search_frequency_rank", "Suchhäufigkeitsrang", "Rang der Suchhäufigkeit",
                        "classement de fréquence de recherche", "rang de fréquence de recherche",
                        "clasificación de frecuencia de búsqueda", "rango de frecuencia de búsqueda",
                        "検索頻度ランク", "検索頻度のランキング", "検索頻度ランキング", "搜索频率排名")),
        _ASIN,
        _TITLE,
        _BRAND,
        Column("click_share", "share", "Of all clicks after this term, those on the product.", "share", high=1,
               aliases=("Klickanteil", "Anteil der Klicks", "part des clics", "part de clics", "cuota de clics",
                        "porcentaje de clics", "クリックシェア", "クリック共有", "点击份额", "点击占比", "点击共享")),
        _share("conversion_share", "Of all purchases after this term, those of the product.", "Konversionsanteil",
               "Conversion-Anteil", "Anteil der Konversionen", "part des conversions", "part de conversions",
               "cuota de conversiones", "cuota de conversión", "コンバージョンシェア", "コンバージョン共有", "转化份额",
               "转化占比", "转化共享"),
    ),
    key=("country", "week", "department", "term", "asin"),
    known_on="week",
    covers_days=7,
)  # fmt: skip

SEARCH_QUERIES = Table(
    "search_queries",
    "one row per own product and search term (Brand Analytics, search query performance)",
    False,
    (
        _COUNTRY,
        _WEEK,
        _ASIN,
        _TERM,
        Column("volume", "count", "Times the term was searched in the week.", "searches",
               aliases=("search_query_volume", "search_volume", "Suchvolumen", "Suchanfragevolumen",
                        "Volumen der Suchanfragen", "volume de recherche", "volume de requêtes de recherche",
                        "volumen de búsqueda", "volumen de consultas de búsqueda", "検索クエリのボリューム",
                        "検索クエリボリューム", "搜索查询数量", "搜索查询量", "搜索量")),
        _count("impressions_total", "Products shown for the term, anybody's.", "impressions",
               "impressions: total count", "Impressionen: Gesamtzahl", "impressions : nombre total",
               "impresiones: recuento total", "インプレッション: 合計数", "インプレッション数: 合計", "展示量: 总数量", "展示次数: 总数"),
        _count("impressions_own", "Of these, this product.", "impressions", "impressions: asin count",
               "Impressionen: ASIN-Anzahl", "impressions : nombre d’ASIN", "impresiones: recuento de ASIN",
               "インプレッション: ASIN数", "インプレッション数: ASIN", "展示量: ASIN 数量", "展示次数: ASIN 数量"),
        _count("clicks_total", "Clicks after the term, on anybody's.", "clicks", "clicks: total count",
               "Klicks: Gesamtzahl", "clics : nombre total", "clics: recuento total", "クリック: 合計数",
               "クリック数: 合計", "点击量: 总数量", "点击次数: 总数"),
        _count("clicks_own", "Of these, on this product.", "clicks", "clicks: asin count", "Klicks: ASIN-Anzahl",
               "clics : nombre d’ASIN", "clics: recuento de ASIN", "クリック: ASIN数", "クリック数: ASIN",
               "点击量: ASIN 数量", "点击次数: ASIN 数量"),
        _count("cart_adds_total", "Times anything was put into the cart.", "cart adds", "cart adds: total count",
               "Einkaufswagen hinzugefügt: Gesamtzahl", "In den Einkaufswagen: Gesamtzahl",
               "ajouts au panier : nombre total", "añadidos a la cesta: recuento total", "カート追加: 合計数",
               "カートに追加: 合計数", "加入购物车: 总数量", "加购: 总数量"),
        _count("cart_adds_own", "Of these, this product.", "cart adds", "cart adds: asin count",
               "Einkaufswagen hinzugefügt: ASIN-Anzahl", "In den Einkaufswagen: ASIN-Anzahl",
               "ajouts au panier : nombre d’ASIN", "añadidos a la cesta: recuento de ASIN", "カート追加: ASIN数",
               "カートに追加: ASIN数", "加入购物车: ASIN 数量", "加购: ASIN 数量"),
        _count("purchases_total", "Purchases after the term, of anything.", "purchases", "purchases: total count",
               "Käufe: Gesamtzahl", "achats : nombre total", "compras: recuento total", "購入: 合計数", "購入数: 合計",
               "购买量: 总数量", "购买次数: 总数"),
        _count("purchases_own", "Of these, this product.", "purchases", "purchases: asin count",
               "Käufe: ASIN-Anzahl", "achats : nombre d’ASIN", "compras: recuento de ASIN", "購入: ASIN数",
               "購入数: ASIN", "购买量: ASIN 数量", "购买次数: ASIN 数量"),
        Column("click_price_minor", "money", "Median price of what was clicked, anybody's; 0: not known.", blank=0,
               aliases=("clicks: price (median)", "Klicks: Preis (Median)", "clics : prix (médian)",
                        "clics: precio (mediana)", "クリック: 価格（中央値）", "点击量: 价格（中位数）", "点击量: 商品价格（中位数）")),
        _CURRENCY,
    ),
    key=("country", "week", "asin", "term"),
    known_on="week",
    covers_days=7,
    own_currency=True,
)  # fmt: skip

SEARCH_CATALOG = Table(
    "search_catalog",
    "one row per own product (Brand Analytics, search catalog performance)",
    False,
    (
        _COUNTRY,
        _WEEK,
        _ASIN,
        _count("impressions", "Times the product was shown in search results.", "impressions",
               "impressions: impressions", "Impressionen: Impressionen", "Impressionen", "impressions : impressions",
               "impresiones: impresiones", "impresiones", "インプレッション: インプレッション", "インプレッション",
               "展示量: 展示量", "展示量", "展示次数"),
        _count("clicks", "Clicks on it there.", "clicks", "clicks: clicks", "Klicks: Klicks", "Klicks", "clics : clics",
               "clics", "クリック: クリック", "クリック", "点击量: 点击量", "点击量", "点击次数"),
        _count("cart_adds", "Times it was put into the cart.", "cart adds", "cart adds: cart adds",
               "In den Einkaufswagen: In den Einkaufswagen", "Einkaufswagen hinzugefügt", "In den Einkaufswagen",
               "ajouts au panier : ajouts au panier", "ajouts au panier",
               "añadidos a la cesta: añadidos a la cesta", "añadidos a la cesta", "カート追加: カート追加", "カート追加",
               "加入购物车: 加入购物车", "加入购物车", "加购"),
        _count("purchases", "Times it was bought.", "purchases", "purchases: purchases", "Käufe: Käufe", "Käufe",
               "achats : achats", "achats", "compras: compras", "compras", "購入: 購入", "購入", "购买量: 购买量", "购买量",
               "购买次数"),
        Column("sales_minor", "money", "Sales that came from search.", blank=0,
               aliases=("purchases: search traffic sales", "search_traffic_sales", "Käufe: Umsatz aus Suchverkehr",
                        "Umsatz aus Suchverkehr", "achats : ventes issues de la recherche",
                        "ventes issues de la recherche", "compras: ventas del tráfico de búsqueda",
                        "ventas del tráfico de búsqueda", "購入: 検索トラフィックの売上", "検索トラフィックの売上",
                        "购买量: 搜索流量销售额", "搜索流量销售额")),
        _CURRENCY,
    ),
    key=("country", "week", "asin"),
    known_on="week",
    covers_days=7,
    own_currency=True,
)  # fmt: skip

OPPORTUNITIES = Table(
    "opportunities",
    "one row per customer need as Amazon cuts it (Product Opportunity Explorer)",
    False,
    (
        _COUNTRY,
        Column("exported_on", "day", "Day the export was drawn.", "day",
               aliases=("export_date", "last_updated_on", "Exportdatum", "date_export", "fecha_exportación", "导出日期",
                        "エクスポート日")),
        Column("niche_name", "text", "Amazon's name of the need.",
               aliases=("customer_need", "niche", "niche_title", "Kundenbedürfnis", "Nische", "besoin du client",
                        "necesidad del cliente", "nicho", "カスタマーニーズ", "ニッチ", "买家需求", "细分市场")),
        Column("top_terms", "text", "Its most searched terms, `;` between.", blank="",
               aliases=("top_search_terms", "Top-Suchbegriffe", "principaux termes de recherche",
                        "principales términos de búsqueda", "上位の検索語", "热门搜索词")),
        _number("volume_90d", "Searches of the last 90 days.", "searches", "search_volume (past 90 days)",
                "search volume t90", "Suchvolumen (letzte 90 Tage)", "volume de recherche (90 derniers jours)",
                "volumen de búsqueda (últimos 90 días)", "検索ボリューム（過去90日間）", "搜索量（过去 90 天）", "搜索量（90 天）"),
        _growth("growth_90d_percent", "Growth of these over the 90 days before.",
                "search volume growth (past 90 days)", "Wachstum des Suchvolumens (letzte 90 Tage)",
                "croissance du volume de recherche (90 derniers jours)",
                "crecimiento del volumen de búsqueda (últimos 90 días)", "検索ボリュームの伸び（過去90日間）",
                "搜索量增长（过去 90 天）", "搜索量增长（90 天）"),
        _growth("growth_180d_percent", "Growth over the 180 days before.", "search volume growth (past 180 days)",
                "Wachstum des Suchvolumens (letzte 180 Tage)",
                "croissance du volume de recherche (180 derniers jours)",
                "crecimiento del volumen de búsqueda (últimos 180 días)", "検索ボリュームの伸び（過去180日間）",
                "搜索量增长（过去 180 天）", "搜索量增长（180 天）"),
        _number("units_sold_90d", "Units sold in the last 90 days; of a range its middle.", "units",
                "units sold (past 90 days)", "verkaufte Einheiten (letzte 90 Tage)",
                "unités vendues (90 derniers jours)", "unidades vendidas (últimos 90 días)", "販売数（過去90日間）",
                "销量（过去 90 天）", "已售出商品数量（90 天）"),
        _number("products", "Products that take most of its clicks.", "products", "# of top clicked products",
                "number of top clicked products", "product_count", "Anzahl der meistgeklickten Produkte",
                "nombre de produits les plus cliqués", "número de productos con más clics", "クリック上位の商品数",
                "点击量最高的商品数量", "商品数量"),
        Column("average_price_minor", "money", "Their average price.", blank=UNKNOWN,
               aliases=("average price (usd)", "average price (eur)", "average price (gbp)", "average price (jpy)",
                        "average price (cad)", "Durchschnittspreis", "prix moyen", "precio medio", "平均価格",
                        "平均价格")),
        _CURRENCY,
        _share("click_share_top5", "Share of clicks of the five most clicked products.", "top 5 products click share",
               "click share of top 5 products", "Klickanteil der Top-5-Produkte", "part des clics des 5 produits",
               "cuota de clics de los 5 productos", "上位5商品のクリックシェア", "前 5 名商品的点击份额"),
        _share("click_share_top20", "Share of clicks of the twenty most clicked products.",
               "top 20 products click share", "click share of top 20 products", "Klickanteil der Top-20-Produkte",
               "part des clics des 20 produits", "cuota de clics de los 20 productos", "上位20商品のクリックシェア",
               "前 20 名商品的点击份额"),
        _number("launches_180d", "Products launched in the last 180 days.", "products",
                "new products launched (past 180 days)", "neu eingeführte Produkte (letzte 180 Tage)",
                "produits lancés (180 derniers jours)", "productos lanzados (últimos 180 días)",
                "新商品の発売数（過去180日間）", "新品上市数量（过去 180 天）"),
        _number("launches_succeeded_180d", "Of these, those that Amazon counts as successful.", "products",
                "successful launches (past 180 days)", "erfolgreiche Einführungen (letzte 180 Tage)",
                "lancements réussis (180 derniers jours)", "lanzamientos con éxito (últimos 180 días)",
                "成功した発売数（過去180日間）", "成功上市的新品数量（过去 180 天）"),
        _share("out_of_stock_share", "Share of page views on which the product was out of stock.",
               "average out of stock rate", "out of stock rate", "out of stock rate (past 90 days)",
               "Nicht-auf-Lager-Quote", "taux de rupture de stock", "tasa de falta de existencias", "在庫切れ率", "缺货率"),
        _share("return_share", "Share of units sent back.", "return rate", "return rate (past 360 days)",
               "return rate (past 90 days)", "Rückgabequote", "taux de retour", "tasa de devolución", "返品率", "退货率"),
    ),
    key=("country", "exported_on", "niche_name"),
    known_on="exported_on",
    own_currency=True,
)  # fmt: skip


def _side(name: str, meaning: str, *aliases: str) -> Column:
    return _number(name, meaning, "cm", *aliases)


CATALOG_ITEMS = Table(
    "catalog_items",
    "one row per product and day it was looked at (Catalog Items)",
    False,
    (
        _COUNTRY,
        _ASIN,
        Column("seen_on", "day", "Day it looked so.", "day", aliases=("date", "day", "snapshot_date", "采集日期")),
        _TITLE,
        _BRAND,
        Column("category", "text", "Its category.", blank="",
               aliases=("browse_node", "product_group", "Kategorie", "catégorie", "categoría", "カテゴリー", "类目", "类别")),
        _number("rank", "Best sellers rank in its main category.", "", "sales_rank", "bsr", "best_sellers_rank",
                "Bestseller-Rang", "classement des ventes", "clasificación en ventas", "売れ筋ランキング", "畅销排名"),
        Column("price_minor", "money", "What a buyer pays; 0: not known.", blank=0,
               aliases=("buy_box_price", "Preis", "prix", "precio", "価格", "价格", "售价")),
        _CURRENCY,
        _number("reviews", "Ratings it has.", "ratings", "review_count", "ratings", "total_ratings", "Bewertungen",
                "nombre d’évaluations", "évaluations", "valoraciones", "レビュー数", "评论数", "评分数"),
        _number("rating", "Mean of its ratings.", "stars", "star_rating", "average_customer_rating", "Sterne",
                "note moyenne", "valoración media", "評価", "评分", "星级", high=5),
        Column("launched_on", "day", "Day it was first offered.", "day", blank=pd.NaT,
               aliases=("launch_date", "date_first_available", "Einführungsdatum", "date de lancement",
                        "fecha de lanzamiento", "発売日", "上架日期", "上架时间")),
        Column("in_stock", "choice", "Whether it can be bought.", blank="", choices=("yes", "no", ""),
               told=_EXPECTED_YES_NO_BLANK, aliases=("available", "auf Lager", "en stock", "disponible", "在庫あり",
                                                     "有货")),
        _number("weight_kg", "Weight of the packed product.", "kg", "item_package_weight", "重量kg"),
        _side("length_cm", "Longest side of the packed product.", "长cm"),
        _side("width_cm", "Second side of the packed product.", "宽cm"),
        _side("height_cm", "Shortest side of the packed product.", "高cm"),
        Column("features", "text", "What it says of itself, `;` between.", blank="",
               aliases=("bullet_points", "bullet_point", "Aufzählungspunkte", "points clés", "viñetas", "商品の仕様",
                        "卖点", "五点描述")),
    ),
    key=("country", "asin", "seen_on"),
    known_on="seen_on",
    own_currency=True,
)  # fmt: skip

FEEDBACK_TOPICS = Table(
    "feedback_topics",
    "one row per topic that buyers name in reviews or returns (Customer Feedback)",
    False,
    (
        _COUNTRY,
        replace(_ASIN, meaning="The product; for topics of a whole browse node the node's number."),
        Column("topic", "text", "What is spoken of.", aliases=("Thema", "sujet", "tema", "トピック", "主题", "话题")),
        Column("kind", "choice", "Where it is said.", choices=("review", "return"),
               told=mark("one of review, return"), blank="review", aliases=("Art", "type", "tipo", "種類", "类型")),
        Column("sentiment", "choice", "How it is said.", choices=("positive", "negative"),
               told=mark("one of positive, negative"), aliases=("Stimmung", "sentimiento", "感情", "情感")),
        _count("mentions", "Times it is named; 0 where only a share is reported.", "mentions", "number_of_mentions",
               "Erwähnungen", "menciones", "言及数", "提及次数"),
        _share("occurrence_share", "Of all reviews or returns, those that name it.", "occurrence_percentage",
               "Häufigkeit", "fréquence", "frecuencia", "出現率", "出现率", "提及占比"),
        _number("star_impact", "What naming it does to the rating.", "stars", "star_rating_impact",
                "Auswirkung auf die Sternebewertung", "impact sur la note", "impacto en la valoración",
                "星評価への影響", "对星级的影响", low=-5, high=5),
    ),
    key=("country", "asin", "topic", "kind", "sentiment"),
)  # fmt: skip

TRAFFIC = Table(
    "traffic",
    "one row per own SKU (sales and traffic)",
    False,
    (
        _COUNTRY,
        _WEEK,
        Column("sku", "sku", "The seller's own article number; the ASIN where the report is drawn by ASIN.",
               aliases=("seller_sku", "msku", "merchant_sku", "child_asin", "(Child) ASIN", "(Untergeordnete) ASIN",
                        "ASIN (enfant)", "ASIN (secundario)", "ASIN (hijo)", "商品编码", "（子）ASIN", "parent_asin",
                        "(Parent) ASIN", "asin")),
        _count("sessions", "Visits, all of a day counted once.", "visits", "sessions - total", "Sitzungen – Summe",
               "Sitzungen", "Sitzungen – gesamt", "sessions – total", "sesiones - total", "sesiones: total", "sesiones",
               "セッション - 合計", "セッション数 - 合計", "セッション", "会话数 - 总计", "会话次数 – 总计", "会话数",
               "买家访问次数"),
        _count("page_views", "Pages seen.", "pages", "page views - total", "Seitenaufrufe – Summe", "Seitenaufrufe",
               "pages vues - total", "pages vues", "vistas de página - total", "páginas vistas: total",
               "visitas a la página: total", "páginas vistas", "ページビュー - 合計", "ページビュー数 - 合計", "ページビュー",
               "页面浏览量 - 总计", "页面浏览量", "页面浏览次数"),
        _share("buy_box_share", "Share of page views on which the offer could be bought with one click.",
               "featured offer percentage", "featured offer (buy box) percentage", "buy box percentage",
               "Prozentsatz Einkaufswagen", "Einkaufswagenfeld-Prozentsatz", "pourcentage d’offres vedettes",
               "pourcentage de l’offre mise en avant", "porcentaje de ofertas destacadas",
               "porcentaje de la oferta destacada", "おすすめ出品（おすすめ商品）の獲得率", "カートボックス獲得率",
               "推荐报价（推荐报价展示位）百分比", "推荐报价百分比", "购买按钮赢得率"),
        _count("units", "Units ordered.", "units", "units ordered", "Bestellte Einheiten", "unités commandées",
               "unidades pedidas", "unidades solicitadas", "注文された商品点数", "注文商品点数", "已订购商品数量",
               "订购数量"),
        Column("sales_minor", "money", "What buyers ordered for.", blank=0,
               aliases=("ordered product sales", "Durch bestellte Produkte erzielter Umsatz", "Bestellsumme",
                        "ventes de produits commandés", "ventas de productos pedidos",
                        "ventas de productos solicitados", "注文商品の売上額", "注文商品売上", "已订购商品销售额")),
        _CURRENCY,
        _count("refunded_units", "Units refunded.", "units", "units refunded", "Erstattete Einheiten",
               "unités remboursées", "unidades reembolsadas", "返金商品点数", "已退款商品数量"),
    ),
    key=("country", "week", "sku"),
    known_on="week",
    covers_days=7,
    own_currency=True,
)  # fmt: skip

SUPPLIER_QUOTES = Table(
    "supplier_quotes",
    "one row per quote of a supplier",
    False,
    (
        Column("quote", "text", "The quote's number.", aliases=("quote_id", "报价单号", "报价编号")),
        Column("candidate", "text", "The product idea, as the seller calls it.", aliases=("product_idea", "候选产品",
                                                                                         "产品")),
        Column("terms", "text", "Search terms of any language that it answers, `;` between.", blank="",
               aliases=("search_terms", "搜索词")),
        Column("supplier", "text", "Who quotes; need not be in the table of suppliers.", aliases=("供应商", "厂家")),
        Column("title", "text", "What is quoted.", blank="", aliases=("product_name", "品名", "商品名称")),
        Column("unit_cost_minor", "money", "Price of one unit at the supplier's door.", aliases=("price", "cost",
                                                                                               "采购价", "单价")),
        replace(_OWN_CURRENCY, aliases=("cost_currency", "币种", "货币")),
        Column("vat_invoice", "yes_no", "Whether the price comes with a special VAT invoice (专票).",
               aliases=("专票", "含税", "开票")),
        Column("moq_units", "count", "Smallest order.", "units", blank=1, low=1,
               told=mark("a whole number, 1 or more"), aliases=("moq", "起订量")),
        Column("carton_units", "count", "Units in a carton.", "units", blank=1, low=1,
               told=mark("a whole number, 1 or more"), aliases=("units_per_carton", "case_quantity", "装箱数", "箱规")),
        Column("sample_days", "count", "Until a sample is there.", "days", blank=0, high=1000,
               aliases=("打样天数", "样品周期")),
        Column("lead_days", "count", "Until an order is made.", "days", blank=0, high=1000,
               aliases=("lead_time_days", "production_days", "生产周期", "交期")),
        Column("deposit_percent", "number", "Paid when ordering.", "%", blank=0.0, high=100,
               told=mark("a number from 0 to 100"), aliases=("deposit", "定金比例")),
        _number("weight_kg", "Weight of one packed unit.", "kg", "重量kg", "毛重kg"),
        _side("length_cm", "Longest side of one packed unit.", "长cm"),
        _side("width_cm", "Second side of one packed unit.", "宽cm"),
        _side("height_cm", "Shortest side of one packed unit.", "高cm"),
        Column("material", "text", "What it is made of, with shares.", blank="", aliases=("composition", "成分",
                                                                                        "材质")),
        Column("hs_code", "text", "Customs code, dots allowed.", blank="", aliases=("hs", "海关编码")),
        Column("tooling_minor", "money", "Moulds and screens, paid once.", blank=0, aliases=("tooling", "开模费")),
        Column("source", "text", "Where the quote can be seen.", blank="", aliases=("link", "url", "链接", "来源")),
        Column("quoted_on", "day", "Day it was made.", "day", aliases=("quote_date", "报价日期")),
        Column("valid_until", "day", "Last day it holds; blank: no end known.", "day", blank=FAR_FUTURE,
               aliases=("有效期至",)),
    ),
    key=("quote",),
    ascending=(("quoted_on", "valid_until"),),
    known_on="quoted_on",
)  # fmt: skip

DELIVERIES = Table(
    "deliveries",
    "one row per delivered purchase order and SKU",
    False,
    (
        Column("purchase_order", "text", "The order's number.", aliases=("po", "po_number", "采购单号")),
        Column("sku", "sku", "The seller's own article number; upper case.", aliases=("商品编码", "货号")),
        Column("supplier", "text", "Who delivered.", aliases=("supplier_id", "供应商")),
        Column("ordered_on", "day", "Day it was ordered.", "day", aliases=("下单日期",)),
        Column("promised_on", "day", "Day it was promised for.", "day", aliases=("ready_on", "承诺交期")),
        Column("delivered_on", "day", "Day it was handed over.", "day", aliases=("received_on", "交货日期")),
        Column("units", "count", "Units handed over.", "units", low=1, told=mark("a whole number, 1 or more"),
               aliases=("quantity", "qty", "数量")),
        Column("failed_units", "count", "Of these, units that failed inspection.", "units", blank=0,
               aliases=("defects", "不合格数")),
        Column("unit_cost_minor", "money", "What one unit cost.", aliases=("cost", "采购价")),
        replace(_OWN_CURRENCY, aliases=("cost_currency", "币种", "货币")),
    ),
    key=("purchase_order", "sku"),
    ascending=(("ordered_on", "promised_on"), ("ordered_on", "delivered_on"), ("failed_units", "units")),
    known_on="delivered_on",
)  # fmt: skip

MARKET_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        SEARCH_TERMS, SEARCH_QUERIES, SEARCH_CATALOG, OPPORTUNITIES, CATALOG_ITEMS, FEEDBACK_TOPICS, TRAFFIC,
        SUPPLIER_QUOTES, DELIVERIES,
    )
}  # fmt: skip
"""Every table of the market: read for the selection of products, never by a night."""
