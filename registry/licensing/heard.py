"""What another State's signed word does to a licence: conditions are met by it, with the message as evidence.

What is asked is kept with the paper or the State it was asked about; an answer counts only for that. Each act
says whether it changed the licence. A later word undoes an earlier one, and voids what is proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.core.days import day_in
from registry.core.work import Work, act
from registry.exchange.evidence import Word
from registry.licensing import facts_queries, life, queries, steps, substance, tables
from registry.licensing.tables import Licence, Transit
from schemas.licensing_vocabulary import LicenceMove, LicenceState, TransitAnswer
from schemas.notices_vocabulary import Standing
from schemas.vocabulary import May

_UNDECIDED = frozenset({LicenceState.SUBMITTED, LicenceState.UNDER_REVIEW, LicenceState.INFORMATION_ASKED})
_IN_FORCE = frozenset({LicenceState.ISSUED, LicenceState.SUSPENDED})


def in_force(work: Work, licence_id: int) -> bool:
    """Whether goods may leave under it, or will again once its suspension is lifted."""
    return queries.state_of(work, queries.licence_row(work, licence_id)) in _IN_FORCE


@act(May.LICENCE_REVIEW)
def asked_about_import(work: Work, row: Licence, jti: str) -> None:
    """That its State was asked about the import licence. row: held by whoever asks."""
    work.session.get_one(tables.ImportLicence, row.id).asked_message = jti
    _noted(work, row, "import_licence.asked", jti)


@act(May.LICENCE_REVIEW)
def asked_for_transit(work: Work, row: Licence, country: str, jti: str) -> None:
    """That a State on the way was notified; what it said before counts no more. row: held by whoever asks."""
    kept = transit_of(work, row.id, country)
    if kept is None:
        return
    kept.answer, kept.asked_on = TransitAnswer.ASKED.value, day_in(row.zone, work.now)
    kept.asked_message, kept.message, kept.message_sha256, kept.reference = jti, "", "", ""
    kept.answered_on = kept.valid_until = None
    _noted(work, row, f"transits.{country}", jti)


@act(May.LICENCE_REVIEW)
def asked_again(work: Work, licence_id: int, before: str, jti: str) -> None:
    """That a question or notice of ours never came, and another message of ours says the same: an answer to
    that one counts.
    """
    row = queries.licence_row(work, licence_id, locked=True)
    paper = work.session.get(tables.ImportLicence, licence_id)
    asked: list[tuple[str, tables.ImportLicence | Transit]] = []
    if paper is not None:
        asked.append(("import_licence.asked", paper))
    asked += [(f"transits.{one.country}", one) for one in facts_queries.transits_of(work, licence_id)]
    for what, kept in asked:
        if kept.asked_message == before:
            kept.asked_message = jti
            _noted(work, row, what, jti)


@act(May.LICENCE_REVIEW)
def import_confirmed(
    work: Work, licence_id: int, asked: str, word: Word, authorised: Sequence[int | None]
) -> bool:
    """FP 10(2)(a): the importing State has confirmed its licence, and what it allows by line.

    asked: the question that is answered. None in `authorised` where only a person can compare.
    """
    row = _reached(work, licence_id, _UNDECIDED | _IN_FORCE)
    kept = work.session.get(tables.ImportLicence, licence_id)
    lines = facts_queries.lines_of(work, licence_id)
    if row is None or kept is None or kept.asked_message != asked or len(lines) != len(authorised):
        return False
    for line, most in zip(lines, authorised, strict=True):
        line.authorised = line.authorised if most is None else most
    kept.verified_on, kept.verified_by = day_in(row.zone, work.now), work.actor.user_id
    kept.verified_how, kept.denied = f"Signed message {word.jti}", ""
    kept.message, kept.message_sha256 = word.jti, word.sha256
    _noted(work, row, "import_licence.verified_on", word.jti)
    return True


@act(May.LICENCE_REVIEW)
def import_denied(work: Work, licence_id: int, number: str, word: Word, standing: Standing | str) -> bool:
    """The importing State says that its licence of this number is not in force, or not what was shown."""
    row = _reached(work, licence_id, life.OPEN | _IN_FORCE)
    kept = work.session.get(tables.ImportLicence, licence_id)
    if row is None or kept is None or (kept.number, kept.country) != (number, word.state):
        return False
    kept.verified_on, kept.verified_by, kept.verified_how = None, None, ""
    kept.message, kept.message_sha256, kept.denied = word.jti, word.sha256, str(standing)
    _noted(work, row, "import_licence.denied", word.jti)
    return True


@act(May.LICENCE_REVIEW)
def transit_answered(
    work: Work,
    licence_id: int,
    asked: str,
    word: Word,
    answer: TransitAnswer,
    reference: str,
    valid_until: date | None = None,
) -> bool:
    """FP 10(2)(b): a State on the way has no objection, or objects.

    asked: our notice that is answered. An objection counts whatever it answers.
    """
    objects = answer is TransitAnswer.OBJECTION
    row = _reached(work, licence_id, (life.OPEN if objects else _UNDECIDED) | _IN_FORCE)
    kept = transit_of(work, licence_id, word.state)
    if row is None or kept is None or not (objects or kept.asked_message == asked):
        return False
    kept.answer, kept.reference, kept.valid_until = answer.value, reference, valid_until
    kept.answered_on = day_in(row.zone, work.now)
    kept.message, kept.message_sha256 = word.jti, word.sha256
    _noted(work, row, f"transits.{word.state}", word.jti)
    return True


@act(May.LICENCE_REVIEW)
def transit_taken_back(work: Work, licence_id: int, country: str, asked: str) -> None:
    """That our notice was taken back: what its State answered counts no more."""
    row = _reached(work, licence_id, life.OPEN | _IN_FORCE)
    kept = transit_of(work, licence_id, country)
    if row is not None and kept is not None and kept.asked_message == asked:
        substance.unanswered(kept)
        _noted(work, row, f"transits.{country}", "")


def transit_of(work: Work, licence_id: int, country: str) -> Transit | None:
    """A State on the way of a licence."""
    found = facts_queries.transits_of(work, licence_id)
    return next((one for one in found if one.country == country), None)


def _reached(work: Work, licence_id: int, states: frozenset[LicenceState]) -> Licence | None:
    """The licence, held, if it is in one of these states."""
    row = queries.licence_row(work, licence_id, locked=True)
    return row if queries.state_of(work, row) in states else None


def _noted(work: Work, row: Licence, what: str, jti: str) -> None:
    steps.moved(work, row, LicenceMove.RECORD, changed=[(what, "", jti)])
