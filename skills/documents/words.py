"""The names of papers, sides, terms and columns, as readers see them once translated."""

from __future__ import annotations

from skills.vocabulary import mark

TITLES = {
    "commercial_invoice": mark("Commercial invoice"),
    "packing_list": mark("Packing list"),
    "carton_labels": mark("Carton labels"),
    "shipper_instruction": mark("Shipper's letter of instruction"),
    "hs_summary": mark("HS summary for the broker"),
    "sales_contract": mark("Sales contract"),
    "declaration_elements": mark("Export declaration elements"),
    "warehouse_orders": mark("Overseas-warehouse order list"),
    "settlement_record": mark("Settlement record, filled in after sale"),
    "market_purchases": mark("Market purchase list"),
    "order_list": mark("Order list"),
}
PRO_FORMA = mark("Pro-forma invoice for customs purposes")

CHINA, ABROAD, FORWARDER, WAREHOUSE = (
    mark("China's customs"), mark("country of import"), mark("forwarder"), mark("warehouse")
)  # fmt: skip
SIDES = {
    "commercial_invoice": ABROAD,
    "packing_list": ABROAD,
    "carton_labels": WAREHOUSE,
    "shipper_instruction": FORWARDER,
    "hs_summary": ABROAD,
}
"""Those not listed are for China's customs."""

TERMS = {
    "after_export": mark("VAT rebate after export, against a special VAT invoice"),
    "with_invoice_or_exempt": mark("VAT rebate with a special VAT invoice, else exempt without rebate"),
    "after_sale": mark("VAT rebate once the goods are sold abroad"),
    "on_departure": mark("VAT rebate on departure, settled after the sale"),
    "exempt": mark("exempt from VAT, no rebate"),
    "bonded_zone": mark("VAT rebate on entry into the bonded zone or on departure: ask a broker"),
    "company_account": mark("from the buyer abroad into the exporter's account"),
    "platform_payout": mark("marketplace payouts into the exporter's account, matched to the declarations"),
    "market_account": mark("renminbi or foreign currency, into the trader's or the agent's account"),
}

ROLES = {
    "principal": mark("real principal"),
    "exporter": mark("exporter"),
    "consignee": mark("consignee"),
    "importer_of_record": mark("importer of record"),
    "broker": mark("customs broker"),
    "attorney": mark("attorney for customs procedures"),
    "forwarder": mark("forwarder"),
    "buyer": mark("buyer"),
    "manufacturer": mark("manufacturer"),
}

METHODS = {
    "transaction": mark("transaction value of a sale for export"),
    "identical": mark("value of identical goods"),
    "similar": mark("value of similar goods"),
    "deductive": mark("deductive value"),
    "computed": mark("computed value"),
    "fall_back": mark("fall-back value"),
}

TO_COMPLETE = mark("to be completed")
LATER = mark("after sale")
ASK_BROKER = mark("ask a broker")
MADE_IN_CHINA = mark("Made in China")
NO_SALE = mark("No sale: own stock sent to a warehouse abroad. The value is declared for customs only.")
ROUNDED = mark("Unit values are rounded; the value of the line holds.")
DECLARED = mark("We declare that the particulars above are true and correct.")
