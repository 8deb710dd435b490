"""Shapes of accounts and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from marshmallow import fields, validate

from schemas.base import Shape
from schemas.fields import Code, Number, Text, Whole
from schemas.paging import PageAsked, PageAskedSchema
from schemas.vocabulary import May, Role


@dataclass(frozen=True)
class AccountNew:
    """party: registry number of the maker, importer or dealer for whom a trader works; reason: why."""

    login: str
    full_name: str
    role: Role
    party: str | None = None
    language: str = "en"
    reason: str = ""


class AccountNewSchema(Shape):
    makes = AccountNew
    login = fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,78}\Z", error="2 to 79 letters, digits, . _ @ -"
        ),
    )
    full_name = Text(required=True, longest=200)
    role = Code(Role, required=True)
    party = Number("P", load_default=None, allow_none=True)
    language = fields.String(load_default="en", validate=validate.Regexp(r"^[a-z]{2}\Z", error="Such as en."))
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class RoleGrant:
    """party: registry number of the maker, importer or dealer for whom a trader works."""

    role: Role
    reason: str
    party: str | None = None


class RoleGrantSchema(Shape):
    makes = RoleGrant
    role = Code(Role, required=True)
    party = Number("P", load_default=None, allow_none=True)
    reason = Text(required=True, longest=400)


@dataclass(frozen=True, kw_only=True)
class AccountsAsked(PageAsked):
    q: str = ""
    role: Role | None = None
    active: bool | None = None


class AccountsAskedSchema(PageAskedSchema):
    makes = AccountsAsked
    q = Text(longest=80, load_default="", metadata={"description": "Beginning of the login."})
    role = Code(Role, load_default=None)
    active = fields.Boolean(load_default=None)


class AccountSchema(Shape):
    id = fields.Integer(required=True)
    login = fields.String(required=True)
    full_name = fields.String(required=True)
    role = Code(Role, required=True)
    party = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    active = fields.Boolean(required=True)
    second_factor = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class MeSchema(Shape):
    """may: what the role allows, less what the token leaves out."""

    id = fields.Integer(required=True)
    full_name = fields.String(required=True)
    role = Code(Role, required=True)
    party = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    may = fields.List(Code(May), required=True)


class NothingSchema(Shape):
    """An empty body, for acts that need no more than their address."""


class WayIn(StrEnum):
    """What somebody can lose."""

    PASSWORD = "password"  # noqa: S105 - a word, no password
    SECOND_FACTOR = "second_factor"


@dataclass(frozen=True)
class Reset:
    what: WayIn
    reason: str


class ResetSchema(Shape):
    makes = Reset
    what = Code(WayIn, required=True)
    reason = Text(required=True, longest=400)


@dataclass(frozen=True)
class PasskeyNew:
    label: str
    credential: str


class PasskeyNewSchema(Shape):
    """credential: the browser's answer, JSON of WebAuthn Level 3, 5.1."""

    makes = PasskeyNew
    label = Text(required=True, longest=100)
    credential = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=20_000))


@dataclass(frozen=True)
class SignInAsked:
    login: str
    password: str


class SignInSchema(Shape):
    makes = SignInAsked
    login = Text(required=True, longest=80)
    password = fields.String(required=True, load_only=True, validate=validate.Length(max=200))


@dataclass(frozen=True)
class PasswordChange:
    present: str
    password: str


class PasswordChangeSchema(Shape):
    makes = PasswordChange
    present = fields.String(required=True, load_only=True, validate=validate.Length(max=200))
    password = fields.String(required=True, load_only=True, validate=validate.Length(max=200))


@dataclass(frozen=True)
class TokenNew:
    label: str
    scopes: tuple[May, ...] = ()
    days: int = 90


class TokenNewSchema(Shape):
    """scopes: none given means all that the role may do."""

    makes = TokenNew
    label = Text(required=True, longest=100)
    scopes = fields.List(Code(May), load_default=(), validate=validate.Length(max=40))
    days = Whole(least=1, most=366, load_default=90)


class TokenSchema(Shape):
    id = fields.Integer(required=True)
    label = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)
    token = fields.String(
        required=True, metadata={"description": "Only when it was just made; empty otherwise."}
    )
