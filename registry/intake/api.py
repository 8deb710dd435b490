"""Routes of the API for registers that are brought in."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from io import BytesIO
from typing import Any

from registry.access.approval_queries import ProposalView
from registry.core.errors import Invalid
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.words import spoken
from registry.core.work import Work
from registry.intake import acts, kinds, queries, undoing, workbooks
from registry.intake.queries import run_key
from registry.intake.tables import IntakeAlias
from schemas import intake as shapes
from schemas.access import NothingSchema
from schemas.approvals import ProposalSchema
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("intake", "Registers kept elsewhere, brought in (FP art. 7)")


@blueprint.route("/intakes", methods=["GET"])
@api.reads(
    blueprint, May.INTAKE_RUN, gives=shapes.IntakeRowSchema, query=shapes.IntakesAskedSchema, paged=True
)
def intakes(work: Work, asked: shapes.IntakesAsked) -> Page[queries.RunRow]:
    """Files that were handed in."""
    return queries.runs(work, asked)


@blueprint.route("/intakes", methods=["POST"])
@api.writes(
    blueprint,
    May.INTAKE_RUN,
    takes=shapes.IntakeNewSchema,
    gives=shapes.IntakeSchema,
    most_bytes=shapes.LARGEST_FILE * 4 // 3 + 100_000,
)
def hand_in(work: Work, new: shapes.IntakeNew) -> queries.RunView:
    """Hand a file in: its rows are judged in the background, and nothing goes on record yet."""
    try:
        content = base64.b64decode(new.content, validate=True)
    except (ValueError, binascii.Error):
        raise Invalid.at("content", "This is not base64.") from None
    if workbooks.is_workbook(content) and len(content) > shapes.LARGEST_WORKBOOK:
        raise Invalid.at("content", "It is too large to be sent: read it at the command line.")
    told = acts.FileTold(new.name, new.policy, new.received, new.sheet, new.kind)
    return acts.hand_in(work, BytesIO(content), told)


@blueprint.route("/intakes/<number>", methods=["GET"])
@api.reads(blueprint, May.INTAKE_RUN, gives=shapes.IntakeSchema)
def intake(work: Work, number: str) -> queries.RunView:
    """One of them, and how far it came."""
    return queries.run(work, run_key(number))


@blueprint.route("/intakes/<number>/faults", methods=["GET"])
@api.reads(
    blueprint, May.INTAKE_RUN, gives=shapes.IntakeFaultSchema, query=shapes.FaultsAskedSchema, paged=True
)
def faults(work: Work, asked: shapes.FaultsAsked, number: str) -> Page[queries.FaultView]:
    """What is wrong, row by row; go on after the last line."""
    queries.run_row(work, run_key(number))
    found = queries.faults(work, run_key(number), asked)
    return Page(tuple(replace(one, reason=spoken(one.reason)) for one in found), "")


@blueprint.route("/intakes/<number>/records", methods=["GET"])
@api.reads(blueprint, May.INTAKE_RUN, gives=shapes.EnteredSchema, query=shapes.FaultsAskedSchema, paged=True)
def records(work: Work, asked: shapes.FaultsAsked, number: str) -> Page[queries.EnteredView]:
    """Which record each row became, and what of it is in doubt; go on after the last line."""
    row = queries.run_row(work, run_key(number))
    kind = kinds.of(row)
    found = queries.entered(work, row.id, kind.kept, kind.number, asked)
    return Page(tuple(replace(one, doubts=_spoken(one.doubts)) for one in found), "")


@blueprint.route("/intakes/<number>/settings", methods=["PUT"])
@api.writes(
    blueprint,
    May.INTAKE_RUN,
    takes=shapes.IntakeSettingSchema,
    gives=shapes.IntakeSchema,
    status=200,
    versioned=True,
)
def settle(work: Work, new: shapes.IntakeSetting, number: str, version: int) -> queries.RunView:
    """Say which column is which, and what stands for every row; it is judged anew."""
    return acts.settle(work, run_key(number), new, version)


def _move(path: str) -> Any:
    def mark(view: Any) -> Any:
        made = api.writes(
            blueprint,
            May.INTAKE_RUN,
            takes=NothingSchema,
            gives=shapes.IntakeSchema,
            status=200,
            versioned=True,
        )(view)
        return blueprint.route(f"/intakes/<number>/{path}", methods=["POST"])(made)

    return mark


@_move("check")
def check(work: Work, nothing: object, number: str, version: int) -> queries.RunView:
    """Judge every row anew, as after words were settled."""
    return acts.judge_anew(work, run_key(number), version)


@_move("start")
def start(work: Work, nothing: object, number: str, version: int) -> queries.RunView:
    """Enter its rows in the background; also go on after a pause."""
    return acts.start(work, run_key(number), version)


@_move("pause")
def pause(work: Work, nothing: object, number: str, version: int) -> queries.RunView:
    """Stop after the rows that are being entered."""
    return acts.pause(work, run_key(number), version)


@_move("cancel")
def cancel(work: Work, nothing: object, number: str, version: int) -> queries.RunView:
    """Enter no more of it."""
    return acts.cancel(work, run_key(number), version)


@blueprint.route("/intakes/<number>/undo", methods=["POST"])
@api.writes(
    blueprint,
    May.INTAKE_RUN,
    takes=shapes.UndoNewSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def undo(work: Work, new: shapes.UndoNew, number: str, version: int) -> ProposalView:
    """Propose that all it entered is taken back; it is once somebody else has approved it."""
    return undoing.propose(work, run_key(number), new, version)


@blueprint.route("/intake-words", methods=["GET"])
@api.reads(blueprint, May.INTAKE_RUN, gives=shapes.AliasSchema, paged=True)
def aliases(work: Work) -> Page[IntakeAlias]:
    """What words of old registers stand for, as people said."""
    return Page(tuple(queries.aliases(work)), "")


@blueprint.route("/intake-words", methods=["POST"])
@api.writes(blueprint, May.INTAKE_RUN, takes=shapes.AliasNewSchema, gives=shapes.AliasSchema, status=200)
def confirm(work: Work, new: shapes.AliasNew) -> IntakeAlias:
    """Say what a word stands for; it is remembered."""
    return acts.confirm(work, new)


@blueprint.route("/firearms/<number>/sources", methods=["GET"])
@api.reads(blueprint, May.FIREARM_READ, gives=shapes.SourceSchema, paged=True)
def sources(work: Work, number: str) -> Page[queries.SourceView]:
    """Of which line of which file a record came, and what of that line is in doubt; none of most records."""
    return Page(_said(queries.sources_of(work, find_registry_number("F", number))), "")


def _said(found: tuple[queries.SourceView, ...]) -> tuple[queries.SourceView, ...]:
    """In the language of whoever reads it."""
    return tuple(replace(one, doubts=_spoken(one.doubts)) for one in found)


def _spoken(doubts: tuple[queries.DoubtView, ...]) -> tuple[queries.DoubtView, ...]:
    return tuple(replace(doubt, reason=spoken(doubt.reason)) for doubt in doubts)
