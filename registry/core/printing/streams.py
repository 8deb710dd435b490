"""A PDF written page by page: what was written is let go, so that its memory does not grow with its pages.

Fonts are embedded by reportlab, in the subsets that were used; everything else of the file is written here.
"""

from __future__ import annotations

import zlib
from array import array
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDocument, PDFIndirectObject

from registry.core.printing import fonts, ink
from registry.core.printing.plates import BLACK, WHITE, Group, Part, Words, operators

_CATALOG, _PAGES, _FONTS, _INFO = 1, 2, 3, 4
_MOST_KEPT = 256
_PACKED = 4
"""How hard zlib tries: 6 takes thrice the time for a sixth of the size."""
_KIDS = 128
"""Pages to a branch of the tree of pages."""


class Stream:
    """`head()`, `page()` for each, `tail()`: the bytes of the file one after the other."""

    def __init__(self, title: str, language: str = "") -> None:
        fonts.register()
        self.code: list[str] = []
        self.document: Any = PDFDocument(invariant=1, compression=1)
        self._title, self._language = title, language
        self._offsets = array("Q", [0] * (_INFO + 1))
        self._groups: dict[Group, str] = {}
        self._rows: dict[Words, str] = {}
        self._at = 0
        self._branches: list[int] = []
        self._kids: list[int] = []
        self._count = 0

    def head(self) -> bytes:
        """What comes first."""
        return self._sent(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def drawn(self, piece: Part | Group) -> str:
        """Operators that draw something, whose letters the file learns; those of groups are kept."""
        if isinstance(piece, Group):
            found = self._groups.get(piece)
            if found is None:
                if len(self._groups) >= _MOST_KEPT:
                    self._groups.clear()
                found = self._groups[piece] = "\n".join([self.drawn(part) for part in piece.parts])
            return found
        if isinstance(piece, Words):
            return self._words(piece)
        return operators(piece)

    def _words(self, piece: Words) -> str:
        found = self._rows.get(piece)
        if found is None:
            if len(self._rows) >= _MOST_KEPT:
                self._rows.clear()
            colour = WHITE if piece.white else BLACK
            found = self._rows[piece] = ink.text_operators(
                self.document, piece.x, piece.y, piece.text, piece.size, colour, piece.bold
            )
        return found

    def page(self, width: float, height: float) -> bytes:
        """The page whose operators are in `code`; it is empty afterwards. Sizes in points."""
        packed = zlib.compress("\n".join(self.code).encode("latin-1"), _PACKED)
        self.code.clear()
        if not self._kids:
            self._branches.append(self._number())
        content = self._number()
        page = self._number()
        self._kids.append(page)
        self._count += 1
        size = f"[0 0 {width:.3f} {height:.3f}]"
        told = (
            f"<</Type/Page/Parent {self._branches[-1]} 0 R/MediaBox{size}/Contents {content} 0 R"
            f"/Resources<</Font {_FONTS} 0 R/ProcSet[/PDF/Text]>>>>"
        )
        sent = self._object(content, b"<</Filter/FlateDecode/Length %d>>" % len(packed), packed)
        sent += self._object(page, told.encode())
        return sent + self._closed_branch() if len(self._kids) == _KIDS else sent

    def tail(self) -> bytes:
        """Fonts, the tree of pages and where everything is."""
        sent = (self._closed_branch() if self._kids else b"") + self._embedded()
        kids = " ".join(f"{number} 0 R" for number in self._branches)
        sent += self._object(_PAGES, f"<</Type/Pages/Count {self._count}/Kids[{kids}]>>".encode())
        language = f"/Lang({self._language})" if self._language.isalpha() else ""
        shown = "/ViewerPreferences<</PrintScaling/None/DisplayDocTitle true>>"
        catalog = f"<</Type/Catalog/Pages {_PAGES} 0 R{language}{shown}>>"
        sent += self._object(_CATALOG, catalog.encode())
        title = self._title.encode("utf-16-be").hex()
        sent += self._object(_INFO, f"<</Title<FEFF{title}>>>".encode())
        start = self._at
        rows = "".join(f"{offset:010d} 00000 n \n" for offset in self._offsets[1:])
        table = f"xref\n0 {len(self._offsets)}\n0000000000 65535 f \n{rows}"
        trailer = f"trailer\n<</Size {len(self._offsets)}/Root {_CATALOG} 0 R/Info {_INFO} 0 R>>\n"
        return sent + self._sent(f"{table}{trailer}startxref\n{start}\n%%EOF\n".encode())

    def _closed_branch(self) -> bytes:
        """A branch of the tree of pages; all of a file are leaves of one root."""
        kids = " ".join(f"{number} 0 R" for number in self._kids)
        count = len(self._kids)
        self._kids.clear()
        told = f"<</Type/Pages/Parent {_PAGES} 0 R/Count {count}/Kids[{kids}]>>"
        return self._object(self._branches[-1], told.encode())

    def _embedded(self) -> bytes:
        """The fonts, under numbers that follow ours."""
        document = self.document
        document.objectcounter = len(self._offsets) - 1
        with ink.TURN:
            for font in document.delayedFonts:
                font.addObjects(document)
        sent = b""
        while len(self._offsets) <= document.objectcounter:
            name = document.numberToId[len(self._offsets)]
            told = PDFIndirectObject(name, document.idToObject[name]).format(document)
            self._offsets.append(self._at)
            sent += self._sent(told)
        known = document.idToObject["BasicFonts"].dict
        named = "".join(
            f"/{name} {document.idToObjectNumberAndVersion[name][0]} 0 R" for name in sorted(known)
        )
        return sent + self._object(_FONTS, f"<<{named}>>".encode())

    def _number(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _object(self, number: int, told: bytes, stream: bytes | None = None) -> bytes:
        self._offsets[number] = self._at
        body = told if stream is None else told + b"\nstream\n" + stream + b"\nendstream"
        return self._sent(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def _sent(self, piece: bytes) -> bytes:
        self._at += len(piece)
        return piece
