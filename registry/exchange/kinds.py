"""Kinds of messages: where a subject says which messages it understands and what they do.

A subject offers a dict of its kinds; `rooms` merges them, the receiving route hands them to the inbox.
What a handler changes, the message itself and its receipt are one transaction: a handler that raises a
RegistryError leaves nothing behind, and the sender gets its words as a signed problem. A handler may post
messages (`outbox.post`); they are sent only if it succeeds. It has its effect at most once for each message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from registry.core.prepared import Statement
from registry.core.work import Work
from schemas.base import Shape
from schemas.exchange import Message
from schemas.vocabulary import May


@dataclass(frozen=True)
class Received:
    """A message whose signature, sender, audience and shape are good.

    body: what the kind's shape made of it. jws: the exact record, kept for ever; sha256: its digest, which
    an answer names. extra: members of the envelope that this version does not know. found: by its kind's
    `find`.
    """

    message: Message
    body: Any
    jws: str
    sha256: str
    extra: Mapping[str, Any]
    found: Any = None


Handler = Callable[[Work, Received], None]


@dataclass(frozen=True)
class Kind:
    """One type of message.

    body: its shape. handle: what it does, in a work whose actor is the sending State. may: what that
    State may do in it. answers: types of our messages that it may answer; its `re` must name one of them,
    sent to that State. Empty: it answers nothing. after: types of which one must have come in its thread
    before; until then it is kept, receipted and held. attaches: whether files may belong to it.

    find: what `handle` has to know of our records; it is looked up before others have to wait. ahead: what it
    will ask that stays so until the end of its work, so that it is asked with what every message needs;
    of_all: the same that stays so, or is kept up, for others of its State in the same transaction.
    joins: whether one may share its transaction with others of its State: it locks nothing that others hold
    but that State's channels, and may be begun again.
    """

    type: str
    body: Callable[[], Shape]
    handle: Handler
    may: frozenset[May] = frozenset()
    answers: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    attaches: bool = False
    ahead: Callable[[Work, Message], Sequence[Statement]] = lambda _work, _message: ()
    of_all: Callable[[Work, Message], Sequence[Statement]] = lambda _work, _message: ()
    find: Callable[[Work, Received], Any] = lambda _work, _received: None
    joins: Callable[[Received], bool] = lambda _received: False

    def informed(self, work: Work, received: Received) -> Received:
        """The message with what its handler has to know of our records."""
        return replace(received, found=self.find(work, received))


Kinds = Mapping[str, Kind]
"""Type to kind."""


def merged(*offered: Kinds) -> Kinds:
    """All kinds of all subjects; raises ValueError when two subjects claim one type."""
    found: dict[str, Kind] = {}
    for kinds in offered:
        for name, kind in kinds.items():
            if name in found or name != kind.type:
                raise ValueError(f"{name} is claimed twice or is not {kind.type}")
            found[name] = kind
    return found
