"""What subjects offer: what their labels say, and which labels belong to a list. Kept content, too."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from registry.core.errors import Invalid
from registry.core.printing.composing import Element, Label, Line
from registry.core.work import Work
from schemas.label_vocabulary import LabelDesign
from schemas.words import Language, said

MOST = 10_000
"""Labels to a job."""


@dataclass(frozen=True)
class Source:
    """contents: what labels of these numbers say, in their order; raises NotFound, Conflict, Invalid.

    members: what of a list (a shipment, a recovery, a lot) is labelled with this design; None for a text that
    names no such list.
    """

    contents: Callable[[Work, Sequence[str], Language], list[Label]]
    members: Callable[[Work, str], Sequence[str] | None]


def source_of(work: Work, design: LabelDesign) -> Source:
    """Who makes labels of this design."""
    found: Mapping[Any, Any] = work.offers.get("labels", {})
    source: Source = found[design]
    return source


def chosen(work: Work, design: LabelDesign, numbers: Sequence[str], listed: str) -> list[str]:
    """Numbers as they were named, each once, with those of a list after them. Raises Invalid, NotFound."""
    members = source_of(work, design).members(work, listed) if listed else ()
    if members is None:
        raise Invalid.at("source", said("No list of labels of this kind has this number."))
    found = list(dict.fromkeys((*(one.strip() for one in numbers if one.strip()), *members)))
    if not found:
        raise Invalid.at("numbers", said("Name what is to be labelled."))
    if len(found) > MOST:
        raise Invalid.at("numbers", said("At most %(most)s labels to a job.", most=MOST))
    return found


def listed(text: str) -> list[str]:
    """Numbers as a scanner types them, one to a line, or the first column of a file."""
    rows = (line.replace(";", ",").replace("\t", ",").split(",")[0] for line in text.splitlines())
    return [number for row in rows if (number := row.strip(' "'))]


def kept(label: Label) -> str:
    """What a label says, to be stored; which issue it is comes when it is printed."""
    return json.dumps(asdict(replace(label, issue="")), ensure_ascii=False, separators=(",", ":"))


def again(text: str) -> Label:
    """What was stored."""
    told = json.loads(text)
    return Label(
        **told
        | {
            "design": LabelDesign(told["design"]),
            "lines": tuple(Line(**line) for line in told["lines"]),
            "symbols": tuple(told["symbols"]),
            "elements": tuple(Element(**element) for element in told["elements"]),
        }
    )
