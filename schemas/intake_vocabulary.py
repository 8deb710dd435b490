"""Closed lists of intakes. Values are stored and published: never renamed."""

from __future__ import annotations

from enum import StrEnum


class IntakeKind(StrEnum):
    """What the rows of a file tell of."""

    FIREARMS = "firearms"  # with their marks and who had them
    PARTIES = "parties"  # companies, public bodies, people
    LOTS = "lots"  # of ammunition
    PACKAGES = "packages"  # of lots, in runs of one size
    SALES = "sales"  # of ammunition
    LICENCES = "licences"  # of before this registry, which are over
    RECOVERIES = "recoveries"  # what was seized, found or handed in


class IntakeState(StrEnum):
    """Where an intake stands."""

    CHECKING = "checking"  # read, and judged row by row
    CHECKED = "checked"  # judged, nothing on record yet
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"  # what was entered stays
    FAILED = "failed"  # it stopped, and says why
    UNDOING = "undoing"  # two agreed that all it entered is taken back
    UNDONE = "undone"


class IntakePolicy(StrEnum):
    """What becomes of a file in which some rows are wrong."""

    ALL_OR_NOTHING = "all_or_nothing"
    GOOD_ROWS = "good_rows"


class AliasField(StrEnum):
    """Columns whose words may stand for something else, once a person has said so."""

    MAKER = "maker"
    TYPE = "type"
    ACTION = "action"
    CALIBRE = "calibre"
    PARTY = "party"
    PARTY_KIND = "party_kind"
    SCHEME = "scheme"
    CONDITION = "condition"
    RECOVERED_AS = "recovered_as"
    ITEM_KIND = "item_kind"
    LICENCE_KIND = "licence_kind"
    GOODS = "goods"
    LEVEL = "level"
