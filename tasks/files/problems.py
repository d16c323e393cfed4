"""Why an export cannot be read at all; a bad row never ends here, it is quarantined.

UnusableInput              the night cannot start with these files
├── InvalidInput           the seller's file asks for a table, column, pattern or zone that does not exist
├── MissingFiles           a table the night needs has no file
├── UnreadableFile         not the format its name says, damaged, or in no known encoding
├── WrongReport            an official report of another type, period or marketplace than the table holds
├── UnknownHeader          a needed column was not found under any known name
├── EmptyExport            a file without a single row
├── WrongDateOrder         the dates contradict the declared order of day and month
└── LostRows               rows in ≠ rows accounted for: a fault of ours, never of the file
"""

from __future__ import annotations

from skills.vocabulary import Refusal


class UnusableInput(Refusal):
    """The night cannot start with these files."""


class InvalidInput(UnusableInput):
    """The seller's file asks for something that does not exist."""


class MissingFiles(UnusableInput):
    """A table the night needs has no file."""


class UnreadableFile(UnusableInput):
    """Not the format its name says, damaged, or in no known encoding."""


class WrongReport(UnusableInput):
    """An official report of another type, period or marketplace than the table holds."""


class UnknownHeader(UnusableInput):
    """A needed column was not found under any known name."""


class EmptyExport(UnusableInput):
    """A file without a single row."""


class WrongDateOrder(UnusableInput):
    """The dates contradict the declared order of day and month."""


class LostRows(UnusableInput):
    """Rows in are not the sum of rows accounted for."""
