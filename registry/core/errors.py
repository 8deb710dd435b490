"""The tree of refusals. Each says what is wrong, where, by which article, and what to do.

Nothing is half-done when one of these is raised: the unit of work rolls back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.words import plain


@dataclass(frozen=True)
class Unmet:
    """One condition that is not met.

    field: the input it concerns (dotted path, "" for the whole), article: the law that asks for it
    ("FP 8(1)(a)", "" where none does), message: what is wrong and what to do, in plain words.
    """

    message: str
    field: str = ""
    article: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", plain(self.message))


class RegistryError(Exception):
    """Head of the tree.

    `status` is the HTTP status of the answer, `code` a stable name for machines, `title` for people.
    """

    status = 500
    code = "internal"
    title = "Something went wrong"

    def __init__(self, message: str = "", unmet: Sequence[Unmet] = ()) -> None:
        self.message = plain(message or self.title)
        self.unmet = tuple(unmet)
        super().__init__(self.message)

    def __str__(self) -> str:
        return "; ".join([self.message, *(_line(u) for u in self.unmet)])


def _line(unmet: Unmet) -> str:
    where = f"{unmet.field}: " if unmet.field else ""
    law = f" ({unmet.article})" if unmet.article else ""
    return f"{where}{unmet.message}{law}"


class Unavailable(RegistryError):
    """The database does not answer, or has too much to do."""

    status = 503
    code = "database-unavailable"
    title = "The registry is not available now"

    def __init__(self) -> None:
        super().__init__(
            "The database cannot be reached or is too busy. Nothing was changed; try again shortly."
        )


class MaybeKept(Unavailable):
    """The database went away between being told to keep a change and saying that it did."""

    code = "outcome-unknown"
    title = "It is not known whether this was kept"

    def __init__(self) -> None:
        RegistryError.__init__(
            self,
            "The database went away while this was being kept: it may be kept or not. Look for it before you"
            " send it again; a request with an Idempotency-Key can be sent again as it was.",
        )


class NoRoom(Unavailable):
    """A disk that the registry writes to is full."""

    status = 507
    code = "no-room"
    title = "There is no room left"

    def __init__(self) -> None:
        RegistryError.__init__(
            self,
            "The disk of the registry is full. Nothing was changed; what is on record can still be read."
            " Whoever runs it must make room: send this again then.",
        )


class ReadOnly(Unavailable):
    """What the registry writes to takes no changes: a disk or a database that can only be read."""

    code = "read-only"
    title = "The registry can only be read now"

    def __init__(self) -> None:
        RegistryError.__init__(
            self,
            "The database takes no changes now. Nothing was changed; what is on record can still be read."
            " Whoever runs it must see to its disk, or to which server is the primary.",
        )


class Invalid(RegistryError):
    """What was sent has the wrong shape or names what does not exist."""

    status = 422
    code = "invalid"
    title = "Some of what was entered cannot be accepted"

    @classmethod
    def at(cls, field: str, message: str, article: str = "") -> Invalid:
        """One field is wrong."""
        return cls(unmet=[Unmet(message, field, article)])


class NotJson(RegistryError):
    """The body of a request cannot be read at all."""

    status = 400
    code = "not-json"
    title = "The request cannot be read"


class Refused(RegistryError):
    """A rule of the law or of the registry is not met."""

    status = 422
    code = "refused"
    title = "The registry refuses this"


class SignInNeeded(RegistryError):
    status = 401
    code = "sign-in-needed"
    title = "Sign in to go on"


class ConfirmationNeeded(RegistryError):
    """What was asked needs that its author shows once more who they are."""

    status = 403
    code = "confirmation-needed"
    title = "Confirm that it is you"


class Forbidden(RegistryError):
    status = 403
    code = "forbidden"
    title = "Your role does not allow this"


class NotFound(RegistryError):
    status = 404
    code = "not-found"
    title = "Not in the records"


class Conflict(RegistryError):
    """Someone else did something in between that excludes this."""

    status = 409
    code = "conflict"
    title = "This collides with another change"


class Stale(RegistryError):
    status = 412
    code = "stale"
    title = "The record has changed since you read it"


class VersionNeeded(RegistryError):
    status = 428
    code = "version-needed"
    title = "Say which version you are changing (If-Match)"


class KeyReused(RegistryError):
    status = 422
    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"


class TooMany(RegistryError):
    status = 429
    code = "too-many"
    title = "Too many tries; wait before the next"


def refuse_if(unmet: Sequence[Unmet]) -> None:
    """Raise Refused with the unmet conditions, if there are any."""
    if unmet:
        raise Refused(unmet=unmet)


def from_validation(messages: Any, error: type[RegistryError] = Invalid) -> RegistryError:
    """Marshmallow's nested messages as a refusal with one entry for each field."""
    return error(unmet=[Unmet(text, path.strip(".")) for path, text in _flat(messages, "")])


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            step = "" if name in ("_schema", "json", "query", "headers", "path") else f".{str(name)[:80]}"
            yield from _flat(inner, path + step)
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _flat(inner, path)
    else:
        yield path, messages if isinstance(messages, str) else str(messages)
