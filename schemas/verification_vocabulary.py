"""Closed lists of documents that everyone can verify, and of papers that are checked without a network."""

from __future__ import annotations

from enum import StrEnum


class IssuedKind(StrEnum):
    """Documents that everyone can verify (FP art. 10(5))."""

    TRACE_REPORT = "trace_report"
    SCENE_REPORT = "scene_report"  # on cartridges that were found together
    FIREARM_RECORD = "firearm_record"
    CUSTODY_EXTRACT = "custody_extract"  # all steps of a firearm's custody
    LOT_RECORD = "lot_record"
    RECOVERY_RECEIPT = "recovery_receipt"
    DISPOSAL_CERTIFICATE = "disposal_certificate"
    RECOVERY_FIGURES = "recovery_figures"  # SDG indicator 16.4.2 of a period
    LICENCE = "licence"
    RECEIPT = "receipt"  # of a shipment that came in, FP 10(4)
    RECEIPT_REQUEST = "receipt_request"  # to the State a shipment went to, FP 10(4)
    DEACTIVATION_CERTIFICATE = "deactivation_certificate"
    RECORDS_DISPOSAL_CERTIFICATE = "records_disposal_certificate"
    RECORDS_RECEIPT = "records_receipt"  # for what a company handed over
    TRACE_REQUEST = "trace_request"  # to or from another State
    TRACE_ANSWER = "trace_answer"  # of another State, or to it
    CHAIN_REPORT = "chain_report"  # from State to State, FP 12(4)
    REQUEST_EVIDENCE = "request_evidence"  # signed messages about a trace, explained
    NOTICE_EVIDENCE = "notice_evidence"  # the same about a licence or shipment


class Authenticity(StrEnum):
    """How a genuine document stands."""

    CURRENT = "current"
    SUPERSEDED = "superseded"  # a later edition took its place
    REVOKED = "revoked"
    NOT_IN_FORCE = "not_in_force"  # what it is about is suspended, expired, at an end or changed since


class PaperKind(StrEnum):
    """Papers whose square carries what they say, signed."""

    IMPORT_LICENCE = "import_licence"
    EXPORT_LICENCE = "export_licence"
    TRANSIT_LICENCE = "transit_licence"
    BROKERING_LICENCE = "brokering_licence"
    DEACTIVATION_CERTIFICATE = "deactivation_certificate"
    DESTRUCTION_CERTIFICATE = "destruction_certificate"
    DISPOSAL_CERTIFICATE = "disposal_certificate"


class PaperRole(StrEnum):
    """What somebody whom a paper names is to it."""

    HOLDER = "holder"
    FINAL_RECIPIENT = "final_recipient"
    INTERMEDIARY = "intermediary"
    WORK_DONE_BY = "work_done_by"
    INSPECTED_BY = "inspected_by"
    CARRIED_OUT_BY = "carried_out_by"
    RECEIVED_BY = "received_by"


class Ending(StrEnum):
    """Why a paper that was issued is no longer good."""

    SUSPENDED = "suspended"
    REVOKED = "revoked"
    REPLACED = "replaced"  # by a later edition of the same paper
    ENDED = "ended"  # used up, given back, or at an end before its last day


class PaperVerdict(StrEnum):
    """What a check without a network comes to."""

    GENUINE = "genuine"
    NO_LONGER_GOOD = "no_longer_good"  # genuine, and suspended, revoked, replaced or ended since
    OUT_OF_DATES = "out_of_dates"  # genuine, not in force today by its own dates
    NOT_OURS = "not_ours"  # or changed: the signature does not fit what it says
    CANNOT_TELL = "cannot_tell"


class PaperDoubt(StrEnum):
    """Why a check cannot tell."""

    OTHER_STATE = "other_state"
    UNKNOWN_KEY = "unknown_key"
    WITHDRAWN_KEY = "withdrawn_key"
    OLD_LIST = "old_list"
    NO_LIST = "no_list"
    NEW_FORM = "new_form"
