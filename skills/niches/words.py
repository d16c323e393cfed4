"""Words that do not change what a shopper wants, and how a plural is formed, by language.

A table of words, not a rule of law: a seller adds to it or takes from it in the policy. Left out on purpose are words
that change the purpose: who it is for (kids, men), without (ohne, sans, sin), mini, set, refill, materials, fruit and
metals that are also colours (orange, gold, silver).
"""

from __future__ import annotations

from collections.abc import Mapping

STOP, COLOUR, SIZE, PRAISE, MEASURE, PAIR, WHOLE, ALONE = (
    "stop",
    "colour",
    "size",
    "praise",
    "measure",
    "pair",
    "whole",
    "alone",
)
"""Kinds: stop words; colours; sizes; marketing words; units and packs (left out beside a number only); pairs that
are a name together; words that are no plural although they look like one; words that are none when searched alone."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        STOP: "a an the of for with and or in on to by from at as is your my our its this that it",
        COLOUR: "red blue green black white pink grey gray purple yellow brown beige navy turquoise teal burgundy "
        "colour color coloured colored colourful colorful multicolor multicolour",
        SIZE: "large small medium big xs xl xxl xxxl xlarge size sized sizes",
        PRAISE: "best cheap cheapest cheaper premium new newest quality luxury original popular top great good nice "
        "cute beautiful stylish trendy sale deal deals discount bestseller affordable amazon prime 2024 2025 2026",
        MEASURE: "pack packs set pk pcs pc piece pieces count ct x cm mm m inch inches ft foot feet yd l ml oz gal "
        "kg g lb lbs gsm",
        PAIR: "green tea|black tea|white tea|red wine|white wine|white board|black board|green screen|white noise|"
        "black light|blue light|red light|green bean|black bean|red bean|black pepper|white rice|brown rice|"
        "brown sugar|white label|black friday|blue cheese|black forest",
        WHOLE: "jeans shorts blinds news goods scissors boxers trainers sandals leggings clothes",
        ALONE: "glasses",
    },
    "de": {
        STOP: "der die das den dem des ein eine einen einem einer und oder mit für von vom zu zum zur im in am an "
        "auf aus bei als fürs dein mein",
        COLOUR: "rot rote roter rotes roten blau blaue blauer blaues grün grüne grüner grünes schwarz schwarze "
        "schwarzer schwarzes weiß weiße weißer weißes rosa grau graue grauer graues lila gelb gelbe gelber braun "
        "braune beige türkis bunt bunte bunter bunten farbe farbig",
        SIZE: "groß große großer großes großen klein kleine kleiner kleines kleinen xs xl xxl xxxl größe mittel",
        PRAISE: "beste bester bestes besten günstig günstige günstiger billig billige neu neue neuer neues premium "
        "hochwertig hochwertige hochwertiger luxus original beliebt schön schöne schöner top qualität angebot "
        "angebote sale testsieger amazon prime 2024 2025 2026",
        MEASURE: "er set stück stk pack packung teilig x cm mm m l ml kg g zoll liter meter gramm",
        PAIR: "grüner tee|schwarzer tee|weißer tee|schwarze bohne",
        WHOLE: "schale schalen hose decke kanne wanne matte teller",
    },
    "fr": {
        STOP: "le la les un une des de du d l et ou pour avec en dans sur au aux à par votre mon ma",
        COLOUR: "rouge rouges bleu bleue bleus bleues vert verte verts vertes noir noire noirs noires blanc blanche "
        "blancs blanches gris grise grises violet violette jaune jaunes marron beige turquoise couleur multicolore",
        SIZE: "grand grande grands grandes petit petite petits petites moyen xs xl xxl xxxl taille",
        PRAISE: "meilleur meilleure meilleurs pas cher chère nouveau nouvelle nouveaux premium qualité luxe original "
        "originale populaire beau belle top promo promotion soldes amazon prime 2024 2025 2026",
        MEASURE: "lot lots set pack packs pièces pièce pcs x cm mm m l ml kg g litre litres mètre mètres",
        PAIR: "thé vert|thé noir|thé blanc|vin rouge|vin blanc|lumière bleue|tableau blanc|haricot vert|citron vert",
        WHOLE: "jeans bas tapis bois repas",
    },
    "es": {
        STOP: "el la los las un una unos unas de del y o para con en a al por su mi",
        COLOUR: "rojo roja rojos rojas azul azules verde verdes negro negra negros negras blanco blanca blancos "
        "blancas rosado gris grises morado morada amarillo amarilla marrón beige turquesa color colores",
        SIZE: "grande grandes pequeño pequeña pequeños pequeñas mediano mediana xs xl xxl xxxl talla tamaño",
        PRAISE: "mejor mejores barato barata baratos baratas nuevo nueva nuevos nuevas premium calidad lujo original "
        "originales popular bonito bonita top oferta ofertas amazon prime 2024 2025 2026",
        MEASURE: "pack packs set lote juego piezas pieza pzas unidades uds x cm mm m l ml kg g litros metros",
        PAIR: "té verde|té negro|té blanco|vino tinto|vino blanco|luz azul|pizarra blanca",
        WHOLE: "gafas jeans lunes",
    },
    "ja": {
        COLOUR: "赤 青 緑 黒 白 灰色 黄色 紫 茶色 赤い 青い 黒い 白い ブラック ホワイト レッド ブルー グレー",
        SIZE: "大きい 小さい 大 小 大きめ 小さめ サイズ",
        PRAISE: "おしゃれ 人気 送料無料 安い 新品 おすすめ 最安値 セール",
        MEASURE: "枚 個 本 枚組 個入り パック cm mm l ml kg g",
    },
}
"""Language → kind → words, accents as they are written."""

PLURALS: Mapping[str, str] = {
    "en": "ies:y s: es: ves:f ves:fe",
    "de": "n: e: s: er: en:",
    "fr": "s: x: aux:al",
    "es": "s: es: ces:z",
}
"""Language → endings, each with what stands in the singular; the first whose singular is searched too counts."""

UMLAUTS = frozenset({"de"})
"""Languages that write an accent as a following e where the keyboard has none (Küche, Kueche)."""

LANGUAGES: Mapping[str, str] = {
    "US": "en es", "CA": "en fr", "GB": "en", "UK": "en", "IE": "en", "AU": "en", "SG": "en", "IN": "en",
    "DE": "de en", "AT": "de en", "CH": "de fr en", "FR": "fr en", "BE": "fr de en", "ES": "es en", "MX": "es en",
    "JP": "ja en",
}  # fmt: skip
"""Country → languages that are searched in; a country that is not named: en."""
