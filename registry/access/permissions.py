"""What each permission means, in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _

from schemas.vocabulary import May

MEANING: Mapping[May, Any] = {
    May.DIRECTORY_READ: _("See parties and States"),
    May.DIRECTORY_WRITE: _("Register and correct parties, enter and check cards of authorities"),
    May.AUTHORITY_READ: _("See what is not public of other States' authorities"),
    May.AUTHORITY_TERM_SET: _("Set when cards of authorities are old"),
    May.PERSON_READ: _("See personal data"),
    May.FIREARM_READ: _("See firearms"),
    May.FIREARM_REGISTER: _("Register firearms"),
    May.FIREARM_CORRECT: _("Correct records of firearms"),
    May.MARK_RECORD: _("Record marks"),
    May.MARK_CORRECT: _("Approve another text for a mark"),
    May.MARK_READ: _("See how marks are understood: signs of factories, patterns of serials"),
    May.MARK_RULE_WRITE: _("Add and withdraw patterns of serials"),
    May.CUSTODY_RECORD: _("Record custody"),
    May.CONFLICT_READ: _("See identities in conflict"),
    May.CONFLICT_PROPOSE: _("Propose how a conflict is settled"),
    May.CONFLICT_RESOLVE: _("Approve how a conflict is settled"),
    May.LOT_READ: _("See lots of ammunition and their sales"),
    May.LOT_REGISTER: _("Register and pack lots of ammunition"),
    May.SALE_RECORD: _("Record sales and movements of ammunition"),
    May.STOCK_COUNT: _("Hold counts of stock against the book"),
    May.RULE_SET: _("Set the rules for ammunition and allow exceptions"),
    May.DEACTIVATION_READ: _("See deactivations and incidents with deactivated firearms"),
    May.DEACTIVATION_RECORD: _("Apply for deactivations, report the work, add photographs"),
    May.DEACTIVATION_INSPECT: _("Record inspections, and what incidents came to"),
    May.DEACTIVATION_PROPOSE: _("Propose that a deactivation is verified or annulled"),
    May.DEACTIVATION_VERIFY: _("Approve that a deactivation is verified or annulled"),
    May.VERIFYING_BODY_SET: _("Authorize bodies to verify deactivations"),
    May.TRACE_ASK: _("Trace firearms and cartridges"),
    May.TRACE_READ: _("See traces"),
    May.REQUEST_READ: _("See requests for traces between States"),
    May.REQUEST_WRITE: _("Write requests to other States"),
    May.REQUEST_SEND: _("Send requests to other States, and follow the chain"),
    May.REQUEST_ANSWER: _("Review, restrict and release answers to other States"),
    May.REQUEST_RULE_SET: _("Say what goes to a State by itself"),
    May.LABEL_PRINT: _("Print labels and certificates"),
    May.RECOVERY_READ: _("See what was recovered, and its chain of evidence"),
    May.RECOVERY_RECORD: _("Record what was seized, found, surrendered or collected"),
    May.CAMPAIGN_WRITE: _("Open and close campaigns"),
    May.DISPOSAL_PROPOSE: _("Propose disposals, and record that they were done"),
    May.DISPOSAL_APPROVE: _("Approve disposals"),
    May.EVIDENCE_HAND: _("Hand evidence over and sign for it"),
    May.LICENCE_READ: _("See licences that were issued"),
    May.LICENCE_CASE: _("See applications for licences, and what is decided of them"),
    May.LICENCE_APPLY: _("Apply for licences, show papers, name goods"),
    May.LICENCE_REVIEW: _("Review applications, verify papers, propose decisions on licences"),
    May.LICENCE_DECIDE: _("Approve, refuse, suspend and revoke licences"),
    May.LICENCE_RULE_SET: _("Set embargoes and times of the law, authorise traders"),
    May.SHIPMENT_READ: _("See shipments"),
    May.SHIPMENT_ANNOUNCE: _("Announce shipments under a licence, and take them back"),
    May.SHIPMENT_CLEAR: _("Clear shipments at the counter of customs"),
    May.SHIPMENT_FOLLOW: _("Record passages, arrival and receipt of shipments, ask for receipts"),
    May.OFFICE_WRITE: _("Open customs offices, and say who works there"),
    May.RETENTION_READ: _("See how long records are kept, and what would go"),
    May.RETENTION_SET: _("Set the terms for which laws have records kept"),
    May.HOLD_PLACE: _("Hold records beyond their terms"),
    May.HOLD_LIFT: _("Lift holds on records"),
    May.INTAKE_RUN: _("Bring in registers kept elsewhere"),
    May.INTAKE_UNDO: _("Approve that all a register brought in is taken back"),
    May.RECORDS_RECEIVE: _("Take over the records of a company that closes"),
    May.RECORDS_DISPOSE: _("Propose that records go at the end of their terms"),
    May.RECORDS_DISPOSAL_APPROVE: _("Approve that records go"),
    May.LEDGER_ERASE: _("Erase the personal data of records that go, from their history too"),
    May.HISTORY_READ: _("See who changed a record, and why"),
    May.LEDGER_READ: _("See and verify the ledger"),
    May.DOCUMENT_KEYS: _("See by which certificate documents are signed"),
    May.EXCHANGE_READ: _("See the exchange with other States"),
    May.EXCHANGE_MANAGE: _("Confirm other States' keys and settle what could not be delivered"),
    May.APPROVAL_READ: _("See what waits for a second person"),
    May.APPROVAL_PROPOSE: _("Propose what takes two, and withdraw it"),
    May.APPROVAL_DECIDE: _("Approve or decline what others propose"),
    May.GLASS_READ: _("See which records were opened beyond a role"),
    May.GLASS_BREAK: _("Open one record beyond one's role, for a stated reason and a short time"),
    May.GLASS_REVIEW: _("End and review what was opened beyond a role"),
    May.USER_MANAGE: _("Propose accounts and roles, close accounts"),
    May.ROLE_APPROVE: _("Approve accounts and roles that another proposes"),
    May.TOKEN_MANAGE: _("Make and revoke one's own tokens"),
    May.ACCESS_OWN: _("Change one's own password, second factor and sessions"),
}


def choices(permissions: Iterable[May]) -> list[tuple[str, str]]:
    """Permissions with their meanings, in the order of the vocabulary."""
    allowed = set(permissions)
    return [(may.value, str(MEANING[may])) for may in May if may in allowed]
