"""A tablet's camera reads what was printed: a film of it is played as if the camera saw it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from registry.core.printing import sheets
from registry.core.printing.media import roll
from registry.core.printing.sheets import Printer
from schemas.label_vocabulary import LabelDesign
from schemas.vocabulary import Role
from tests.browsing import FLAGS, TIMEOUT, Live, accessibility_faults, chromium
from tests.core.seeing import Pixels, label, rastered
from tests.firearms.world import make_world, register
from tests.makers import PASSWORD, make_account

WIDE, HIGH = 1280, 720
TABLET = {"width": 820, "height": 1180}
GREY = 128


def film(picture: Pixels, file: Path) -> None:
    """A picture lying a little askew on a table, as a raw film (YUV4MPEG2) of one frame."""
    scene = Image.new("L", (WIDE, HIGH), 150)
    seen = Image.fromarray(picture)
    share = min(WIDE * 0.7 / seen.width, HIGH * 0.7 / seen.height)
    seen = seen.resize((round(seen.width * share), round(seen.height * share)), Image.Resampling.BICUBIC)
    turned = seen.rotate(6, expand=True, fillcolor=150)
    scene.paste(turned, ((WIDE - turned.width) // 2, (HIGH - turned.height) // 2))
    light = np.asarray(scene, np.int16) + np.random.default_rng(3).integers(-12, 12, (HIGH, WIDE))
    colours = bytes([GREY]) * (WIDE * HIGH // 2)
    head = f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\nFRAME\n".encode()
    file.write_bytes(head + light.clip(0, 255).astype(np.uint8).tobytes() + colours)


@contextmanager
def tablet(live: Live, browser: Browser, seen: Path) -> Iterator[Page]:
    """A page on a tablet whose camera sees a film."""
    camera = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    flags = [*FLAGS, *camera, f"--use-file-for-fake-video-capture={seen}"]
    looking = browser.browser_type.launch(executable_path=chromium(), args=flags)
    context = looking.new_context(base_url=live.url, viewport=TABLET)
    context.set_default_timeout(3 * TIMEOUT)
    try:
        yield context.new_page()
    finally:
        looking.close()


def test_the_camera_of_a_tablet_opens_the_record_of_a_label(
    live: Live, browser: Browser, tmp_path: Path
) -> None:
    number = register(live.office, make_world(live.office)).number
    make_account(live.office, Role.CUSTOMS, "caio")
    printed = b"".join(sheets.pdf([label(LabelDesign.FIREARM, "ar", number)], roll(100, 50), Printer(203)))
    film(rastered(printed, 203)[0], tmp_path / "label.y4m")
    with tablet(live, browser, tmp_path / "label.y4m") as page:
        page.goto("/sign-in")
        page.fill("[name=login]", "caio")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{live.url}/")
        fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(fits)
        page.click("[data-start]")
        page.wait_for_url(f"{live.url}/firearms/{number}")
        assert accessibility_faults(page) == []
