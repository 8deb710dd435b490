"""Of which cartridges the one that was found may be: what is certain, possible and excluded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from registry.tracing.rules import listed
from schemas.tracing import Candidate, Certainty, Finding, Question, Share
from schemas.vocabulary import CartridgeState, CertaintyLevel, FindingKind, MatchKind, Severity

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
        replace(share, excluded="received after it was found")
        for share in later
        if share.number and _key(share) not in here
    ]
    return tuple(sorted(shares, key=lambda share: (bool(share.excluded), not share.near)) + after)


def _key(share: Share) -> Place:
    return share.number or share.kind, share.unit


def _why_not(share: Share, state: CartridgeState | None) -> str:
    if share.kind == "destroyed":
        return "recorded as destroyed before it was found"
    if share.kind == "expended" and state is CartridgeState.ROUND:
        return "fired before it was found, and it was found unfired"
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
    left = sum(share.quantity for share in open_.values())
    bought = f"All sold cartridges of the lot went to {candidate.buyers[0].name}." if single_buyer else ""
    when = f" on {day.isoformat()}" if day else ""
    read = "" if exact else f" if {candidate.mark} is what was on it,"
    return Certainty(
        CertaintyLevel.PROBABLE if single_buyer and exact else CertaintyLevel.POSSIBLE,
        f"The code leads to lot {candidate.mark} of {candidate.maker}, not to one cartridge: "
        f"{quantity:,} cartridges bear it. {bought}".strip(),
        certain=(
            f"{candidate.maker} made {quantity:,} cartridges with this code.",
            *((bought,) if bought else ()),
        ),
        possible=(
            f"The cartridge is one of {left:,} that could not be told apart{when},{read} "
            f"with {len(open_)} holders, units or ways they went.",
            *(_line(share) for share in list(open_.values())[:6]),
        ),
        excluded=(
            *(
                f"{_line(share)} {share.excluded.capitalize()}."
                for share in candidate.holders
                if share.excluded
            ),
            *(f"{other}: differs from what was told." for other in left_out),
        ),
    )


def _line(share: Share) -> str:
    who = f"{share.name}, {share.unit}" if share.unit else share.name
    return f"{who}: {share.quantity:,}{' (where it was found)' if share.near else ''}."


def findings(state: CartridgeState | None, match: MatchKind, code: str) -> list[Finding]:
    """What must not be overlooked of how it was found and read."""
    found = []
    if state is CartridgeState.RELOADED:
        text = "The case was loaded again: its code tells who had the case, not who made this cartridge."
        found.append(Finding(FindingKind.RELOADED_CASE, Severity.WARNING, text))
    if match is not MatchKind.EXACT:
        text = f"The record says {code}: it fits only if characters were confused or could not be read."
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
    found = []
    for place, share in sorted(every.items(), key=lambda item: (item[1].name, item[1].unit)):
        without = [code for code, held in sets.items() if place not in held]
        if without:
            who = f"{share.name}, {share.unit}" if share.unit else share.name
            found.append(f"{who} alone: no cartridge of {listed(without)} is recorded there.")
    return found


def scene_certainty(
    lots: Sequence[str], common: Sequence[Share], unknown: int, excluded: Sequence[str] = ()
) -> Certainty:
    """What several cartridges of one scene say together. excluded: who cannot have had them all."""
    if not lots:
        return Certainty(
            CertaintyLevel.NONE, "No cartridge of this scene leads to one lot.", certain=(), possible=()
        )
    held = [share for share in common if share.number]
    names = listed([share.name + (f", {share.unit}" if share.unit else "") for share in held[:6]])
    statement = (
        f"{len(held)} of the recorded holders and units had cartridges of every lot found: {names}."
        if held
        else "No recorded holder had cartridges of every lot found: they came together by more than one way."
    )
    return Certainty(
        CertaintyLevel.PROBABLE if len(held) == 1 and len(lots) > 1 else CertaintyLevel.POSSIBLE,
        statement,
        certain=(f"The cartridges lead to {len(lots)} lots: {listed(list(lots)[:12])}.",),
        possible=(
            *(_line(share) for share in common[:12]),
            *((f"{unknown} more could not be led to one lot.",) if unknown else ()),
        ),
        excluded=tuple(excluded[:12]),
    )
