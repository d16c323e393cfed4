"""Choose a product's HS code: a recorded decision with an approver's code, beside the candidates that were shown."""

from __future__ import annotations

from prefect import flow

from tasks import choosing, nights


@flow(name="choose_code", flow_run_name="choose code", on_failure=[nights.explain_failure])
def choose_code(
    seller_id: str, sku: str, country: str, hs_code: str, evidence: str, broker: str, approver: str, code: str
) -> str:
    """Choose the HS code of a product for one country; a recorded decision.

    Args:
        seller_id: Which seller, as named in config/sellers.
        sku: The SKU, as in the table of products.
        country: Country of import, two letters.
        hs_code: Six to ten digits, dots allowed.
        evidence: A ruling's number, a lab report, a broker's letter; several between semicolons.
        broker: Who advised it.
        approver: Who decides, as the seller's file names them.
        code: The approver's one-time code.
    """
    return choosing.choose_code(seller_id, sku, country, hs_code, evidence, broker, approver, code)
