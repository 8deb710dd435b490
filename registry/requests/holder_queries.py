"""Reading who holds a firearm last that another State asks for, and where that is still to be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from msgspec import to_builtins
from sqlalchemy import exists, func, select

from registry.core.numbers import key_of, registry_number
from registry.core.work import Work
from registry.directory.tables import Party, Person
from registry.exchange.tables import ExchangeIn
from registry.requests import life, queries, redaction
from registry.requests.tables import ASKED, RequestEvent, TraceRequestRow
from registry.tracing import keeping, withholding
from registry.tracing import queries as tracing
from registry.tracing.tables import Trace
from schemas.requests_vocabulary import HolderField, RequestAct

MOST_WAITING = 100


@dataclass(frozen=True)
class Identity:
    """Who holds it last. number: in our records; version: of that record; told: what can be released.

    since: what became of the steps of the answer, nothing where it told none.
    """

    number: str
    version: int
    told: dict[str, Any]
    since: dict[str, Any]

    def without(self, withheld: tuple[HolderField, ...]) -> dict[str, Any]:
        """What is released."""
        told = dict(self.told)
        for field in withheld:
            told |= dict.fromkeys(_OF[field], "")
        return told


_OF = {
    HolderField.BIRTH_DATE: ("birth_date",),
    HolderField.DOCUMENT: ("document_kind", "document_number"),
    HolderField.ADDRESS: ("address",),
}


def identity(work: Work, row: TraceRequestRow) -> Identity | None:
    """Who holds the firearm now of which the answer told, by our records; None where they do not say."""
    found = _firearm(work, row)
    key = key_of("P", redaction.last_of(to_builtins(found.steps))) if found else None
    party = work.session.get(Party, key) if key is not None else None
    if party is None:
        return None
    person = work.session.get(Person, party.id)
    work.saw("party", [party.id])
    told = _of_company(party) if person is None else _of_person(party, person)
    return Identity(registry_number("P", party.id), party.version, told, _since(work, row, found))


def _since(work: Work, row: TraceRequestRow, found: tracing.FirearmFound | None) -> dict[str, Any]:
    """What became of the steps that the answer told, unless the record says otherwise what came before."""
    then = _kept(work, row).get("steps", [])
    now = list(to_builtins(found.steps)) if found else []
    if [_of_step(one) for one in then] != [_of_step(one) for one in now[: len(then)]]:
        return {}
    return redaction.gone_on(queries.answer_of(row), withholding.without_persons(work, now), len(then))


def _of_step(step: Mapping[str, Any]) -> tuple[Any, ...]:
    return step["date"], step["kind"], step.get("from_number"), step.get("to_number")


def _firearm(work: Work, row: TraceRequestRow) -> tracing.FirearmFound | None:
    """As it is on record now, in the record that its own was joined to."""
    answer = _kept(work, row)
    key = key_of("F", answer["candidates"][0]["number"]) if answer.get("steps") else None
    found = None
    while key is not None:
        (found,) = tracing.by_number(work, key)
        key = found.superseded_by
    return found


def _kept(work: Work, row: TraceRequestRow) -> dict[str, Any]:
    """What our search found that the answer was taken from, nothing where it is gone."""
    kept = work.session.get(Trace, _answered(work, row))
    return keeping.read(kept.answer, kept.sentences) if kept else {}


def _answered(work: Work, row: TraceRequestRow) -> int | None:
    """The search that the answer was taken from, whatever was searched since."""
    asked = select(RequestEvent.details).where(
        RequestEvent.request_id == row.id, RequestEvent.what.in_(_FIRST_STEP), RequestEvent.by >= 0
    )
    told = work.session.scalar(asked.order_by(RequestEvent.n.desc()).limit(1))
    number = orjson.loads(told).get("trace", "") if told else ""
    return key_of("T", number) or row.trace_id


_FIRST_STEP = (RequestAct.ANSWER.value, RequestAct.ANSWER_IN_PART.value)


def bound(work: Work, row: TraceRequestRow, handling: Mapping[str, Any]) -> dict[str, Any]:
    """What binds an answer of this request, told or heard: never less than what bound one before."""
    if not row.answer:
        return dict(handling)
    named = exists().where(
        RequestEvent.request_id == row.id, RequestEvent.what == RequestAct.NAME_HOLDER.value
    )
    was_named = bool(work.session.scalar(select(named)))
    return redaction.tightened(queries.handling_of(row), handling, was_named)


def is_late(work: Work, row: TraceRequestRow, jti: str, seq: int) -> bool:
    """Whether an answer of theirs, at this place of their channel, was sent before one that came already."""
    last = select(func.max(ExchangeIn.seq)).where(
        ExchangeIn.thread == row.thread,
        ExchangeIn.iss == row.peer,
        ExchangeIn.type == life.MOVES[RequestAct.ANSWER].message,
        ExchangeIn.state == "done",
        ExchangeIn.jti != jti,
    )
    return seq < (work.session.scalar(last) or 0)


def _of_company(party: Party) -> dict[str, Any]:
    return {
        "kind": party.kind,
        "name": party.name,
        "birth_date": "",
        "document_kind": "",
        "document_number": party.identifier,
        "address": party.place,
    }


def _of_person(party: Party, person: Person) -> dict[str, Any]:
    return {
        "kind": party.kind,
        "name": person.full_name,
        "birth_date": person.birth_date.isoformat() if person.birth_date else "",
        "document_kind": person.document_kind,
        "document_number": person.document_number,
        "address": person.address,
    }


def waiting(work: Work) -> list[tuple[int, str]]:
    """Requests whose State asks who holds it last and can be told it now, with that State."""
    now = [state.value for state in life.MOVES[RequestAct.NAME_HOLDER].before]
    asked = select(TraceRequestRow.id, TraceRequestRow.peer).where(ASKED, TraceRequestRow.state.in_(now))
    return [(key, peer) for key, peer in work.session.execute(asked.order_by("id").limit(MOST_WAITING))]
