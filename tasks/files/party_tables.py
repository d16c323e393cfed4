"""The seller's table of parties: who stands on the papers of a consignment, by country of import."""

from __future__ import annotations

from skills.vocabulary import mark
from tasks.files.columns import Column, Table

ROLES = (
    "principal", "exporter", "consignee", "importer_of_record", "broker", "attorney", "forwarder", "buyer",
    "manufacturer",
)  # fmt: skip

PARTIES = Table(
    "parties",
    "one row per role and country of import",
    False,
    (
        Column("role", "choice", "What the party is on the papers; the principal is the real owner of the goods "
               "(实际货主).", choices=ROLES, aliases=("角色",),
               told=mark("one of principal, exporter, consignee, importer_of_record, broker, attorney, forwarder, "
                         "buyer, manufacturer")),
        Column("country", "country", "Country of import that the row is for; * for all.", blank="*",
               any_country=True),
        Column("name", "text", "Name as registered, in Latin letters.", aliases=("company", "英文名称")),
        Column("name_zh", "text", "Name in Chinese.", blank="", aliases=("中文名称",)),
        Column("address", "text", "Street and number.", blank="", aliases=("street", "地址")),
        Column("city", "text", "City, and state where there is one.", blank="", aliases=("城市",)),
        Column("postcode", "text", "Keep it text: a number loses its first zero.", blank="",
               aliases=("zip", "postal_code", "邮编")),
        Column("country_of_address", "country", "Country of the address.", blank="", aliases=("国别",)),
        Column("tax_id", "text", "VAT or tax number; in China the unified social credit code.", blank="",
               aliases=("vat_number", "税号")),
        Column("eori", "text", "EORI number in the European Union or the United Kingdom.", blank=""),
        Column("customs_id", "text", "Number at customs: China's ten-digit code, US importer number and others.",
               blank="", aliases=("海关编号",)),
        Column("contact", "text", "Who answers.", blank="", aliases=("联系人",)),
        Column("phone", "text", "With the country's code.", blank="", aliases=("电话",)),
        Column("email", "text", "Where papers and questions go.", blank="", aliases=("邮箱",)),
    ),
    key=("role", "country"),
)  # fmt: skip
