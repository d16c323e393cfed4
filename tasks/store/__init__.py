"""The database: snapshots, proposals, the rate book and the run ledger."""
