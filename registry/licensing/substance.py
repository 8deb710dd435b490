"""What papers and answers rest on: which goods go to whom, and which way. Where it changes, they fall."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete

from registry.core.work import Work
from registry.licensing import facts_queries, goods_rows, tables
from registry.licensing.tables import Licence, Transit


@dataclass(frozen=True)
class Substance:
    """goods: lines as an import licence knows them; ends: from where to whom, what for; way: through whose
    hands and States."""

    goods: tuple[goods_rows.Sameness, ...]
    ends: tuple[str | None, ...]
    way: tuple[tuple[str, ...], ...]


def of(work: Work, row: Licence) -> Substance:
    """The substance of an application as it is now."""
    people = facts_queries.participants_of(work, row.id)
    return Substance(
        tuple(goods_rows.same(line) for line in facts_queries.lines_of(work, row.id)),
        (row.export_country, row.import_country, row.recipient_name, row.recipient_address, row.end_use),
        (
            tuple(one.country for one in facts_queries.transits_of(work, row.id)),
            *((one.role, one.name, one.address, one.country) for one in people),
        ),
    )


def fall(work: Work, row: Licence, before: Substance) -> list[str]:
    """Take back what rested on what changed; the names of what has to be done again.

    Any change is assessed anew. Other goods, or the same to somebody else, are something transit States
    were not asked about; an import licence or certificate for somebody else is verified anew.
    """
    now = of(work, row)
    if now == before:
        return []
    fallen = _unassessed(work, row)
    if now.goods != before.goods or now.ends != before.ends:
        fallen += [unanswered(one) for one in facts_queries.transits_of(work, row.id) if _was_asked(one)]
    if now.ends != before.ends:
        fallen += _unverified(work, row)
    work.session.flush()
    return fallen


def _unassessed(work: Work, row: Licence) -> list[str]:
    gone = work.session.scalars(
        delete(tables.Check).where(tables.Check.licence_id == row.id).returning(tables.Check.question)
    ).all()
    work.session.expire_all()
    return [f"checks.{question}" for question in sorted(gone)]


def _was_asked(transit: Transit) -> bool:
    return transit.answer != "not_asked" or transit.informed_on is not None


def unanswered(transit: Transit) -> str:
    """The State has to be asked again."""
    transit.answer, transit.reference = "not_asked", ""
    transit.asked_on = transit.answered_on = transit.valid_until = transit.informed_on = None
    forget_messages(transit)
    return f"transits.{transit.country}"


def forget_messages(row: Transit | tables.ImportLicence) -> None:
    """Another State's signed word was about something else: it has to be asked again."""
    row.asked_message = row.message = row.message_sha256 = ""
    if isinstance(row, tables.ImportLicence):
        row.denied = ""


def _unverified(work: Work, row: Licence) -> list[str]:
    for line in facts_queries.lines_of(work, row.id):
        line.authorised = None
    paper_told = work.session.get(tables.ImportLicence, row.id)
    if paper_told is not None:
        forget_messages(paper_told)
    shown = {
        "import_licence": work.session.get(tables.ImportLicence, row.id),
        "end_user": work.session.get(tables.EndUserCertificate, row.id),
    }
    verified = {name: paper for name, paper in shown.items() if paper and paper.verified_on}
    for paper in verified.values():
        paper.verified_on, paper.verified_by, paper.verified_how = None, None, ""
    return [f"{name}.verified_on" for name in verified]
