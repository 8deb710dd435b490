"""The doctor on what is in the database: the ledger, queues, keys that end, other States' clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select

from registry.core.database import Prepared
from registry.core.errors import RegistryError
from registry.core.turns import as_moment
from registry.core.work import OPERATOR, Office, Work
from registry.exchange import jose
from registry.exchange import queries as exchange
from registry.exchange.queries import PeerView
from registry.exchange.rules import ALERT_AFTER
from registry.exchange.tables import ExchangeIn, ExchangeOut
from registry.intake.tables import IntakeRun
from registry.ledger import log
from registry.upkeep.findings import Finding, good, lasting, until, warning, wrong
from registry.verification import key_queries, keys
from schemas.intake_vocabulary import IntakeState
from schemas.words import amount, said

BEHIND = timedelta(minutes=2)
SOON = timedelta(days=30)
APART = timedelta(seconds=60)
LATELY = timedelta(days=7)


def records(office: Office) -> Iterator[Finding]:
    """Everything that is read from tables; raises DBAPIError where that cannot be done."""
    yield _ledger(office)
    yield _clock(office)
    with office.look(OPERATOR) as work:
        yield _documents(work)
        yield _papers(work)
        peers = exchange.peers(work)
        if not peers:
            yield good("exchange", said("no State is trusted yet"))
        for peer in peers:
            yield _keys_of(work, peer)
        yield from (finding for peer in peers if (finding := _clock_of(work, peer)))
        if peers:
            yield _outbox(work)
        yield _intake(work)


def _ledger(office: Office) -> Finding:
    known, now = log.status(office), office.clock()
    unsigned = known.size - known.signed + known.waiting
    last = f"{known.signed_at:%Y-%m-%d %H:%M} UTC" if known.signed_at else said("never")
    told = said(
        "%(leaves)s leaves, %(unsigned)s of them not signed yet; last checkpoint: %(last)s",
        leaves=amount(known.size),
        unsigned=amount(unsigned),
        last=last,
    )
    if unsigned and (known.signed_at is None or now - known.signed_at > BEHIND):
        advice = said(
            "Start the service, which signs it; if it runs, its log says `ledger_not_signed` and why."
        )
        stale = known.signed_at is None or now - known.signed_at > log.STALE
        return (wrong if stale else warning)("ledger", told, advice)
    return good("ledger", told)


_NEWEST = Prepared("SELECT at FROM ledger_entry ORDER BY id DESC LIMIT 1")


def _clock(office: Office) -> Finding:
    """Whether the newest change is of a time that has not come yet: this clock, or the one then, is wrong."""
    found = office.database.rows(_NEWEST, {})
    ahead = as_moment(found[0][0]) - office.clock() if found else timedelta()
    if ahead <= APART:
        return good("clock.records", said("no change is from the future"))
    return wrong(
        "clock.records",
        said("the last change is %(age)s from the future", age=lasting(ahead)),
        said(
            "Compare this machine's time with another source, and let it keep time (chrony,"
            " systemd-timesyncd). The ledger keeps the order of changes, whatever their times."
        ),
    )


def _documents(work: Work) -> Finding:
    """The certificate that documents are signed by."""
    what = "certificate"
    advice = said("documents keygen, have it certified, documents certificate FILE.pem")
    trouble = keys.trouble(work)
    if trouble == "none":
        return warning(what, said("documents are not signed"), advice)
    try:
        keys.serving(work) if trouble != "ended" else None
    except (InvalidTag, RegistryError):
        advice = said("Put the secret key back by which it was sealed: it is in the backup.")
        return wrong(what, said("its key cannot be opened with this secret key"), advice)
    return until(what, keys.known(work)[0].valid_until, work.now, keys.SOON, advice)


def _papers(work: Work) -> Finding:
    """The key by which papers are checked without a network."""
    good_now = [
        key for key in key_queries.keys(work) if key.withdrawn_at is None and key.valid_from <= work.now
    ]
    if not good_now:
        return wrong("keys.papers", said("there is none"), "flask --app wsgi papers keygen")
    end = max(key.valid_until for key in good_now)
    return until("keys.papers", end, work.now, SOON, "flask --app wsgi papers keygen")


def _keys_of(work: Work, peer: PeerView) -> Finding:
    what, own = f"exchange.{peer.state}", peer.state == work.home
    if not peer.is_trusted:
        return warning(
            what, said("its root waits for a second person"), said("Look at it on the page Exchange.")
        )
    if peer.expires_at is None:
        return wrong(what, said("its keys are not known"), said("Ask the State for its key set, and pin it."))
    advice = (
        said("%(command)s, with the root's keys", command="flask --app wsgi exchange keyset")
        if own
        else said("Ask %(state)s for its next key set: messages to it wait from then on.", state=peer.state)
    )
    return until(what, peer.expires_at, work.now, SOON, advice)


def _clock_of(work: Work, peer: PeerView) -> Finding | None:
    """Whether the newest message of a State is of a time that has not come yet here."""
    newest = (
        select(ExchangeIn.jws, ExchangeIn.received_at)
        .where(ExchangeIn.iss == peer.state, ExchangeIn.received_at > work.now - LATELY, ExchangeIn.jws != "")
        .order_by(ExchangeIn.seq.desc())
        .limit(1)
    )
    row = work.session.execute(newest).first()
    if row is None or peer.state == work.home:
        return None
    ahead = datetime.fromtimestamp(_issued(row.jws), UTC) - row.received_at
    what = f"clock.{peer.state}"
    if ahead > APART:
        advice = said(
            "Compare this machine's time with another source; if it is right, tell %(state)s.",
            state=peer.state,
        )
        return wrong(
            what,
            said(
                "its last message was %(seconds)s s from the future", seconds=f"{ahead.total_seconds():.0f}"
            ),
            advice,
        )
    return good(what, said("not before ours"))


def _issued(jws: str) -> int:
    """When a message says that it was made; it was verified when it came."""
    return int(orjson.loads(jose.decoded(jws.split(".")[1]))["iat"])


def _outbox(work: Work) -> Finding:
    waiting = select(func.count(), func.min(ExchangeOut.made_at)).where(ExchangeOut.state == "waiting")
    count, oldest = work.session.execute(waiting).one()
    dead = work.session.scalar(select(func.count()).where(ExchangeOut.state == "dead")) or 0
    advice = said("Read why on the page Exchange, and send again or by other means.")
    if dead:
        return wrong("exchange.outbox", said("%(count)s could not be delivered", count=dead), advice)
    if oldest is not None and work.now - oldest > ALERT_AFTER:
        return warning(
            "exchange.outbox",
            said("%(count)s waiting since %(moment)s", count=count, moment=f"{oldest:%Y-%m-%d %H:%M} UTC"),
            advice,
        )
    return good("exchange.outbox", said("%(count)s waiting", count=count))


def _intake(work: Work) -> Finding:
    asked = select(func.count()).where(IntakeRun.state == IntakeState.FAILED)
    failed = work.session.scalar(asked) or 0
    if failed:
        return warning(
            "intake", said("%(count)s stopped", count=failed), said("Read why on the page Bring in.")
        )
    return good("intake", said("none stopped"))
