"""Of which cartridges the one that was found may be: what is certain, possible and excluded. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from schemas.ammunition_vocabulary import CartridgeState
from schemas.tracing import Candidate, Certainty, Finding, Question, Share
from schemas.vocabulary import CertaintyLevel, FindingKind, MatchKind, Severity
from schemas.words import amount, listed, said, together, word

Place = tuple[str, str]
"""A holder's registry number, or how the cartridges of nobody went; and the unit."""


def judged(
    then: Sequence[Share],
    later: Sequence[Share],
    state: CartridgeState | None,
    place: str,
    places: Mapping[str, str],
) -> tuple[Share, ...]:
    """Shares of a lot on the day of recovery, each with why the cartridge is none of it, if so.

    then: who had how many on that day; later: now, to exclude those who got theirs afterwards. place:
    where it was found: shares of holders and units there come first, but none is excluded for it.
    """
    here = {_key(share) for share in then}
    shares = [
        replace(share, excluded=_why_not(share, state), near=_near(share, place, places)) for share in then
    ]
    after = [
        replace(share, excluded=said(said("Received after it was found.")))
        for share in later
        if share.number and _key(share) not in here
    ]
    return tuple(sorted(shares, key=lambda share: (bool(share.excluded), not share.near)) + after)


def _key(share: Share) -> Place:
    return share.number or share.kind, share.unit


def _why_not(share: Share, state: CartridgeState | None) -> str:
    if share.kind == "destroyed":
        return said(said("Recorded as destroyed before it was found."))
    if share.kind == "expended" and state is CartridgeState.ROUND:
        return said(said("Fired before it was found, and it was found unfired."))
    return ""


def _near(share: Share, place: str, places: Mapping[str, str]) -> bool:
    if not place or not share.number:
        return False
    wanted = place.casefold()
    known = (places.get(share.number, ""), share.unit)
    return any(name and (name.casefold() in wanted or wanted in name.casefold()) for name in known)


def possible(shares: Iterable[Share]) -> dict[Place, Share]:
    """The shares of which the cartridge may be, by holder and unit."""
    return {_key(share): share for share in shares if not share.excluded}


def certainty(
    candidate: Candidate, question: Question, single_buyer: bool, left_out: Sequence[str], exact: bool
) -> Certainty:
    """How far a code that all cartridges of a lot share can lead, worded for a court."""
    quantity = candidate.quantity or 0
    open_, day = possible(candidate.holders), question.recovered_on
    told = {"maker": candidate.maker, "lot": candidate.mark, "count": amount(quantity)}
    bought = _bought(candidate) if single_buyer else ""
    return Certainty(
        CertaintyLevel.PROBABLE if single_buyer and exact else CertaintyLevel.POSSIBLE,
        together(said(_LEADS, **told), bought),
        certain=(
            said("%(maker)s made %(count)s cartridges with this code.", **told),
            *((bought,) if bought else ()),
        ),
        possible=(
            _one_of(open_.values(), day, "" if exact else candidate.mark),
            *(_line(share) for share in list(open_.values())[:6]),
        ),
        excluded=(
            *(together(_line(share), share.excluded) for share in candidate.holders if share.excluded),
            *(said("%(lot)s: differs from what was told.", lot=other) for other in left_out),
        ),
    )


_LEADS = said(
    "The code leads to lot %(lot)s of %(maker)s, not to one cartridge: %(count)s cartridges bear it."
)
_ONE_OF = {
    # (whether the day is known, whether the code is doubted)
    (False, False): said(
        "The cartridge is one of %(left)s that could not be told apart, "
        "with %(ways)s holders, units or ways they went."
    ),
    (True, False): said(
        "The cartridge is one of %(left)s that could not be told apart on %(date)s, "
        "with %(ways)s holders, units or ways they went."
    ),
    (False, True): said(
        "If %(code)s is what was on it, the cartridge is one of %(left)s that could not be told apart, "
        "with %(ways)s holders, units or ways they went."
    ),
    (True, True): said(
        "If %(code)s is what was on it, the cartridge is one of %(left)s that could not be told apart on "
        "%(date)s, with %(ways)s holders, units or ways they went."
    ),
}


def _bought(candidate: Candidate) -> str:
    return said("All sold cartridges of the lot went to %(buyer)s.", buyer=candidate.buyers[0].name)


def _one_of(shares: Collection[Share], day: date | None, doubted: str) -> str:
    """How many the cartridge may be. doubted: the code it must bear for that, "" where it was read so."""
    left = sum(share.quantity for share in shares)
    template = _ONE_OF[bool(day), bool(doubted)]
    return said(template, left=amount(left), ways=len(shares), date=day, code=doubted)


def _line(share: Share) -> str:
    told = {"who": _who(share), "count": amount(share.quantity)}
    if share.near:
        return said("%(who)s: %(count)s (where it was found).", **told)
    return said("%(who)s: %(count)s.", **told)


def _who(share: Share) -> str:
    name = share.name if share.number or not share.kind else word(share.kind)
    return said("%(name)s, %(unit)s", name=name, unit=share.unit) if share.unit else name


def findings(state: CartridgeState | None, match: MatchKind, code: str) -> list[Finding]:
    """What must not be overlooked of how it was found and read."""
    found = []
    if state is CartridgeState.RELOADED:
        text = said(
            "The case was loaded again: its code tells who had the case, not who made this cartridge."
        )
        found.append(Finding(FindingKind.RELOADED_CASE, Severity.WARNING, text))
    if match is not MatchKind.EXACT:
        text = said(
            "The record says %(code)s: it fits only if characters were confused or could not be read.",
            code=code,
        )
        found.append(Finding(FindingKind.MATCHED_BY_LOOK_ALIKE, Severity.WARNING, text))
    return found


def shared(sets: Sequence[Mapping[Place, Share]]) -> list[Share]:
    """Holders and units that may have had a cartridge of every one of these sets, fewest cartridges first."""
    if not sets:
        return []
    common = set(sets[0]).intersection(*sets[1:])
    summed = [
        replace(
            sets[0][place],
            quantity=sum(one[place].quantity for one in sets),
            near=any(one[place].near for one in sets),
        )
        for place in common
    ]
    return sorted(summed, key=lambda share: (not share.near, share.quantity, share.name, share.unit))


def alone(sets: Mapping[str, Mapping[Place, Share]]) -> list[str]:
    """Holders and units that had cartridges of some lots of a scene and not of all, by code; in words."""
    every = {place: share for held in sets.values() for place, share in held.items() if share.number}
    found: list[str] = []
    for place, share in sorted(every.items(), key=lambda item: (item[1].name, item[1].unit)):
        without = [code for code, held in sets.items() if place not in held]
        if without:
            found.append(
                said(
                    "%(who)s alone: no cartridge of %(lots)s is recorded there.",
                    who=_who(share),
                    lots=listed(without),
                )
            )
    return found


def scene_certainty(
    lots: Sequence[str], common: Sequence[Share], unknown: int, excluded: Sequence[str] = ()
) -> Certainty:
    """What several cartridges of one scene say together. excluded: who cannot have had them all."""
    if not lots:
        return Certainty(
            CertaintyLevel.NONE, said("No cartridge of this scene leads to one lot."), certain=(), possible=()
        )
    held = [share for share in common if share.number]
    return Certainty(
        CertaintyLevel.PROBABLE if len(held) == 1 and len(lots) > 1 else CertaintyLevel.POSSIBLE,
        _who_had_all(held),
        certain=(
            said("The cartridges lead to %(count)s lots: %(lots)s.", count=len(lots), lots=listed(lots[:12])),
        ),
        possible=(
            *(_line(share) for share in common[:12]),
            *((said("%(count)s more could not be led to one lot.", count=unknown),) if unknown else ()),
        ),
        excluded=tuple(excluded[:12]),
    )


def _who_had_all(held: Sequence[Share]) -> str:
    if not held:
        return said(
            "No recorded holder had cartridges of every lot found: they came together by more than one way."
        )
    return said(
        "%(count)s of the recorded holders and units had cartridges of every lot found: %(names)s.",
        count=len(held),
        names=listed(map(_who, held[:6])),
    )
