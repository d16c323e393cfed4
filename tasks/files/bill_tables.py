"""The seller's tables of what shipments cost and where they are: bills, expected costs, events on the way."""

from __future__ import annotations

import pandas as pd

from skills.vocabulary import mark
from tasks.files.columns import UNKNOWN, Column, Table

_KINDS = ("forwarder", "entry_summary", "storage", "placement", "duty_payment")
_EVENTS = ("booked", "etd", "departed", "eta", "arrived", "customs_filed", "customs_exam", "customs_held",
           "customs_released", "received", "removed")  # fmt: skip
_SHIPMENT = Column(
    "shipment", "text", "The shipment's or consignment's number.", aliases=("shipment_id", "consignment", "货件编号")
)
_ENTRY = Column("entry", "text", "Number of the customs entry.", blank="", aliases=("entry_number", "报关单号"))
_BILL_OF_LADING = Column("bill_of_lading", "text", "Bill of lading or air waybill.", blank="",
                         aliases=("bl", "b_l", "awb", "提单号"))  # fmt: skip
_CONTAINER = Column("container", "text", "Container number.", blank="", aliases=("container_number", "柜号"))
_COMPONENT = Column(
    "component",
    "text",
    "What is charged: freight, duty, mpf, hmf, import_vat, brokerage, drayage, storage, placement, exam and others, "
    "as the landed cost names them.",
    aliases=("费用项目",),
)
_AMOUNT = Column("amount_minor", "money", "Amount of the line.", aliases=("金额",))
_CURRENCY = Column("currency", "currency", "Currency of the amount.", "ISO 4217", aliases=("币种",))

BILLS = Table(
    "bills",
    "one row per line of a bill",
    False,
    (
        Column("issuer", "text", "Who bills.", aliases=("vendor", "开票方")),
        Column("bill", "text", "Number of the bill.", aliases=("invoice", "invoice_number", "账单号")),
        Column("line", "text", "Number of the line on it.", blank="", aliases=("line_number",)),
        Column("kind", "choice", "What kind of bill.", choices=_KINDS,
               told=mark("one of forwarder, entry_summary, storage, placement, duty_payment")),
        Column("shipment", "text", "The shipment it names; blank: found by the other references.", blank="",
               aliases=("shipment_id", "consignment", "货件编号")),
        _ENTRY,
        _BILL_OF_LADING,
        _CONTAINER,
        _COMPONENT,
        Column("sku", "text", "SKU it is for; blank: the whole shipment.", blank="", aliases=("商品编码", "货号")),
        _AMOUNT,
        _CURRENCY,
        Column("billed_on", "day", "Day of the bill.", "day", aliases=("invoice_date", "账单日期")),
        Column("period_from", "day", "First day that storage is billed for.", "day", blank=pd.NaT),
        Column("quantity", "number", "Quantity billed.", blank=UNKNOWN, aliases=("qty",)),
        Column("unit", "text", "What the quantity is in.", blank=""),
    ),
    known_on="billed_on",
)  # fmt: skip

SHIPMENT_COSTS = Table(
    "shipment_costs",
    "one row per shipment, component and currency that is expected to be billed",
    False,
    (
        _SHIPMENT,
        _ENTRY,
        _COMPONENT,
        _AMOUNT,
        _CURRENCY,
        Column("source", "text", "Who quoted or computed it, and when."),
    ),
    key=("shipment", "component", "currency"),
)

SHIPMENT_EVENTS = Table(
    "shipment_events",
    "one row per event of a shipment, as it became known",
    False,
    (
        _SHIPMENT,
        Column("happened_on", "day", "Day it happened, or was announced.", "day"),
        Column("known_on", "day", "Day it became known.", "day"),
        Column("event", "choice", "What happened.", choices=_EVENTS,
               told=mark("one of booked, etd, departed, eta, arrived, customs_filed, customs_exam, customs_held, "
                         "customs_released, received, removed")),
        Column("day", "day", "For etd and eta: the day announced; an eta is the day it can be sold there.", "day",
               blank=pd.NaT),
        _CONTAINER,
        _BILL_OF_LADING,
        _ENTRY,
        Column("sku", "text", "SKU of the units; blank: all together.", blank="", aliases=("商品编码", "货号")),
        Column("units", "number", "For booked, departed and received: units.", "units", blank=UNKNOWN),
        Column("lane", "text", "Lane it travels on, where nodes and mode do not tell it.", blank="",
               aliases=("线路",)),
        Column("source", "text", "Who says so.", aliases=("来源",)),
    ),
    ascending=(("happened_on", "known_on"),),
    known_on="known_on",
)  # fmt: skip
