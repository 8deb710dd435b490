"""Licences of before this registry, kept as FP 7(b) asks: those that are over, and those still in force.

One person records what is over, since nothing leaves under it any more; what is in force comes in only as an
intake that another person has approved. Neither was issued here: their paper is the one of back then.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from itertools import product
from math import prod

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, select

from registry.access import approvals
from registry.core.errors import Conflict, Unmet, refuse_if
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.licensing import acts, content, goods, life, queries
from registry.licensing.facts import LicenceFacts, LineFacts, TransitFacts
from registry.licensing.tables import Event, Evidence, Licence
from schemas.licensing import LicenceNew
from schemas.licensing_earlier import EarlierLicence
from schemas.licensing_vocabulary import EvidenceKind, LicenceMove, LicenceState
from schemas.vocabulary import ApprovalKind, May
from schemas.words import said

EARLIER = "Licence of before this registry"
"""The note by which its paper is known among the documents of the case."""


@act(May.LICENCE_REVIEW)
def record_earlier(work: Work, new: EarlierLicence) -> int:
    """Record a licence that was issued before this registry; its key.

    Raises Invalid, Refused with what FP 10(3) asks of it, Conflict where its number is on record, Forbidden
    where it is in force and nobody else has approved that it comes in.
    """
    work.lock("earlier licences")  # one of all: for one of each of very many PostgreSQL has no room
    judge_earlier(work, new)
    if is_in_force(new, work.today):
        approvals.require(work, ApprovalKind.ENTER_INTAKE)
    made = acts.draft(
        work,
        LicenceNew(
            kind=new.kind,
            purpose=new.purpose,
            holder=new.holder,
            export_country=new.export_country,
            import_country=new.import_country,
            transits=tuple(new.transits),
            direct=not new.transits,
            recipient_name=new.recipient_name,
            recipient_address=new.recipient_address,
            end_use=new.end_use,
            starts_on=_start(new),
            expires_on=new.expires_on,
            place=new.place,
            lines=tuple(new.lines),
        ),
    )
    row = queries.licence_row(work, queries.licence_key(made.number))
    row.issued_on = new.issued_on
    row.war_material = any(line.war_material for line in new.lines)
    row.ends_at = life.end_of(new.expires_on, row.zone)
    row.state = LicenceState.ISSUED.value  # by time alone it is over, once it is
    _paper(work, row, new)
    return row.id


def _paper(work: Work, row: Licence, new: EarlierLicence) -> None:
    """Under which number it was issued, and that it was brought in."""
    paper = Evidence(
        licence_id=row.id,
        n=1,
        kind=EvidenceKind.OTHER.value,
        number=new.earlier_number,
        issued_by=new.authority,
        issued_on=new.issued_on,
        expires_on=new.expires_on,
        note=EARLIER,
        added_by=work.actor.user_id,
        added_at=work.now,
    )
    event = Event(
        licence_id=row.id,
        n=1,
        move=LicenceMove.BRING_IN.value,
        before=LicenceState.DRAFT.value,
        after=LicenceState.ISSUED.value,
        reason=EARLIER,
        at=work.now,
        by=work.actor.user_id,
        role=work.actor.role.value,
    )
    work.session.add_all([paper, event])
    work.session.flush()


def judge_earlier(work: Work, new: EarlierLicence) -> None:
    """Raise what record_earlier would raise, without a record."""
    directory.party_by_number(work, new.holder, "holder")
    for field in ("export_country", "import_country"):
        directory.check_country(work, getattr(new, field), field)
    for n, code in enumerate(new.transits):
        directory.check_country(work, code, f"transits.{n}")
    for n, line in enumerate(new.lines):
        if line.calibre:
            directory.calibre_of(line.calibre, f"lines.{n}.calibre")
    facts = _facts(work, new)
    refuse_if(
        [
            *_unmet_for_days(new, work.today),
            *content.unmet_to_issue(facts, new.issued_on),
            *goods.unmet_for_lines(facts.lines, facts.kind),
        ]
    )
    told = new.earlier_number
    alike = [_folded(literal(one)) for one in _spellings(told)]
    same = (_folded(Evidence.number).in_(alike),) if alike else ()
    for known in work.session.scalars(select(Evidence).where(*same, Evidence.note == EARLIER)):
        if _plain(known.issued_by, known.number) == _plain(new.authority, told):
            number = queries.licence_number(known.licence_id)
            raise Conflict(said("It is on record as %(licence)s.", licence=number))


_MOST_SPELLINGS = 1024
_LAST_WITH_CASE = 0x1FFFF


def _spellings(number: str) -> list[str]:
    """A number in every case of the letters of which an engine may not know it, all but those of ASCII; none
    where these are too many to look up one by one.
    """
    forms = [_cases(letter) for letter in number]
    if prod(map(len, forms)) > _MOST_SPELLINGS:
        return []
    return ["".join(one) for one in product(*forms)]


def _cases(letter: str) -> tuple[str, ...]:
    """The forms of a letter that are compared as the same; of ASCII the letter itself."""
    if letter.isascii():
        return (letter,)
    return _forms().get(letter.casefold(), (letter,))


@cache
def _forms() -> dict[str, tuple[str, ...]]:
    """Letters beyond ASCII that have more than one form, by what they are compared by."""
    found = defaultdict[str, list[str]](list)
    for letter in map(chr, range(0x80, _LAST_WITH_CASE + 1)):
        if letter.isalpha():
            found[letter.casefold()].append(letter)
    return {same: tuple(forms) for same, forms in found.items() if len(forms) > 1}


def _folded(number: SQLColumnExpression[str]) -> ColumnElement[str]:
    """A number without its spaces and, where the engine knows the letters, their case; it has an index."""
    return func.lower(func.replace(number, " ", ""))


def _plain(*names: str) -> list[str]:
    """How numbers are compared, and names of authorities, each of which counts its licences by itself."""
    return [" ".join(name.casefold().split()) for name in names]


def _start(new: EarlierLicence) -> date:
    return new.starts_on or new.issued_on


def is_in_force(new: EarlierLicence, today: date) -> bool:
    """Whether it is not over yet: then something may still leave or come under it."""
    return new.expires_on >= today


def _unmet_for_days(new: EarlierLicence, today: date) -> list[Unmet]:
    if new.issued_on > today:
        return [Unmet(said("This day has not come yet."), "issued_on", "FP 10(3)")]
    return []


def _facts(work: Work, new: EarlierLicence) -> LicenceFacts:
    """What the rules look at, as on the day of issue."""
    return LicenceFacts(
        new.kind,
        work.home,
        purpose=new.purpose,
        export_country=new.export_country,
        import_country=new.import_country,
        direct=not new.transits,
        recipient_name=new.recipient_name,
        recipient_address=new.recipient_address,
        end_use=new.end_use,
        place=new.place,
        starts_on=_start(new),
        expires_on=new.expires_on,
        issued_on=new.issued_on,
        transits=tuple(TransitFacts(code) for code in new.transits),
        lines=tuple(
            LineFacts(one.goods, one.hs, one.description, one.quantity, war_material=one.war_material)
            for one in new.lines
        ),
    )
