"""The demonstration: deterministic, possible, and true where it names public facts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from registry.access.policy import SECOND_FACTOR_ROLES
from registry.ammunition.tables import Lot, Movement, Sale
from registry.app import create_app
from registry.core.settings import Settings
from registry.core.work import OPERATOR, Office
from registry.demo import catalogue, loading
from registry.directory.calibres import BY_CODE
from registry.directory.countries import is_country_of_manufacture
from registry.firearms.tables import Firearm, IdentityConflict, Mark
from schemas.vocabulary import FirearmAction, FirearmType
from tests.engines import Sqlite, application
from tests.makers import enter_password, post


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite: Sqlite) -> Office:
    """A registry with a small demonstration; nothing here changes it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    with sqlite.ready() as url, application(url, folder) as app:
        office: Office = app.extensions["registry"].office
        assert list(loading.load(office, OPERATOR, 900, 14))
        yield office


def test_every_model_has_a_known_maker_calibre_and_kind() -> None:
    makers = {maker.short for maker in catalogue.makers()}
    assert len(catalogue.makers()) >= 25
    assert len(catalogue.models()) >= 60
    for model in catalogue.models():
        assert model.maker in makers
        assert all(calibre in BY_CODE for calibre in model.calibres)
        assert model.type in set(FirearmType)
        assert model.action in set(FirearmAction)
        assert model.first_year <= model.last_year
    assert all(is_country_of_manufacture(maker.country) for maker in catalogue.makers())


def test_uzz18_is_as_the_newspapers_wrote(filled: Office) -> None:
    with filled.look(OPERATOR) as work:
        rows = work.session.execute(
            select(Lot.calibre, Lot.quantity, Sale.quantity, Sale.sold_on)
            .join(Sale, Sale.lot_id == Lot.id)
            .where(Lot.code_key == "UZZ18")
            .order_by(Lot.id)
        ).all()
        assert [tuple(map(str, row)) for row in rows] == [
            ("9x19", "1859000", "1859000", "2006-12-29"),
            ("7.62x51", "10000", "10000", "2006-11-14"),
        ]
        issued = select(func.count(), func.sum(Movement.last - Movement.first + 1)).where(
            Movement.kind == "issued"
        )
        regions, cartridges = work.session.execute(issued).one()
        assert regions == 27
        assert cartridges <= 1_859_000


def test_marks_go_wrong_as_they_do_in_practice(filled: Office) -> None:
    with filled.look(OPERATOR) as work:
        kinds = Counter(work.session.scalars(select(Firearm.status)))
        assert {"sold", "transferred", "exported", "stolen"} <= set(kinds)
        assert work.session.scalar(select(func.count()).select_from(IdentityConflict))
        conditions = set(work.session.scalars(select(Mark.condition)))
        assert len(conditions) >= 3
        texts = list(work.session.scalars(select(Mark.text)))
        assert any(not t.isascii() for t in texts)


def test_no_firearm_is_held_before_it_was_made_or_by_two(filled: Office) -> None:
    with filled.look(OPERATOR) as work:
        early = work.session.execute(
            text(
                "SELECT count(*) FROM custody c JOIN firearm f ON f.id = c.firearm_id "
                "WHERE f.year_made > CAST(substr(c.happened_on, 1, 4) AS INTEGER)"
            )
        ).scalar_one()
        assert early == 0


def test_the_same_seed_makes_the_same_firearms(filled: Office, sqlite: Sqlite, tmp_path: Path) -> None:
    with sqlite.ready() as url, application(url, tmp_path) as app:
        office: Office = app.extensions["registry"].office
        list(loading.load(office, OPERATOR, 120, 0))
        query = select(Mark.text).order_by(Mark.firearm_id, Mark.n).where(Mark.firearm_id <= 120)
        with office.look(OPERATOR) as work, filled.look(OPERATOR) as other:
            assert list(work.session.scalars(query)) == list(other.session.scalars(query))


def test_every_sign_in_that_is_printed_opens_the_registry(
    sqlite: Sqlite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "FIREARMS", 5)
    monkeypatch.setattr(loading, "LOTS", 0)
    with sqlite.ready() as url, application(url, tmp_path) as app:
        printed = run(app, "setup", "--demo")
        for login, _name, role in loading.ACCOUNTS:
            assert login in printed
            client = app.test_client()
            answer = enter_password(client, login, loading.PASSWORD)
            if role in SECOND_FACTOR_ROLES:
                answer = post(client, "/sign-in/second-factor", code=run(app, "access", "code", login))
            assert answer.headers["Location"] == "/", login


def run(app: Flask, *args: str) -> str:
    """What a command prints."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=args).output.strip()


def test_the_demonstration_is_refused_in_production(sqlite: Sqlite, tmp_path: Path) -> None:
    with sqlite.ready() as url:
        app = create_app(Settings(tmp_path, url, secret_key="k" * 32, testing=True, production=True))
        printed = run(app, "setup", "--demo")
        app.extensions["registry"].database.close()
    assert "not in production" in printed
    assert loading.PASSWORD not in printed
