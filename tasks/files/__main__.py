"""`python -m tasks.files` writes docs/inputs.md; `--print` shows it instead."""

from __future__ import annotations

import sys

from config.settings import ROOT
from tasks.files.inputs_page import describe_inputs

PAGE = ROOT / "docs" / "inputs.md"


def main(arguments: list[str]) -> int:
    """Write or print the page."""
    if "--print" in arguments:
        sys.stdout.write(describe_inputs())
    else:
        PAGE.write_text(describe_inputs(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
