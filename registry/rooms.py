"""Every room with an edge: what `app` opens. A new subject adds its lines here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry.access import api as access_api
from registry.access import approvals_api, glass_api, grants
from registry.access import commands as access_commands
from registry.access import pages as access_pages
from registry.ammunition import api as ammunition_api
from registry.ammunition import (
    code_api,
    code_pages,
    counter_pages,
    law_api,
    law_pages,
    marking_api,
    marking_pages,
    sales_api,
    sales_pages,
    stock_api,
    stock_pages,
)
from registry.ammunition import commands as ammunition_commands
from registry.ammunition import labels as ammunition_labels
from registry.ammunition import pages as ammunition_pages
from registry.ammunition import record as ammunition_record
from registry.auditing import api as auditing_api
from registry.auditing import commands as auditing_commands
from registry.auditing import pages as auditing_pages
from registry.authorities import api as authorities_api
from registry.authorities import commands as authorities_commands
from registry.authorities import pages as authorities_pages
from registry.authorities.queries import OWN_CARD
from registry.calendars import api as calendars_api
from registry.calendars import pages as calendars_pages
from registry.commands import COMMANDS as OPERATOR_COMMANDS
from registry.core.web.context import NavigationEntry
from registry.deactivation import api as deactivation_api
from registry.deactivation import documents as deactivation_documents
from registry.deactivation import incidents, verifying
from registry.deactivation import labels as deactivation_labels
from registry.deactivation import pages as deactivation_pages
from registry.deactivation import paper_facts as deactivation_paper_facts
from registry.directory import api as directory_api
from registry.directory import pages as directory_pages
from registry.exchange import api as exchange_api
from registry.exchange import commands as exchange_commands
from registry.exchange import files_api as exchange_files_api
from registry.exchange import own_kinds as exchange_kinds
from registry.exchange import pages as exchange_pages
from registry.exchange.kinds import Kinds, merged
from registry.firearms import api as firearms_api
from registry.firearms import conflicts as firearm_conflicts
from registry.firearms import extract as firearms_extract
from registry.firearms import labels as firearm_labels
from registry.firearms import mark_texts
from registry.firearms import pages as firearms_pages
from registry.firearms import record as firearms_record
from registry.home import api as home_api
from registry.home import pages as home_pages
from registry.intake import api as intake_api
from registry.intake import commands as intake_commands
from registry.intake import entering, undoing
from registry.intake import mapping_pages as intake_mapping_pages
from registry.intake import pages as intake_pages
from registry.intake import queries as intake_queries
from registry.labels import api as labels_api
from registry.labels import commands as labels_commands
from registry.labels import pages as labels_pages
from registry.labels import setup_pages as labels_setup_pages
from registry.licensing import act_pages, application_pages, taking_over
from registry.licensing import api as licensing_api
from registry.licensing import approving as licensing_approving
from registry.licensing import case_api as licensing_case_api
from registry.licensing import commands as licensing_commands
from registry.licensing import law_api as licensing_law_api
from registry.licensing import law_pages as licensing_law_pages
from registry.licensing import pages as licensing_pages
from registry.licensing import paper as licensing_paper
from registry.licensing import paper_api as licensing_paper_api
from registry.licensing import paper_facts as licensing_paper_facts
from registry.licensing import paper_pages as licensing_paper_pages
from registry.marks import api as marks_api
from registry.marks import commands as marks_commands
from registry.marks import pages as marks_pages
from registry.notices import again as notices_again
from registry.notices import api as notices_api
from registry.notices import following as notices_following
from registry.notices import messages as notices_messages
from registry.notices import pages as notices_pages
from registry.notices import sealing as notices_sealing
from registry.recovery import api as recovery_api
from registry.recovery import certificate as recovery_certificate
from registry.recovery import commands as recovery_commands
from registry.recovery import disposal_acts, disposal_api, disposal_pages
from registry.recovery import documents as recovery_documents
from registry.recovery import entry_pages as recovery_entry_pages
from registry.recovery import evidence_pages as recovery_evidence_pages
from registry.recovery import figures_api as recovery_figures_api
from registry.recovery import figures_document as recovery_figures_document
from registry.recovery import figures_pages as recovery_figures_pages
from registry.recovery import labels as recovery_labels
from registry.recovery import pages as recovery_pages
from registry.recovery import paper_facts as recovery_paper_facts
from registry.requests import again as requests_again
from registry.requests import api as requests_api
from registry.requests import (
    attached,
    attaching_api,
    attaching_pages,
    disclosing,
    disclosures_api,
    disclosures_pages,
    holders_api,
    holders_pages,
    naming,
)
from registry.requests import chain_documents as requests_chain_documents
from registry.requests import documents as requests_documents
from registry.requests import evidence_api as requests_evidence_api
from registry.requests import evidence_pages as requests_evidence_pages
from registry.requests import letters_api as requests_letters_api
from registry.requests import letters_pages as requests_letters_pages
from registry.requests import messages as requests_messages
from registry.requests import pages as requests_pages
from registry.requests.following import DUE as REQUESTS_DUE
from registry.retention import api as retention_api
from registry.retention import commands as retention_commands
from registry.retention import disposal_api as retention_disposal_api
from registry.retention import disposal_pages as retention_disposal_pages
from registry.retention import disposing, ending, received_api, received_documents, received_pages
from registry.retention import documents as retention_documents
from registry.retention import pages as retention_pages
from registry.shipments import api as shipments_api
from registry.shipments import commands as shipments_commands
from registry.shipments import counter_pages as shipments_counter_pages
from registry.shipments import documents as shipments_documents
from registry.shipments import labels as shipment_labels
from registry.shipments import office_api as shipments_office_api
from registry.shipments import pages as shipments_pages
from registry.shipments import queries as shipments_queries
from registry.tracing import api as tracing_api
from registry.tracing import commands as tracing_commands
from registry.tracing import documents as tracing_documents
from registry.tracing import pages as tracing_pages
from registry.tracing import scene_documents as tracing_scene_documents
from registry.tracing import scenes_api, scenes_pages
from registry.transfer import commands as transfer_commands
from registry.upkeep import api as upkeep_api
from registry.upkeep import commands as upkeep_commands
from registry.upkeep import pages as upkeep_pages
from registry.upkeep import watch_pages
from registry.verification import api as verification_api
from registry.verification import commands as verification_commands
from registry.verification import pages as verification_pages
from registry.verification import paper_commands
from registry.verification.key_queries import Endings
from registry.verification.queries import Verifiable

API_ROOMS: Sequence[Any] = (
    tracing_api.blueprint,
    requests_api.blueprint,
    notices_api.blueprint,
    firearms_api.blueprint,
    ammunition_api.blueprint,
    licensing_api.blueprint,
    shipments_api.blueprint,
    deactivation_api.blueprint,
    marks_api.blueprint,
    directory_api.blueprint,
    authorities_api.blueprint,
    calendars_api.blueprint,
    access_api.blueprint,
    auditing_api.blueprint,
    verification_api.blueprint,
    home_api.blueprint,
    recovery_api.blueprint,
    retention_api.blueprint,
    exchange_api.blueprint,
    exchange_files_api.blueprint,
    intake_api.blueprint,
    labels_api.blueprint,
    upkeep_api.blueprint,
)
PAGE_ROOMS: Sequence[Any] = (
    home_pages.blueprint,
    access_pages.blueprint,
    tracing_pages.blueprint,
    requests_pages.blueprint,
    notices_pages.blueprint,
    firearms_pages.blueprint,
    ammunition_pages.blueprint,
    licensing_pages.blueprint,
    deactivation_pages.blueprint,
    marks_pages.blueprint,
    directory_pages.blueprint,
    authorities_pages.blueprint,
    shipments_pages.blueprint,
    calendars_pages.blueprint,
    auditing_pages.blueprint,
    verification_pages.blueprint,
    recovery_pages.blueprint,
    retention_pages.blueprint,
    exchange_pages.blueprint,
    intake_mapping_pages.blueprint,
    labels_pages.blueprint,
    upkeep_pages.blueprint,
    watch_pages.blueprint,
)
NAVIGATION: Sequence[NavigationEntry] = (
    *tracing_pages.NAVIGATION,
    *requests_pages.NAVIGATION,
    *notices_pages.NAVIGATION,
    *firearms_pages.NAVIGATION,
    *ammunition_pages.NAVIGATION,
    *licensing_pages.NAVIGATION,
    *deactivation_pages.NAVIGATION,
    *marks_pages.NAVIGATION,
    *recovery_pages.NAVIGATION,
    *labels_pages.NAVIGATION,
    *directory_pages.NAVIGATION,
    *authorities_pages.NAVIGATION,
    *shipments_pages.NAVIGATION,
    *retention_pages.NAVIGATION,
    *intake_pages.NAVIGATION,
    *auditing_pages.NAVIGATION,
    *exchange_pages.NAVIGATION,
    *verification_pages.NAVIGATION,
    *upkeep_pages.NAVIGATION,
    *access_pages.NAVIGATION,
)
SECTIONS: Mapping[str, str] = {
    "tracing": "Tracing",
    "requests": "Tracing",
    "exchange": "Tracing",
    "firearms": "Firearms",
    "marks": "Firearms",
    "deactivation": "Firearms",
    "recovery": "Recovery",
    "labels": "Firearms",
    "ammunition": "Ammunition",
    "licensing": "Licences",
    "shipments": "Licences",
    "notices": "Licences",
    "directory": "Directory",
    "authorities": "Directory",
    "retention": "Records",
    "intake": "Records",
    "auditing": "Records",
    "access": "Access",
    "verification": "Access",
    "operations": "Access",
}
"""In which section of the navigation a subject stands, where there are more entries than fit in a row."""
COMMANDS: Sequence[Any] = (
    *OPERATOR_COMMANDS,
    access_commands.access,
    ammunition_commands.ammunition,
    marks_commands.marks,
    licensing_commands.licences,
    tracing_commands.trace,
    recovery_commands.recovery,
    retention_commands.retention,
    auditing_commands.ledger,
    shipments_commands.shipments,
    exchange_commands.exchange,
    verification_commands.documents,
    authorities_commands.authorities,
    intake_commands.intake,
    labels_commands.labels,
    transfer_commands.export,
    transfer_commands.rebuild,
    paper_commands.papers,
    *upkeep_commands.COMMANDS,
)
OFFERS: Mapping[str, Mapping[Any, Any]] = {
    "approvals": {
        **grants.APPROVABLE,
        **(firearm_conflicts.APPROVABLE | naming.APPROVABLE),
        **(mark_texts.APPROVABLE | disposal_acts.APPROVABLE),
        **(licensing_approving.APPROVABLE | taking_over.APPROVABLE),
        **(verifying.APPROVABLE | disposing.APPROVABLE),
        **(undoing.APPROVABLE | entering.APPROVABLE),
    },
    "custody": incidents.WATCHERS,
    "due": {**REQUESTS_DUE, **notices_following.DUE, **ending.DUE},
    "card": OWN_CARD,
    "licences": notices_following.WATCHERS,
    "licence_announced": shipments_queries.ANNOUNCED,
    "licence_parts": notices_pages.LICENCE_PARTS,
    "shipment_parts": notices_pages.SHIPMENT_PARTS,
    "labels": {
        **(firearm_labels.LABELS | ammunition_labels.LABELS),
        **(deactivation_labels.LABELS | shipment_labels.LABELS),
        **recovery_labels.LABELS,
    },
    "source": {"intake": intake_queries.source},
    "record_source": {"intake": intake_queries.record_source},
    "copies": {"intake": intake_queries.of_received},
    "message_stands": attached.MESSAGES,
    "posted": {**requests_again.POSTED, **notices_again.POSTED},
    "case_is_held": ending.HOLDS,
}
"""What subjects offer to lower floors: which acts take two, for `registry.access.approvals`; who watches
chains of custody, for `registry.firearms.chain`; what is done now and then, for the exchange's courier; our
own card, for the exchange's key set; where the record of a firearm, or another one, came from; what was
brought in of the records of a closed company; who is told that a licence has changed; what of it waits;
what its pages and a shipment's show of other States; which messages count still; what becomes of those that
could not be delivered; what case is held."""
MORE_ROOMS = (
    application_pages, licensing_law_pages, shipments_office_api, shipments_counter_pages,
    labels_setup_pages, act_pages,
    licensing_paper_api, licensing_paper_pages, licensing_case_api, licensing_law_api,
    approvals_api, glass_api, code_api, code_pages, counter_pages, law_api, law_pages, marking_api,
    marking_pages, sales_api, sales_pages, scenes_api, scenes_pages,
    stock_api, stock_pages, recovery_entry_pages, recovery_evidence_pages,
    recovery_figures_api, recovery_figures_pages, disposal_api, disposal_pages,
    retention_disposal_api, retention_disposal_pages, received_api, received_pages,
    requests_letters_api, requests_letters_pages, requests_evidence_api, requests_evidence_pages,
    disclosures_api, disclosures_pages, attaching_api, attaching_pages, holders_api, holders_pages,
)  # fmt: skip
"""Rooms whose routes belong to a blueprint of another one."""
VERIFIABLE: Verifiable = {
    **tracing_documents.VERIFIABLE,
    **tracing_scene_documents.VERIFIABLE,
    **requests_documents.VERIFIABLE,
    **requests_chain_documents.VERIFIABLE,
    **notices_sealing.VERIFIABLE,
    **firearms_record.VERIFIABLE,
    **firearms_extract.VERIFIABLE,
    **ammunition_record.VERIFIABLE,
    **recovery_documents.VERIFIABLE,
    **recovery_certificate.VERIFIABLE,
    **recovery_figures_document.VERIFIABLE,
    **licensing_paper.VERIFIABLE,
    **shipments_documents.VERIFIABLE,
    **deactivation_documents.VERIFIABLE,
    **retention_documents.VERIFIABLE,
    **received_documents.VERIFIABLE,
}
"""Kinds of documents that everyone can verify, and what each subject tells of its own."""
ENDINGS: Endings = {
    **licensing_paper_facts.ENDINGS,
    **deactivation_paper_facts.ENDINGS,
    **recovery_paper_facts.ENDINGS,
}
"""Kinds of documents that are checked without a network, and which of them each subject ended early."""
MESSAGES: Kinds = merged(
    exchange_kinds.KINDS, requests_messages.KINDS, disclosing.KINDS, notices_messages.KINDS
)
"""Kinds of messages between States, and what each does; a subject's own are merged in here."""
