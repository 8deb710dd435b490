"""What makes a document one that can be kept: PDF/A-2, level A (ISO 19005-2).

Level A is level U, all text as Unicode, with the structure of `tagging`. Nothing here depends on the clock:
when a document was signed its signature tells.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any

from PIL import ImageCms
from reportlab.pdfbase.pdfdoc import (
    XMP,
    NoEncryption,
    PDFArray,
    PDFDictionary,
    PDFInfo,
    PDFName,
    PDFObject,
    PDFStream,
    PDFString,
)
from reportlab.pdfgen.canvas import Canvas

from registry.core.printing.tagging import Written

MADE_BY = "Firearms registry"
VERSION = (1, 7)
_NUMBER, _ICC_4_2 = slice(8, 12), bytes.fromhex("04200000")
_DATE, _DAY = slice(24, 36), bytes.fromhex("07d0 0001 0001 0000 0000 0000")  # when it was made

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"\
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"\
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<pdf:Producer>{made_by}</pdf:Producer>
<xmp:CreatorTool>{made_by}</xmp:CreatorTool>
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


class _Lined(PDFObject):
    """The bytes of a stream, and the end of a line after them that does not count (6.1.7.1)."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __len__(self) -> int:
        return len(self._content)

    def format(self, document: object) -> bytes:
        """Its bytes."""
        return self._content + b"\n"


class _Plain(NoEncryption):
    """No encryption, which PDF/A forbids; the one place that every stream passes on its way to the file."""

    def encode(self, t: str | bytes) -> _Lined:
        """The stream as it goes to the file."""
        return _Lined(t if isinstance(t, bytes) else t.encode())


class _Info(PDFInfo):
    """Title, author and program: the same as in the metadata, and no more."""

    def format(self, document: Any) -> bytes:
        """Its bytes."""
        said = {"Title": self.title, "Author": self.author, "Producer": MADE_BY, "Creator": MADE_BY}
        written: bytes = PDFDictionary({name: PDFString(text) for name, text in said.items()}).format(
            document
        )
        return written


def keep(canvas: Canvas, title: str, author: str, language: str) -> None:
    """Say in the file what it is and by which colours it is to be shown."""
    file: Any = canvas._doc  # type: ignore[attr-defined]
    title, author = _shown(title), _shown(author)
    file._pdfVersion, file.encrypt = VERSION, _Plain()
    file.info = _Info()
    file.info.title, file.info.author = title, author
    said = {"title": title, "author": author, "language": language, "made_by": MADE_BY}
    metadata = _XMP.format_map({name: escape(text) for name, text in said.items()})
    catalog = file.Catalog
    catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
    catalog.Metadata = XMP(creator=lambda _: metadata)
    catalog.MarkInfo = Written("<</Marked true>>")
    catalog.ViewerPreferences = Written("<</DisplayDocTitle true>>")
    catalog.OutputIntents = PDFArray([_output_intent(file)])


def _shown(text: str) -> str:
    """Without what no XML may hold."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _output_intent(file: Any) -> PDFDictionary:
    profile = PDFStream(PDFDictionary({"N": 3}), srgb())
    return PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB IEC61966-2.1"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": file.Reference(profile),
        }
    )


@cache
def srgb() -> bytes:
    """The profile of the screen's colours, from Little CMS, always the same bytes.

    It names itself as of the version that PDF/A-2 knows (ICC.1:2004-10, 7.2); it holds nothing newer.
    """
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_NUMBER] = _ICC_4_2
    profile[_DATE] = _DAY
    return bytes(profile)
