"""`flask --app wsgi trace firearm MARK` and `trace cartridge CODE`: the same answer, in the terminal.

Ends with 0 when the records know something, 1 when nothing fits, 2 for input that cannot be searched for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from msgspec import json

from registry.core.errors import RegistryError
from registry.core.web.context import Registry
from registry.core.work import OPERATOR
from registry.tracing import acts, scene_lines, scenes
from registry.tracing.sealing import scene_from
from registry.verification.sealing import desk_of
from schemas.tracing import Answer, Question
from schemas.vocabulary import FirearmType, Outcome, Purpose, TraceKind

trace = AppGroup("trace", help="Answer a trace from the records.")


def _common(command: Any) -> Any:
    options = [
        click.option("--maker", default="", help="As told: a name, or its beginning."),
        click.option("--calibre", default="", help="In any spelling: 9x19, 9 mm Luger."),
        click.option(
            "--case", "case_number", default="command line", help="Case number, kept with the search."
        ),
        click.option(
            "--purpose",
            type=click.Choice([p.value for p in Purpose]),
            default=Purpose.RECOVERED_FIREARM.value,
        ),
        click.option("--recovered-on", type=click.DateTime(["%Y-%m-%d"]), default=None),
        click.option("--json", "as_json", is_flag=True, help="The answer as JSON."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@trace.command("firearm")
@click.argument("mark")
@click.option("--country", default=None, help="Of manufacture, ISO 3166-1 alpha-2.")
@click.option("--type", "type_", type=click.Choice([t.value for t in FirearmType]), default=None)
@click.option("--model", default="")
@click.option("--year", type=int, default=None)
@_common
def firearm(
    mark: str, country: str | None, type_: str | None, model: str, year: int | None, **told: Any
) -> None:
    """Trace a firearm from its MARK (? one unreadable character, * any number of them, [5S] one of these)."""
    kind = FirearmType(type_) if type_ else None
    _run(
        {
            "kind": TraceKind.FIREARM,
            "mark": mark,
            "country": country,
            "type": kind,
            "model": model,
            "year": year,
        },
        **told,
    )


@trace.command("cartridge")
@click.argument("code", default="")
@click.option("--headstamp", default="", help="What stands beside the code, or alone: CBC 9mm 06.")
@click.option(
    "--position", type=click.IntRange(min=1), default=None, help="Its own number in a serialised lot."
)
@_common
def cartridge(code: str, headstamp: str, position: int | None, **told: Any) -> None:
    """Trace a cartridge from the CODE on its base, from its headstamp, or from both."""
    if not code and not headstamp:
        raise click.UsageError("Give the CODE or --headstamp.")
    read = {"code": code, "headstamp": headstamp, "position": position}
    _run({"kind": TraceKind.CARTRIDGE, **read}, **told)


def _run(asked: dict[str, Any], *, as_json: bool, purpose: str, recovered_on: Any, **told: Any) -> None:
    day = recovered_on.date() if recovered_on else None
    question = Question(**asked, **told, purpose=Purpose(purpose), recovered_on=day)
    try:
        number, answer = _asked(question)
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if as_json:
        members = {name: getattr(answer, name) for name in answer.__struct_fields__}
        click.echo(json.format(json.encode({"number": number, **members}, enc_hook=str)).decode())
    else:
        for line in _lines(number, answer):
            click.echo(line)
    sys.exit(1 if answer.outcome is Outcome.NOT_IN_RECORDS else 0)


def _asked(question: Question) -> tuple[str, Answer]:
    parts: Registry = current_app.extensions["registry"]
    with parts.office.look(OPERATOR, question.purpose, question.case_number) as work:
        answer = acts.find(work, question)
    with parts.office.begin(OPERATOR, question.purpose, question.case_number) as work:
        return acts.keep(work, question, answer), answer


def _lines(number: str, answer: Answer) -> Iterator[str]:
    yield f"{number}  {answer.outcome.value.replace('_', ' ')}  ({answer.certainty.level.value})"
    yield answer.certainty.statement
    for finding in answer.findings:
        law = f" ({finding.article})" if finding.article else ""
        yield f"! {finding.severity.value}: {finding.text}{law}"
    for c in answer.candidates[:10]:
        told = f"  agrees: {', '.join(c.agrees)}" if c.agrees else ""
        told += f"  differs: {', '.join(c.differs)}" if c.differs else ""
        yield f"{c.rank:3}. {c.number}  {c.mark}  {c.maker} {c.model}  {c.calibre}  {c.match.value}{told}"
        for line in c.misread:
            yield f"       {line}"
        for share in c.buyers:
            sale = f"{share.quantity:,} on {share.date} (invoice {share.document})"
            yield f"       sold to {share.name}: {sale}"
    for step in answer.steps:
        count = f"{step.quantity:,} × " if step.quantity is not None else ""
        way = " → ".join(name for name in (step.from_name, step.to_name) if name)
        yield f"  {step.date}  {count}{step.kind}  {way}  {step.document_number}".rstrip()
    if answer.last_holder:
        yield f"Last known holder: {answer.last_holder}"
    if answer.next_state:
        yield f"Ask next: {answer.next_state.name} ({answer.next_state.code}). {answer.next_state.reason}"


@trace.command("scene")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--case", "case_number", required=True, help="Case number, kept with the scene.")
@click.option("--on", "found_on", required=True, help="The day they were found: 2026-01-31.")
@click.option("--place", required=True)
@click.option(
    "--purpose", type=click.Choice([p.value for p in Purpose]), default=Purpose.CRIMINAL_INVESTIGATION.value
)
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Also write the report there.")
@click.option("--json", "as_json", is_flag=True, help="The answer as JSON.")
def scene(file: Path, pdf: Path | None, as_json: bool, **told: str) -> None:
    """Trace the cartridges of a scene together: a FILE of code, maker, calibre, number, state and count."""
    parts: Registry = current_app.extensions["registry"]
    try:
        new = scene_lines.taken({**told, "lines": scene_lines.read(file.read_text("utf-8", "replace"))})
        with parts.office.begin(OPERATOR, new.purpose, new.case_number) as work:
            found = scenes.record(work, new)
    except RegistryError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    if pdf is not None:
        pdf.write_bytes(scene_from(desk_of(parts, OPERATOR), found))
    if as_json:
        click.echo(json.format(json.encode({"number": found.number, **found.answer})).decode())
        return
    for line in _scene_lines(found):
        click.echo(line)


def _scene_lines(found: scenes.SceneView) -> Iterator[str]:
    certainty = found.answer["certainty"]
    yield f"{found.number}  ({certainty['level']})"
    yield certainty["statement"]
    for finding in found.answer["findings"]:
        yield f"! {finding['severity']}: {finding['text']}"
    for name in ("certain", "possible", "excluded"):
        for line in certainty[name]:
            yield f"  {name}: {line}"
    for line in found.answer["lines"]:
        yield f"{line['n']:3}. {line['code']} × {line['count']}: {line['statement']}"
