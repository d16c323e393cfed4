"""The seller's own files: exports in, workbooks out."""
