"""A journey in a terminal: which server it talks to, its steps as they end, its last lines, and clear errors.

Prefect is imported only after its environment is set, so nothing here imports it at the top.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.environment import find_home, find_server, prepare_environment
from config.language import say, say_refusal, translator
from config.seller import Language, read_seller
from config.settings import read_settings
from skills.vocabulary import Refusal, mark

if TYPE_CHECKING:
    from prefect import Flow

    Journey = Flow[Any, Any]

Parameters = dict[str, Any]


def run_journey(name: str, load: Callable[[], tuple[Journey, Parameters]]) -> int:
    """Run a journey with what it says and how it fails shown in this terminal.

    Args:
        name: The journey's.
        load: Imports the journey and reads its parameters, once the environment is set.

    Returns:
        The exit code: 0; 1 after an error; 130 when the operator stopped it.
    """
    environment, server = _set_environment()
    language: Language = read_settings().language or "en"
    try:
        journey, parameters = load()
        language = _language_of(parameters)
        _check(journey, parameters)
        print(f"         {server}", flush=True)
        with _progress_lines():
            result = journey(**parameters)
        for line in _closing_lines(name, result, language):
            print(line, flush=True)
    except Refusal as error:
        print(say_refusal(error, language), file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        print(_say_unexpected(name, error, language, find_home(environment) / "logs"), file=sys.stderr, flush=True)
        return 1
    return 0


def _set_environment() -> tuple[dict[str, str], str]:
    """Choose the server and set what Prefect reads at import; gives the environment and which server it is."""
    environment = prepare_environment()
    address, server = find_server(environment, version("prefect"))
    environment.pop("PREFECT_API_URL", None)
    environment["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"  # the lines below say it, without a trace
    Path(environment["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    os.environ.pop("PREFECT_API_URL", None)
    os.environ.update(environment | ({"PREFECT_API_URL": address} if address else {}))
    return environment, server


def _language_of(parameters: dict[str, Any]) -> Language:
    """The language asked for, else the seller's; English where the seller is not known."""
    asked = parameters.get("language") or read_settings().language
    try:
        return read_seller(str(parameters["seller_id"])).language_or(asked)
    except (Refusal, KeyError):
        return "zh_CN" if asked == "zh_CN" else "en"


def _check(journey: Journey, parameters: dict[str, Any]) -> None:
    """Refuse an unknown seller or an impossible morning before a server is started.

    A stop can do without a seller and is not held up by what is wrong with a seller's file.

    Raises:
        UnknownSeller, InvalidSeller, BadParameter: as the journey itself would.
    """
    if "seller_id" in (journey.parameters.required or []):
        from tasks.nights import resolve_morning

        resolve_morning(read_seller(parameters["seller_id"]), parameters.get("as_of", "last"))


class _StepLine(logging.Handler):
    """Each finished task and each message of ours as one line with the seconds since the start."""

    _PREFECT_SAYS = (
        "Beginning flow run",
        "Encountered exception",
        "Finished in state",
        "Hook ",
        "Running hook",
        "Task run failed",
        "View at",
    )

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.began = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition("\n")[0]
        if said.startswith("Finished in state") and hasattr(record, "task_name"):
            said = str(record.task_name)
        elif said.startswith(self._PREFECT_SAYS) or record.levelno >= logging.ERROR:
            return  # the last lines of this command say what went wrong
        print(f"  {time.monotonic() - self.began:5.1f} s  {said}", flush=True)


@contextlib.contextmanager
def _progress_lines() -> Iterator[None]:
    handler = _StepLine()
    loggers = [logging.getLogger(name) for name in ("prefect.flow_runs", "prefect.task_runs")]
    for logger in loggers:
        logger.addHandler(handler)
    yield
    for logger in loggers:
        logger.removeHandler(handler)


def _closing_lines(name: str, result: object, language: Language) -> list[str]:
    """What a night ends with: where each row went, the proposal's digest, the page. Other journeys: what they say."""
    if isinstance(result, list):
        return [line for part in result for line in _closing_lines(name, part, language)]
    if not (isinstance(result, str) and re.fullmatch("[0-9a-f]{64}", result)):
        return [] if result is None else [f"{name}: {result}"]
    from tasks.artifacts import report_path
    from tasks.report_words import say_journey
    from tasks.store.proposals import read_proposal

    t = translator(language)
    proposal = read_proposal(result)
    values = {"seller": proposal.body["seller"]}
    groups: dict[str, list[dict[str, Any]]] = {}
    for file in proposal.body.get("import", []):
        own = mark("order lines") if file["feed"] == "order_lines" else mark("other inputs")
        groups.setdefault(own, []).append(file)
    lines = [f"{t(what)}{t(': ')}{_account(files, language)}" for what, files in groups.items()]
    journey = proposal.body["journey"]
    page = t(mark("morning report")) if journey in ("nightly", "what-if") else say_journey(journey, t)
    return [
        *lines,
        f"{t(mark('proposal'))} {proposal.digest}",
        f"{page} {report_path(proposal)}",
        say(
            mark(
                "to decide: make decide SELLER={seller}, make workbook SELLER={seller}, or make up and the waiting "
                "run's form"
            ),
            values,
            language,
        ),
    ]


def _account(files: list[dict[str, Any]], language: Language) -> str:
    parts = ("rows_in", "kept", "netted", "set_aside", "quarantined", "after_as_of")
    sentence = mark(
        "{rows_in} rows in = kept {kept} + netted {netted} + set aside {set_aside} + quarantined {quarantined} "
        "+ after as_of {after_as_of}"
    )
    return say(sentence, {part: sum(file[part] for file in files) for part in parts}, language)


def _say_unexpected(name: str, error: Exception, language: Language, folder: Path) -> str:
    """One sentence instead of a trace; the trace goes to a file that the sentence names."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.log"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    template = mark(
        "{name} stopped because of a fault in the program ({kind}: {what}). What it had recorded before stands. "
        "The trace is in {path}; send it with your report of the fault, or run again."
    )
    what = " ".join(str(error).split())[:300]
    return say(template, {"name": name, "kind": type(error).__name__, "what": what, "path": path}, language)
