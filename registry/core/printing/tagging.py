"""The structure of a document, for readers that speak, that reflow, and that copy (ISO 32000-1, 14.7, 14.8).

Everything drawn belongs to an element of the structure, or is an artifact: a line, a box, what is repeated
on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFObject
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing import fonts, ink

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


@dataclass(eq=False)
class Element:
    """kind: a standard structure type; scope: of a header cell, Row or Column; alt, box: of a figure.

    children: elements, and (page, number on it) of what is drawn itself; lines: the words of that.
    """

    kind: str
    alt: str = ""
    scope: str = ""
    box: Box | None = None
    children: list[Element | tuple[int, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, kind: str, alt: str = "", scope: str = "", box: Box | None = None) -> Element:
        """A new element inside this one, after those there are."""
        inner = Element(kind, alt, scope, box)
        self.children.append(inner)
        return inner


@dataclass(frozen=True)
class Drawing:
    """Something drawn, the element it belongs to (None: an artifact), and its words."""

    draw: Callable[[Canvas], None]
    part: Element | None = None
    words: str = ""


def inside(element: Element | None, kind: str, **given: Any) -> Element | None:
    """A new element inside one, or an artifact inside an artifact."""
    return element.add(kind, **given) if element else None


def put_on_page(canvas: Canvas, page: int, drawings: Sequence[Drawing]) -> list[Element]:
    """Draw, each piece marked as what it is; answers the elements in the order of their numbers."""
    owners: list[Element] = []
    for part, pieces in groupby(drawings, key=lambda piece: piece.part):
        if part is None:
            ink.path(canvas, "/Artifact BMC")
        else:
            ink.path(canvas, f"/{part.kind} <</MCID {len(owners)}>> BDC")
            part.children.append((page, len(owners)))
            owners.append(part)
        for piece in pieces:
            piece.draw(canvas)
            if part is not None:
                part.lines.append(piece.words)
        ink.path(canvas, "EMC")
    return owners


class Written(PDFObject):
    """An object of the file as it stands there."""

    __RefOnly__ = 1

    def __init__(self, content: str = "") -> None:
        self.content = content

    def format(self, document: object) -> bytes:
        """Its bytes."""
        return self.content.encode("ascii")


class _Tree:
    """Elements as objects of a file."""

    def __init__(self, canvas: Canvas) -> None:
        self._file: Any = canvas._doc  # type: ignore[attr-defined]
        self._numbers: dict[Element, str] = {}
        self._objects: dict[Element, Written] = {}

    def reference(self, thing: PDFObject) -> str:
        return self.page(self._file.Reference(thing).name)

    def page(self, name: str) -> str:
        return "{} {} R".format(*self._file.idToObjectNumberAndVersion[name])

    def number(self, element: Element) -> str:
        """Register an element and all inside it."""
        self._objects[element] = Written()
        self._numbers[element] = self.reference(self._objects[element])
        for child in element.children:
            if isinstance(child, Element):
                self.number(child)
        return self._numbers[element]

    def write(self, element: Element, above: str) -> None:
        own = self._numbers[element]
        first = next((child[0] for child in element.children if isinstance(child, tuple)), None)
        on = f"/Pg {self.page(f'Page{first}')}" if first else ""
        inner = " ".join(self._child(child, first) for child in element.children)
        looks = _attributes(element)
        self._objects[element].content = f"<</S/{element.kind}/P {above}{on}/K[{inner}]{looks}>>"
        for child in element.children:
            if isinstance(child, Element):
                self.write(child, own)

    def _child(self, child: Element | tuple[int, int], first: int | None) -> str:
        if isinstance(child, Element):
            return self._numbers[child]
        page, number = child
        return f"{number}" if page == first else f"<</Type/MCR/Pg {self.page(f'Page{page}')}/MCID {number}>>"

    def numbers(self, owners: Sequence[Element]) -> str:
        return " ".join(self._numbers[owner] for owner in owners)


def _attributes(element: Element) -> str:
    said = f"/Alt {_text_string(element.alt)}" if element.alt else ""
    if spoken := fonts.spoken(element.lines):
        said += f"/ActualText {_text_string(spoken)}"
    if element.scope:
        return f"{said}/A<</O/Table/Scope/{element.scope}>>"
    if element.box:
        return "{}/A<</O/Layout/Placement/Block/BBox[{:.2f} {:.2f} {:.2f} {:.2f}]>>".format(
            said, *element.box
        )
    return said


def _text_string(words: str) -> str:
    """ISO 32000-1, 7.9.2.2."""
    return f"<FEFF{words.encode('utf-16-be').hex()}>"


def finish(canvas: Canvas, root: Element, pages: Sequence[Sequence[Element]]) -> None:
    """Write the structure, when all pages are drawn; pages: what `put_on_page` answered for each."""
    file: Any = canvas._doc  # type: ignore[attr-defined]
    tree = _Tree(canvas)
    top = Written()
    above = tree.reference(top)
    document = tree.number(root)
    tree.write(root, above)
    lists = "".join(f"{n} [{tree.numbers(owners)}]" for n, owners in enumerate(pages))
    parents = tree.reference(Written(f"<</Nums[{lists}]>>"))
    top.content = f"<</Type/StructTreeRoot/K {document}/ParentTree {parents}/ParentTreeNextKey {len(pages)}>>"
    file.Catalog.StructTreeRoot = top
    for n, page in enumerate(file.Pages.pages):
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents", "Tabs"]
        page.StructParents, page.Tabs = n, Written("/S")
