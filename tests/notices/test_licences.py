"""Import licences are verified with their issuer, by signed message (FP 10(2)(a), 10(5))."""

from __future__ import annotations

from datetime import timedelta

import pytest

from registry.access.approvals import Overtaken
from registry.core.errors import Conflict, Refused
from registry.exchange import jose, queries, strict_json
from registry.licensing import decision_acts, review_acts
from registry.licensing import queries as licences
from registry.licensing.queries import licence_key
from registry.notices import queries as notice_queries
from schemas.licensing import Because
from schemas.licensing_review import Adverse, ImportVerified
from schemas.notices_vocabulary import Matter
from tests.exchange.test_delivery import signed
from tests.exchange.world import Clock, Node, direct, sealed_for
from tests.licensing.world import approve, propose
from tests.makers import make_person
from tests.notices.world import (
    OFFICER,
    PISTOLS,
    TO_PORTUGAL,
    ask,
    deliver,
    effects,
    exporting,
    importing,
    licence,
    notices,
    see,
    take_back,
    unmet,
)
from tests.requests.test_said_again import dies, resend


def decide(node: Node, number: str, what: str) -> None:
    """A supervisor suspends a licence, or lifts that."""
    with node.office.begin(make_person(node.office)) as work:
        key = licence_key(number)
        version = licences.licence_row(work, key).version
        if what == "suspend":
            appeal = work.today + timedelta(days=30)
            decision_acts.suspend(work, key, Adverse("A reason", appeal), version)
        else:
            decision_acts.lift(work, key, Because("It is solved"), version)


def test_the_condition_is_met_by_the_signed_answer_and_falls_with_a_later_one(
    two: list[Node], clock: Clock
) -> None:
    br, pt = two
    paper = importing(pt)
    number = exporting(br, paper)
    assert "was not verified" in unmet(br, number, "import_licence")[0]
    asked = ask(br, number, Matter.LICENCE)
    with pytest.raises(Conflict, match="has not answered"):
        ask(br, number, Matter.LICENCE)
    deliver(two)
    ours, theirs = notices(br)[0], notices(pt)[0]
    assert (ours.state, theirs.state, theirs.licence) == ("confirmed", "confirmed", paper.number)
    assert effects(ours) == [("ask", ""), ("confirm", "met")]
    assert [line["quantity"] for line in ours.answer["lines"]] == [5]
    assert set(ours.answer) <= {
        "number", "standing", "kind", "export_country", "import_country", "issued_on", "starts_on",
        "expires_on", "exporter", "importer", "lines",
    }  # fmt: skip
    met = licence(br, number)
    assert met.import_licence is not None
    assert met.import_licence.message == ours.steps[1].message
    assert met.import_licence.message_sha256 == ours.steps[1].sha256
    assert [line.authorised for line in met.lines] == [5]
    assert not unmet(br, number, "import_licence") + unmet(br, number, "import_goods")
    with br.office.begin(OFFICER) as work:  # a person may compare quantities; the message stays the evidence
        key = licence_key(number)
        told = ImportVerified("By telephone", (4,))
        found = review_acts.verify_import(work, key, told, licences.licence(work, key).version)
    assert found.import_licence is not None
    assert found.import_licence.verified_how == f"Signed message {ours.steps[1].message}"
    ask(br, number, Matter.LICENCE)
    deliver(two)
    assert [one.state for one in notices(br)] == ["replaced", "confirmed"]
    proposed = propose(br.office, number)
    decide(pt, paper.number, "suspend")
    deliver(two)
    assert [one.state for one in notices(pt)] == ["replaced", "denied"]
    ours = notices(br)[1]
    assert (ours.state, ours.alarm, ours.answer["standing"]) == ("denied", "denied", "suspended")
    assert ours.answer["since"] == br.office.today.isoformat()
    assert "suspended" in unmet(br, number, "import_licence")[0]
    with pytest.raises(Overtaken, match="suspended"):
        approve(br.office, proposed)
    assert see(br, ours).alarm == ""
    assert asked.number == notices(br)[0].number


def test_what_was_shown_is_held_against_what_its_issuer_says(pair: list[Node]) -> None:
    br, pt = pair
    small = importing(pt, ({**PISTOLS, "quantity": 3},))
    short = exporting(br, small)
    altered = exporting(
        br,
        small,
        import_licence={
            "country": "PT", "authority": "PSP", "number": small.number, "issued_on": small.issued_on,
            "expires_on": small.expires_on and small.expires_on + timedelta(days=200),
        },
    )  # fmt: skip
    unknown = exporting(br, None)
    elsewhere = importing(pt, export_country="AR")
    foreign = exporting(br, elsewhere)
    for number in (short, altered, unknown, foreign):
        ask(br, number, Matter.LICENCE)
    deliver(pair)
    assert "allows" in unmet(br, short, "import_goods")[0] or unmet(br, short, "import_goods")
    assert [line.authorised for line in licence(br, short).lines] == [3]
    assert "differs" in unmet(br, altered, "import_licence")[0]
    with pytest.raises(Conflict, match="signed message"), br.office.begin(OFFICER) as work:
        key = licence_key(altered)
        version = licences.licence(work, key).version
        review_acts.verify_import(work, key, ImportVerified("By letter", (5,)), version)
    assert "unknown" in unmet(br, unknown, "import_licence")[0]
    assert "unknown" in unmet(br, foreign, "import_licence")[0]
    told = {one.their_number.split()[-1]: one for one in notices(pt)}
    assert told[elsewhere.number].alarm == "elsewhere"
    assert set(told[elsewhere.number].answer) == {"number", "standing"}
    assert [one.alarm for one in notices(br)] == ["", "differs", "denied", "denied"]


def test_answers_that_cross_come_late_twice_or_again(two: list[Node], clock: Clock) -> None:
    br, pt = two
    paper = importing(pt)
    number = exporting(br, paper)
    ask(br, number, Matter.LICENCE)
    taken = take_back(br, notices(br)[0])
    deliver(two)
    assert taken.state == "withdrawn"
    assert notices(pt)[0].state == "withdrawn"
    assert effects(notices(br)[0])[-1] == ("confirm", "crossed")
    assert "was not verified" in unmet(br, number, "import_licence")[0]
    ask(br, number, Matter.LICENCE)
    deliver(two)
    assert not unmet(br, number, "import_licence")
    row = br.rows("SELECT jws FROM exchange_in WHERE type = 'licence.verify.response' ORDER BY seq")[-1]
    before = br.rows("SELECT count(*) FROM state_notice_step")[0][0]
    again = br.receive(sealed_for(br, row.jws))
    assert again.status == 202
    assert br.rows("SELECT count(*) FROM state_notice_step")[0][0] == before
    decide(pt, paper.number, "suspend")
    decide(pt, paper.number, "lift")  # before anybody is told: there is nothing new to tell
    deliver(two)
    assert not unmet(br, number, "import_licence")
    decide(pt, paper.number, "suspend")
    deliver(two)
    assert "suspended" in unmet(br, number, "import_licence")[0]
    decide(pt, paper.number, "lift")
    deliver(two)
    assert not unmet(br, number, "import_licence")
    # An older word that comes after a newer one moves nothing: it has a lower place in its channel.
    notice = notices(br)[-1]
    payload = strict_json.loads(jose.parse(row.jws).payload)
    payload |= {"jti": "01900000-0000-7000-8000-000000000001", "iat": int(clock.now.timestamp())}
    payload["body"] = {"number": paper.number, "standing": "revoked"}
    assert br.receive(sealed_for(br, signed(pt, payload))).status == 202
    assert effects(notices(br)[-1])[-1] == ("deny", "crossed")
    assert notices(br)[-1].state == notice.state == "confirmed"
    assert not unmet(br, number, "import_licence")


def test_the_evidence_can_be_checked_by_whoever_has_it_alone(pair: list[Node]) -> None:
    br, pt = pair
    number = exporting(br, importing(pt))
    asked = ask(br, number, Matter.LICENCE)
    deliver(pair)
    with br.office.look(OFFICER) as work:
        found = notice_queries.signed(work, asked.id)
    assert [(one.type, one.sender) for one in found.records] == [
        ("licence.verify.request", "BR"),
        ("licence.verify.response", "PT"),
    ]
    keys = {key.kid: key for key in found.keys}
    for record in found.records:
        token = jose.parse(record.jws)
        key = keys[token.kid]
        assert key.state == record.sender
        assert jose.verify(token, jose.decoded(key.public))
        assert jose.digest(record.jws) == record.sha256
        receipt = jose.parse(record.receipt)
        assert keys[receipt.kid].state == record.receiver
        assert jose.verify(receipt, jose.decoded(keys[receipt.kid].public))
        assert strict_json.loads(receipt.payload)["re"]["sha256"] == record.sha256
        listed = [queries.key_set_in(one.document) for one in found.key_sets if one.state == key.state]
        assert any(key.public in {one.x for one in known.signing} for known in listed)
    assert {one.state for one in found.roots} == {"BR", "PT"}


def test_only_of_what_goes_abroad_and_only_where_there_is_a_node(pair: list[Node]) -> None:
    br, pt = pair
    paper = importing(pt)
    with pytest.raises(Refused, match="goes abroad"):
        ask(pt, paper.number, Matter.LICENCE)
    elsewhere = {"import_licence": {"country": "PY"}, "application": TO_PORTUGAL | {"import_country": "PY"}}
    number = exporting(br, None, **elsewhere)
    with pytest.raises(Refused, match="no node"):
        ask(br, number, Matter.LICENCE)


def test_a_question_that_comes_after_a_later_one_counts_no_more(pair: list[Node]) -> None:
    br, pt = pair
    number = exporting(br, importing(pt))
    take_back(br, ask(br, number, Matter.LICENCE))
    ask(br, number, Matter.LICENCE)
    first, cancelled, second = (row[0] for row in br.rows("SELECT jws FROM exchange_out ORDER BY seq"))
    for record in (second, first, cancelled):
        pt.receive(sealed_for(pt, record))
    assert [one.state for one in notices(pt)] == ["confirmed", "withdrawn"]
    assert [act for act, _ in effects(notices(pt)[1])] == ["ask", "replaced", "withdraw"]
    deliver(pair)
    assert [one.state for one in notices(br)] == ["withdrawn", "confirmed"]


def test_a_question_that_never_came_is_said_again_and_its_answer_meets_the_condition(
    pair: list[Node], clock: Clock
) -> None:
    br, pt = pair
    paper = importing(pt)
    number = exporting(br, paper)
    ask(br, number, Matter.LICENCE)
    jti = dies(br, clock, "licence.verify.request")
    resend(br, jti)
    deliver(pair)
    (found,) = notices(br)
    assert (found.state, found.alarm) == ("confirmed", "")
    assert unmet(br, number, "import_licence") == []
    ((again,),) = br.rows("SELECT followed_by FROM exchange_out WHERE jti = :jti", jti=jti)
    assert br.rows("SELECT jti FROM state_notice") == [(again,)]
    assert again in [step.message for step in found.steps]


def test_a_question_that_was_taken_back_and_an_answer_that_changed_are_not_said_again(
    pair: list[Node], clock: Clock
) -> None:
    br, pt = pair
    paper = importing(pt)
    number = exporting(br, paper)
    asked = ask(br, number, Matter.LICENCE)
    jti = dies(br, clock, "licence.verify.request")
    take_back(br, asked)
    resend(br, jti)
    deliver(pair)
    closed = "SELECT state, followed_by FROM exchange_out WHERE jti = :jti"
    assert br.rows(closed, jti=jti) == [("closed", "")]
    ask(br, number, Matter.LICENCE)
    br.courier(direct(pair)).run_once()
    first = dies(pt, clock, "licence.verify.response")
    decide(pt, paper.number, "suspend")
    deliver(pair)
    assert notices(br)[-1].state == "denied"
    resend(pt, first)
    deliver(pair)
    assert pt.rows(closed, jti=first) == [("closed", "")]
    assert notices(br)[-1].state == "denied"
