"""The life of a licence as a picture, drawn from the one table of moves: docs/licence-life.svg."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape
from math import hypot
from textwrap import wrap

from registry.licensing.life import FINAL, MOVES
from schemas.licensing_vocabulary import LicenceMove, LicenceState
from schemas.vocabulary import May

S = LicenceState
PLACES = {
    S.DRAFT: (0, 1),
    S.SUBMITTED: (1, 1),
    S.INFORMATION_ASKED: (2, 0),
    S.UNDER_REVIEW: (2, 1),
    S.WITHDRAWN: (1, 2.2),
    S.AWAITING_APPROVAL: (3, 1),
    S.REFUSED: (2.9, 2.2),
    S.ISSUED: (4.3, 1),
    S.SUSPENDED: (4.3, 2.2),
    S.REVOKED: (5.6, 2.75),
    S.EXPIRED: (5.6, 0.85),
    S.EXHAUSTED: (5.6, 0),
    S.RETURNED: (6.9, 1.5),
}
"""Column and row of each state."""
WHO = {
    May.LICENCE_APPLY: ("applicant", "#1d5fa8"),
    May.LICENCE_REVIEW: ("officer", "#2b6e3f"),
    May.LICENCE_DECIDE: ("supervisor", "#8a3b12"),
    None: ("shipment, time or intake", "#555555"),
}
"""Who does it, and in which colour."""
WIDTH, HEIGHT, COLUMN, ROW, EDGE = 176, 46, 245, 150, 30
AT_MOST = 42
"""Characters of a line in a box, of what may happen there."""
BEND = 26
"""How far the middle of an arrow lies beside the straight line, so that two opposite ones do not meet."""
OVER = {(S.DRAFT, S.ISSUED): -385}
"""The same of arrows that pass over the states between."""

Point = tuple[float, float]


def svg() -> str:
    """The picture, always the same for the same table."""
    arrows = defaultdict(list)
    for name, move in MOVES.items():
        for state in sorted(move.after):
            if move.to not in (None, state):
                arrows[state, move.to].append(name)
    wide = int(max(x for x, _ in map(_corner, S)) + WIDTH + EDGE)
    high = int(max(y for _, y in map(_corner, S)) + HEIGHT + EDGE + 26)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img"'
        ' font-family="sans-serif" font-size="12">',
        "<title>The life of a licence</title>",
        "<desc>States as boxes, acts as arrows; drawn from registry/licensing/life.py.</desc>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_heads(),
        *(line for (one, other), names in arrows.items() if other for line in _arrow(one, other, names)),
        *(line for state in S for line in _box(state)),
        *_legend(high),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _corner(state: LicenceState) -> Point:
    column, row = PLACES[state]
    return EDGE + column * COLUMN, EDGE + row * ROW


def _middle(state: LicenceState) -> Point:
    x, y = _corner(state)
    return x + WIDTH / 2, y + HEIGHT / 2


def _said(code: str) -> str:
    return escape(code.replace("_", " "))


def _box(state: LicenceState) -> Iterator[str]:
    """A state, with what may happen in it without leaving it."""
    x, y = _corner(state)
    fill, line = ("#eeeeee", "#777777") if state in FINAL else ("#f4f8fc", "#12304f")
    stay = [_said(name) for name, move in MOVES.items() if state in move.after and move.to in (None, state)]
    yield (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="6"'
        f' fill="{fill}" stroke="{line}" stroke-width="1.5"/>'
    )
    lines = wrap(", ".join(stay), AT_MOST)
    up = (28, 21, 17)[min(len(lines), 2)]
    yield (
        f'<text x="{x + WIDTH / 2:.0f}" y="{y + up:.0f}" text-anchor="middle" font-weight="bold">'
        f"{_said(state)}</text>"
    )
    for n, told in enumerate(lines):
        yield (
            f'<text x="{x + WIDTH / 2:.0f}" y="{y + up + (15 if len(lines) == 1 else 12) + 11 * n:.0f}"'
            f' text-anchor="middle" font-size="9" fill="#444444">{told}</text>'
        )


def _arrow(one: LicenceState, other: LicenceState, names: list[LicenceMove]) -> Iterator[str]:
    """From one state to another, with the acts that lead there."""
    (x1, y1), (x2, y2) = _middle(one), _middle(other)
    far = hypot(x2 - x1, y2 - y1)
    bend = OVER.get((one, other), BEND)
    aside = (-(y2 - y1) / far * bend, (x2 - x1) / far * bend)
    bent = ((x1 + x2) / 2 + aside[0], (y1 + y2) / 2 + aside[1])
    (x1, y1), (x2, y2) = _leaving(one, bent), _leaving(other, bent)
    who, colour = WHO[MOVES[names[0]].may]
    yield (
        f'<path d="M{x1:.0f} {y1:.0f} Q{bent[0]:.0f} {bent[1]:.0f} {x2:.0f} {y2:.0f}" fill="none"'
        f' stroke="{colour}" stroke-width="1.4" marker-end="url(#{_mark(who)})"/>'
    )
    x, y = (x1 + x2) / 4 + bent[0] / 2, (y1 + y2) / 4 + bent[1] / 2
    upright = abs(x2 - x1) < WIDTH / 3
    anchor = "middle" if not upright else "start" if aside[0] > 0 else "end"
    yield (
        f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="{anchor}" font-size="11" fill="{colour}"'
        f' stroke="#ffffff" stroke-width="4" paint-order="stroke">{", ".join(map(_said, names))}</text>'
    )


def _leaving(state: LicenceState, towards: Point) -> Point:
    """Where a line from the middle of a box to a point crosses its edge."""
    x, y = _middle(state)
    dx, dy = towards[0] - x, towards[1] - y
    share = min(
        (WIDTH / 2 + 3) / abs(dx) if dx else float("inf"),
        (HEIGHT / 2 + 3) / abs(dy) if dy else float("inf"),
    )
    return x + dx * share, y + dy * share


def _mark(who: str) -> str:
    """What the head of an arrow is called."""
    return who.replace(",", " ").split()[0]


def _heads() -> Iterator[str]:
    yield "<defs>"
    for who, colour in WHO.values():
        yield (
            f'<marker id="{_mark(who)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"'
            f' markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{colour}"/></marker>'
        )
    yield "</defs>"


def _legend(high: int) -> Iterator[str]:
    for n, (who, colour) in enumerate(WHO.values()):
        x = EDGE + n * 150
        yield f'<rect x="{x}" y="{high - 28}" width="14" height="14" fill="{colour}"/>'
        yield f'<text x="{x + 20}" y="{high - 17}">{who}</text>'
