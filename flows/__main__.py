"""Run one journey in this terminal: `python -m flows NAME …`.

It talks to the Prefect server that answers, else to one of its own that ends with the run. Options are the
journey's parameters: `--seller` is seller_id, `--as-of` is as_of, and so on; NAME --help lists them.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import logging
import os
import pkgutil
import sys
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import flows
from config.environment import find_home, find_server, prepare_environment
from config.language import say, say_refusal
from config.seller import Language, read_seller
from config.settings import read_settings
from skills.vocabulary import Refusal, mark

if TYPE_CHECKING:
    from prefect import Flow


def main(arguments: list[str]) -> int:
    """Run the journey that the arguments name; returns the exit code."""
    names = [found.name for found in pkgutil.iter_modules(flows.__path__) if not found.name.startswith("_")]
    parser = argparse.ArgumentParser(prog="python -m flows", description="Run one journey in this terminal.")
    parser.add_argument("name", choices=names, help="the journey")
    if not arguments or arguments[0] not in names:
        parser.parse_args(arguments[:1])
    name = arguments[0]
    environment = prepare_environment()
    address, server = find_server(environment, version("prefect"))
    environment.pop("PREFECT_API_URL", None)
    environment["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"  # the lines below say it, without a trace
    Path(environment["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)
    os.environ.pop("PREFECT_API_URL", None)
    os.environ.update(environment | ({"PREFECT_API_URL": address} if address else {}))
    language: Language = read_settings().language or "en"
    try:
        journey: Flow[Any, Any] = getattr(importlib.import_module(f"flows.{name}"), name)
        parameters = _read_parameters(f"python -m flows {name}", journey, arguments[1:])
        language = _language_of(parameters)
        _check(parameters)
        print(f"         {server}", flush=True)
        with _progress_lines():
            result = _run(journey, parameters)
        for line in _closing_lines(name, result):
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


def _read_parameters(program: str, journey: Flow[Any, Any], arguments: list[str]) -> dict[str, Any]:
    """The journey's parameters from options; what is not given keeps the journey's default."""
    about, _, _ = inspect.cleandoc(journey.fn.__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog=program, description=about)
    for name, parameter in journey.parameters.properties.items():
        parser.add_argument(
            f"--{name.removesuffix('_id').replace('_', '-')}",
            dest=name,
            type=int if parameter.get("type") == "integer" else str,
            required=name in (journey.parameters.required or []),
            default=argparse.SUPPRESS,
            help=str(parameter.get("description", "")).replace("%", "%%"),
        )
    return vars(parser.parse_args(arguments))


def _language_of(parameters: dict[str, Any]) -> Language:
    """The language asked for, else the seller's; English where the seller is not known."""
    asked = parameters.get("language") or read_settings().language
    try:
        return read_seller(str(parameters["seller_id"])).language_or(asked)
    except (Refusal, KeyError):
        return "zh_CN" if asked == "zh_CN" else "en"


def _check(parameters: dict[str, Any]) -> None:
    """Refuse an unknown seller or an impossible morning before a server is started.

    Raises:
        UnknownSeller, InvalidSeller, BadParameter: as the journey itself would.
    """
    if "seller_id" in parameters:
        from tasks.nights import resolve_morning

        resolve_morning(read_seller(parameters["seller_id"]), parameters.get("as_of", "last"))


def _run(journey: Flow[Any, Any], parameters: dict[str, Any]) -> Any:
    from prefect import tags

    labels = [journey.name] + ([f"seller:{parameters['seller_id']}"] if "seller_id" in parameters else [])
    with tags(*labels):
        return journey(**parameters)


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


def _closing_lines(name: str, result: object) -> list[str]:
    """What a night ends with: where each row went, the proposal's digest, the page. Other journeys: what they say."""
    if not (isinstance(result, str) and len(result) == 64):
        return [] if result is None else [f"{name}: {result}"]
    from tasks.artifacts import report_path
    from tasks.store.proposals import read_proposal

    proposal = read_proposal(result)
    rows = {
        part: sum(file[part] for file in proposal.body["import"])
        for part in ("rows_in", "kept", "netted", "set_aside", "quarantined", "after_as_of")
    }
    return [
        "rows in {rows_in} = kept {kept} + netted {netted} + set aside {set_aside} + quarantined {quarantined}"
        " + after as_of {after_as_of}".format(**rows),
        f"proposal {proposal.digest}",
        f"morning report {report_path(proposal)}",
    ]


def _say_unexpected(name: str, error: Exception, language: Language, folder: Path) -> str:
    """One sentence instead of a trace; the trace goes to a file that the sentence names."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.log"
    path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    template = mark(
        "{name} stopped because of a fault in the program ({kind}: {what}). Nothing was proposed. "
        "The trace is in {path}; send it with your report of the fault, or run again."
    )
    what = " ".join(str(error).split())[:300]
    return say(template, {"name": name, "kind": type(error).__name__, "what": what, "path": path}, language)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
