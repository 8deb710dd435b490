"""Closed lists, published and never renamed. FP: the UN Firearms Protocol; ITI: the Tracing Instrument."""

from __future__ import annotations

from enum import StrEnum

from schemas.verification_vocabulary import Authenticity as Authenticity
from schemas.verification_vocabulary import IssuedKind as IssuedKind


class Role(StrEnum):
    """In which capacity a person works."""

    AUTHORITY_OFFICER = "authority_officer"
    AUTHORITY_SUPERVISOR = "authority_supervisor"
    POLICE = "police"
    CUSTOMS = "customs"
    TRADER = "trader"  # maker, importer or dealer
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class May(StrEnum):
    """What a person may be allowed to do; `registry/core/policy.py` says which role may do which."""

    DIRECTORY_READ = "directory.read"
    DIRECTORY_WRITE = "directory.write"
    AUTHORITY_READ = "authority.read"  # what is not public of other States' authorities
    AUTHORITY_TERM_SET = "authority_term.set"  # when what is known of them is old
    PERSON_READ = "person.read"  # personal data of natural persons
    FIREARM_READ = "firearm.read"
    FIREARM_REGISTER = "firearm.register"
    FIREARM_CORRECT = "firearm.correct"
    MARK_RECORD = "mark.record"
    MARK_CORRECT = "mark.correct"  # that another text is what a mark says
    MARK_READ = "mark.read"  # how marks are understood: symbols, patterns of makers
    MARK_RULE_WRITE = "mark_rule.write"  # patterns that the authority adds
    CUSTODY_RECORD = "custody.record"
    CONFLICT_READ = "conflict.read"
    CONFLICT_PROPOSE = "conflict.propose"  # how an identity claimed twice is to be settled
    CONFLICT_RESOLVE = "conflict.resolve"
    LOT_READ = "lot.read"
    LOT_REGISTER = "lot.register"
    SALE_RECORD = "sale.record"
    STOCK_COUNT = "stock.count"  # what was really counted, held against the book
    RULE_SET = "rule.set"  # what the State asks of ammunition, and exceptions from it
    DEACTIVATION_READ = "deactivation.read"
    DEACTIVATION_RECORD = "deactivation.record"  # applications, work, photographs
    DEACTIVATION_INSPECT = "deactivation.inspect"  # results of inspections, and what incidents came to
    DEACTIVATION_PROPOSE = "deactivation.propose"  # that one is verified or annulled
    DEACTIVATION_VERIFY = "deactivation.verify"
    VERIFYING_BODY_SET = "verifying_body.set"
    TRACE_ASK = "trace.ask"
    TRACE_READ = "trace.read"
    REQUEST_READ = "request.read"  # requests for traces between States
    REQUEST_WRITE = "request.write"  # drafts of requests to other States
    REQUEST_SEND = "request.send"  # what the point of contact says to other States
    REQUEST_ANSWER = "request.answer"  # review, redact and release what other States asked for
    REQUEST_RULE_SET = "request_rule.set"  # what goes to a State by itself
    LABEL_PRINT = "label.print"
    LABEL_SET = "label.set"  # formats of labels
    PRINTER_SET = "printer.set"
    RECOVERY_READ = "recovery.read"
    RECOVERY_RECORD = "recovery.record"  # seized, found, surrendered, collected
    CAMPAIGN_WRITE = "campaign.write"
    EVIDENCE_HAND = "evidence.hand"  # hand evidence over and sign for it
    DISPOSAL_PROPOSE = "disposal.propose"  # and, once approved, record that it was done
    DISPOSAL_APPROVE = "disposal.approve"
    LICENCE_READ = "licence.read"
    LICENCE_CASE = "licence_case.read"  # applications, beside what was issued
    LICENCE_APPLY = "licence.apply"
    LICENCE_REVIEW = "licence.review"  # verify with other States, assess, propose
    LICENCE_DECIDE = "licence.decide"  # approve, refuse, suspend, revoke
    LICENCE_RULE_SET = "licence_rule.set"  # embargoes, times of the law, authorisations to trade
    SHIPMENT_READ = "shipment.read"
    SHIPMENT_ANNOUNCE = "shipment.announce"
    SHIPMENT_CLEAR = "shipment.clear"
    SHIPMENT_FOLLOW = "shipment.follow"  # passages, arrival, receipt, reminders
    NOTICE_READ = "notice.read"  # notices and questions between States about licences and shipments
    NOTICE_ASK = "notice.ask"  # ask and notify other States
    NOTICE_ANSWER = "notice.answer"  # decide what other States ask
    EXPECTED_READ = "expected.read"  # shipments that other States announced
    OFFICE_WRITE = "office.write"  # customs offices, and who works there
    RETENTION_READ = "retention.read"  # how long records are kept, and what would go
    RETENTION_SET = "retention.set"  # the terms that laws ask for
    HOLD_PLACE = "hold.place"  # that a record stays whatever its terms say
    HOLD_LIFT = "hold.lift"
    RECORDS_RECEIVE = "records.receive"  # what a company that closes hands over
    INTAKE_RUN = "intake.run"  # bring in registers kept elsewhere
    INTAKE_UNDO = "intake.undo"  # approve that all of one is taken back
    RECORDS_DISPOSE = "records.dispose"  # propose that records go at the end of their terms
    RECORDS_DISPOSAL_APPROVE = "records_disposal.approve"
    LEDGER_ERASE = "ledger.erase"  # personal values of records that go, from the journal too
    HISTORY_READ = "history.read"  # who changed a record, and why
    LEDGER_READ = "ledger.read"
    OPERATIONS_READ = "operations.read"  # whether the registry is well
    DOCUMENT_KEYS = "document.keys"  # by which certificate documents are signed
    EXCHANGE_READ = "exchange.read"  # which States we exchange messages with, and what became of them
    EXCHANGE_CARRY = "exchange.carry"  # bring in what another State wrote: signed files, letters
    EXCHANGE_MANAGE = "exchange.manage"  # keys, roots of other States, dead letters
    APPROVAL_READ = "approval.read"  # what waits for a second person
    APPROVAL_PROPOSE = "approval.propose"
    APPROVAL_DECIDE = "approval.decide"
    GLASS_READ = "glass.read"  # records opened beyond one's role
    GLASS_BREAK = "glass.break"  # open one, for a stated reason and a short time
    GLASS_REVIEW = "glass.review"
    USER_MANAGE = "user.manage"
    ROLE_APPROVE = "role.approve"  # that somebody gets a role
    TOKEN_MANAGE = "token.manage"  # one's own bearer tokens
    ACCESS_OWN = "access.own"  # one's own password, second factor and sessions


class ApprovalKind(StrEnum):
    """What nobody does alone: one person proposes, others approve."""

    OPEN_ACCOUNT = "open_account"
    GRANT_ROLE = "grant_role"
    RESOLVE_CONFLICT = "resolve_conflict"
    DISPOSE = "dispose"
    CORRECT_MARK = "correct_mark"
    ISSUE_LICENCE = "issue_licence"
    AMEND_LICENCE = "amend_licence"
    REVOKE_LICENCE = "revoke_licence"
    TAKE_OVER_LICENCE = "take_over_licence"  # of before this registry
    VERIFY_DEACTIVATION = "verify_deactivation"
    ANNUL_DEACTIVATION = "annul_deactivation"
    DISPOSE_RECORDS = "dispose_records"
    UNDO_INTAKE = "undo_intake"
    ENTER_INTAKE = "enter_intake"  # of licences in force
    NAME_HOLDER = "name_holder"  # to another State
    END_KEEPING = "end_keeping"  # of what another State let us keep until a day


class ProposalState(StrEnum):
    """Where a proposal stands; all but the first are for good."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"  # the records changed before it was approved
    EXPIRED = "expired"


class PartyKind(StrEnum):
    MAKER = "maker"
    IMPORTER = "importer"
    DEALER = "dealer"
    PUBLIC_BODY = "public_body"
    PERSON = "person"


class FirearmType(StrEnum):
    """NVDRS firearm types and FP art. 3(a)."""

    PISTOL = "pistol"
    REVOLVER = "revolver"
    DERRINGER = "derringer"
    RIFLE = "rifle"
    SHOTGUN = "shotgun"
    COMBINATION = "combination"
    SUBMACHINE_GUN = "submachine_gun"
    MACHINE_GUN = "machine_gun"
    HANDMADE = "handmade"
    OTHER = "other"
    UNKNOWN = "unknown"


class FirearmAction(StrEnum):
    """NVDRS actions."""

    SINGLE_SHOT = "single_shot"
    SEMI_AUTOMATIC = "semi_automatic"
    AUTOMATIC = "automatic"
    REVOLVING = "revolving"
    BOLT = "bolt"
    LEVER = "lever"
    PUMP = "pump"
    DOUBLE_BARREL = "double_barrel"
    OTHER = "other"
    UNKNOWN = "unknown"


class ComponentKind(StrEnum):
    """Parts and components, FP art. 3(b)."""

    FRAME_OR_RECEIVER = "frame_or_receiver"
    BARREL = "barrel"
    SLIDE = "slide"
    CYLINDER = "cylinder"
    BOLT_OR_BREECH_BLOCK = "bolt_or_breech_block"
    SOUND_MODERATOR = "sound_moderator"


class MarkKind(StrEnum):
    """FP arts. 6, 8 and 9."""

    MANUFACTURE = "manufacture"  # 8(1)(a)
    IMPORT = "import"  # 8(1)(b)
    STATE_STOCK_TRANSFER = "state_stock_transfer"  # 8(1)(c)
    CONFISCATION = "confiscation"  # 6(2)
    DEACTIVATION = "deactivation"  # 9(c)
    PROOF = "proof"
    REGISTRATION = "registration"


class MarkTechnique(StrEnum):
    ENGRAVED = "engraved"
    STAMPED = "stamped"
    LASER = "laser"
    DOT_PEEN = "dot_peen"
    CAST = "cast"
    ETCHED = "etched"
    PLATE = "plate"
    UNKNOWN = "unknown"


class MarkCondition(StrEnum):
    INTACT = "intact"
    ALTERED = "altered"
    OBLITERATED = "obliterated"
    RESTORED = "restored"


class Symbol(StrEnum):
    """Simple geometric symbols of FP art. 8(1)(a) as they are typed by name."""

    TRIANGLE = "triangle"
    CIRCLE = "circle"
    DOUBLE_CIRCLE = "double_circle"
    STAR = "star"
    SHIELD = "shield"
    ANCHOR = "anchor"
    CROWN = "crown"
    ARROW = "arrow"
    DIAMOND = "diamond"
    ARROW_IN_TRIANGLE = "arrow_in_triangle"
    SIXTY_SIX_IN_TRIANGLE = "sixty_six_in_triangle"
    TWENTY_SIX_IN_TRIANGLE = "twenty_six_in_triangle"
    TEN_IN_DOUBLE_CIRCLE = "ten_in_double_circle"


class CustodyKind(StrEnum):
    """Steps in the life of a firearm, FP arts. 6 to 10."""

    MANUFACTURED = "manufactured"
    IMPORTED = "imported"
    ACQUIRED = "acquired"  # where a record begins with its holder, as a dealer's book does
    SOLD = "sold"
    TRANSFERRED = "transferred"
    ISSUED = "issued"
    LOST = "lost"
    STOLEN = "stolen"
    FOUND = "found"
    SEIZED = "seized"
    SURRENDERED = "surrendered"
    EXPORTED = "exported"
    DESTROYED = "destroyed"


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    IMPORT_LICENCE = "import_licence"
    EXPORT_LICENCE = "export_licence"
    TRANSPORT_PERMIT = "transport_permit"
    POLICE_REPORT = "police_report"
    COURT_ORDER = "court_order"
    PRODUCTION_RECORD = "production_record"
    HANDOVER_RECORD = "handover_record"
    DESTRUCTION_CERTIFICATE = "destruction_certificate"
    OTHER = "other"


class ConflictDecision(StrEnum):
    """How a supervisor settles an identity claimed twice."""

    BOTH_GENUINE = "both_genuine"  # two firearms bear the same mark
    SAME_FIREARM = "same_firearm"  # one firearm recorded twice: the other record is superseded


class MarkingScheme(StrEnum):
    """How cartridges of a lot are marked; Brazil, Law 10.826 art. 23 and ordinance 16 D LOG."""

    LOT_CODE = "lot_code"
    LOT_AND_BUYER_CODE = "lot_and_buyer_code"
    SERIALISED = "serialised"


class PackageLevel(StrEnum):
    UNIT_BOX = "unit_box"
    CARTON = "carton"
    CASE = "case"
    PALLET = "pallet"


class RuleKind(StrEnum):
    """What a State asks of ammunition; the figures are records, not code."""

    LOT_LIMIT = "lot_limit"  # cartridges under one code
    BUYER_LIMIT = "buyer_limit"  # cartridges of one lot to one buyer
    CARTRIDGE_MARKING = "cartridge_marking"  # how cartridges for these buyers must be marked
    YEARLY_LIMIT = "yearly_limit"  # cartridges of a calibre to one buyer in a calendar year
    LEAST_AGE = "least_age"  # of a buyer, in years


class Exceeding(StrEnum):
    """What happens to what a rule does not allow."""

    REFUSED = "refused"
    APPROVAL = "approval"  # recorded when a supervisor gives a reason


class MovementKind(StrEnum):
    """Movements of spans of cartridges."""

    MANUFACTURED = "manufactured"
    IMPORTED = "imported"
    SOLD = "sold"
    TRANSFERRED = "transferred"
    ISSUED = "issued"
    RETURNED = "returned"
    EXPENDED = "expended"
    LOST = "lost"
    STOLEN = "stolen"
    EXPORTED = "exported"
    DESTROYED = "destroyed"


class Purpose(StrEnum):
    """Why records are asked for (ITI 15, 17): every search keeps it."""

    CRIMINAL_INVESTIGATION = "criminal_investigation"
    RECOVERED_FIREARM = "recovered_firearm"
    BORDER_CONTROL = "border_control"
    LICENSING = "licensing"
    FOREIGN_REQUEST = "foreign_request"
    AUDIT = "audit"
    REGISTRATION = "registration"


class IllicitGround(StrEnum):
    """Why a firearm is considered illicit (ITI 6), as requests name it."""

    LAW_OF_THE_STATE = "law_of_the_state"
    ARMS_EMBARGO = "arms_embargo"
    NOT_MARKED = "not_marked"
    MADE_WITHOUT_AUTHORIZATION = "made_without_authorization"
    TRANSFERRED_WITHOUT_AUTHORIZATION = "transferred_without_authorization"


class TraceKind(StrEnum):
    FIREARM = "firearm"
    CARTRIDGE = "cartridge"


class Outcome(StrEnum):
    """What a trace found."""

    IDENTIFIED = "identified"
    CANDIDATES = "candidates"
    LOT_IDENTIFIED = "lot_identified"
    LEFT_THE_COUNTRY = "left_the_country"
    NOT_IN_RECORDS = "not_in_records"


class FindingKind(StrEnum):
    """What whoever reads a trace must not overlook."""

    REPORTED_STOLEN = "reported_stolen"
    REPORTED_LOST = "reported_lost"
    IDENTITY_CONFLICT = "identity_conflict"
    RECORD_SUPERSEDED = "record_superseded"
    LOT_ABOVE_LIMIT = "lot_above_limit"
    LOT_SEVERAL_BUYERS = "lot_several_buyers"
    CODE_ON_SEVERAL_LOTS = "code_on_several_lots"
    MARK_ALTERED = "mark_altered"
    DEACTIVATED = "deactivated"
    DESTROYED = "destroyed"
    OUT_OF_SCOPE = "out_of_scope"
    TIME_TO_RECOVERY = "time_to_recovery"
    IMPORT_MARK_MISSING = "import_mark_missing"
    MATCHED_BY_LOOK_ALIKE = "matched_by_look_alike"
    DIFFERS_FROM_REPORT = "differs_from_report"
    MORE_THAN_SHOWN = "more_than_shown"
    MATCHED_BY_MISREADING = "matched_by_misreading"
    LOT_RECOVERED_AGAIN = "lot_recovered_again"
    SCENES_FAR_APART = "scenes_far_apart"
    LOSS_REPORTED_AFTERWARDS = "loss_reported_afterwards"
    RELOADED_CASE = "reloaded_case"
    RULE_EXCEPTION = "rule_exception"
    STOCK_DOES_NOT_ADD_UP = "stock_does_not_add_up"
    CROSSED_BORDER = "crossed_border"


class CertaintyLevel(StrEnum):
    CERTAIN = "certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    NONE = "none"


class MatchKind(StrEnum):
    """How a mark agreed with what was read."""

    EXACT = "exact"
    FOLDED = "folded"  # only after look-alike characters were folded
    PARTIAL = "partial"  # with unreadable characters
    NEAR = "near"  # only if some characters were misread, changed places or are missing


class Severity(StrEnum):
    INFORMATION = "information"
    WARNING = "warning"
    ALARM = "alarm"
