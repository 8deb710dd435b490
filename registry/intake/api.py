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
from registry.intake import acts, entering, kinds, mapping_queries, mappings, queries, undoing, workbooks
from registry.intake.mapping_queries import MappingView
from registry.intake.queries import run_key
from registry.intake.tables import IntakeAlias
from schemas import intake as shapes
from schemas import intake_mappings as remembered
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


@blueprint.route("/intakes/<number>/entering", methods=["POST"])
@api.writes(
    blueprint,
    May.INTAKE_RUN,
    takes=shapes.EnteringNewSchema,
    gives=ProposalSchema,
    status=202,
    versioned=True,
)
def propose_entering(work: Work, new: shapes.EnteringNew, number: str, version: int) -> ProposalView:
    """Propose that its rows are entered, some of which are so only once others have approved it."""
    return entering.propose(work, run_key(number), new, version)


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


@blueprint.route("/intakes/<number>/mappings", methods=["GET"])
@api.reads(blueprint, May.INTAKE_RUN, gives=remembered.MappingSchema, paged=True)
def fitting(work: Work, number: str) -> Page[MappingView]:
    """Mappings whose columns the file has, the one with the most of them first."""
    return Page(tuple(mapping_queries.offered(work, run_key(number))), "")


@blueprint.route("/intakes/<number>/mapping", methods=["POST"])
@api.writes(
    blueprint,
    May.INTAKE_RUN,
    takes=remembered.MappingTakenSchema,
    gives=shapes.IntakeSchema,
    status=200,
    versioned=True,
)
def take_up(work: Work, taken: remembered.MappingTaken, number: str, version: int) -> queries.RunView:
    """Settle its columns as a mapping says; it is judged anew."""
    return mappings.take_up(work, run_key(number), taken.mapping, version)


@blueprint.route("/intake-mappings", methods=["GET"])
@api.reads(
    blueprint,
    May.INTAKE_RUN,
    gives=remembered.MappingSchema,
    query=remembered.MappingsAskedSchema,
    paged=True,
)
def remembered_mappings(work: Work, asked: remembered.MappingsAsked) -> Page[MappingView]:
    """Which column is which in the files of other systems, as people settled it."""
    return mapping_queries.mappings(work, asked)


@blueprint.route("/intake-mappings", methods=["POST"])
@api.writes(blueprint, May.INTAKE_RUN, takes=remembered.MappingNewSchema, gives=remembered.MappingSchema)
def remember(work: Work, new: remembered.MappingNew) -> MappingView:
    """Remember the columns of an intake as they are settled."""
    return mappings.remember(work, new)


@blueprint.route("/intake-mappings/<int(max=9223372036854775807):number>", methods=["GET"])
@api.reads(blueprint, May.INTAKE_RUN, gives=remembered.MappingSchema)
def mapping(work: Work, number: int) -> MappingView:
    """One of them."""
    return mapping_queries.mapping_view(work, mapping_queries.mapping_row(work, number))


@blueprint.route("/intake-mappings/<int(max=9223372036854775807):number>", methods=["PUT"])
@api.writes(
    blueprint,
    May.INTAKE_RUN,
    takes=remembered.MappingNameSchema,
    gives=remembered.MappingSchema,
    status=200,
    versioned=True,
)
def rename_mapping(work: Work, new: remembered.MappingName, number: int, version: int) -> MappingView:
    """Call it otherwise."""
    return mappings.rename(work, number, new, version)


@blueprint.route("/intake-mappings/<int(max=9223372036854775807):number>/retirement", methods=["POST"])
@api.writes(
    blueprint,
    May.INTAKE_RUN,
    takes=NothingSchema,
    gives=remembered.MappingSchema,
    status=200,
    versioned=True,
)
def retire_mapping(work: Work, nothing: object, number: int, version: int) -> MappingView:
    """Offer it no more; it stays in the records."""
    return mappings.retire(work, number, version)


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
