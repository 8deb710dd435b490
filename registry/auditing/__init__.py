"""What the ledger shows: the history of a record, proofs, the log, its verification."""
