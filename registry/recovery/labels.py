"""What labels of evidence say, and of what is approved to be destroyed or disposed of (FP art. 6)."""

from __future__ import annotations

from collections.abc import Sequence

from registry.core.errors import Conflict, NotFound
from registry.core.numbers import key_of
from registry.core.printing.composing import Label, Line
from registry.core.work import Work, allow
from registry.labels.sources import Source
from registry.recovery import disposal_queries, queries
from registry.recovery.disposal_views import DisposalView
from registry.recovery.tables import Item, Recovery
from schemas.label_vocabulary import LabelDesign
from schemas.recovery_vocabulary import DisposalState
from schemas.vocabulary import May
from schemas.words import Language, said

LABELLED = (DisposalState.APPROVED, DisposalState.DONE)


def of_evidence(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
    """Labels of evidence bags: what is in them, where and when it was found, in which case."""
    allow(work.actor, May.RECOVERY_READ)
    items = [_item(work, number) for number in numbers]
    return [_evidence(item, work.session.get_one(Recovery, item.recovery_id), say) for item in items]


def _item(work: Work, number: str) -> Item:
    item = work.session.get(Item, key_of("EV", number) or 0)
    if item is None:
        raise NotFound(said("No record has the number %(text)s", text=f"{number[:40]!r}"))
    return item


def _evidence(item: Item, found: Recovery, say: Language) -> Label:
    row = queries.row_of(item, {})
    return Label(
        design=LabelDesign.EVIDENCE,
        number=row["number"],
        heading=say("Evidence"),
        authority="",
        mark=row["number"],
        lines=(
            Line("kind", say("What"), _what(item, say)),
            Line("mark", say("Mark as read"), item.mark or say("None")),
            Line("recovered_on", say("Found"), f"{found.recovered_on} {found.place}"),
            Line("case_number", say("Case number"), found.case_number),
            Line("bag", say("Bag"), item.bag or ""),
            Line("authority_number", say("Number given"), row["authority_number"], needed=False),
        ),
        rightwards=say.code == "ar",
    )


def _what(item: Item, say: Language) -> str:
    amount = f"{say.number(item.quantity)} × " if item.quantity > 1 else ""
    kind = say.label(item.type if item.kind == "firearm" else item.kind)
    named = " ".join(filter(None, (item.maker, item.model, item.calibre)))
    return f"{amount}{kind} {named}".strip()


def evidence_of(work: Work, number: str) -> list[str] | None:
    """The items of a recovery."""
    key = key_of("RV", number)
    if key is None:
        return None
    allow(work.actor, May.RECOVERY_READ)
    return [row.number for row in queries.recovery(work, key).items]


def of_disposal(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
    """Labels of items on their way to their end: what becomes of them, in which batch, by which method.

    The code stays the item's own, so that it is scanned as before. Raises Conflict before it is approved.
    """
    allow(work.actor, May.RECOVERY_READ)
    return [_disposal(work, number, say) for number in numbers]


def _disposal(work: Work, number: str, say: Language) -> Label:
    item = _item(work, number)
    batch = disposal_queries.batch_of(work, item.id)
    if batch is None or batch.state not in LABELLED:
        raise Conflict(said("Nothing is labelled for disposal before it is approved."))
    row = queries.row_of(item, {})
    return Label(
        design=LabelDesign.DISPOSAL,
        number=row["number"],
        heading=f"{say.label(batch.kind)} · {disposal_queries.disposal_number(batch.id)}",
        authority="",
        mark=row["number"],
        lines=(
            Line("method", say("Method"), say.label(batch.method)),
            Line("kind", say("What"), _what(item, say)),
            Line("mark", say("Mark as read"), item.mark or say("None")),
            Line("place", say("Place"), batch.place),
            Line("authority_number", say("Number given"), row["authority_number"], needed=False),
        ),
        rightwards=say.code == "ar",
    )


def disposal_of(work: Work, number: str) -> list[str] | None:
    """The items of a batch."""
    key = key_of("DC", number)
    if key is None:
        return None
    allow(work.actor, May.RECOVERY_READ)
    found: DisposalView = disposal_queries.disposal(work, key)
    return list(found.items)


LABELS = {
    LabelDesign.EVIDENCE: Source(of_evidence, evidence_of),
    LabelDesign.DISPOSAL: Source(of_disposal, disposal_of),
}
