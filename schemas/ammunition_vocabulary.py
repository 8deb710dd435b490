"""Closed lists of what ammunition and its packages bear, each with its source."""

from __future__ import annotations

from enum import StrEnum


class MarkedItem(StrEnum):
    """What the smallest package bears (Directive (EU) 2021/555 art. 4; ECOWAS art. 18; CIP)."""

    MAKER = "maker"
    LOT = "lot"
    CALIBRE = "calibre"
    TYPE = "type"  # of the ammunition
    COUNTRY = "country"  # of manufacture
    YEAR = "year"  # of manufacture
    PURCHASER = "purchaser"
    DESTINATION = "destination"
    CONTROL_MARK = "control_mark"  # of a proof house of the CIP


class MarkingStandard(StrEnum):
    """Who asks for marks on ammunition."""

    EUROPEAN_UNION = "european_union"
    ECOWAS = "ecowas"
    CIP = "cip"


class CartridgeState(StrEnum):
    """What was found of a cartridge."""

    ROUND = "round"  # unfired
    CASE = "case"  # fired
    RELOADED = "reloaded"  # a case that was loaded again: its code tells of its first filling only
