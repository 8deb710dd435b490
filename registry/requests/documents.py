"""Requests and answers on paper: what ITI 18 asks for, what was told, and what binds whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from registry.core.numbers import key_of
from registry.core.printing.paper import (
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Step,
    Table,
    Timeline,
    document,
)
from registry.core.work import Work
from registry.directory.countries import country_name
from registry.requests.tables import TraceRequestRow
from registry.requests.views import RequestView
from registry.verification.queries import Standing, Verifiable
from schemas.requests_vocabulary import Direction
from schemas.vocabulary import IssuedKind
from schemas.words import Language

_SHOWN = (
    ("mark", "Mark as read"),
    ("mark_place", "Where on it"),
    ("other_marks", "Other marks"),
    ("maker", "Maker"),
    ("model", "Model"),
    ("calibre", "Calibre"),
    ("type", "Type"),
    ("country", "Country of manufacture"),
    ("year", "Year"),
)


@dataclass(frozen=True)
class Reply:
    """What a paper that leaves by other means says of itself.

    contact: of our point of contact; jti, sha256: of the signed file that goes with it, fingerprint: of our
    root; "" where there is none.
    """

    contact: str
    jti: str = ""
    sha256: str = ""
    fingerprint: str = ""


def draw_request(
    found: RequestView, authority: str, seal: Seal, say: Language, reply: Reply | None = None
) -> bytes:
    """A request for a trace as PDF; with `reply` as it is sent by other means."""
    title = say("Request for a trace")
    blocks = [*_request(found, say), *(_how_to_answer(found, reply, say) if reply else ())]
    return document(_frame(title, found, authority, seal, say), blocks)


def draw_answer(
    found: RequestView, authority: str, seal: Seal, say: Language, reply: Reply | None = None
) -> bytes:
    """The answer to a request as PDF; with `reply` as it is sent by other means."""
    title = say("Answer to a request for a trace")
    blocks = [*_answer(found, say), *(_signed_file(reply, say) if reply else ())]
    return document(_frame(title, found, authority, seal, say), blocks)


def _how_to_answer(found: RequestView, reply: Reply, say: Language) -> Iterator[Block]:
    yield Heading(say("How to answer"))
    pairs = [(say("Our number"), found.number)]
    if reply.contact:
        pairs.append((say("Point of contact"), reply.contact))
    yield KeyValues(pairs)
    yield from _signed_file(reply, say)


def _signed_file(reply: Reply, say: Language) -> Iterator[Block]:
    if not reply.jti:
        return
    yield Heading(say("The signed file that goes with this paper"))
    yield Paragraph(
        say("It says the same, signed by our registry; verify.txt in it tells how that is verified.")
    )
    yield KeyValues(
        [
            (say("Message"), reply.jti),
            (say("SHA-256 (base64url)"), reply.sha256),
            (say("Fingerprint of our root"), reply.fingerprint),
        ]
    )


def _entered(found: RequestView, say: Language) -> Iterator[Block]:
    """That what is told here came on paper, who entered it, and by what it can be held against."""
    if not found.entered_by:
        return
    letter = next((event for event in reversed(found.events) if event.details.get("answer")), None)
    scan = next((file for file in found.files if letter and file.n == letter.n), None)
    means = say.label(str(letter.details.get("means", ""))) if letter else "–"
    words = say(
        "This answer came by other means (%(means)s) and was entered by hand by %(name)s.",
        means=means,
        name=say.told(found.entered_by),
    )
    if scan:
        words += " " + say("SHA-256 of its scan: %(digest)s", digest=scan.digest)
    yield FindingBox("information", say.label("information"), words)


def _frame(title: str, found: RequestView, authority: str, seal: Seal, say: Language) -> Frame:
    at = found.sent_at or found.made_at
    return Frame.in_language(
        say,
        title=title,
        number=found.number,
        authority=authority,
        issued=f"{at:%Y-%m-%d %H:%M} UTC",
        seal=seal,
    )


def _between(found: RequestView, say: Language) -> str:
    other = country_name(found.peer, say.code)
    if found.direction == Direction.OUT:
        return say("To %(state)s", state=other)
    return say("From %(state)s", state=other)


def _request(found: RequestView, say: Language) -> Iterator[Block]:
    asked = found.asked
    yield Paragraph(_between(found, say), large=True)
    yield KeyValues(
        [
            (say("Case number"), found.asked.case_number),
            (say("Urgency"), say.label(found.urgency)),
            (say("State of the request"), say.label(found.state)),
            (say("Number there"), found.their_number or "–"),
            (say("Message"), found.thread or say("Not sent yet")),
            *([(say("By other means"), say.label(found.means))] if found.means else []),
        ]
    )
    yield Heading(say("Why it is illicit (ITI 18(a))"))
    yield KeyValues(
        [
            (say("Ground"), say.label(asked.ground.value) if asked.ground else "–"),
            (say("Legal justification"), asked.legal_basis or "–"),
            (say("Circumstances of finding"), asked.circumstances or "–"),
        ]
    )
    yield Heading(say("Marks and firearm (ITI 18(b))"))
    yield KeyValues([(say(shown), _plain(getattr(asked, name), name, say)) for name, shown in _SHOWN])
    if asked.left_on or asked.document_number:
        paper = " ".join(filter(None, (say.label(asked.document_kind), asked.document_number)))
        when = asked.left_on.isoformat() if asked.left_on else "–"
        yield KeyValues([(say("It went there on"), when), (say("Under"), paper or "–")])
    yield Heading(say("Use of the information (ITI 18(c), 15, 16)"))
    kept = say("Can be kept") if asked.confidentiality else say("Cannot be guaranteed")
    yield KeyValues(
        [
            (say("Intended use"), asked.intended_use or "–"),
            (say("Restrictions on its use"), kept),
            (say("To be told"), _wanted(asked.fields_wanted, say)),
            (say("Others may be asked for whoever asks"), say.label(asked.delegation.value)),
            *([(say("Asked on behalf of"), _behalf(found, say))] if found.behalf else []),
        ]
    )


def _behalf(found: RequestView, say: Language) -> str:
    """The States on whose behalf it is asked, the one that began first."""
    return say.row(*(country_name(code, say.code) for code in found.behalf.path)) if found.behalf else ""


def _wanted(fields: Sequence[str], say: Language) -> str:
    return say.row(*(say.label(field) for field in fields)) or say("Only whether it is on record")


def _plain(value: Any, name: str, say: Language) -> str:
    if value in (None, ""):
        return "–"
    if name == "country":
        return country_name(str(value), say.code)
    return say.label(str(value)) if name == "type" else str(value)


def _answer(found: RequestView, say: Language) -> Iterator[Block]:
    answer, handling = found.answer or {}, found.handling or {}
    yield Paragraph(_between(found, say), large=True)
    yield from statement(found, answer, say)
    yield from _entered(found, say)
    yield FindingBox("warning", say.label("warning"), restriction(handling, say))
    if answer.get("erased"):
        words = say("It was to be kept until %(day)s", day=answer["erased"])
        yield FindingBox("information", say.label("information"), words)
    if wanted := answer.get("wanted"):
        yield KeyValues([(say.label(one["field"]), _said(one, say)) for one in wanted])
    if answer.get("withheld"):
        ground = say.label(answer["ground"]) if answer.get("ground") else "–"
        yield FindingBox(
            "information",
            say.label("information"),
            say(
                "%(count)s places of the answer are withheld: %(ground)s (ITI 22).",
                count=len(answer["withheld"]),
                ground=ground,
            ),
        )
    if answer.get("words"):
        yield Paragraph(answer["words"])
    for one in answer["findings"]:
        law = f" ({one['article']})" if one["article"] else ""
        yield FindingBox(one["severity"], say.label(one["severity"]), say.told(one["text"]) + law)
    yield from records(answer, say)
    yield from way(answer, say)


def _said(one: dict[str, str], say: Language) -> str:
    """What is said of a field that was wanted, with the ground of what is withheld."""
    told = say.label(one["said"])
    return f"{told} ({say.label(one['ground'])})" if one.get("ground") else told


def statement(found: RequestView, answer: dict[str, Any], say: Language) -> Iterator[Block]:
    """What an answer says in short, another State's as that State wrote it."""
    if not answer["statement"]:
        return
    if found.direction == Direction.OUT:
        yield Paragraph(say("In the words of %(state)s:", state=country_name(found.peer, say.code)))
    yield Paragraph(say.told(answer["statement"]))


def restriction(handling: dict[str, Any], say: Language) -> str:
    """What binds whoever reads an answer."""
    audience = say.row(*(country_name(code, say.code) for code in handling.get("audience", ())))
    lines = [
        say("For designated authorities of %(states)s alone, for the stated use (ITI 15).", states=audience)
    ]
    if handling.get("onward") == "consent":
        lines.append(say("It goes on to others only once its source has consented."))
    else:
        lines.append(say("It goes on to nobody."))
    if handling.get("retain_until"):
        lines.append(say("To be kept until %(day)s.", day=str(handling["retain_until"])))
    if handling.get("caveat"):
        lines.append(handling["caveat"])
    return " ".join(lines)


def records(answer: dict[str, Any], say: Language) -> Iterator[Block]:
    """Records that an answer tells of."""
    if not answer["candidates"]:
        return
    yield Heading(say("Records that fit"))
    heads = (say("Mark"), say("Maker and model"), say("Calibre"), say("Year"), say("How it fits"))
    rows = [
        (
            c["mark"],
            " ".join(filter(None, (c["maker"], c["model"]))),
            c["calibre"],
            str(c["year"] or ""),
            say.label(c["match"] or ""),
        )
        for c in answer["candidates"]
    ]
    yield Table(tuple(zip(heads, (2, 3.6, 1.8, 1, 2.2), strict=True)), rows)


def way(answer: dict[str, Any], say: Language) -> Iterator[Block]:
    """Whose hands it went through, and where it went."""
    if answer["steps"]:
        yield Heading(say("Chain of custody"))
        yield Timeline([_step(one, say) for one in answer["steps"]])
    if answer["last_holder"]:
        yield KeyValues([(say("Last known holder"), say.told(answer["last_holder"]))])
    if who := answer.get("holder"):
        paper = " ".join(filter(None, (who["document_kind"], who["document_number"])))
        yield KeyValues(
            [
                (say("Kind"), say.label(who["kind"])),
                (say("Birth date"), who["birth_date"] or "–"),
                (say("Document"), paper or "–"),
                (say("Address"), who["address"] or "–"),
            ]
        )
    if left := answer["next_state"]:
        yield Heading(say("State to ask next"))
        paper = " ".join(filter(None, (say.label(left["document_kind"]), left["document_number"])))
        yield KeyValues(
            [
                (say("State"), f"{country_name(left['code'], say.code)} ({left['code']})"),
                (say("On"), left["date"] or "–"),
                (say("Under"), paper or "–"),
            ]
        )


def _step(one: dict[str, Any], say: Language) -> Step:
    hands = [say.told(one["from_name"]), say.told(one["to_name"])]
    who = (
        say("%(giver)s to %(receiver)s", giver=hands[0], receiver=hands[1]) if all(hands) else "".join(hands)
    )
    where = say.row(one["place"], one["country"])
    paper = " ".join(filter(None, (say.label(one["document_kind"]), one["document_number"])))
    return Step(one["date"], say.label(one["kind"]), who + (f" ({where})" if where else ""), paper)


def stands(work: Work, number: str, edition: str) -> Standing:
    """Whether the request still reads as it was printed; nothing of what it says."""
    row = work.session.get(TraceRequestRow, key_of("RQ", number))
    if row is None:
        return Standing(False)
    return Standing(str(row.version) == edition, row.state)


VERIFIABLE: Verifiable = {IssuedKind.TRACE_REQUEST: stands, IssuedKind.TRACE_ANSWER: stands}
