"""A whole chain on paper: which States were asked, when each answered and what, and why the chain ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from registry.core.numbers import key_of
from registry.core.printing.paper import (
    Bars,
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Step,
    Timeline,
    document,
)
from registry.core.work import Work
from registry.directory.countries import country_name
from registry.exchange import evidence
from registry.requests import chain_links, chain_queries
from registry.requests.chain_queries import ChainView, LinkView
from registry.requests.documents import records, restriction, statement, way
from registry.requests.tables import TraceRequestRow
from registry.requests.views import HopView, RequestView
from registry.verification.queries import Standing, Verifiable
from schemas.requests import RequestNew
from schemas.vocabulary import IssuedKind
from schemas.words import Language


def draw(found: ChainView, home: str, authority: str, seal: Seal, say: Language) -> bytes:
    """The chain as PDF. home: the State that asked."""
    last = found.links[-1].summary
    frame = Frame.in_language(
        say,
        title=say("Trace from State to State"),
        number=found.number,
        authority=authority,
        issued=_moment(last["answered_at"] or last["sent_at"]),
        seal=seal,
    )
    blocks = [*_in_short(found, home, say), *_picture(found, home, say)]
    for n, link in enumerate(found.links, 1):
        blocks += _link(n, link, say)
    return document(frame, blocks)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "–"


def _state(code: str, say: Language) -> str:
    return f"{country_name(code, say.code)} ({code})"


def _in_short(found: ChainView, home: str, say: Language) -> Iterator[Block]:
    asked = say.row(*(country_name(link.summary["peer"], say.code) for link in found.links))
    yield Paragraph(say("%(state)s asked: %(states)s", state=_state(home, say), states=asked), large=True)
    if found.ending:
        words = say("The chain ends: %(why)s", why=say.told(found.ending))
        yield FindingBox("information", say.label("information"), words)
    else:
        yield FindingBox("warning", say.label("warning"), say("The chain is not at its end."))
    first = next((link.request for link in found.links if link.request), None)
    if first is not None:
        yield KeyValues(_firearm(first.asked, say))


def _firearm(asked: RequestNew, say: Language) -> list[tuple[str, str]]:
    what = " ".join(filter(None, (asked.maker, asked.model, asked.calibre)))
    return [
        (say("Case number"), asked.case_number),
        (say("Mark as read"), asked.mark or "–"),
        (say("Firearm"), what or "–"),
        (say("Circumstances of finding"), asked.circumstances or "–"),
        (say("Legal justification"), asked.legal_basis or "–"),
        (say("Intended use"), asked.intended_use or "–"),
    ]


def _picture(found: ChainView, home: str, say: Language) -> Iterator[Block]:
    """The way of the question, with the times, and how long each State took."""
    yield Heading(say("From State to State"))
    yield Timeline([step for link in found.links for step in _steps(link.summary, home, say)])
    took = [
        (country_name(link.summary["peer"], say.code), link.summary["seconds"], False)
        for link in found.links
        if link.summary["seconds"] is not None
    ]
    if took:
        yield Paragraph(say("Seconds from the question to the answer:"))
        yield Bars(took)


def _steps(one: dict[str, Any], home: str, say: Language) -> Iterator[Step]:
    to, by = country_name(one["peer"], say.code), country_name(one["asked_by"] or home, say.code)
    means = say.label(one["means"]) if one["means"] else say("Exchange")
    number = say.row(one["number"], means) if one["number"] else say("On our behalf")
    yield Step(
        _moment(one["sent_at"]), say("Asked"), say("%(giver)s to %(receiver)s", giver=by, receiver=to), number
    )
    if one["answered_at"]:
        yield Step(_moment(one["answered_at"]), say.label(one["outcome"]), to, _left(one["next_state"], say))
    else:
        yield Step("–", say.label(one["state"]), to)


def _left(left: dict[str, Any], say: Language) -> str:
    """Where an answer says that the firearm went; "" where it names no State."""
    if not left.get("code"):
        return ""
    paper = " ".join(filter(None, (say.label(left["document_kind"]), left["document_number"])))
    went = say("went to %(state)s on %(day)s", state=_state(left["code"], say), day=left["date"] or "–")
    return say.row(went, paper)


def _link(n: int, link: LinkView, say: Language) -> Iterator[Block]:
    if link.hop is not None:
        yield from _hop(n, link.hop, say)
        return
    one, found = link.summary, link.request
    yield Heading(f"{n}. {_state(one['peer'], say)}")
    pairs = [
        (say("Request"), one["number"]),
        (say("State of the request"), say.label(one["state"])),
        (say("Asked"), _moment(one["sent_at"])),
        (say("Answered"), _moment(one["answered_at"])),
    ]
    if found is None:
        yield KeyValues(pairs)
        yield Paragraph(say("What was told is for those who may see this request."))
        return
    pairs += [
        (say("Number there"), found.their_number or "–"),
        (say("Message of the question"), found.thread or "–"),
        (say("Message of the answer"), _answered_by(found) or "–"),
    ]
    yield KeyValues(pairs)
    if found.entered_by:
        words = say("The answer came by letter and was entered by %(name)s.", name=say.told(found.entered_by))
        yield FindingBox("information", say.label("information"), words)
    if found.answer is not None:
        yield from _answer(found, found.answer, say)


def _hop(n: int, hop: HopView, say: Language) -> Iterator[Block]:
    """A State that another one asked for us, by its own signed word as far as we can verify it."""
    yield Heading(f"{n}. {_state(hop.state, say)}")
    yield KeyValues(
        [
            (say("Asked on our behalf by"), _state(hop.asked_by, say)),
            (say("State of the request"), say.label(hop.stands)),
            (say("Asked"), _moment(hop.asked_at)),
            (say("Answered"), _moment(hop.answered_at)),
            (say("Message that told it"), hop.message),
            *([(say("Ground"), say.label(hop.ground))] if hop.ground else []),
            *([(say("Their words"), hop.words)] if hop.words else []),
        ]
    )
    state = country_name(hop.state, say.code)
    if hop.late:
        yield FindingBox("alarm", say.label("alarm"), say("The answer is late"))
    if hop.answered_at and hop.proven:
        words = say("Signed by %(state)s, and verified here", state=state)
        yield FindingBox("information", say.label("information"), words)
    elif hop.answered_at:
        other = country_name(hop.asked_by, say.code)
        kind = "alarm" if hop.confirmed else "warning"
        yield FindingBox(kind, say.label(kind), say("Seen through %(state)s, not verified here", state=other))
        if hop.confirmed:
            words = say("When it came, it bore no key that %(state)s had told us.", state=state)
            yield FindingBox(kind, say.label(kind), words)
    if hop.answer is not None:
        yield FindingBox("warning", say.label("warning"), restriction(hop.handling or {}, say))
        if hop.answer["statement"]:
            yield Paragraph(say("In the words of %(state)s:", state=state))
            yield Paragraph(say.told(hop.answer["statement"]))
        yield from records(hop.answer, say)
        yield from way(hop.answer, say)


def _answered_by(found: RequestView) -> str:
    """The signed message of the newest answer, "" for none."""
    told = [event.message for event in found.events if event.details.get("answer") and not event.by_us]
    return told[-1] if told else ""


def _answer(found: RequestView, answer: dict[str, Any], say: Language) -> Iterator[Block]:
    yield FindingBox("warning", say.label("warning"), restriction(found.handling or {}, say))
    yield from statement(found, answer, say)
    if answer.get("withheld"):
        ground = say.label(answer["ground"]) if answer.get("ground") else "–"
        words = say(
            "%(count)s places of the answer are withheld: %(ground)s (ITI 22).",
            count=len(answer["withheld"]),
            ground=ground,
        )
        yield FindingBox("information", say.label("information"), words)
    yield from records(answer, say)
    yield from way(answer, say)


def chain_stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the chain still reads as it was printed; nothing of what it says."""
    row = work.session.get(TraceRequestRow, key_of("RQ", number))
    if row is None:
        return Standing(False)
    rows = chain_links.whole_chain(work, row)
    return Standing(chain_queries.edition_of(rows) == edition, rows[-1].state)


def evidence_stands(work: Work, number: str, edition: str) -> Standing:
    """Whether nothing was signed since it was printed."""
    row = work.session.get(TraceRequestRow, key_of("RQ", number))
    if row is None:
        return Standing(False)
    found = evidence.of_thread(work, row.peer, row.thread or "")
    return Standing(evidence.edition_of(found) == edition, row.state)


VERIFIABLE: Verifiable = {
    IssuedKind.CHAIN_REPORT: chain_stands,
    IssuedKind.REQUEST_EVIDENCE: evidence_stands,
}
