"""What leaves by other means: the paper in the other State's language, and the signed file: an edge."""

from __future__ import annotations

from flask_babel import force_locale

from registry.authorities.queries import language_for, own_card
from registry.core.web.context import look, registry
from registry.core.web.words import language_of_visitor
from registry.core.work import Work
from registry.exchange import acts as exchange
from registry.exchange import carrying, keysets
from registry.requests import letter_queries, sealing
from registry.requests.documents import Reply
from registry.requests.queries import request_row
from registry.requests.views import RequestView
from schemas.requests_vocabulary import Direction


def sealed_letter(found: RequestView) -> bytes:
    """Our request, or as the asked State our answer, as it is sent; raises NotFound before there is one."""
    with look() as work:
        language = _language(work, found.peer)
        reply = _reply(work, found)
    with force_locale(language):
        if found.direction == Direction.OUT:
            return sealing.sealed_request(found, reply)
        return sealing.sealed_answer(found, reply)


def _language(work: Work, state: str) -> str:
    return language_for(work, state, tuple(registry().settings.languages))


def _reply(work: Work, found: RequestView) -> Reply:
    """Whom to write to, and what the signed file is that goes with the paper."""
    card = own_card(work)
    carried = [event.message for event in found.events if event.by_us and event.carried]
    if not carried:
        return Reply(card.contact if card else "")
    row = carrying.carried(work, carried[-1])
    fingerprint = keysets.fingerprint(exchange.own_bundle(work).root)
    return Reply(card.contact if card else "", row.jti, row.sha256, fingerprint)


def package(request_id: int, jti: str) -> bytes:
    """A signed message of a request with all that its reader needs, as ZIP; raises NotFound."""
    with look() as work:
        peer = request_row(work, request_id).peer
        named = letter_queries.carried(work, request_id, jti)
        with force_locale(_language(work, peer)):
            return carrying.package(work, named, language_of_visitor())
