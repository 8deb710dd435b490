"""Papers, keys and lists for tests of the check without a network."""

from __future__ import annotations

import hashlib
import io
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageFilter

from registry.core.work import Office
from registry.verification import codes, key_queries, signed, verdicts
from registry.verification.facts import PaperFacts, PaperLine, PaperParty, packed
from registry.verification.verdicts import Checked, EndingsList, KnownKey
from schemas.verification_vocabulary import Ending, PaperKind, PaperRole
from tests.makers import EVERYTHING

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key of tests").digest())
CODE = codes.code_for(b"k" * 32, b"s" * 16, "licence LC-000000001-H 1")
FACTS = PaperFacts(
    PaperKind.EXPORT_LICENCE,
    "BR",
    "LC-000000001-H",
    (
        PaperParty(PaperRole.HOLDER, "Armas do Sul Ltda"),
        PaperParty(PaperRole.FINAL_RECIPIENT, "وزارة الداخلية"),
    ),
    ("BR", "AR", "PY"),
    (PaperLine("Pistol", "9x19", 100, "TAB12345"), PaperLine("Cartridge", "9x19", 50_000)),
    NOW - DAY,
    NOW + 90 * DAY,
    id=verdicts.paper_id(codes.seal_of(CODE)),
    issued_at=NOW - 2 * DAY,
)


def known(key: Ed25519PrivateKey = KEY, **other: Any) -> KnownKey:
    """A key as checkers know it."""
    public = key.public_key().public_bytes_raw()
    return replace(KnownKey(signed.key_id(public), public, "BR", NOW - 9 * DAY, NOW + 700 * DAY), **other)


def raw(facts: PaperFacts = FACTS, key: Ed25519PrivateKey = KEY, what: bytes = signed.PAPER) -> bytes:
    """A signed paper."""
    return signed.sign(key, packed(facts), what)


def square(content: bytes | None = None, code: str = CODE) -> str:
    """What the square of a paper says."""
    return f"https://registry.example/verify/{codes.shown(code)}#{signed.figures(content or raw())}"


def endings(made: datetime = NOW, ending: Ending | None = None) -> EndingsList:
    """A list; it names the paper where its ending is given."""
    return EndingsList("BR", made, made + DAY, {FACTS.id: ending} if ending else {})


def printed(client: FlaskClient, path: str, headers: dict[str, str]) -> bytes:
    answer = client.get(f"/api/v1{path}", headers=headers)
    assert answer.status_code == 200, answer.json
    return bytes(answer.data)


def scanned(paper: bytes, noise: float = 0.1) -> str:
    """What is read of the last page at 200 dots an inch, a tenth of them wrong, through a soft lens."""
    picture = subprocess.run(
        ["pdftoppm", "-r", "200", "-gray", "-png"], input=paper, capture_output=True, check=True
    )
    dots = np.array(Image.open(io.BytesIO(picture.stdout)))
    chance = np.random.default_rng(1)
    wrong = chance.random(dots.shape) < noise
    dots[wrong] = chance.integers(0, 256, int(wrong.sum()))
    seen = Image.fromarray(dots).filter(ImageFilter.GaussianBlur(0.8))
    read = zxingcpp.read_barcodes(seen, formats=zxingcpp.BarcodeFormat.QRCode)
    return str(read[0].text)


def check(app: Flask, client: FlaskClient, text: str) -> Checked:
    """As a device does that fetched keys and list just now."""
    office: Office = app.extensions["registry"].office
    with office.look(EVERYTHING) as work:
        keys = key_queries.known(work)
        told = verdicts.read_list(client.get("/api/v1/paper-endings").data, keys)
        return verdicts.check(text, office.home, keys, told, work.now)
