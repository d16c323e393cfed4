"""A listings feed as a target: a JSON_LISTINGS_FEED document per decision, ready to be submitted.

Nothing is sent to a marketplace here: the document lies beside the paper, for the connector or a person. The same
instruction always makes the same bytes at the same place: the target is idempotent.
"""

from __future__ import annotations

import json

import pandas as pd

from config.approval import TargetKind
from config.seller import Seller
from config.settings import read_settings
from skills.listing.compose_feed import Feed, make_feeds
from skills.vocabulary import mark
from tasks.execution.papers import paper_path
from tasks.execution.targets import NotSent, Payload, Refused, Seen, TargetTrouble
from tasks.files.output import replace_file


class FeedsTarget:
    """Writes feeds under home/outbox/<seller>/<as_of>/, beside the papers."""

    name = "feeds"
    kind: TargetKind = "idempotent"

    def __init__(self, seller: Seller) -> None:
        self.seller = seller

    def act(self, key: str, digest: str, payload: Payload) -> str:
        """Write the documents of a decision; returns the first one's path below the home folder.

        A feed takes 25,000 messages; what is more goes into further documents (`….2.feed.json`).
        """
        if payload["kind"] != "list":
            raise Refused(mark("a listings feed carries listings alone"))
        seller_id = self.seller.policy.execution.marketplace_sellers.get(payload["country"], "")
        if not seller_id:
            raise Refused(mark("the seller's file has no marketplace_sellers entry for the country; add it"))
        contents, place = list_contents(payload), (payload["country"], payload["marketplace_id"])
        named = set(zip(contents["country"], contents["marketplace_id"], strict=True))
        if named != {place} or contents["sku"].duplicated().any():
            raise Refused(mark("a listings feed is of one country and holds each SKU once"))
        path = paper_path(payload)
        written = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            for feed in make_feeds(contents, seller_id):
                file = path.with_name(f"{path.name}{_name_part(feed)}.feed.json")
                replace_file(file, json.dumps(feed.document, ensure_ascii=False, indent=1, sort_keys=True).encode())
                written.append(file.relative_to(read_settings().home).as_posix())
        except OSError as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error
        return written[0]

    def observe(self, key: str, digest: str, payload: Payload) -> Seen:
        """Never asked of an idempotent target."""
        raise TargetTrouble("feeds are written again, not read back")

    def close(self) -> None:
        """Nothing is held open."""


def list_contents(payload: Payload) -> pd.DataFrame:
    """An instruction's listings as `make_feeds` takes them: one row per line."""
    contents = pd.DataFrame(
        [line["payload"] for line in payload["lines"]],
        columns=["sku", "country", "marketplace_id", "product_type", "attributes"],
    )
    return contents.assign(state="ready", attributes=[json.loads(text) for text in contents["attributes"]])


def _name_part(feed: Feed) -> str:
    return f".{feed.part}" if feed.part > 1 else ""
