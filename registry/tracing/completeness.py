"""What a request to another State still lacks, before it leaves (ITI 18; MOSAIC 05.31). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from registry.marks.reading import is_placeholder
from schemas.completeness import Gap, RequestDraft
from schemas.vocabulary import FirearmType, Severity

FIRST_TRACED_YEAR = 1946
LEAST_CIRCUMSTANCES = 20  # characters: fewer say nothing


def gaps(draft: RequestDraft) -> tuple[Gap, ...]:
    """What is missing, what the instrument asks for first: alarms, then what helps."""
    found = [*_of_reasons(draft), *_of_marks(draft), *_of_firearm(draft), *_of_use(draft)]
    order = (Severity.ALARM, Severity.WARNING, Severity.INFORMATION)
    return tuple(sorted(found, key=lambda gap: order.index(gap.severity)))


def _of_reasons(draft: RequestDraft) -> Iterator[Gap]:
    if draft.ground is None:
        yield Gap(
            "ground",
            Severity.ALARM,
            "Why the firearm is considered illicit.",
            "A State answers only requests that concern an illicit arm, and it judges that by your ground.",
            "ITI 18(a)",
        )
    if not draft.legal_basis:
        yield Gap(
            "legal_basis",
            Severity.ALARM,
            "The legal justification.",
            "The provision that makes it illicit is part of the request.",
            "ITI 18(a)",
        )
    if len(draft.circumstances) < LEAST_CIRCUMSTANCES:
        yield Gap(
            "circumstances",
            Severity.ALARM,
            "The circumstances in which it was found, as far as possible.",
            "Date, place and how it was found let the other State tell a diversion from an old loss.",
            "ITI 18(a)",
        )


def _of_marks(draft: RequestDraft) -> Iterator[Gap]:
    if not draft.mark or is_placeholder(draft.mark):
        yield Gap(
            "mark",
            Severity.ALARM,
            "The serial as it is read.",
            "Without it nothing can be searched for; type what is left of it, with ? and *.",
            "ITI 18(b); MOSAIC 05.31",
        )
    elif "?" in draft.mark or "*" in draft.mark:
        yield Gap(
            "photographs",
            Severity.WARNING,
            "A photograph of the damaged mark, or its restoration.",
            "Characters that are illegible to you may be read by those who know the maker's dies.",
            "MOSAIC 05.31",
        )
    if not draft.mark_place:
        yield Gap(
            "mark_place",
            Severity.WARNING,
            "Where on the firearm the mark was read.",
            "The number of a barrel, a slide or a part is often taken for that of the frame or receiver.",
            "MOSAIC 05.31",
        )
    if not draft.other_marks:
        yield Gap(
            "other_marks",
            Severity.WARNING,
            "Other marks: of import, of proof, of assembly, signs of factories.",
            "A mark of import names the State that has the later records; a proof mark gives the year.",
            "ITI 18(b); MOSAIC 05.31",
        )
    if not draft.photographs and "?" not in draft.mark and "*" not in draft.mark:
        yield Gap(
            "photographs",
            Severity.INFORMATION,
            "Photographs of both sides and of all marks.",
            "They settle in a minute what a misread character or a wrong model makes fail.",
            "MOSAIC 05.31",
        )


def _of_firearm(draft: RequestDraft) -> Iterator[Gap]:
    essential = (
        ("maker", draft.maker, "The make.", "Makers number apart: one serial is on many arms."),
        ("model", draft.model, "The model.", "Makers repeat serials across their models."),
        ("calibre", draft.calibre, "The calibre.", "It tells firearms of one serial apart."),
        ("type", draft.type, "The type.", "It tells firearms of one serial apart."),
        ("country", draft.country, "The country of manufacture, or of the latest import.",
         "It is the State to ask; a brand is made in several."),
    )  # fmt: skip
    for field, told, what, why in essential:
        if not told or told is FirearmType.UNKNOWN:
            yield Gap(field, Severity.ALARM, what, why, "ITI 18(b); MOSAIC 05.31")
    if draft.year is not None and draft.year < FIRST_TRACED_YEAR:
        yield Gap(
            "year",
            Severity.WARNING,
            f"It was made before {FIRST_TRACED_YEAR}.",
            "Such arms are seldom traced: few records are left. Say why it matters all the same.",
            "MOSAIC 05.31",
        )


def _of_use(draft: RequestDraft) -> Iterator[Gap]:
    if not draft.intended_use:
        yield Gap(
            "intended_use",
            Severity.ALARM,
            "The intended use of the information.",
            "What you receive may be used for that only, and the other State decides by it.",
            "ITI 18(c)",
        )
    if not draft.confidentiality:
        yield Gap(
            "confidentiality",
            Severity.WARNING,
            "That restrictions on the use of the information can be kept.",
            "If they cannot, the other State is told with the request; it may refuse otherwise.",
            "ITI 15, 16",
        )
