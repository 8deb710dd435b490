"""Closed lists of licences, each with its source. Values are stored and published: never renamed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class LicenceKind(StrEnum):
    """FP arts. 10(1) and 15."""

    IMPORT = "import"
    EXPORT = "export"
    TRANSIT = "transit"
    BROKERING = "brokering"


class TemporaryPurpose(StrEnum):
    """Verifiable lawful purposes for which procedures are simplified, FP 10(6)."""

    HUNTING = "hunting"
    SPORT_SHOOTING = "sport_shooting"
    EVALUATION = "evaluation"
    EXHIBITION = "exhibition"
    REPAIR = "repair"


class LicenceState(StrEnum):
    """Where a licence stands; `registry/licensing/life.py` says what leads from one to another."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    INFORMATION_ASKED = "information_asked"
    AWAITING_APPROVAL = "awaiting_approval"  # proposed by one, a second decides
    ISSUED = "issued"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"  # every line is shipped
    RETURNED = "returned"  # given back, or what left for a time is back
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class LicenceMove(StrEnum):
    """What can happen to a licence."""

    CHANGE = "change"
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    TAKE_UP = "take_up"
    ASK_INFORMATION = "ask_information"
    ANSWER = "answer"
    RECORD = "record"  # what was verified, answered or assessed
    PROPOSE = "propose"
    SEND_BACK = "send_back"
    ISSUE = "issue"
    REFUSE = "refuse"
    NAME_GOODS = "name_goods"  # serials and spans, at the latest before shipment
    AMEND = "amend"
    SUSPEND = "suspend"
    LIFT = "lift"
    REVOKE = "revoke"
    SHIP = "ship"
    DELIVER = "deliver"  # between two other States, under a licence of brokering
    EXHAUST = "exhaust"
    EXPIRE = "expire"
    GIVE_BACK = "give_back"
    BRING_IN = "bring_in"  # issued elsewhere, before this registry
    SHOW_DOCUMENTS = "show_documents"  # of such a licence
    TAKE_OVER = "take_over"  # what was used of it before is said: shipments go on here


class GoodsKind(StrEnum):
    """What a line is of, FP art. 3(a) to (c)."""

    FIREARM = "firearm"
    PART = "part"
    AMMUNITION = "ammunition"


class TransitAnswer(StrEnum):
    """What a transit State said, FP 10(2)(b)."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    NO_OBJECTION = "no_objection"  # in writing
    TACIT = "tacit"  # no answer within the time after which silence counts
    LANDLOCKED = "landlocked"  # an agreement in favour of a landlocked State
    SIMPLIFIED = "simplified"  # the State's simplified procedure, FP 10(6)
    OBJECTION = "objection"


class Intermediary(StrEnum):
    """In which capacity somebody takes part, FP 10(3) and 15."""

    BROKER = "broker"
    CONSIGNEE = "consignee"
    CARRIER = "carrier"
    OTHER = "other"


class Assessed(StrEnum):
    """The answer to a question of the end-user and diversion assessment."""

    CLEAR = "clear"
    MITIGATED = "mitigated"  # a risk against which a measure is taken; the note says which
    RISK = "risk"


class EvidenceKind(StrEnum):
    """Documents of a case."""

    CONTRACT = "contract"
    IMPORT_LICENCE = "import_licence"
    EXPORT_LICENCE = "export_licence"
    TRANSIT_NOTICE = "transit_notice"
    END_USER_CERTIFICATE = "end_user_certificate"
    INVITATION = "invitation"  # to a hunt, competition or exhibition
    POSSESSION_PERMIT = "possession_permit"  # such as a European firearms pass
    REPAIR_ORDER = "repair_order"
    OPINION = "opinion"  # of another authority, as the ministry of foreign affairs
    DELIVERY_VERIFICATION = "delivery_verification"
    IDENTITY = "identity"
    OTHER = "other"


class LetterKind(StrEnum):
    """Correspondence of a case."""

    INFORMATION_REQUEST = "information_request"
    ANSWER = "answer"
    TRANSIT_REQUEST = "transit_request"
    IMPORT_INFORMATION = "import_information"  # given to a transit State in advance, FP 10(3)
    NOTE = "note"


class TradeActivity(StrEnum):
    """What somebody is authorised to trade."""

    EXPORT = "export"
    IMPORT = "import"
    TRANSIT = "transit"
    BROKERING = "brokering"


class TermKind(StrEnum):
    """Times that the law sets; the figures are records, not code."""

    DECISION = "decision"  # working days to decide
    DECISION_AT_MOST = "decision_at_most"  # working days in exceptional cases
    INFORMATION = "information"  # working days to answer a request for information
    TACIT_CONSENT = "tacit_consent"  # working days after which a transit State's silence counts
    RECEIPT = "receipt"  # days from exit to proof of receipt
    APPEAL = "appeal"  # days to appeal against a decision
    LONGEST_STAY = "longest_stay"  # days of a temporary licence between exit and return


class LicenceCondition(StrEnum):
    """Conditions of a licence; the rules say what each asks."""

    CONTENT = "content"
    HOLDER = "holder"
    EARLIER_RETURNS = "earlier_returns"  # what left for a time is back
    BROKER = "broker"
    GOODS = "goods"
    MARKS = "marks"
    HELD = "held"  # by whoever asks
    IMPORT_LICENCE = "import_licence"
    IMPORT_VALIDITY = "import_validity"
    IMPORT_GOODS = "import_goods"
    EXPORT_LICENCE = "export_licence"
    TRANSIT = "transit"
    EMBARGO = "embargo"
    END_USER = "end_user"
    ASSESSMENT = "assessment"
    TEMPORARY = "temporary"
    WAR_MATERIAL = "war_material"
    IN_FORCE = "in_force"
    NAMED_GOODS = "named_goods"
    TRANSIT_INFORMED = "transit_informed"
    TAKEN_OVER = "taken_over"  # one of before this registry


class Whom(StrEnum):
    """For whom a condition waits."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    IMPORTING_STATE = "importing_state"
    TRANSIT_STATE = "transit_state"
    NOBODY = "nobody"  # it cannot be met any more


HS_HEADINGS: Mapping[str, str] = {
    "9301": "Military weapons",
    "9302": "Revolvers and pistols",
    "9303": "Other firearms: muzzle-loading, sporting and hunting shotguns and rifles",
    "9304": "Other arms",
    "9305": "Parts and accessories",
    "9306": "Ammunition and parts of it",
}
"""Headings of chapter 93 of the Harmonised System of the World Customs Organization."""
