"""Routes of the API: who, what in, which act, what out. Everything else is done here, once."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, request
from flask_smorest import Api, Blueprint
from marshmallow import Schema, ValidationError
from sqlalchemy import select
from werkzeug.exceptions import UnsupportedMediaType

from registry.core.errors import Invalid, KeyReused, NotJson, Unmet, VersionNeeded
from registry.core.web import problems
from registry.core.web.context import asked, begin, look, look_as_anyone
from registry.core.web.guard import may, public, signed_in
from registry.core.web.tables import KeptAnswer
from registry.core.work import Work
from schemas.base import Shape
from schemas.paging import Page, page_of
from schemas.problems import ProblemSchema
from schemas.vocabulary import May

PREFIX = "/api/v1"
View = Callable[..., Any]
_ETAG = re.compile(r'"([0-9]{1,18})"')
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "ETag of the version being changed.",
}
_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "The same key and body again give the same answer and have no second effect.",
}
_ETAG_HEADER = {"ETag": {"schema": {"type": "string"}, "description": "Version of the record."}}


class RegistryApi(Api):  # type: ignore[misc]
    """flask-smorest with problem details, at run time and in the OpenAPI document."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """`problems.install` has registered ours."""

    def _register_responses(self) -> None:
        for status in (
            "400",
            "401",
            "403",
            "404",
            "405",
            "406",
            "409",
            "412",
            "413",
            "415",
            "422",
            "428",
            "429",
            "default",
        ):
            self.spec.components.response(
                f"PROBLEM_{status}",
                {
                    "description": "Refused; `errors` names each field with its reason.",
                    "content": {problems.MEDIA_TYPE: {"schema": ProblemSchema}},
                },
            )
        for name in ("DEFAULT_ERROR", "UNPROCESSABLE_CONTENT", "UNPROCESSABLE_ENTITY"):
            self.spec.components.response(
                name,
                {
                    "description": "Refused.",
                    "content": {problems.MEDIA_TYPE: {"schema": ProblemSchema}},
                },
            )


def blueprint(name: str, description: str) -> Any:
    """A blueprint of API routes under /api/v1."""
    return Blueprint(f"api_{name}", __name__, url_prefix=PREFIX, description=description)


def reads(
    blp: Any,
    permission: May | None,
    *,
    gives: type[Schema],
    query: type[Shape] | None = None,
    paged: bool = False,
    open_to_all: str = "",
) -> Callable[[View], View]:
    """A GET: `view(work, [query], **path)` returns the record (its `version` becomes the ETag) or a Page.

    permission: None where a valid token is enough. open_to_all: why nobody needs a token; a token that is
    sent has to be good, and may show more.
    """
    shape = page_of(gives) if paged else gives

    def mark(view: View) -> View:
        @functools.wraps(view)
        def answer(*args: Any, **path: Any) -> Response:
            with look_as_anyone() if open_to_all else look() as work:
                return respond(shape, view(work, *args, **path), 200)

        described = blp.response(200, shape, headers=None if paged else _ETAG_HEADER)(view)
        if query is not None:
            described = blp.arguments(query, location="query")(described)
        if open_to_all:
            described = blp.doc(security=[{}, {"bearer": []}])(described)
            guarded = public(open_to_all)
        else:
            guarded = may(permission) if permission else signed_in
        return guarded(_documented(blp, _asking(query, answer), described, body=False))

    return mark


def writes(
    blp: Any,
    permission: May,
    *,
    takes: type[Shape],
    gives: type[Schema],
    status: int = 201,
    versioned: bool = False,
    secret: bool = False,
    most_bytes: int | None = None,
    at: str = "",
) -> Callable[[View], View]:
    """A POST, or with `versioned` a change of a record: `view(work, taken, **path)` calls the act.

    versioned: If-Match is needed (428 without, 412 when stale) and arrives as `version=`. A POST may
    carry an Idempotency-Key, unless it is `secret`: then nothing of it may be kept. The answer is made
    inside the transaction and sent after its commit. most_bytes: of a body that may be larger than others.
    at: where what was made is read, as `/shipments/{number}`, where not below the route's own address.
    """

    def mark(view: View) -> View:
        @functools.wraps(view)
        def answer(taken: Any, **path: Any) -> Response:
            if versioned:
                path["version"] = _version_asked()

            def made(work: Work) -> Response:
                return respond(gives, view(work, taken, **path), status, at)

            with begin() as work:
                return made(work) if secret else once(work, lambda: made(work))

        described = blp.arguments(takes, location="json")(
            blp.response(status, gives, headers=_ETAG_HEADER)(view)
        )
        header = _IF_MATCH if versioned else None if secret else _KEY
        answering = _documented(blp, _taking(takes, answer), described, body=True, parameter=header)
        answering.at = at  # type: ignore[attr-defined]
        return may(permission, most_bytes=most_bytes)(answering)

    return mark


def takes(
    blp: Any,
    permission: May,
    *,
    takes: type[Shape],
    gives: type[Schema] | dict[str, str],
    status: int = 201,
    keyed: bool = True,
    media: str = "application/json",
) -> Callable[[View], View]:
    """A POST whose `view(taken, **path)` answers for itself, if `keyed` with `once` around its change."""

    def mark(view: View) -> View:
        answered = blp.response(status, gives, content_type=media)(view)
        described = blp.arguments(takes, location="json")(answered)
        header = _KEY if keyed else None
        return may(permission)(_documented(blp, _taking(takes, view), described, body=True, parameter=header))

    return mark


def prints(
    blp: Any, permission: May, *, query: type[Shape] | None = None, media: str = "application/pdf"
) -> Callable[[View], View]:
    """A GET of a file: `view([query], **path)` reads and prints outside any transaction.

    It returns the bytes, or their pieces.
    """

    def mark(view: View) -> View:
        @functools.wraps(view)
        def answer(*args: Any, **path: Any) -> Response:
            return Response(view(*args, **path), mimetype=media)

        binary = {"type": "string", "format": "binary"}
        described = blp.response(200, binary, content_type=media)(view)
        if query is not None:
            described = blp.arguments(query, location="query")(described)
        return may(permission)(_documented(blp, _asking(query, answer), described, body=False))

    return mark


def once(work: Work, make: Callable[[], Response]) -> Response:
    """The answer kept under the request's Idempotency-Key, else a new one, kept in the same transaction."""
    key = _key_asked()
    if not key:
        return make()
    if kept := _kept(work, key):
        return kept
    response = make()
    _keep(work, key, response)
    return response


def _taking(shape: type[Shape], view: View) -> View:
    """The view with the JSON body as the shape's dataclass; made once, not for each request."""
    schema = shape()

    @functools.wraps(view)
    def answer(**path: Any) -> Response:
        return view(_loaded(schema, _json()), **path)  # type: ignore[no-any-return]

    return answer


def _asking(shape: type[Shape] | None, view: View) -> View:
    """The view with the query as the shape's dataclass; a filter misspelled is refused, not passed over."""
    if shape is None:
        return view
    schema = shape()

    @functools.wraps(view)
    def answer(**path: Any) -> Response:
        return view(_loaded(schema, request.args.to_dict()), **path)  # type: ignore[no-any-return]

    return answer


def _loaded(schema: Shape, given: Any) -> Any:
    try:
        return schema.take(given)
    except ValidationError as error:
        raise problems.from_validation(error.messages) from None


def _json() -> Any:
    """The body; raises UnsupportedMediaType for anything but JSON, NotJson for what is none."""
    # the header itself: werkzeug's parsed one costs as much as the parsing of the body
    calling = asked()
    if not calling.environ.get("CONTENT_TYPE", "").lower().startswith("application/json"):
        raise UnsupportedMediaType("Send JSON with Content-Type: application/json.")
    try:
        return orjson.loads(calling.body())
    except orjson.JSONDecodeError as error:
        raise NotJson(f"The body is not JSON: {error}") from None


def _documented(
    blp: Any, view: View, described: View, *, body: bool, parameter: dict[str, Any] | None = None
) -> View:
    """Give a view the description that flask-smorest made of another, with the refusals it can answer.

    flask-smorest's own wrappers stay out of the way of a request: twelve of them cost as much as Flask.
    """
    for status in (
        (400, 401, 403, 404, 409, 413, 415, 422, *((412, 428) if parameter is _IF_MATCH else ()))
        if body
        else (401, 403, 404, 422)
    ):
        described = blp.alt_response(status, f"PROBLEM_{status}")(described)
    if parameter:
        described = blp.doc(parameters=[parameter])(described)
    view._apidoc = described._apidoc  # type: ignore[attr-defined]
    return view


def respond(shape: type[Schema], result: Any, status: int, at: str = "") -> Response:
    """Dump a record or page; its number and version give Location and ETag. at: as of `writes`."""
    if isinstance(result, Response):
        return result
    if isinstance(result, Page):
        result = {"items": result.items, "next": result.next}
    response = Response(orjson.dumps(shape().dump(result)), status, mimetype="application/json")
    if (version := getattr(result, "version", None)) is not None:
        response.headers["ETag"] = f'"{version}"'
    if status == 201 and (made := _made_at(result, at)):
        response.headers["Location"] = made
    return response


def _made_at(result: Any, at: str) -> str:
    """The address of what was made, of its own names or else those in the address asked; "" for none."""
    if not at:
        number = getattr(result, "number", None)
        return "" if number is None else f"{request.path.rstrip('/')}/{number}"
    named = {**(request.view_args or {}), **vars(result)}
    return PREFIX + at.format_map({name: quote(str(value), safe="") for name, value in named.items()})


def _version_asked() -> int:
    text = request.headers.get("If-Match", "")
    if not text:
        raise VersionNeeded(unmet=[Unmet("Send the ETag that you read as If-Match.", "If-Match")])
    found = _ETAG.fullmatch(text.strip())
    return int(found[1]) if found else -1  # an unknown tag is simply not the current one


def _key_asked() -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return ""
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable() or " " in key:
        raise Invalid.at("Idempotency-Key", "1 to 200 visible ASCII characters without spaces.")
    return key


def _request_hash() -> bytes:
    parts = (request.method.encode(), request.path.encode(), asked().body())
    return hashlib.sha256(b"\0".join(parts)).digest()


def _kept(work: Work, key: str) -> Response | None:
    """The answer given before, or None. Whoever comes second waits here for the first one's commit."""
    work.lock(f"idempotency:{work.actor.user_id}:{key}")
    kept = work.session.scalar(
        select(KeptAnswer).where(KeptAnswer.account_id == work.actor.user_id, KeptAnswer.key == key)
    )
    if kept is None:
        return None
    if kept.request_hash != _request_hash():
        raise KeyReused(unmet=[Unmet("Use a new key for another request.", "Idempotency-Key")])
    response = Response(kept.body, kept.status, mimetype="application/json")
    for name, value in (("Location", kept.location), ("ETag", kept.etag)):
        if value:
            response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _keep(work: Work, key: str, response: Response) -> None:
    work.session.add(
        KeptAnswer(
            account_id=work.actor.user_id,
            key=key,
            request_hash=_request_hash(),
            status=response.status_code,
            location=response.headers.get("Location", ""),
            etag=response.headers.get("ETag", ""),
            body=response.get_data(),
            at=work.now,
        )
    )


def configure(app: Flask, title: str) -> RegistryApi:
    """The API of an application with its OpenAPI 3.1 document at /api/v1/openapi.json."""
    app.config.update(
        API_TITLE=title,
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    spec = {
        "info": {"description": "Marking, record-keeping and tracing of firearms (UN Firearms Protocol)."},
        "security": [{"bearer": []}],
    }
    api = RegistryApi(app, spec_kwargs=spec)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    return api
