"""Photographs become plain pictures, whatever was sent."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from registry.core.errors import Invalid
from registry.deactivation.pictures import LONGEST_SIDE, plain_picture, unpacked
from schemas.deactivation import LONGEST_PHOTOGRAPH
from tests.deactivation.world import photograph


def with_place() -> bytes:
    """A JPEG that tells where it was taken, and lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "S", 2: (15.0, 47.0, 0.0)})
    exif[0x010F] = "Camera of an officer"
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG", exif=exif, comment=b"secret note")
    return out.getvalue()


def test_nothing_but_the_picture_is_kept() -> None:
    sent = with_place()
    assert b"Camera of an officer" in sent
    kept = plain_picture(sent)
    assert (kept.width, kept.height) == (40, 60)
    with Image.open(io.BytesIO(kept.content)) as opened:
        assert opened.format == "JPEG"
        assert not opened.getexif()
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Camera" not in kept.content
    assert b"secret" not in kept.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_known_kinds_are_taken(kind: str) -> None:
    assert plain_picture(photograph(kind=kind)).content.startswith(b"\xff\xd8")


def test_a_large_picture_becomes_smaller() -> None:
    assert plain_picture(photograph(3000)).width == LONGEST_SIDE


def test_the_same_picture_has_the_same_digest() -> None:
    assert plain_picture(photograph()).digest == plain_picture(photograph()).digest


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 50,000 × 50,000 pixels."""
    head = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 100,
        b"%PDF-1.7",
        photograph()[:300],
        bomb(),
        b"\xff" * (LONGEST_PHOTOGRAPH + 1),
    ],
    ids=["empty", "text", "svg", "gif", "pdf", "cut off", "bomb", "too large"],
)
def test_what_is_no_photograph_is_refused(sent: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        plain_picture(sent)
    assert refused.value.unmet[0].field == "file"


def test_base64_is_strict() -> None:
    assert unpacked("aGk=") == b"hi"
    with pytest.raises(Invalid):
        unpacked("no base64!")
