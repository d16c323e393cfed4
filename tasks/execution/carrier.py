"""A carrier's booking interface over HTTP, as a target."""

from __future__ import annotations

from typing import Any

import httpx

from config.seller import Seller
from skills.vocabulary import Refusal, mark
from tasks.execution.targets import Ambiguous, NotSent, Payload, Refused, Seen, TargetTrouble, name_agent


class NoCarrier(Refusal):
    """The seller's file names no carrier."""


class CarrierTarget:
    """Books shipments; the seller's file says where, and what the carrier promises.

    A refused connection never reached the carrier. A timeout, a broken connection, a 5xx and anything that is no
    JSON after a request was sent prove nothing.
    """

    name = "carrier"

    def __init__(self, seller: Seller, address: str = "") -> None:
        self.address = (address or seller.policy.execution.carrier_url).rstrip("/")
        if not _is_address(self.address):
            raise NoCarrier(
                mark("{seller} books with a carrier, but its policy.execution.carrier_url is {address!r}; set it."),
                seller=seller.id,
                address=self.address,
            )
        self.kind = seller.policy.execution.carrier_kind
        self._client = httpx.Client(
            timeout=seller.policy.execution.carrier_timeout_seconds,
            headers={"User-Agent": name_agent(seller.id)},
            trust_env=not _is_local(self.address),
            verify=self.address.startswith("https:"),
        )

    def act(self, key: str, digest: str, payload: Payload) -> str:
        """Book; returns the carrier's booking number."""
        if payload["kind"] != "ship":
            raise Refused(mark("the carrier books shipments alone"))
        headers = {"Idempotency-Key": key} if self.kind == "idempotent" else {}
        content = _booking(key, digest, payload)
        try:
            reply = self._client.post(f"{self.address}/bookings", json=content, headers=headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error
        except httpx.HTTPError as error:
            raise Ambiguous(f"{type(error).__name__}: {error}") from error
        if reply.status_code in (200, 201):
            return _read_booking(reply)
        said = f"{reply.status_code}: {reply.text}"
        if reply.status_code in (425, 429):
            raise NotSent(said)
        if 400 <= reply.status_code < 500 and reply.status_code != 408:
            raise Refused(said)
        raise Ambiguous(said)

    def observe(self, key: str, digest: str, payload: Payload) -> Seen:
        """The bookings under our reference."""
        try:
            reply = self._client.get(
                f"{self.address}/bookings", params={"reference": reference_of(key, payload)}
            ).raise_for_status()
            shown = reply.json()["bookings"]
            if not isinstance(shown, list):  # null or {} is no list without bookings
                raise TypeError(f"bookings: {shown!r}")
            found = [(str(booking["booking"]), booking["digest"]) for booking in shown]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise TargetTrouble(f"{type(error).__name__}: {error}") from error
        if not found:
            return Seen("absent")
        names = ", ".join(name for name, _ in found)
        if len(found) > 1:
            return Seen("other", names, mark("the carrier shows several bookings under one reference"))
        if found[0][1] != digest:
            return Seen("other", names, mark("the carrier shows another content than was sent"))
        return Seen("same", names)

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()


def reference_of(key: str, payload: Payload) -> str:
    """What the carrier files the booking under: the paper's number, and enough of the key to be alone."""
    return f"{payload['number']}-{key[:12]}"


def _booking(key: str, digest: str, payload: Payload) -> dict[str, Any]:
    return {
        "reference": reference_of(key, payload),
        "digest": digest,
        "lane": payload["lane"],
        "mode": payload["mode"],
        "money_minor": payload["money_minor"],
        "currency": payload["base_currency"],
        "lines": [
            {name: line["payload"][name] for name in ("sku", "country", "units", "cartons")}
            for line in payload["lines"]
        ],
    }


def _read_booking(reply: httpx.Response) -> str:
    try:
        return str(reply.json()["booking"])
    except (ValueError, KeyError, TypeError) as error:
        raise Ambiguous(f"{reply.status_code}: {reply.text}") from error


def _is_address(address: str) -> bool:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return False
    return url.scheme in ("http", "https") and bool(url.host)


def _is_local(address: str) -> bool:
    return httpx.URL(address).host in ("127.0.0.1", "localhost", "::1")
