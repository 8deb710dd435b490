"""What PDF/A-2a (ISO 19005-2) asks of a file, looked up in it one by one.

No validator can be had here; each function says which clause it stands for and answers what is wrong.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont

STANDARD = {
    "Document",
    "Div",
    "H1",
    "H2",
    "P",
    "L",
    "LI",
    "Lbl",
    "LBody",
    "Table",
    "TR",
    "TH",
    "TD",
    "Figure",
}
SHOWING = {"Tj", "TJ", "'", '"'}
PAINTING = {"f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do", "sh"}
FORBIDDEN = {"gs", "BX", "cs", "CS", "k", "K", "sh", "Do", "BI", "ri"}


def faults(printed: bytes) -> list[str]:
    """What keeps a file from being PDF/A-2a; [] where it is."""
    found = list(_file(printed))
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        found += [f"syntax: {problem}" for problem in pdf.check_pdf_syntax()]
        for check in (_encryption, _objects, _metadata, _colours, _catalog, _structure, _pages, _annotations):
            found += check(pdf)
    return found


def _file(printed: bytes) -> Iterator[str]:
    """6.1.2 header, 6.1.3 trailer, 6.1.7 streams."""
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", printed):
        yield "6.1.2: header"
    if not re.search(rb"%%EOF\r?\n?\Z", printed):
        yield "6.1.3: something after the end"
    for stream in re.finditer(rb"/Length (\d+)\b[^>]*>>\s*stream(\r?\n)", printed):
        end = stream.end() + int(stream[1])
        if not re.match(rb"\r?\nendstream\b", printed[end : end + 12]):
            yield f"6.1.7: length of the stream at {stream.start()}"


def _encryption(pdf: pikepdf.Pdf) -> Iterator[str]:
    if pdf.is_encrypted or "/Encrypt" in pdf.trailer:
        yield "6.1.3: encrypted"
    if len(pdf.trailer.get("/ID", [])) != 2:
        yield "6.1.3: no ID"


def _objects(pdf: pikepdf.Pdf) -> Iterator[str]:
    """6.1.7.2 filters, 6.5 and 6.6 actions, 6.8 embedded files, 6.2.8 transparency of images and forms."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and "LZWDecode" in str(thing.get("/Filter", "")):
            yield "6.1.7.2: LZW"
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            continue
        for name in ("/JS", "/JavaScript", "/AA", "/OpenAction", "/EF", "/SMask", "/Launch", "/XFA"):
            if name in thing:
                yield f"6.5: {name}"
        if thing.get("/Type") == "/Group" or thing.get("/S") == "/Transparency":
            yield "6.2.10: transparency"


def _metadata(pdf: pikepdf.Pdf) -> Iterator[str]:
    """6.6.2: XMP in the clear, the same as the information dictionary says; 6.6.4: what it claims to be."""
    stream = pdf.Root.get("/Metadata")
    if stream is None or "/Filter" in stream:
        yield "6.6.2: no metadata in the clear"
        return
    with pdf.open_metadata(set_pikepdf_as_editor=False) as told:
        if told.pdfa_status != "2A":
            yield "6.6.4: no identification"
        said = (told.get("dc:title"), "".join(told.get("dc:creator", [])))
    if said != (str(pdf.docinfo.get("/Title")), str(pdf.docinfo.get("/Author"))):
        yield "6.6.3: title or author differ"


def _colours(pdf: pikepdf.Pdf) -> Iterator[str]:
    """6.2.3: one output intent, with a profile of colours of a screen."""
    intents = [one for one in pdf.Root.get("/OutputIntents", []) if one.S == "/GTS_PDFA1"]
    if len(intents) != 1:
        yield "6.2.3: output intent"
        return
    profile = intents[0].DestOutputProfile
    head = profile.read_bytes()[:128]
    if (profile.N, head[12:20], head[36:40]) != (3, b"mntrRGB ", b"acsp") or head[8:10] > b"\x04\x20":
        yield "6.2.3: profile"


def _catalog(pdf: pikepdf.Pdf) -> Iterator[str]:
    """6.7.2 marked, 6.7.4 language; the title is shown (ISO 14289-1, 7.1)."""
    if not pdf.Root.get("/MarkInfo", {}).get("/Marked"):
        yield "6.7.2: not marked"
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", str(pdf.Root.get("/Lang", ""))):
        yield "6.7.4: no language"
    if not pdf.Root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "title not shown"


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """The elements of the structure in the order of reading."""

    def below(element: Any) -> Iterator[Any]:
        yield element
        for child in element.K:
            if isinstance(child, pikepdf.Dictionary) and "/S" in child:
                yield from below(child)

    yield from below(pdf.Root.StructTreeRoot.K)


def _structure(pdf: pikepdf.Pdf) -> Iterator[str]:
    """6.7.3 structure, 6.7.5 figures; every table regular, its header cells said to be."""
    if "/StructTreeRoot" not in pdf.Root:
        yield "6.7.3: no structure"
        return
    for element in elements(pdf):
        kind = str(element.S)[1:]
        if kind not in STANDARD:
            yield f"6.7.3: {kind}"
        if kind == "Figure" and not str(element.get("/Alt", "")):
            yield "6.7.5: a figure without words"
        if kind == "TH" and element.get("/A", {}).get("/Scope") not in ("/Row", "/Column"):
            yield "a header cell of nothing"
        if kind == "Table" and len({len(row.K) for row in element.K}) > 1:
            yield "a table with rows of different lengths"
        if kind == "L" and any(str(item.S) != "/LI" for item in element.K):
            yield "a list with something else in it"


def _owned(pdf: pikepdf.Pdf) -> set[tuple[int, int]]:
    """(object of the page, number) of all content that the structure names."""
    owned = set()
    for element in elements(pdf):
        for child in element.K:
            if isinstance(child, pikepdf.Dictionary):
                if "/MCID" in child:
                    owned.add((child.Pg.objgen[0], int(child.MCID)))
            else:
                owned.add((element.Pg.objgen[0], int(child)))
    return owned


def _pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/StructTreeRoot" not in pdf.Root:
        return
    owned, seen = _owned(pdf), set()
    parents = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
    by_page = dict(zip(map(int, parents[::2]), parents[1::2], strict=True))
    for page in pdf.pages:
        used: dict[str, set[int]] = {}
        inside: list[str] = []
        font = ""
        for operands, operator in pikepdf.parse_content_stream(page):
            name = str(operator)
            if name in ("BMC", "BDC"):
                inside.append(str(operands[0]))
                if name == "BDC" and "/MCID" in operands[1]:
                    number = int(operands[1].MCID)
                    seen.add((page.objgen[0], number))
                    owner = by_page[int(page.obj.StructParents)][number]
                    if str(owner.S) != str(operands[0]):
                        yield "6.7.3: content and its element differ"
            elif name == "EMC":
                inside.pop()
            elif name == "Tf":
                font = str(operands[0])
            elif name in SHOWING:
                used.setdefault(font, set()).update(bytes(operands[0]))
            if name in FORBIDDEN:
                yield f"6.2: {name}"
            if name in SHOWING | PAINTING and not inside:
                yield f"6.7.3: {name} outside of all structure"
        if inside:
            yield "marked content is not ended"
        for name, codes in used.items():
            yield from _font(page.Resources.Font[name], codes)
    if seen != owned:
        yield f"6.7.3: {seen ^ owned} are in the page or in the structure alone"


def _font(font: Any, codes: set[int]) -> Iterator[str]:
    """6.2.11: embedded, as wide as said, with the letters used, each known as Unicode."""
    name, descriptor = str(font.BaseFont), font.FontDescriptor
    if font.Subtype != "/TrueType" or "/FontFile2" not in descriptor:
        yield f"6.2.11.4: {name} is not embedded"
        return
    if "/Encoding" in font or not int(descriptor.Flags) & 4:
        yield f"6.2.11.6: {name} is not symbolic"
    program = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
    tables = program["cmap"].tables
    if len(tables) != 1:
        yield f"6.2.11.6: {name} has {len(tables)} tables of codes"
    scale = 1000 / program["head"].unitsPerEm
    unicode = _unicode(font.ToUnicode.read_bytes()) if "/ToUnicode" in font else {}
    for code in codes:
        glyph = tables[0].cmap.get(code, ".notdef")
        if glyph == ".notdef":
            yield f"6.2.11.8: {name} has no letter for {code}"
        elif abs(program["hmtx"][glyph][0] * scale - float(font.Widths[code - int(font.FirstChar)])) > 1:
            yield f"6.2.11.5: {name} is not so wide at {code}"
        if unicode.get(code, 0) in (0, 0xFEFF, 0xFFFE):
            yield f"6.2.11.7: {name} does not say what {code} is"


def _unicode(cmap: bytes) -> dict[int, int]:
    known: dict[int, int] = {}
    for block in re.findall(rb"beginbfrange\s(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, array in re.findall(rb"<(\w+)>\s*<(\w+)>\s*\[(.*?)\]", block, re.DOTALL):
            codes = range(int(first, 16), int(last, 16) + 1)
            known |= dict(zip(codes, (int(one, 16) for one in re.findall(rb"<(\w+)>", array)), strict=False))
    for block in re.findall(rb"beginbfchar\s(.*?)endbfchar", cmap, re.DOTALL):
        known |= {int(code, 16): int(to, 16) for code, to in re.findall(rb"<(\w+)>\s*<(\w+)>", block)}
    return known


def _annotations(pdf: pikepdf.Pdf) -> Iterator[str]:
    """6.3: shown in print and on screen, with a look of their own unless they have no size."""
    for page in pdf.pages:
        for note in page.obj.get("/Annots", []):
            flags, size = int(note.get("/F", 0)), [float(number) for number in note.Rect]
            if not flags & 4 or flags & 0b100011:
                yield f"6.3.2: flags {flags}"
            if size[0] != size[2] and size[1] != size[3] and "/AP" not in note:
                yield "6.3.3: no look"
