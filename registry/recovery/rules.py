"""What the law and a campaign ask of a recovery. Pure: facts in, what is unmet out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.marks.reading import is_placeholder
from schemas.recovery_vocabulary import ItemKind, RecoveryKind
from schemas.vocabulary import Outcome
from schemas.words import said

LEAST_LEGIBLE = 2
HANDED_IN = frozenset({RecoveryKind.SURRENDERED, RecoveryKind.COLLECTED})
_WILD = re.compile(r"\[[^\]]*\]|[?*]|[^\w]|_")


@dataclass(frozen=True)
class CampaignFacts:
    """What of a campaign counts when something is handed in. posts: their numbers."""

    starts_on: date
    ends_on: date
    closed: bool
    anonymous: bool
    posts: Collection[int]


@dataclass(frozen=True)
class RecoveryFacts:
    """What of a recovery counts in law."""

    kind: RecoveryKind
    on: date
    circumstances: str
    anonymous: bool
    person: str
    campaign: CampaignFacts | None
    post: int | None


def unmet_for_recovery(facts: RecoveryFacts, today: date) -> list[Unmet]:
    """Where, when and from whom: what ITI 17 asks of the circumstances, and the campaign's terms."""
    unmet = []
    if facts.on > today:
        unmet.append(Unmet(said("%(date)s has not come yet.", date=facts.on), "recovered_on", "FP 7"))
    if facts.kind not in HANDED_IN and not facts.circumstances:
        text = said("Say how it was found or seized: a request to trace it needs that.")
        unmet.append(Unmet(text, "circumstances", "ITI 17"))
    if facts.kind is RecoveryKind.COLLECTED and facts.campaign is None:
        unmet.append(Unmet("Say in which campaign it was collected.", "campaign", "FP 6"))
    if facts.campaign is not None:
        unmet += _unmet_in_campaign(facts, facts.campaign)
    elif facts.anonymous and facts.kind in HANDED_IN:
        unmet.append(Unmet("Only a campaign may let people stay unnamed.", "anonymous", "FP 6"))
    if facts.kind in HANDED_IN and not facts.anonymous and not facts.person:
        text = said("Say who handed it in, or that they stay unnamed where the campaign allows it.")
        unmet.append(Unmet(text, "person_name", "FP 6"))
    if facts.anonymous and facts.person:
        unmet.append(Unmet("Who stays unnamed is not named.", "person_name", "FP 6"))
    return unmet


def _unmet_in_campaign(facts: RecoveryFacts, campaign: CampaignFacts) -> list[Unmet]:
    unmet = []
    if facts.kind not in HANDED_IN:
        unmet.append(Unmet("In a campaign firearms are handed in, not seized.", "kind", "FP 6"))
    if campaign.closed:
        unmet.append(Unmet("This campaign is closed.", "campaign", "FP 6"))
    if not campaign.starts_on <= facts.on <= campaign.ends_on:
        text = said(
            "The campaign lasts from %(first)s to %(last)s.", first=campaign.starts_on, last=campaign.ends_on
        )
        unmet.append(Unmet(text, "recovered_on", "FP 6"))
    if facts.post not in campaign.posts:
        unmet.append(Unmet("Choose one of the posts of the campaign.", "post", "FP 6"))
    if facts.anonymous and not campaign.anonymous:
        unmet.append(Unmet("This campaign asks for names.", "anonymous", "FP 6"))
    return unmet


def unmet_for_campaign(starts_on: date, ends_on: date, posts: int) -> list[Unmet]:
    """A campaign ends after it begins, and somebody takes what is brought."""
    unmet = []
    if ends_on < starts_on:
        unmet.append(Unmet("It ends before it begins.", "ends_on", "FP 6"))
    if not posts:
        unmet.append(Unmet("Name at least one post.", "posts.0.name", "FP 6"))
    return unmet


def can_be_searched(mark: str) -> bool:
    """Whether a mark as read leaves enough to look for."""
    return not is_placeholder(mark) and len(_WILD.sub("", mark)) >= LEAST_LEGIBLE


def is_sure(outcome: Outcome, agrees: Collection[str], by_number: bool) -> bool:
    """Whether a trace found the very firearm: one record, its mark legible, and the maker agrees.

    A serial alone is not unique; a scanned registry number is.
    """
    one = outcome in (Outcome.IDENTIFIED, Outcome.LEFT_THE_COUNTRY)
    return one and (by_number or "maker" in agrees)


def needs_number(kind: ItemKind, matched: bool) -> bool:
    """Whether the authority gives it a number: an illicit arm is uniquely marked and recorded (ITI 9)."""
    return kind is not ItemKind.AMMUNITION and not matched


GRAVITY: Mapping[str, int] = {"": 0, "information": 1, "warning": 2, "alarm": 3}


def gravest(severities: Collection[str]) -> str:
    """The gravest of these, "" for none."""
    return max(severities, key=GRAVITY.__getitem__, default="")
