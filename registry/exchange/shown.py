"""Signed records that another State shows us: whose word they are, and whether that can be verified here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError

from registry.core.errors import Refused
from registry.core.work import Work
from registry.exchange import jose, judging, key_queries, strict_json
from registry.exchange.judging import NotTaken
from schemas.base import Shape
from schemas.exchange import Message, Reference
from schemas.words import said


@dataclass(frozen=True)
class Shown:
    """A record by whoever signed it, for another State. proven: verified with a key of its confirmed root."""

    message: Message
    sha256: str
    proven: bool

    @property
    def reference(self) -> Reference:
        """How its answer names it."""
        return Reference(self.message.jti, self.sha256)

    @property
    def signed_at(self) -> datetime:
        """When it was signed, as it says."""
        return datetime.fromtimestamp(self.message.iat, UTC)


def shown(work: Work, text: str) -> Shown:
    """A record read; raises Refused where it is none, or where a key that is known says that it is forged.

    A key that is not known, or of a State that is not confirmed here, proves nothing and is no forgery.
    """
    try:
        token = jose.parse(text)
        payload = strict_json.loads(token.payload)
        message, _ = judging.message_in(payload, str(payload.get("iss")))
    except (jose.Malformed, strict_json.NotStrictError, NotTaken) as error:
        raise Refused(
            said("A record that goes along cannot be read: %(why)s", why=str(error)[:200])
        ) from None
    key = key_queries.public_key(work, token.kid)
    if key is None or (key.state != work.home and not key.is_trusted):
        return Shown(message, jose.digest(text), False)
    good = key_queries.is_good(key, datetime.fromtimestamp(message.iat, UTC), work.now)
    if key.state != message.iss or not good or not jose.verify(token, jose.decoded(key.public)):
        raise Refused(said("A record that goes along was not signed by %(state)s.", state=message.iss))
    return Shown(message, jose.digest(text), True)


def body_of(shape: Shape, found: Shown) -> Any:
    """What a shape makes of its body; raises Refused."""
    try:
        return shape.take(found.message.body)
    except ValidationError as error:
        why = str(error.messages)[:200]
        raise Refused(said("A record that goes along cannot be read: %(why)s", why=why)) from None
