"""The firearms marking and record-keeping registry.

The map of the house: one package per subject, the same rooms in each, over `core`, which knows no
subject. From the lowest floor to the highest: core, ledger, directory, access, exchange, marks, firearms and
ammunition, deactivation, licensing, shipments, tracing, recovery, retention, upkeep (backups), then `demo`
and `app`. Rooms of a subject: `tables` (rows), `rules` (law, pure), `queries` (reading), `acts` (what people
do), and the edges `api`, `pages`, `commands`.
What takes two people goes through `access.approvals` (docs/approvals.md).
Nothing is imported here: `schemas` and every subject import this package.
"""
