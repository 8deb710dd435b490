"""`docs/policy.md`: the policy's table with every route, written out of what the service itself asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flask import Flask
from flask_babel import force_locale
from sqlalchemy import MetaData

from registry.access.permissions import MEANING
from registry.access.policy import SECOND_FACTOR_ROLES
from registry.core.journal.triggers import is_personal, journaled
from registry.core.policy import BEHIND_GLASS, STANDING, TABLE, Fields, Grant, Scope
from registry.core.web import guard
from schemas.vocabulary import May, Purpose, Role

_REACH = {
    Scope.EVERY: "every record",
    Scope.PARTY: "own party's",
    Scope.OFFICE: "own office's",
    Scope.SELF: "own",
}
_HEAD = """# Policy

Written by `make policy` from `registry/core/policy.py` and the routes as the service answers them; a test
holds it against both. What has no cell is refused, a route without a declaration keeps the service from
starting, and a question to the policy that fails is a refusal.

"Every record" reaches all of them; "own party's" those in which the party somebody works for takes part;
"own office's" those that are or were at the customs office where one works; "own" one's own account and
what one asked oneself. Where purposes are named, the permission is given for these only. A record that a
role does not reach answers like one that does not exist.
"""


def written(app: Flask, catalogue: MetaData) -> str:
    """The whole document; in English, whatever the visitor's language."""
    with app.test_request_context(), force_locale("en"):
        parts = [_HEAD, _grants(), _purposes(), _behind_glass(), _fields(catalogue), _routes(app)]
    return "\n".join(parts)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _grants() -> str:
    head = ["act", *(role.value for role in Role)]
    rows = (
        [f"`{may}` {MEANING[may]}", *(_cell(cells.get(role)) for role in Role)]
        for may, cells in TABLE.items()
    )
    factor = ", ".join(sorted(role.value for role in SECOND_FACTOR_ROLES))
    title, foot = "Role, act, scope, class of field", f"Nothing without a second factor: {factor}."
    return f"## {title}\n\n{table(head, rows)}\n{foot}\n"


def _cell(grant: Grant | None) -> str:
    if grant is None:
        return ""
    words = _REACH[grant.scope]
    if grant.fields is Fields.PERSONAL:
        words += ", personal data"
    return words + (" (purposes below)" if grant.purposes is not None else "")


def _purposes() -> str:
    rows = [
        [f"`{may}`", role.value, ", ".join(p.value for p in Purpose if p in (grant.purposes or ()))]
        for may, cells in TABLE.items()
        for role, grant in cells.items()
        if grant.purposes is not None
    ]
    standing = [[role.value, purpose.value] for role, purpose in STANDING.items()]
    return (
        f"## Purposes\n\n{table(['act', 'role', 'purposes'], rows)}\nTaken where nothing is stated; the other"
        f" roles have to state one:\n\n{table(['role', 'purpose'], standing)}"
    )


def _behind_glass() -> str:
    rows = [
        [role.value, ", ".join(f"`{may}`" for may in May if may in behind)]
        for role, behind in BEHIND_GLASS.items()
    ]
    return (
        "## Opened in an emergency\n\nWhat a role may read of one record that somebody opened beyond it"
        f" (`glass.break`), for a short time; never a change.\n\n{table(['role', 'reading'], rows)}"
    )


def _fields(catalogue: MetaData) -> str:
    found = {
        each.name: [column.name for column in each.columns if is_personal(column)]
        for each in journaled(catalogue)
    }
    rows = [[f"`{name}`", ", ".join(columns)] for name, columns in sorted(found.items()) if columns]
    return (
        "## Personal data\n\nShown under `person.read` only, each reading on record; each column is erasable"
        f" by itself.\n\n{table(['table', 'columns'], rows)}"
    )


def _routes(app: Flask) -> str:
    head = "## Routes\n"
    for title, rows in _by_permission(app).items():
        head += f"\n### {title}\n\n" + "".join(f"- {row}\n" for row in sorted(rows))
    return head


def _by_permission(app: Flask) -> Mapping[str, list[str]]:
    order = [f"`{may}`" for may in May] + ["Signed in, whatever the role", "Anyone"]
    found: dict[str, list[str]] = {title: [] for title in order}
    for title, row in _declared(app):
        found[title].append(row)
    return {title: rows for title, rows in found.items() if rows}


def _declared(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        declared = guard.guard_of(app, rule.endpoint)
        if declared is None:
            raise guard.UnguardedError(f"{rule.endpoint} says not who may call it")
        methods = " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        row = f"{methods} `{rule.rule}`"
        if declared.confirmed_within is not None:
            minutes = int(declared.confirmed_within.total_seconds() // 60)
            row += f", shown who one is within {minutes} minutes"
        if declared.public:
            yield "Anyone", f"{row}: {declared.public}"
        else:
            yield (f"`{declared.may}`" if declared.may else "Signed in, whatever the role"), row
