"""The journal: every change of every table, captured by the database, and the leaves of the ledger."""
