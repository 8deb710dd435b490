"""A browser on a running registry: `page` is signed in as nobody, at `live.url`.

Only this machine is reachable: a page that asks for anything elsewhere, breaks its content security
policy or throws fails its test.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from registry.core.work import Office
from tests.engines import Sqlite, application
from tests.makers import next_code

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
TIMEOUT = 10_000
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@dataclass(frozen=True)
class Live:
    """A registry that answers over HTTP."""

    url: str
    app: Flask
    office: Office


@pytest.fixture
def live(sqlite: Sqlite, tmp_path: Path) -> Iterator[Live]:
    """The application on a clean SQLite database, served by a thread."""
    with sqlite.ready() as url, application(url, tmp_path) as app, served(app) as address:
        yield Live(address, app, app.extensions["registry"].office)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """An application's address while a thread serves it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the machine, without a screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, live: Live) -> Iterator[Page]:
    """A new visitor's page; relative addresses begin at the registry."""
    complaints: list[str] = []
    context = browser.new_context(base_url=live.url)
    context.set_default_timeout(TIMEOUT)

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{live.url}/", "data:", "blob:")):
            complaints.append(f"asked for {request.url}")

    def heard(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    context.on("request", asked)
    context.on("console", heard)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert complaints == []


def give_code(page: Page, live: Live, login: str) -> None:
    """The second step of a sign-in, by a code of the app."""
    page.wait_for_url("**/sign-in/second-factor")
    page.fill("[name=code]", next_code(live.office, login))
    page.keyboard.press("Enter")


def chromium() -> str:
    """Where the machine's Chromium lies; skips the test without one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail("Chromium is missing: `make test` installs it as root or with sudo")
    pytest.skip("Chromium is missing: `make test` installs it as root or with sudo")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that drive a browser: `-m browser` runs them, `-m 'not browser'` the others."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def accessibility_faults(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on the page as it stands: rule and place."""
    page.wait_for_load_state()  # without its style sheet a page has other faults
    found = Axe().run(page, options={"runOnly": list(WCAG), "resultTypes": ["violations"]})
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]
