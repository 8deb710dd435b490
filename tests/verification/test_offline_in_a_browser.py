"""Checking papers in Chromium with the network off, by scanner, picture and camera; the script comes to the
verdicts of the registry, whatever is scanned.
"""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from playwright.sync_api import Page, expect

from registry.verification import acts, cbor, codes, issuing, key_queries, signed, verdicts
from registry.verification.facts import packed
from registry.verification.verdicts import Checked, check
from schemas.vocabulary import IssuedKind
from tests.browsing import Live, accessibility_faults
from tests.makers import EVERYTHING
from tests.verification.papers import DAY, FACTS, KEY, NOW, endings, known, raw, square

NUMBERS = {"good": "LC-000000001-H", "revoked": "LC-000000002-F", "over": "LC-000000003-D"}


@pytest.fixture
def squares(live: Live) -> dict[str, str]:
    """Squares of papers of each standing; one is revoked."""
    with live.office.begin(EVERYTHING) as work:
        acts.make_first_key(work)
        found, now = {}, work.now
        for name, number in NUMBERS.items():
            issued = issuing.issue(work, IssuedKind.LICENCE, number)
            last = now - DAY if name == "over" else now + 9 * DAY
            told = replace(
                FACTS, number=number, id=verdicts.paper_id(codes.seal_of(issued.code)),
                issued_at=issued.issued_at, starts_at=now - 9 * DAY, ends_at=last,
            )  # fmt: skip
            content = key_queries.signed_facts(work, told)
            found[name] = f"{live.url}/verify/{codes.shown(issued.code)}#{signed.figures(content)}"
        issuing.revoke(work, IssuedKind.LICENCE, NUMBERS["revoked"], "Forged")
    other = Ed25519PrivateKey.generate()
    changed = found["good"][:-9] + ("1" if found["good"][-9] != "1" else "2") + found["good"][-8:]
    return found | {
        "changed": changed,
        "unknown": square(raw(key=other)),
        "elsewhere": square(raw(replace(FACTS, issuer="PT"), other)),
    }


TITLES = {
    "good": "Genuine",
    "revoked": "Genuine, but revoked",
    "over": "Genuine, but out of its dates",
    "changed": "Not ours, or changed",
    "unknown": "Cannot tell",
    "elsewhere": "Cannot tell",
}


def visit(page: Page, address: str = "/verify") -> None:
    page.goto(address)
    page.wait_for_selector("[data-ready]", state="attached")


KEPT = """() => {
  const kept = navigator.serviceWorker.controller?.scriptURL ?? "";
  return kept.includes(`language=${document.documentElement.lang}`);
}"""


def kept(page: Page) -> None:
    """Until the browser has kept the page."""
    page.wait_for_function(KEPT, timeout=30_000)


def scan(page: Page, text: str) -> None:
    """As a scanner types."""
    page.locator("[name=code]").evaluate("(field, text) => { field.value = text; field.focus(); }", text)
    page.keyboard.press("Enter")


def title(page: Page) -> Any:
    return page.locator("[data-said] .finding-title strong").first


def test_papers_are_checked_with_the_network_off_after_one_visit(
    page: Page, live: Live, squares: dict[str, str]
) -> None:
    visit(page)
    kept(page)
    scan(page, squares["good"])
    expect(title(page)).to_contain_text("The registry says now")
    page.context.set_offline(True)
    visit(page)
    expect(page.locator("[data-age]")).to_contain_text(
        "Works without a network. List of papers that ended: of"
    )
    for name, text in squares.items():
        scan(page, text)
        expect(title(page)).to_have_text(TITLES[name])
        shown = page.locator("[data-said]").inner_text()
        assert ("Armas do Sul Ltda" in shown) == (name in NUMBERS), name
    scan(page, squares["good"].partition("#")[0])
    expect(title(page)).to_have_text("A code alone is checked online")
    page.goto("about:blank")
    visit(page, squares["revoked"])  # as a telephone's camera opens it
    expect(title(page)).to_have_text("Genuine, but revoked")
    page.clock.install(time=datetime.now().astimezone() + timedelta(days=2))
    visit(page)
    expect(page.locator("[data-age]")).to_contain_text("2 days old, and there is a newer one")
    scan(page, squares["good"])
    expect(title(page)).to_have_text("Cannot tell")
    expect(page.locator("[data-said]")).to_contain_text("too old")
    scan(page, squares["revoked"])
    expect(title(page)).to_have_text("Genuine, but revoked")


def test_the_kept_page_is_nobodys_and_in_the_language_of_the_visit(
    page: Page, live: Live, squares: dict[str, str]
) -> None:
    page.goto("/verify")
    page.locator("[name=language][value=ar]").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    visit(page)
    kept(page)
    page.context.set_offline(True)
    page.set_viewport_size({"width": 820, "height": 1180})
    visit(page)
    scan(page, squares["good"])
    expect(page.locator("[data-said] .facts")).to_contain_text("LC-000000001-H")
    assert page.get_attribute("html", "dir") == "rtl"
    assert accessibility_faults(page) == []
    assert page.locator("form[method=post]").count() == 0
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)


def test_what_did_not_come_whole_is_kept_at_the_next_try(
    page: Page, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, asked = live.app.wsgi_app, list[str]()

    def busy(environ: dict[str, Any], start: Any) -> Any:
        if environ["PATH_INFO"].endswith("/cbor.js"):
            asked.append(environ.get("HTTP_SEC_FETCH_DEST", ""))
            if len(asked) == 2:  # the page asked first, then what keeps it
                start("503 Service Unavailable", [("Content-Length", "0")])
                return []
        return whole(environ, start)

    with live.office.begin(EVERYTHING) as work:
        acts.make_first_key(work)
    monkeypatch.setattr(live.app, "wsgi_app", busy)
    visit(page)
    kept(page)
    assert len(asked) == 3, asked
    page.context.set_offline(True)
    visit(page)


def picture(text: str) -> bytes:
    """A square as a photograph of it."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    seen = Image.fromarray(symbol.to_image(scale=4)).convert("L").rotate(7, expand=True, fillcolor=200)
    out = io.BytesIO()
    seen.save(out, "PNG")
    return out.getvalue()


CAMERA = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const { width, height } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const paint = () => canvas.getContext("2d").drawImage(image, 0, 0);
  paint();
  setInterval(paint, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
}"""


def test_camera_and_picture_are_read_on_the_device(page: Page, live: Live, squares: dict[str, str]) -> None:
    seen = picture(squares["good"])
    plain = picture("not a paper")
    visit(page)
    kept(page)
    page.context.set_offline(True)
    visit(page)
    page.set_input_files("[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": seen})
    expect(title(page)).to_have_text("Genuine")
    page.set_input_files("[type=file]", {"name": "b.png", "mimeType": "image/png", "buffer": plain})
    expect(title(page)).to_have_text("A code alone is checked online")
    page.set_input_files("[type=file]", {"name": "c.txt", "mimeType": "text/plain", "buffer": b"nothing"})
    expect(page.locator("[data-camera-said]")).to_contain_text("No code is seen")
    page.evaluate(CAMERA, base64.b64encode(seen).decode())
    page.get_by_role("button", name="Scan with the camera").click()
    expect(title(page)).to_have_text("Genuine")


def told(found: Checked) -> dict[str, Any]:
    """A verdict as the script tells it."""
    facts = found.facts and {
        **asdict(found.facts),
        "id": found.facts.id.hex(),
        "parties": [[one.role.value, one.name] for one in found.facts.parties],
        "lines": [[one.what, one.calibre, one.quantity, one.mark] for one in found.facts.lines],
        "route": list(found.facts.route),
        "kind": found.facts.kind.value,
        **{
            name: moment and moment.timestamp()
            for name in ("issued_at", "starts_at", "ends_at")
            for moment in [getattr(found.facts, name)]
        },
    }
    parts = {"verdict": found.verdict, "facts": facts, "ending": found.ending, "doubt": found.doubt}
    return {name: value for name, value in parts.items() if value is not None}


def sealed(body: bytes) -> bytes:
    """Any bytes, properly signed by our key as a paper."""
    protected = cbor.encoded({1: -19, 4: signed.key_id(KEY.public_key().public_bytes_raw())})
    signature = KEY.sign(cbor.encoded(["Signature1", protected, signed.PAPER, body]))
    return cbor.encoded(cbor.Tagged(18, [protected, {}, body, signature]))


def strange(chance: random.Random) -> Iterator[bytes]:
    """Signed contents that were changed, and strange ones that were signed."""
    good, body = raw(), cbor.encoded(packed(FACTS))
    for _ in range(150):
        yield _changed(chance, good)
        yield sealed(_changed(chance, body))
    for _ in range(150):
        form = packed(FACTS)
        form[chance.randrange(14)] = _anything(chance, 3)
        yield sealed(cbor.encoded(form))
        yield cbor.encoded(cbor.Tagged(chance.choice((18, 17)), _anything(chance, 4)))


def _changed(chance: random.Random, content: bytes) -> bytes:
    at, kind = chance.randrange(len(content)), chance.randrange(4)
    if kind == 0:
        return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]
    if kind == 1:
        return content[:at] + content[at + chance.randrange(1, 4) :]
    if kind == 2:
        return content[:at] + chance.randbytes(chance.randrange(1, 4)) + content[at:]
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _anything(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(6 if depth else 4)
    several = range(chance.randrange(5))
    if kind == 4:
        return [_anything(chance, depth - 1) for _ in several]
    if kind == 5:
        return {chance.randrange(-9, 14): _anything(chance, depth - 1) for _ in several}
    plain = (
        chance.randrange(9),
        -chance.randrange(1, 99),
        chance.randbytes(8),
        "añ\ufeffé\0"[: len(several)],
    )
    return plain[kind] if chance.random() < 0.9 else chance.choice((2**53 - 1, -(2**53), 253_402_300_800))


CHECK_ALL = """async ({ texts, keys, list, now }) => {
  const { check, keysOf, readList } = await import("/static/registry/papers.js");
  const known = keysOf(keys);
  const bytes = Uint8Array.from(atob(list), (letter) => letter.charCodeAt(0));
  const endings = await readList(bytes, known);
  const found = [];
  for (const text of texts) {
    const { stale, ...told } = await check(text, "BR", known, endings, now);
    found.push(told);
  }
  return found;
}"""


def test_the_script_comes_to_the_verdicts_of_the_registry(page: Page, live: Live) -> None:
    key = known()
    chance = random.Random(20261130)
    texts = [square(content) for content in strange(chance)]
    good = square()
    texts += [good, signed.figures(raw()), good.replace("#", "£"), f"\t{good}\r\n", good[:-1], "", "0" * 300]
    texts += [good.replace("http", ""), good.lower(), square(code=codes.code_for(b"o" * 32, b"", ""))]
    listed = signed.sign(KEY, verdicts.packed_list(endings()), signed.REVOCATIONS)
    of_key = {
        "kid": key.kid.hex(), "x": base64.urlsafe_b64encode(key.public).decode().rstrip("="),
        "valid_until": key.serves_until.isoformat(), "withdrawn_at": None,
    }  # fmt: skip
    page.goto("/verify")
    given = {
        "texts": texts, "keys": {"state": "BR", "keys": [of_key]}, "now": NOW.timestamp(),
        "list": base64.b64encode(listed).decode(),
    }  # fmt: skip
    scripted = page.evaluate(CHECK_ALL, given)
    ours = [told(check(text, "BR", [key], endings(), NOW)) for text in texts]
    assert scripted == ours
    assert len({str(sorted(one.items(), key=str)) for one in ours}) > 8
    assert {one["verdict"] for one in ours} == {"genuine", "not_ours", "cannot_tell", "out_of_dates"}
