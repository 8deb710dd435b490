"""Routes of the API for requests and answers that go by other means than the exchange."""

from __future__ import annotations

import base64
import binascii

from registry.core.errors import Invalid
from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.web.context import look
from registry.core.work import Work
from registry.exchange import scans
from registry.requests import letter_queries, letters, letters_sealing, queries
from registry.requests.api import blueprint
from registry.requests.views import RequestView
from schemas import letters as shapes
from schemas.requests import RequestSchema
from schemas.vocabulary import May

MOST_BYTES = shapes.LONGEST_SCAN * 4 // 3 + 100_000


def _key(number: str) -> int:
    return find_registry_number("RQ", number)


def decoded_scan(name: str, content: str, field: str) -> scans.Scan:
    """A file that came in base64; raises Invalid naming the field."""
    try:
        plain = base64.b64decode(content, validate=True)
    except (ValueError, binascii.Error):
        raise Invalid.at(field, "This is not base64.") from None
    return scans.looked_at(name, plain, field)


def _scan(new: shapes.LetterScan) -> scans.Scan:
    return decoded_scan(new.name, new.content, "scan.content")


@blueprint.route("/requests/<number>/carrying", methods=["POST"])
@api.writes(
    blueprint,
    May.REQUEST_SEND,
    takes=shapes.CarryNewSchema,
    gives=RequestSchema,
    status=200,
    versioned=True,
)
def carry(work: Work, new: shapes.CarryNew, number: str, version: int) -> RequestView:
    """Let a complete draft leave as paper and signed file, by other means than the exchange."""
    return letters.carry(work, _key(number), new, version)


@blueprint.route("/requests/<number>/letters", methods=["POST"])
@api.writes(
    blueprint,
    May.EXCHANGE_CARRY,
    takes=shapes.EnteredLetterSchema,
    gives=RequestSchema,
    status=200,
    versioned=True,
    most_bytes=MOST_BYTES,
)
def enter(work: Work, new: shapes.EnteredLetter, number: str, version: int) -> RequestView:
    """Enter by hand what the other State wrote, with the scan of its letter."""
    return letters.enter(work, _key(number), new, _scan(new.scan), version)


@blueprint.route("/request-letters", methods=["POST"])
@api.writes(
    blueprint,
    May.EXCHANGE_CARRY,
    takes=shapes.RequestLetterNewSchema,
    gives=RequestSchema,
    most_bytes=MOST_BYTES,
    at="/requests/{number}",
)
def enter_request(work: Work, new: shapes.RequestLetterNew) -> RequestView:
    """Enter a request of another State that came by letter."""
    return letters.enter_request(work, new, _scan(new.scan))


@blueprint.route("/requests/<number>/scans/<int(max=99999):n>", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ, media="application/octet-stream")
def scan(number: str, n: int) -> bytes:
    """The scan of a letter, byte for byte; n: of its step."""
    with look() as work:
        return letter_queries.scan(work, _key(number), n)[1]


@blueprint.route("/requests/<number>/files/<jti>", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ, media="application/zip")
def file(number: str, jti: str) -> bytes:
    """A signed message that leaves as a file, with our keys and how to verify it, as ZIP."""
    return letters_sealing.package(_key(number), jti)


@blueprint.route("/requests/<number>/letter.pdf", methods=["GET"])
@api.prints(blueprint, May.REQUEST_READ)
def letter(number: str) -> bytes:
    """Our request or answer as it is sent, in the language of the other State where there is one here."""
    with look() as work:
        found = queries.request(work, _key(number))
    return letters_sealing.sealed_letter(found)
