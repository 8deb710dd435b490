"""Scans and photographs: looked at, and kept byte for byte, since they are evidence."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from marshmallow import ValidationError
from PIL import Image, UnidentifiedImageError

from registry.core.errors import Invalid
from schemas.exchange import LONGEST_ATTACHMENT
from schemas.fields import refuse_hidden
from schemas.words import said

MOST_DECODED = 200_000_000
"""Bytes of a picture in memory: fifty million pixels in colour."""
_BYTE_A_PIXEL = frozenset({"1", "L", "P"})
_IMAGES = {"JPEG": ("image/jpeg", "jpg"), "PNG": ("image/png", "png")}
_SEVERAL = "MPO"
"""What a JPEG is called that holds a second picture, as telephones write them."""


@dataclass(frozen=True)
class Scan:
    """digest: SHA-256 of content; ending: of its file's name."""

    name: str
    media: str
    digest: bytes
    content: bytes


ENDINGS = {"application/pdf": "pdf", **dict(_IMAGES.values())}


def looked_at(name: str, content: bytes, field: str = "scan") -> Scan:
    """A scan that may be kept; raises Invalid for what is empty, too large, or no PDF, JPEG or PNG."""
    if not content:
        raise Invalid.at(field, "Choose a file.")
    if len(content) > LONGEST_ATTACHMENT:
        raise Invalid.at(field, said("At most %(most)s MiB.", most=LONGEST_ATTACHMENT // 2**20))
    plain = name.replace("\\", "/").rpartition("/")[2].strip()[-200:] or "scan"
    try:
        refuse_hidden(plain)
    except ValidationError:
        raise Invalid.at(field, "The name of the file holds characters that cannot be shown.") from None
    media = _pdf(content) or _image(content, field)
    return Scan(plain, media, hashlib.sha256(content).digest(), content)


def _pdf(content: bytes) -> str:
    whole = content.startswith((b"%PDF-1.", b"%PDF-2."))
    return "application/pdf" if whole and b"%%EOF" in content[-1024:] else ""


def _image(content: bytes, field: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MOST_DECODED is the bound
            with Image.open(io.BytesIO(content), formats=tuple(_IMAGES)) as opened:
                if _decoded(opened) > MOST_DECODED:
                    raise _too_large(field)
                form = opened.format or ""
                media = _IMAGES["JPEG" if form == _SEVERAL else form][0]
                opened.draft(None, (max(1, opened.width // 8), max(1, opened.height // 8)))
                opened.load()
                return media
    except Image.DecompressionBombError:
        raise _too_large(field) from None
    except UnidentifiedImageError:
        raise Invalid.at(field, "This is no PDF, JPEG or PNG.") from None
    except (OSError, SyntaxError, ValueError):
        raise Invalid.at(field, "This picture is damaged.") from None


def _decoded(opened: Image.Image) -> int:
    """Bytes that a picture takes in memory, known from its head alone."""
    return opened.width * opened.height * (1 if opened.mode in _BYTE_A_PIXEL else 4)


def _too_large(field: str) -> Invalid:
    return Invalid.at(field, "This picture has more pixels than are looked at.")
