"""What the label of a shipment says (FP 10(3)), and which goods bear a mark of import at the border."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registry.core.errors import Conflict
from registry.core.numbers import key_of
from registry.core.printing.composing import Label, Line
from registry.core.work import Work, allow
from registry.directory.countries import country_name
from registry.directory.queries import names
from registry.firearms import labels as firearm_labels
from registry.firearms.queries import firearm_number
from registry.labels.sources import Source
from registry.shipments import facts_queries, queries
from schemas.label_vocabulary import LabelDesign
from schemas.vocabulary import May, PartyKind
from schemas.words import Language, said


def contents(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
    """Labels of shipments: way, licence, holder, carrier and seal."""
    allow(work.actor, May.SHIPMENT_READ)
    return [_label(work, queries.shipment_key(number), say) for number in numbers]


def _label(work: Work, key: int, say: Language) -> Label:
    row = queries.shipment_row(work, key)
    licence = queries.licence_of(work, row)
    holder = names(work, [licence.holder_id])[licence.holder_id]
    lines = facts_queries.line_views(work, facts_queries.belongings(work, row))
    goods = "; ".join(f"{say.number(line.quantity)} × {line.description}" for line in lines)
    return Label(
        design=LabelDesign.SHIPMENT,
        number=queries.shipment_number(row.id),
        heading=say("Shipment"),
        authority="",
        mark=f"{licence.export_country or '?'} › {licence.import_country or '?'}",
        lines=(
            Line("export_country", say("From"), _country(licence.export_country, say)),
            Line("import_country", say("To"), _country(licence.import_country, say)),
            Line("holder", say("Holder"), holder.number if holder.kind == PartyKind.PERSON else holder.name),
            Line("licence", say("Licence"), queries.shipment(work, row.id).licence),
            Line("seal", say("Seal"), row.seal),
            Line("carrier", say("Carrier"), " ".join(filter(None, (row.carrier, row.waybill)))),
            Line("office", say("Customs office"), row.office),
            Line("goods", say("Goods"), goods if len(goods) < 120 else f"{goods[:118]}…", needed=False),
        ),
        rightwards=say.code == "ar",
    )


def _country(code: str | None, say: Language) -> str:
    return f"{country_name(code, say.code)} ({code})" if code else ""


def itself(work: Work, number: str) -> list[str] | None:
    """A shipment named as a list is one label: its own."""
    return [number] if key_of(queries.PREFIX, number) is not None else None


def firearms_of(work: Work, number: str) -> list[str] | None:
    """The firearms of a shipment that are on record; raises NotFound, Conflict without any."""
    key = key_of(queries.PREFIX, number)
    if key is None:
        return None
    allow(work.actor, May.SHIPMENT_READ)
    items = facts_queries.belongings(work, queries.shipment_row(work, key)).items
    found = [firearm_number(item.firearm_id) for item in items if item.firearm_id and not item.component_n]
    if not found:
        raise Conflict(said("No firearm of this shipment is on record, so there is no label to print"))
    return list(dict.fromkeys(found))


def parts_of(work: Work, number: str) -> list[str] | None:
    """The parts of a shipment that are on record, else those of a firearm."""
    key = key_of(queries.PREFIX, number)
    if key is None:
        return firearm_labels.parts_of(work, number)
    allow(work.actor, May.SHIPMENT_READ)
    items = facts_queries.belongings(work, queries.shipment_row(work, key)).items
    return [f"{firearm_number(item.firearm_id)}/{item.component_n}"
            for item in items if item.firearm_id and item.component_n]  # fmt: skip


LABELS = {
    LabelDesign.SHIPMENT: Source(contents, itself),
    LabelDesign.FIREARM: replace(firearm_labels.LABELS[LabelDesign.FIREARM], members=firearms_of),
    LabelDesign.PART: replace(firearm_labels.LABELS[LabelDesign.PART], members=parts_of),
    LabelDesign.IMPORT_MARK: replace(firearm_labels.LABELS[LabelDesign.IMPORT_MARK], members=firearms_of),
}
"""Goods in a shipment are chosen by its number: its firearms' tags and marks of import."""
