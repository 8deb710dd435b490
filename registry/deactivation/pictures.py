"""Photographs: what was sent becomes a plain JPEG, without place, camera or anything else beside it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from registry.core.errors import Invalid
from schemas.deactivation import LONGEST_PHOTOGRAPH
from schemas.words import said

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE, MOST_PIXELS, QUALITY = 2400, 60_000_000, 88


@dataclass(frozen=True)
class Picture:
    """digest: SHA-256 of `content`, a JPEG of width × height pixels."""

    digest: bytes
    width: int
    height: int
    content: bytes


def unpacked(text: str, field: str = "content") -> bytes:
    """Bytes from base64; raises Invalid."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Invalid.at(field, "This is not base64.") from None


def plain_picture(sent: bytes, field: str = "file") -> Picture:
    """The picture alone, upright, at most 2,400 pixels a side; raises Invalid for anything that is none.

    It is decoded and written anew, so that nothing else of the file is kept: no location, no other content.
    """
    if not sent:
        raise Invalid.at(field, "Choose a photograph.")
    if len(sent) > LONGEST_PHOTOGRAPH:
        raise Invalid.at(field, said("At most %(most)s megabytes.", most=LONGEST_PHOTOGRAPH // 1_000_000))
    upright = _decoded(sent, field)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    content = out.getvalue()
    return Picture(hashlib.sha256(content).digest(), upright.width, upright.height, content)


def _decoded(sent: bytes, field: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(sent), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise Invalid.at(field, "This picture has more pixels than are looked at.")
                upright = ImageOps.exif_transpose(opened).convert("RGB")
                plain = Image.new("RGB", upright.size)
                plain.paste(upright)
                return plain
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Invalid.at(field, "This is no photograph (JPEG, PNG or WebP).") from None
    except (OSError, SyntaxError, ValueError):
        raise Invalid.at(field, "This photograph is damaged.") from None
