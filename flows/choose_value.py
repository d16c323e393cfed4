"""Choose the customs value of own stock with the broker: a recorded decision with an approver's code."""

from __future__ import annotations

from prefect import flow

from tasks import choices, choosing, nights


@flow(name="choose_value", flow_run_name="choose value", on_failure=[nights.explain_failure])
def choose_value(
    seller_id: str, sku: str, country: str, method: str, amount: str, currency: str, evidence: str, broker: str,
    importer: str, approver: str, code: str, reason: str, attorney: str = "",
) -> str:  # fmt: skip
    """Choose how own stock is valued for customs in one country; a recorded decision.

    Args:
        seller_id: Which seller, as named in config/sellers.
        sku: The SKU; * for every one without a choice of its own.
        country: Country of import, two letters.
        method: How it is valued, as the broker advises; own stock is no sale.
        amount: Customs value of one unit, in whole units of the currency, such as 12.34.
        currency: Its currency, three letters.
        evidence: What the broker would show to customs; several between semicolons.
        broker: Who advised it.
        importer: Importer of record.
        approver: Who decides, as the seller's file names them.
        code: The approver's one-time code.
        reason: Why; the ledger keeps it.
        attorney: Who stands in for a foreign importer, such as an ACP in Japan; empty for none.
    """
    choice = choices.ValueChoice(
        sku, country, method, amount, currency, evidence, broker, importer, attorney, reason
    )  # fmt: skip
    return choosing.choose_value(seller_id, choice, approver, code)
