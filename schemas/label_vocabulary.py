"""Closed lists of labels: what is labelled, on what, by what printer."""

from __future__ import annotations

from enum import StrEnum


class LabelDesign(StrEnum):
    """What a label is for; each shows what the law or the trade asks for."""

    FIREARM = "firearm"  # FP 8(1)(a): maker, country or place, serial
    PART = "part"
    IMPORT_MARK = "import_mark"  # FP 8(1)(b): country and year of import, and the unique mark
    EVIDENCE = "evidence"
    DISPOSAL = "disposal"  # FP 6(2): what was decided, and by which method
    UNIT_BOX = "unit_box"  # GS1-128 of a trade item
    CARTON = "carton"  # GS1-128 of a logistic unit, with SSCC
    PALLET = "pallet"
    SHIPMENT = "shipment"  # FP 10(3)
    DEACTIVATION = "deactivation"  # FP 9(c)


class MediumKind(StrEnum):
    """How labels lie on what they are printed on."""

    SHEET = "sheet"
    ROLL = "roll"


class PrinterLanguage(StrEnum):
    """What a printer is sent."""

    PDF = "pdf"
    ZPL = "zpl"


class LabelOutput(StrEnum):
    """As what the labels of a job are handed out: for a printer, or as artwork for a press."""

    PDF = "pdf"
    ZPL = "zpl"
    SVG = "svg"  # an archive with a drawing for each label


class RunKind(StrEnum):
    """Why labels were sent to the printer."""

    FIRST = "first"
    NEXT = "next"  # those of the job that were not sent yet
    RESUME = "resume"  # after a jam, from the first one that is missing
    REPRINT = "reprint"


class JobState(StrEnum):
    """How far a print job came."""

    OPEN = "open"
    DONE = "done"  # every label was sent, and nobody says that one is missing
    CANCELLED = "cancelled"
