"""The certificate of deactivation: what FP art. 9(c) asks for, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

from registry.core.numbers import key_of
from registry.core.printing.paper import Block, Frame, Heading, KeyValues, Paragraph, Seal, Table, document
from registry.core.work import Work
from registry.deactivation.tables import Deactivation
from registry.deactivation.views import DeactivationView
from registry.verification.queries import Standing, Verifiable
from schemas.deactivation_vocabulary import DeactivationState
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def draw(found: DeactivationView, authority: str, seal: Seal, say: Language) -> bytes:
    """The certificate of a verified deactivation as PDF; nothing of who holds the firearm."""
    frame = Frame.in_language(
        say,
        title=say("Certificate of deactivation"),
        number=found.number,
        authority=authority,
        issued=found.verified_on.isoformat() if found.verified_on else "",
        seal=seal,
    )
    return document(frame, list(_blocks(found, say)))


def _blocks(found: DeactivationView, say: Language) -> Iterator[Block]:
    inspection = found.inspections[-1]
    yield Paragraph(found.firearm_name, large=True)
    yield Paragraph(
        say(
            "Every essential part of this firearm was made permanently inoperable, so that it cannot be "
            "removed, replaced or modified to make the firearm live again. A verifying body that did not do "
            "the work inspected it (Firearms Protocol, article 9)."
        )
    )
    yield KeyValues(
        [
            (say("Registry number"), found.firearm),
            (say("Type"), say.label(found.type)),
            (say("Marks it was made with"), say(", ").join(found.firearm_marks)),
            (say("Deactivation mark"), found.mark or say("None: this certificate stands for it")),
            (say("Work done by"), found.done_by_name),
            (say("Work done on"), found.done_on.isoformat() if found.done_on else ""),
            (say("Inspected by"), f"{inspection.body_name} ({inspection.inspector})"),
            (say("Inspected on"), inspection.inspected_on.isoformat()),
            (say("Verified on"), found.verified_on.isoformat() if found.verified_on else ""),
        ]
    )
    yield Heading(say("Measures for each essential part"))
    rows = [(say.label(one.part), say.told(one.text), one.remark) for one in found.measures]
    yield Table(((say("Part"), 2), (say("What was done"), 5), (say("Remark"), 2)), rows)
    yield Heading(say("Result for each essential part"))
    columns = (
        (say("Part"), 2.4),
        (say("Permanently inoperable"), 2),
        (say("Not removable"), 2),
        (say("Not replaceable or modifiable"), 2.6),
    )
    yes, no = say("Yes"), say("No")
    yield Table(
        columns,
        [
            (
                say.label(one.part),
                yes if one.inoperable else no,
                yes if one.not_removable else no,
                yes if one.not_modifiable else no,
            )
            for one in inspection.results
        ],
    )


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the firearm is still deactivated under it; which firearm, and nothing of its holder."""
    row = work.session.get(Deactivation, key_of("D", number))
    if row is None:
        return Standing(False)
    return Standing(row.state == DeactivationState.VERIFIED.value, row.state)


VERIFIABLE: Verifiable = {IssuedKind.DEACTIVATION_CERTIFICATE: stands}
