"""How what another State says is held against what we have, and what a notice or answer needs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.directory.countries import state
from schemas.licensing_vocabulary import LicenceState
from schemas.notice_messages import GoodsTold, LicenceAsked, LicenceTold
from schemas.notices import AnswerNew
from schemas.notices_vocabulary import Alarm, NoticeAct, Standing
from schemas.words import said

_LEVEL = 6
"""Digits of the Harmonised System that are the same in all States."""
STANDINGS: Mapping[LicenceState, Standing] = {
    LicenceState.ISSUED: Standing.IN_FORCE,
    LicenceState.SUSPENDED: Standing.SUSPENDED,
    LicenceState.REVOKED: Standing.REVOKED,
    LicenceState.EXPIRED: Standing.EXPIRED,
    LicenceState.EXHAUSTED: Standing.EXHAUSTED,
    LicenceState.RETURNED: Standing.RETURNED,
}
"""How a licence that was issued stands; one that was not is unknown to others."""
_DIFFERS = Alarm.DIFFERS.value


def standing(at: LicenceState, starts_on: date | None, today: date) -> Standing:
    """How a licence of ours stands today, as others are told."""
    found = STANDINGS.get(at, Standing.UNKNOWN)
    if found is Standing.IN_FORCE and starts_on is not None and today < starts_on:
        return Standing.NOT_YET_VALID
    return found


def denial(asked: LicenceAsked, told: LicenceTold, home: str, peer: str) -> str:
    """Why the paper that was shown cannot be relied on; "" where its issuer confirms it.

    It stands otherwise there, or it is not what was shown: other days, other States. A licence that is valid
    later is confirmed: the rules judge the days.
    """
    if told.standing not in (Standing.IN_FORCE, Standing.NOT_YET_VALID):
        return told.standing.value
    days = (asked.issued_on, asked.expires_on) == (told.issued_on, told.expires_on)
    ends = told.import_country == peer and told.export_country == home
    return "" if days and ends and told.number == asked.number else _DIFFERS


@dataclass(frozen=True)
class OwnLine:
    """A line of ours. drawn: what was shipped of it already."""

    goods: str
    hs: str
    calibre: str
    quantity: int
    drawn: int = 0

    @property
    def kind(self) -> Kind:
        """By what lines of two States are known to be of the same goods."""
        return _kind(self.goods, self.hs, self.calibre)


Kind = tuple[str, str, str]


def _kind(goods: str, hs: str, calibre: str) -> Kind:
    return goods, hs.replace(".", "").replace(" ", "")[:_LEVEL], calibre


def allowed(own: Sequence[OwnLine], told: Sequence[GoodsTold]) -> list[int | None]:
    """How many of each line of ours another State's licence allows.

    Not more than it says, nor than is left of it beside what we shipped under it ourselves. Lines of one kind
    share what there is, in their order. None where it tells of nothing of that kind: a person compares.
    """
    whole, left = Counter[Kind](), Counter[Kind]()
    for line in told:
        kind = _kind(line.goods, line.hs, line.calibre)
        whole[kind] += line.quantity
        left[kind] += line.quantity if line.left is None else line.left
    for ours in own:
        left[ours.kind] += ours.drawn
    return _shared(own, {kind: min(many, left[kind]) for kind, many in whole.items()})


def _shared(own: Sequence[OwnLine], there: Mapping[Kind, int]) -> list[int | None]:
    """What there is of each kind, given to the lines in their order; the last of a kind gets the rest."""
    rest = dict(there)
    found: list[int | None] = []
    for n, line in enumerate(own):
        if line.kind not in rest:
            found.append(None)
            continue
        others = any(later.kind == line.kind for later in own[n + 1 :])
        most = min(line.quantity, rest[line.kind]) if others else rest[line.kind]
        rest[line.kind] -= most
        found.append(most)
    return found


def came(asked: Sequence[GoodsTold], own: Sequence[OwnLine]) -> list[int] | None:
    """How much came of each line that is asked about, by the record of our customs.

    own: lines of the clearance, with what came as their quantity. None where something came that nobody asks
    about, or of which a line is asked that no kind of ours is: a person compares.
    """
    there = Counter[Kind]()
    for line in own:
        there[line.kind] += line.quantity
    wanted = [OwnLine(one.goods, one.hs, one.calibre, one.quantity) for one in asked]
    if {line.kind for line in wanted} != set(there):
        return None
    found = [one or 0 for one in _shared(wanted, there)]
    over = any(many > line.quantity for many, line in zip(found, wanted, strict=True))
    return None if over else found


def unmet_to_ask(peer: str, home: str, has_node: bool) -> list[Unmet]:
    """Whether a State can be asked by message."""
    if peer == home:
        return [Unmet(said("That is our own State."), "state")]
    if not has_node:
        words = said(
            "%(country)s has no node: ask on paper, and record what it answers.", country=state(peer)
        )
        return [Unmet(words, "state")]
    return []


def unmet_for_answer(new: AnswerNew, lines: Sequence[GoodsTold], today: date) -> list[Unmet]:
    """What an answer has to say. lines: of the shipment that is asked about, none of a transit."""
    unmet = []
    if new.act in (NoticeAct.DENY, NoticeAct.IN_PART, NoticeAct.NOT_YET) and not new.words:
        unmet.append(Unmet(said("Say it in words: the other State reads them."), "words", "FP 10(2)(b)"))
    if new.valid_until is not None and new.valid_until < today:
        unmet.append(Unmet(said("A day to come, or none."), "valid_until", "FP 10(2)(b)"))
    if lines and new.act in (NoticeAct.CONFIRM, NoticeAct.IN_PART):
        unmet += _unmet_for_receipt(new, lines, today)
    return unmet


def _unmet_for_receipt(new: AnswerNew, lines: Sequence[GoodsTold], today: date) -> list[Unmet]:
    if new.received_on is None or new.received_on > today:
        return [Unmet(said("Say on which day it came."), "received_on", "FP 10(4)")]
    if not new.reference:
        return [Unmet(said("Name the paper of the clearance."), "reference", "FP 10(4)")]
    if new.act is NoticeAct.CONFIRM:
        return []
    if len(new.received) != len(lines):
        words = said("A number for each of the %(lines)s lines.", lines=len(lines))
        return [Unmet(words, "received", "FP 10(4)")]
    if list(new.received) == [line.quantity for line in lines]:
        words = said("That is all that was sent: say that all of it came.")
        return [Unmet(words, "received", "FP 10(4)")]
    return []
