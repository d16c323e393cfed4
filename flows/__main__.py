"""Run one journey in this terminal: `python -m flows NAME …`.

It talks to the Prefect server that answers, else to one of its own that ends with the run. Options are the
journey's parameters: `--seller` is seller_id, `--as-of` is as_of, and so on; NAME --help lists them.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import pkgutil
import sys
from typing import TYPE_CHECKING, Any

import flows
from tasks.terminal import run_journey

if TYPE_CHECKING:
    from prefect import Flow


def main(arguments: list[str]) -> int:
    """Run the journey that the arguments name; returns the exit code."""
    names = [found.name for found in pkgutil.iter_modules(flows.__path__) if not found.name.startswith("_")]
    parser = argparse.ArgumentParser(prog="python -m flows", description="Run one journey in this terminal.")
    parser.add_argument("name", choices=names, help="the journey")
    name = parser.parse_args(arguments[:1]).name

    def load() -> tuple[Flow[Any, Any], dict[str, Any]]:
        journey = getattr(importlib.import_module(f"flows.{name}"), name)
        return journey, _read_parameters(f"python -m flows {name}", journey, arguments[1:])

    return run_journey(name, load)


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
