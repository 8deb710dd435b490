"""Several cartridges of one scene, traced together: who may have had all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from registry.core.errors import Invalid, NotFound, RegistryError, Unmet
from registry.core.numbers import key_of, registry_number
from registry.core.paging import AnySelect, page
from registry.core.work import Work, act, for_purpose, is_own
from registry.tracing import anonymity, diversion, engine, keeping
from registry.tracing.tables import Scene, SceneCartridge
from registry.tracing.withholding import answer_for
from schemas.paging import Page
from schemas.scenes import CartridgesFound, LineFound, LotSaid, SceneAnswer, SceneNew, ScenesAsked
from schemas.tracing import Answer, Question
from schemas.vocabulary import May, Outcome, TraceKind
from schemas.words import said


@dataclass(frozen=True)
class SceneView:
    """A scene and the answer that was given when it was recorded."""

    number: str
    case_number: str
    purpose: str
    found_on: date
    place: str
    recorded_at: datetime
    answer: dict[str, Any]


@act(May.TRACE_ASK)
def record(work: Work, new: SceneNew) -> SceneView:
    """Record what was found, trace it together, and keep the answer; raises Invalid naming the line."""
    for_purpose(work.actor, May.TRACE_ASK, new.purpose)
    if new.found_on > work.today:
        raise Invalid.at("found_on", "This day has not come yet.")
    work.purpose, work.case = new.purpose, new.case_number
    answers = [_traced(work, n, new, line) for n, line in enumerate(new.lines)]
    lots = [_lot(answer) for answer in answers]
    document, sentences = keeping.written(_together(work, new, answers, lots))
    row = Scene(
        case_number=new.case_number,
        purpose=new.purpose.value,
        found_on=new.found_on,
        place=new.place,
        latitude=new.latitude,
        longitude=new.longitude,
        answer=document,
        sentences=sentences,
        recorded_by=work.actor.user_id,
        role=work.actor.role.value,
        recorded_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.session.add_all(
        _row(row.id, n, line, lot) for n, (line, lot) in enumerate(zip(new.lines, lots, strict=True), 1)
    )
    work.session.flush()
    return _view(work, row)


def _traced(work: Work, n: int, new: SceneNew, line: CartridgesFound) -> Answer:
    question = Question(
        TraceKind.CARTRIDGE,
        new.purpose,
        new.case_number,
        code=line.code,
        maker=line.maker,
        calibre=line.calibre,
        position=line.position,
        recovered_on=new.found_on,
        recovered_place=new.place,
        state=line.state,
        headstamp=line.headstamp,
    )
    try:
        return engine.answer(work, question)
    except RegistryError as error:
        unmet = [Unmet(u.message, f"lines.{n}.{u.field}", u.article) for u in error.unmet]
        raise Invalid(error.message, unmet) from None


_ONE_LOT = frozenset({Outcome.LOT_IDENTIFIED, Outcome.IDENTIFIED, Outcome.LEFT_THE_COUNTRY})


def _lot(answer: Answer) -> int | None:
    return key_of("L", answer.candidates[0].number) if answer.outcome in _ONE_LOT else None


def _together(
    work: Work, new: SceneNew, answers: Sequence[Answer], lots: Sequence[int | None]
) -> SceneAnswer:
    known = {lot: answer for lot, answer in zip(lots, answers, strict=True) if lot is not None}
    coded = [a for a in known.values() if a.outcome is Outcome.LOT_IDENTIFIED]
    sets = {_named(a): anonymity.possible(a.candidates[0].holders) for a in coded}
    common = anonymity.shared(list(sets.values()))
    names = [_named(a) for a in known.values()]
    findings = [
        finding
        for answer in known.values()
        for finding in answer.findings
        if finding.kind not in diversion.KINDS  # these are told of the scene as a whole
    ]
    here = diversion.Place(new.place, new.found_on, new.latitude, new.longitude)
    diverted = diversion.of_lots(work, sorted(known), new.found_on, here)
    return SceneAnswer(
        anonymity.scene_certainty(names, common, sum(lot is None for lot in lots), anonymity.alone(sets)),
        tuple(
            _line(n, line, answer) for n, (line, answer) in enumerate(zip(new.lines, answers, strict=True), 1)
        ),
        tuple(common),
        tuple(dict.fromkeys([*diverted, *findings])),
        tuple(LotSaid(a.candidates[0].number, a.candidates[0].mark, a.certainty) for a in known.values()),
    )


def _named(answer: Answer) -> str:
    lot = answer.candidates[0]
    return f"{lot.mark} ({lot.number})"


def _line(n: int, line: CartridgesFound, answer: Answer) -> LineFound:
    lot = answer.candidates[0] if answer.outcome in _ONE_LOT else None
    open_ = anonymity.possible(lot.holders) if lot else {}
    left = sum(share.quantity for share in open_.values()) if open_ else int(lot is not None)
    return LineFound(
        n,
        line.code or line.headstamp,
        line.count,
        answer.outcome,
        lot.number if lot else "",
        answer.certainty.statement,
        left,
    )


def _row(scene_id: int, n: int, line: CartridgesFound, lot: int | None) -> SceneCartridge:
    return SceneCartridge(
        scene_id=scene_id,
        n=n,
        code=line.code,
        maker=line.maker,
        calibre=line.calibre,
        position=line.position,
        state=line.state.value,
        count=line.count,
        lot_id=lot,
        headstamp=line.headstamp,
    )


def scene(work: Work, scene_id: int) -> SceneView:
    """A scene, one's own or, for authority and auditor, anyone's; raises NotFound."""
    row = work.session.get(Scene, scene_id)
    if row is None or (is_own(work.actor, May.TRACE_READ) and row.recorded_by != work.actor.user_id):
        raise NotFound(said("No scene has the number %(number)s", number=registry_number("Z", scene_id)))
    return _view(work, row)


def scenes(work: Work, asked: ScenesAsked) -> Page[SceneView]:
    """Scenes, one's own or, for authority and auditor, all."""
    query: AnySelect = select(Scene)
    if is_own(work.actor, May.TRACE_READ):
        query = query.where(Scene.recorded_by == work.actor.user_id)
    if asked.case_number:
        query = query.where(Scene.case_number == asked.case_number)
    found = page(work.session, query, asked, {"number": Scene.id}, Scene.id)
    return Page(tuple(_view(work, row.Scene) for row in found.items), found.next)


def _view(work: Work, row: Scene) -> SceneView:
    return SceneView(
        registry_number("Z", row.id),
        row.case_number,
        row.purpose,
        row.found_on,
        row.place,
        row.recorded_at,
        answer_for(work, "scene", row, row.recorded_by),
    )
