"""Routes of the API for notices and questions between States about licences and shipments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.core.web import api
from registry.core.web.context import look
from registry.core.web.words import language_of_visitor
from registry.core.work import Work
from registry.exchange import evidence_files
from registry.exchange.evidence import EvidenceView
from registry.notices import acts, queries, sealing
from registry.notices.queries import notice_key
from registry.notices.views import ExpectedView, NoticeRow, NoticeView
from schemas import notices as shapes
from schemas.access import NothingSchema
from schemas.paging import Page, PageAsked, PageAskedSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint("notices", "Notices and questions between States (FP art. 10)")


@blueprint.route("/notices", methods=["GET"])
@api.reads(
    blueprint, May.NOTICE_READ, gives=shapes.NoticeRowSchema, query=shapes.NoticesAskedSchema, paged=True
)
def notices(work: Work, asked: shapes.NoticesAsked) -> Page[NoticeRow]:
    """Notices and questions, ours and theirs."""
    return queries.notices(work, asked)


@blueprint.route("/notices/<number>", methods=["GET"])
@api.reads(blueprint, May.NOTICE_READ, gives=shapes.NoticeSchema)
def one(work: Work, number: str) -> NoticeView:
    """One of them with its course, its answer and what can be done now."""
    return queries.notice(work, notice_key(number))


@blueprint.route("/notices/<number>/evidence", methods=["GET"])
@api.reads(blueprint, May.NOTICE_READ, gives=shapes.SignedEvidenceSchema)
def evidence(work: Work, number: str) -> EvidenceView:
    """Everything signed that passed, with receipts, keys and what warrants them: for a court."""
    return queries.signed(work, notice_key(number))


@blueprint.route("/notices/<number>/evidence.pdf", methods=["GET"])
@api.prints(blueprint, May.NOTICE_READ)
def evidence_paper(number: str) -> bytes:
    """The signed messages explained on paper: what was said, by whom, and how that is verified."""
    with look() as work:
        found = queries.signed(work, notice_key(number))
    return sealing.sealed_evidence(found, number)


@blueprint.route("/notices/<number>/evidence.zip", methods=["GET"])
@api.prints(blueprint, May.NOTICE_READ, media="application/zip")
def evidence_package(number: str) -> Iterator[bytes]:
    """The signed records as files, with keys and how to verify them with OpenSSL."""
    with look() as work:
        found = queries.signed(work, notice_key(number))
    return evidence_files.package(found, language_of_visitor())


@blueprint.route("/notices", methods=["POST"])
@api.writes(
    blueprint,
    May.NOTICE_ASK,
    takes=shapes.NoticeNewSchema,
    gives=shapes.NoticeSchema,
    versioned=True,
)
def ask(work: Work, new: shapes.NoticeNew, version: int) -> NoticeView:
    """Ask or notify another State; If-Match: of the licence or shipment that it is about."""
    return acts.ask(work, new, version)


@blueprint.route("/notices/<number>/answers", methods=["POST"])
@api.writes(
    blueprint,
    May.NOTICE_ANSWER,
    takes=shapes.AnswerNewSchema,
    gives=shapes.NoticeSchema,
    status=200,
    versioned=True,
)
def answer(work: Work, new: shapes.AnswerNew, number: str, version: int) -> NoticeView:
    """Answer another State: confirm, deny, in_part, not_yet."""
    return acts.answer(work, notice_key(number), new, version)


@blueprint.route("/notices/<number>/withdrawal", methods=["POST"])
@api.writes(
    blueprint,
    May.NOTICE_ASK,
    takes=shapes.NoticeBackSchema,
    gives=shapes.NoticeSchema,
    status=200,
    versioned=True,
)
def take_back(work: Work, back: shapes.NoticeBack, number: str, version: int) -> NoticeView:
    """Take a notice or question of ours back."""
    return acts.take_back(work, notice_key(number), back, version)


@blueprint.route("/notices/<number>/comparison", methods=["POST"])
@api.writes(
    blueprint,
    May.NOTICE_ANSWER,
    takes=NothingSchema,
    gives=shapes.NoticeSchema,
    status=200,
    versioned=True,
)
def compare(work: Work, nothing: Any, number: str, version: int) -> NoticeView:
    """Hold our customs' record against a question about a receipt; it is answered where all of it came."""
    return acts.compare(work, notice_key(number), version)


@blueprint.route("/notices/<number>/seen", methods=["POST"])
@api.writes(
    blueprint,
    May.NOTICE_ANSWER,
    takes=NothingSchema,
    gives=shapes.NoticeSchema,
    status=200,
    versioned=True,
)
def see(work: Work, nothing: Any, number: str, version: int) -> NoticeView:
    """Say that somebody has looked at what raised an alarm."""
    return acts.see(work, notice_key(number), version)


@blueprint.route("/expected-shipments", methods=["GET"])
@api.reads(blueprint, May.EXPECTED_READ, gives=shapes.ExpectedSchema, query=PageAskedSchema, paged=True)
def expected(work: Work, asked: PageAsked) -> Page[ExpectedView]:
    """Shipments that other States announced and that our customs have not cleared."""
    return queries.all_expected(work, asked)
