"""Tables that pass a million rows while a registry runs: no statement may read the whole of one.

Named here once; the tests of statements, of migrations and of what a distributed engine needs ask this. Cases
that people open one by one (licences, shipments, recoveries, proposals) stay below that in thirty years of a
large country, and are not here; what hangs on them for every firearm is.
"""

from __future__ import annotations

OF_FIREARMS = frozenset(
    {"firearm", "component", "mark", "custody", "firearm_correction", "mark_change", "mark_block"}
)
"""Ten million in a country, with fifty million marks and steps."""
OF_LOTS = frozenset(
    {"lot", "lot_marking", "packing", "movement", "sale", "sale_correction", "sale_report"}
    | {"sale_report_line", "stock_count_line"}
)
"""10⁹ cartridges are 10⁵ lots, and 20 million packages and movements."""
OF_CHANGES = frozenset(
    {"ledger_change", "ledger_entry", "ledger_leaf", "ledger_personal", "ledger_tile", "ledger_checkpoint"}
    | {"access_event", "kept_answer", "sign_in"}
)
"""With every change and every look at what is personal."""
OF_PEOPLE = frozenset({"party", "party_change", "person", "person_death"})
"""Everybody who ever held something."""
OF_CASES = frozenset(
    {"licence_item", "shipment_item", "shipment_lot", "shipment_scan", "disposal_item", "disposed_record"}
    | {"trace", "trace_firearm", "scene_cartridge", "exchange_in", "exchange_out"}
    | {"issued_document", "document_print"}
    | {"photograph", "intake_chunk", "intake_row", "intake_record", "intake_digest", "intake_fault"}
    | {"intake_member"}
    | {"label_item", "label_printing"}
)
"""For each thing of a case, message, paper, line of a file and label."""
BY_AN_INDEX = frozenset({"trace_request", "scene"})
"""Cases of which no list reads all, although they stay below a million."""
LARGE = OF_FIREARMS | OF_LOTS | OF_CHANGES | OF_PEOPLE | OF_CASES
