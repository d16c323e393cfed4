"""The demo seller's documents: what the rules of five countries ask of home textiles, with telling gaps.

Numbers begin with GEN; VAT numbers are those of the registrations. Each product has what its kind needs; the gaps are
named below.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tasks.simulated.demo_demand import AS_OF, read_facts

_ISSUED = AS_OF - timedelta(days=200)
_EXPIRED = date(2025, 9, 30)
_APPLIED_ON = AS_OF - timedelta(days=14)
_FRENCH_NUMBER_ENDS = AS_OF + timedelta(days=37)

EXPIRED_REPORT, NO_YARN, NO_TEST = "HN-TL301", "HN-TW203", ("HN-AP503", "HN-PM406")
APPLIED = "HN-PM406"
FOOD_CONTACT = ("HN-TL305", *(f"HN-DC{number}" for number in range(101, 110)))
"""What touches food, or is called as if it did."""
CHILDREN = ("HN-TW206", *NO_TEST)

_HEADER = "sku,country,kind,document,number,issued_on,expires,status"
_VAT = ("DE", "FR", "GB")
_COMPANY = (("DE", "epr_packaging_number", "GEN-DE-EPR"), ("FR", "epr_packaging_number", "GEN-FR-EPR"),
            ("*", "rn_number", "GEN-RN"))  # fmt: skip
_PERSONS = (("EU", "eu_responsible_person"), ("GB", "uk_responsible_person"), ("JP", "jp_customs_agent"))
_LABELS = (
    ("DE", "label_fibre"), ("FR", "label_fibre"), ("GB", "label_fibre"), ("US", "label_fibre"),
    ("DE", "label_warnings"), ("FR", "label_warnings"), ("JP", "label_warnings"), ("US", "label_origin"),
    ("FR", "label_packaging"), ("DE", "label_packaging"), ("JP", "jp_quality_label"), ("*", "risk_assessment"),
)  # fmt: skip
_CHAIN = ("uflpa_bale", "uflpa_yarn", "uflpa_fabric", "uflpa_goods")
_FOOD = (("EU", "food_contact_declaration"), ("GB", "food_contact_declaration"), ("US", "food_contact_declaration"),
         ("JP", "jp_food_notification"), ("JP", "food_contact_test_report"))  # fmt: skip
_CHILD = ("tracking_label", "childrens_certificate", "childrens_test_report", "toy_declaration", "psc_certificate",
          "cpsc_efiling_data")  # fmt: skip


def write_evidence() -> bytes:
    """The seller's list of documents."""
    return "\n".join([_HEADER, *_list_company(), *_list_products(), ""]).encode()


def _list_company() -> Iterator[str]:
    for row in read_facts("registrations"):
        if row["tax"] == "vat" and row["country"] in _VAT:
            yield _row("*", row["country"], "vat_number", "", row["number"])
    for country, kind, number in _COMPANY:
        yield _row("*", country, kind, "", number)
    yield _row("*", "FR", "epr_textile_number", "", "GEN-FR-LINEN", expires=_FRENCH_NUMBER_ENDS)
    for country, kind in _PERSONS:
        yield _row("*", country, kind, f"{kind}.pdf")


def _list_products() -> Iterator[str]:
    cotton = {row["sku"] for row in read_facts("products") if "cotton" in row["composition"]}
    for row in read_facts("listing_products"):
        sku = row["sku"]
        for country, kind in _LABELS:
            yield _row(sku, country, kind, f"{sku}_{kind}.pdf")
        expires = _EXPIRED if sku == EXPIRED_REPORT else None
        yield _row(sku, "*", "azo_test_report", f"{sku}_azo.pdf", f"GEN-AZO-{sku[3:]}", expires)
        yield _row(sku, "*", "formaldehyde_test_report", f"{sku}_form.pdf", f"GEN-FOR-{sku[3:]}")
        for kind in _CHAIN if sku in cotton or sku.startswith("HN-OM") else ():
            if (sku, kind) != (NO_YARN, "uflpa_yarn"):
                yield _row(sku, "US", kind, f"{sku}_{kind}.pdf")
        for country, kind in _FOOD if sku in FOOD_CONTACT else ():
            yield _row(sku, country, kind, f"{sku}_{kind}.pdf", f"GEN-FOOD-{sku[3:]}")
        if sku in CHILDREN:
            for kind in _CHILD[:1] if sku in NO_TEST else _CHILD:
                yield _row(sku, "*", kind, f"{sku}_{kind}.pdf", f"GEN-CH-{sku[3:]}")
        if sku == APPLIED:
            yield f"{sku},*,childrens_test_report,,,{_APPLIED_ON},,applied"


def _row(sku: str, country: str, kind: str, document: str, number: str = "", expires: date | None = None) -> str:
    return f"{sku},{country},{kind},{document},{number},{_ISSUED},{expires or ''},complete"
