"""The seller's own files: exports in, workbooks out."""

from tasks.files.exports import Exports, read_exports

__all__ = ["Exports", "read_exports"]
