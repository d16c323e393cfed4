"""A freight carrier that is simulated: it takes bookings over HTTP on this machine, and misbehaves when told to.

    python -m tasks.simulated.carrier --port 4291 --journal carrier.jsonl

Every address begins with a book, a carrier of its own: `/{book}/bookings`, `/{book}/behaviour`, `/{book}/acts`. A
book appears on first use and behaves. Bookings of books whose id does not begin with "test" go to the journal before
they are answered and survive a restart; behaviour and counters do not. Every reply carries `X-Simulated: true`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qs

import uvicorn
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST = "127.0.0.1"
AGENTS_SAY = "automated agent"
"""What a client's User-Agent must contain, in any case of letters."""

_KEPT_OPEN_SECONDS = 3600
"""An idle connection stays open: a connection that ends unasked would be a fault nobody queued."""

_LINE_START = b'{"simulated":true,"book":"'


class CarrierTrouble(RuntimeError):
    """The simulated carrier cannot serve: its port is taken, its journal is none, or its process ended."""


class Answer(NamedTuple):
    """One HTTP reply; status 0 is none at all: the connection is closed."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"


class Fault(NamedTuple):
    """How one POST goes: whether the carrier accepts, how often it enters, when and what it answers."""

    accepts: bool = False
    twice: bool = False
    late: bool = False
    answer: Answer | None = None


def _answer(status: int, **content: Any) -> Answer:
    return Answer(status, json.dumps(content).encode())


_SILENCE = Answer(0, b"")
_BROKEN = _answer(500, error="The carrier's system failed.")
_BUSY = _answer(503, error="The carrier's system is too busy; nothing was done.")
_PAGE = Answer(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>", b"text/html; charset=utf-8")
_FULL = _answer(422, error="The carrier does not take this booking: the lane is full.")
_CLOSED = _answer(404, error="This carrier does not show its bookings.")
_UNNAMED = _answer(403, error=f"Agents identify themselves: the User-Agent must contain {AGENTS_SAY!r}.")
_UNASKED = _answer(422, error="Which bookings? Expected ?reference= with the reference of a booking.")
_PAGES = "POST or GET /{book}/bookings, PUT /{book}/behaviour, GET /{book}/acts, DELETE /{book} or GET /health"
_NO_SUCH_PAGE = _answer(404, error=f"There is no such page. Expected {_PAGES}.")

FAULTS = {
    "ok": Fault(accepts=True),
    "timeout_after_accepting": Fault(accepts=True, late=True),
    "timeout_before_accepting": Fault(late=True, answer=_BUSY),
    "error_after_accepting": Fault(accepts=True, answer=_BROKEN),
    "error_before_accepting": Fault(answer=_BROKEN),
    "html_error": Fault(answer=_PAGE),
    "refuse": Fault(answer=_FULL),
    "duplicate": Fault(accepts=True, twice=True),
    "drop_after_accepting": Fault(accepts=True, answer=_SILENCE),
    "drop_before_accepting": Fault(answer=_SILENCE),
}
READS = ("ok", "lie_absent", "lie_changed", "error", "timeout")


def _known(names: tuple[str, ...]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"{name!r} is not known here; expected one of {', '.join(names)}")
        return name

    return AfterValidator(check)


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Line(_Strict):
    """One sku into one country [units, cartons]."""

    sku: str = Field(min_length=1)
    country: str = Field(min_length=1)
    units: int = Field(ge=0)
    cartons: int = Field(ge=0)


class Order(_Strict):
    """What a client books; `digest` is its sha256 of the content, `money_minor` in minor units of `currency`."""

    reference: str = Field(min_length=1)
    digest: str = Field(min_length=1)
    lane: str
    mode: str
    money_minor: int = Field(ge=0)
    currency: str
    lines: list[Line]


class Behaviour(_Strict):
    """How a book behaves from now on; a queue gives one name per request, and an empty one means well-behaved."""

    idempotent: bool = True
    readable: bool = True
    faults: list[Annotated[str, _known(tuple(FAULTS))]] = []
    reads: list[Annotated[str, _known(READS)]] = []
    patience_seconds: float = Field(2.0, ge=0, le=600, allow_inf_nan=False)


class Entry(_Strict):
    """One booking as the carrier holds it; `own_fault` marks one that only the carrier's own mistake entered."""

    sequence: int
    order: Order
    agent: str
    key: str
    own_fault: bool

    @property
    def booking(self) -> str:
        return f"BK-{self.sequence:06d}"

    def receipt(self, status: int) -> Answer:
        return _answer(status, booking=self.booking, reference=self.order.reference, digest=self.order.digest)

    def show(self) -> dict[str, Any]:
        """What a client may read."""
        return {"booking": self.booking, **self.order.model_dump(exclude={"lane", "mode"})}

    def show_changed(self) -> dict[str, Any]:
        """The lie: one unit more in every line, and another digest."""
        shown = self.show()
        lines = [{**line, "units": line["units"] + 1} for line in shown["lines"]]
        return {**shown, "digest": hashlib.sha256(self.order.digest.encode()).hexdigest(), "lines": lines}

    def show_all(self) -> dict[str, Any]:
        """What an examiner reads."""
        return {"booking": self.booking, **self.order.model_dump(), **self.model_dump(exclude={"order"})}


class Record(_Strict):
    """One line of the journal: a booking entered into a book, or, without an entry, a book forgotten."""

    simulated: bool
    book: str
    entry: Entry | None


@dataclass(slots=True)
class Book:
    """One carrier: its bookings in the order of entry, and how it behaves."""

    entries: list[Entry] = field(default_factory=list)
    by_key: dict[str, Entry] = field(default_factory=dict)
    by_reference: dict[str, list[Entry]] = field(default_factory=dict)
    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: deque[str] = field(default_factory=deque)
    reads: deque[str] = field(default_factory=deque)
    posts_received: int = 0
    gets_received: int = 0

    def enter(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.by_reference.setdefault(entry.order.reference, []).append(entry)
        if entry.key and not entry.own_fault:
            self.by_key.setdefault(entry.key, entry)

    def behave(self, behaviour: Behaviour) -> None:
        """Replace the whole behaviour, queues included."""
        self.behaviour = behaviour
        self.faults, self.reads = deque(behaviour.faults), deque(behaviour.reads)

    def show_acts(self) -> Answer:
        return _answer(
            200,
            accepted=[entry.show_all() for entry in self.entries],
            requests=self.posts_received,
            reads=self.gets_received,
            duplicates=sum(entry.own_fault for entry in self.entries),
        )


class Journal:
    """A file of JSON lines; a line is on the disk before what it says is answered."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    def read(self) -> list[Record]:
        """All records; a last line without its end was never answered and is cut off.

        Raises:
            CarrierTrouble: names the first line that is no record.
        """
        *lines, torn = self.path.read_bytes().split(b"\n")
        records = []
        for number, line in enumerate([*lines, torn] if torn else lines, start=1):
            try:
                if number > len(lines) and line.startswith(_LINE_START[: len(line)]):
                    self._file.truncate(sum(len(line) + 1 for line in lines))
                else:
                    records.append(Record.model_validate_json(line))
            except ValidationError as error:
                raise CarrierTrouble(
                    f"{self.path}, line {number} is no record of a simulated carrier: {line[:80]!r}. Expected one "
                    "JSON object per line with simulated, book and entry. Name another file, or move this one away."
                ) from error
        return records

    def append(self, book: str, entry: Entry | None) -> None:
        """A booking entered, or without one the book forgotten; a line that does not fit on the disk leaves none."""
        length = os.fstat(self._file.fileno()).st_size
        line = Record(simulated=True, book=book, entry=entry).model_dump_json().encode() + b"\n"
        try:
            if self._file.write(line) != len(line):
                raise OSError(f"{self.path}: the disk took only a part of a line")
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(length)
            raise


class Carrier:
    """All books, as one ASGI application."""

    def __init__(self, journal: Journal | None = None) -> None:
        self._books: dict[str, Book] = {}
        self._journal = journal
        self._transports: dict[tuple[str, int], asyncio.Transport] = {}
        for record in journal.read() if journal else ():
            if record.entry is None:
                self._books.pop(record.book, None)
            else:
                self._open(record.book).enter(record.entry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            more = message["more_body"]
        try:
            answer = await self._answer(scope, bytes(body))
        except OSError as error:
            answer = _answer(500, error=f"The carrier's journal could not be written: {error}")
        if not answer.status:
            if transport := self._transports.get(scope["client"]):
                transport.abort()
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        headers = [(b"content-type", answer.content_type), (b"content-length", b"%d" % len(answer.body))]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, body: bytes) -> Answer:
        path: str = scope["path"]
        name, *rest = path[1:].split("/")
        match (scope["method"] if name else "", *rest):
            case ("POST", "bookings"):
                return await self._take_booking(name, dict(scope["headers"]), body)
            case ("GET", "bookings"):
                return await self._show_bookings(name, scope["query_string"].decode("latin-1"))
            case ("GET", "acts"):
                return self._open(name).show_acts()
            case ("PUT", "behaviour"):
                return self._set_behaviour(name, body)
            case ("GET",) if name == "health":
                return _answer(200, ok=True)
            case ("DELETE",):
                return self._forget(name)
        return _NO_SUCH_PAGE

    async def _take_booking(self, name: str, headers: dict[bytes, bytes], body: bytes) -> Answer:
        """One POST takes one fault, whoever sent it; who does not identify itself or sends no order is refused."""
        book = self._open(name)
        book.posts_received += 1
        fault = FAULTS[book.faults.popleft() if book.faults else "ok"]
        agent = headers.get(b"user-agent", b"").decode("latin-1")
        if AGENTS_SAY not in agent.lower():
            return _UNNAMED
        try:
            order = Order.model_validate_json(body)
        except ValidationError as error:
            return _malformed(error)
        key = headers.get(b"idempotency-key", b"").decode("latin-1")
        answer = self._accept(name, book, order, agent, key, fault.twice) if fault.accepts else _BUSY
        if fault.late:
            await asyncio.sleep(book.behaviour.patience_seconds)
        return fault.answer or answer

    def _accept(self, name: str, book: Book, order: Order, agent: str, key: str, twice: bool) -> Answer:
        known = book.by_key.get(key) if book.behaviour.idempotent else None
        if known and known.order.digest != order.digest:
            return _answer(
                409,
                error=f"The key was used for {known.booking} with digest {known.order.digest}, now with "
                f"{order.digest}. Expected the same content; book other content under a new key.",
            )
        first = known or self._enter(name, book, order, agent, key)
        if twice:
            self._enter(name, book, order, agent, key, own_fault=True)
        return first.receipt(200 if known else 201)

    def _enter(self, name: str, book: Book, order: Order, agent: str, key: str, own_fault: bool = False) -> Entry:
        sequence = len(book.entries) + 1
        entry = Entry(sequence=sequence, order=order, agent=agent, key=key, own_fault=own_fault)
        if self._journal and not name.startswith("test"):
            self._journal.append(name, entry)
        book.enter(entry)
        return entry

    async def _show_bookings(self, name: str, query: str) -> Answer:
        book = self._open(name)
        book.gets_received += 1
        read = book.reads.popleft() if book.reads else "ok"
        reference = parse_qs(query).get("reference", [""])[0]
        if not book.behaviour.readable:
            return _CLOSED
        if not reference:
            return _UNASKED
        if read == "error":
            return _BROKEN
        if read == "timeout":
            await asyncio.sleep(book.behaviour.patience_seconds)
            return _BUSY
        found = [] if read == "lie_absent" else book.by_reference.get(reference, [])
        show = Entry.show_changed if read == "lie_changed" else Entry.show
        return _answer(200, bookings=[show(entry) for entry in found])

    def _set_behaviour(self, name: str, body: bytes) -> Answer:
        try:
            behaviour = Behaviour.model_validate_json(body)
        except ValidationError as error:
            return _malformed(error)
        self._open(name).behave(behaviour)
        return _answer(200, **behaviour.model_dump())

    def _forget(self, name: str) -> Answer:
        if self._journal and not name.startswith("test") and name in self._books:
            self._journal.append(name, None)
        self._books.pop(name, None)
        return _answer(200, forgotten=name)

    def _open(self, name: str) -> Book:
        book = self._books.get(name)
        if book is None:
            book = self._books[name] = Book()
        return book

    def serve(self, listening: socket.socket) -> None:
        """Serve until the process is told to end."""
        transports = self._transports

        class Connection(H11Protocol):
            """Hands its transport to the carrier, which otherwise could not hang up without an answer."""

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                assert self.client is not None
                transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                assert self.client is not None
                transports.pop(self.client, None)
                super().connection_lost(exc)

        config = uvicorn.Config(
            self,
            http=Connection,
            ws="none",
            lifespan="off",
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            headers=[("X-Simulated", "true")],
            timeout_keep_alive=_KEPT_OPEN_SECONDS,
            timeout_graceful_shutdown=1,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _malformed(error: ValidationError) -> Answer:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    first = [f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['msg']}" for item in found[:5]]
    return _answer(422, error=f"{len(found)} values are not as expected; nothing was done.", first=first)


def _listen(port: int) -> socket.socket:
    # asyncio sends small packets at once only where the protocol is named; otherwise each answer waits 40 ms
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name != "nt":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise CarrierTrouble(
            f"Port {port} of {HOST} cannot be used ({error.strerror}). Expected a free one: end what listens there, "
            "or name another with --port (0 takes any)."
        ) from error
    listening.listen(2048)
    return listening


@contextmanager
def start_carrier(journal: Path | None = None, port: int = 0) -> Iterator[str]:
    """The carrier as a process of its own, killed at the end; gives its address, to which a book is added.

    Raises:
        CarrierTrouble: the process ended or did not answer; what it said itself is on the error output.
    """
    command = [sys.executable, "-m", "tasks.simulated.carrier", "--port", str(port)]
    if journal is not None:
        command += ["--journal", str(journal.resolve())]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip().rpartition(" ")[2]
            if not address or not _is_healthy(address):
                raise CarrierTrouble(
                    f"The simulated carrier did not start (its address: {address!r}, its end: {process.poll()}). "
                    "Expected GET /health to answer; see what it said on the error output."
                )
            yield address
        finally:
            process.kill()


def _is_healthy(address: str) -> bool:
    """The socket listens before the process says so: the request waits there until it is served."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> None:
    """Serve in the foreground; the first line printed ends with the address."""
    parser = argparse.ArgumentParser(prog="python -m tasks.simulated.carrier", description="A simulated carrier.")
    parser.add_argument("--port", type=int, default=4291, help="0 takes any free port")
    parser.add_argument("--journal", type=Path, help="file of JSON lines in which bookings survive a restart")
    options = parser.parse_args()
    try:
        listening = _listen(options.port)
        carrier = Carrier(Journal(options.journal) if options.journal else None)
    except (CarrierTrouble, OSError) as error:
        sys.exit(str(error))
    print(f"Simulated carrier, everything here is generated: http://{HOST}:{listening.getsockname()[1]}", flush=True)
    carrier.serve(listening)


if __name__ == "__main__":
    main()
