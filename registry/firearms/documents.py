"""Labels of firearms and their parts."""

from __future__ import annotations

from registry.core.errors import NotFound
from registry.core.printing.labels import SHEETS, Label, sheet, single
from registry.firearms.views import FirearmView
from schemas.words import said

MOST_NAMED = 26
MOST_LARGE = 26
"""Characters of a mark that are shown large; what follows of a longer one stands below."""


def _short(name: str) -> str:
    """A name of a maker or model in the room of a label."""
    return name if len(name) <= MOST_NAMED else name[: MOST_NAMED - 1].rstrip() + "…"


def label(found: FirearmView, authority: str, component: int | None = None) -> Label:
    """The label of a firearm, or of one of its parts; raises NotFound for a part it does not have."""
    part = next((p for p in found.components if p.n == component), None)
    if component is not None and part is None:
        raise NotFound(said("%(number)s has no part %(component)s", number=found.number, component=component))
    borne = [mark for mark in found.marks if component is None or mark.component == component]
    text = next((mark.text for mark in borne if mark.text), found.number)
    number = found.number if component is None else f"{found.number}/{component}"
    named = part.kind.replace("_", " ") if part else found.type.replace("_", " ")
    return Label(
        title=authority,
        human_readable=text[:MOST_LARGE],
        lines=(
            ("", text[MOST_LARGE:] or named),
            ("", _short(found.maker.name)),
            ("", _short(found.model)),
            ("", f"{found.calibre_name}   {found.country_made} {found.year_made or ''}".rstrip()),
        ),
        code128=number,
        datamatrix=number,
    )


def printed(labels: list[Label], form: str, start: int = 1) -> bytes:
    """A PDF with one label a page ("single"), or on a sheet beginning at a free place."""
    return single(labels) if form == "single" else sheet(labels, SHEETS[form], start)
