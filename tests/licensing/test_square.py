"""The square of a licence: checked without a network, and ended by the list."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient

from registry.core.work import Office
from registry.licensing import decision_acts, queries
from registry.verification import acts, issuing
from schemas import licensing as told
from schemas import licensing_review as review
from schemas.verification_vocabulary import Ending, PaperKind, PaperVerdict
from schemas.vocabulary import IssuedKind
from tests.licensing import world
from tests.makers import EVERYTHING, bearer
from tests.verification.papers import check, printed, scanned


def test_a_licence_is_checked_by_its_square_and_ends_on_the_list(
    app: Flask, client: FlaskClient, office: Office
) -> None:
    with office.begin(EVERYTHING) as work:
        acts.make_first_key(work)
    number = world.issue(office, world.Situation(lines=(world.PISTOLS, world.CARTRIDGES)))
    paper = printed(client, f"/licences/{number}/licence.pdf", bearer(app))
    assert printed(client, f"/licences/{number}/licence.pdf", bearer(app)) == paper
    text = scanned(paper)
    assert text.startswith("http://localhost/verify/")
    found = check(app, client, text)
    assert found.verdict == PaperVerdict.GENUINE
    assert found.facts is not None
    assert (found.facts.kind, found.facts.number) == (PaperKind.EXPORT_LICENCE, number)
    assert [(line.what, line.quantity) for line in found.facts.lines] == [
        ("Pistol 9x19", 100), ("Cartridge 9x19", 50_000),
    ]  # fmt: skip
    assert "Ministerio del Interior" in [one.name for one in found.facts.parties]
    key = queries.licence_key(number)
    with office.begin(EVERYTHING) as work:
        adverse = review.Adverse("A tip", work.today + timedelta(days=30))
        decision_acts.suspend(work, key, adverse, queries.licence(work, key).version)
    ended = check(app, client, text)
    assert (ended.verdict, ended.ending) == (PaperVerdict.NO_LONGER_GOOD, Ending.SUSPENDED)
    with office.begin(EVERYTHING) as work:
        decision_acts.lift(work, key, told.Because("Nothing in it"), queries.licence(work, key).version)
    assert check(app, client, text).verdict == PaperVerdict.GENUINE
    with office.begin(EVERYTHING) as work:
        issuing.revoke(work, IssuedKind.LICENCE, number, "Forged application")
    assert check(app, client, text).ending == Ending.REVOKED
    assert text.encode() not in client.get("/api/v1/paper-endings").data
