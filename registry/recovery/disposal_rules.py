"""What the law asks before something recovered is destroyed or goes anywhere else (FP art. 6(2)). Pure.

Destruction is the rule. Anything else needs an authorization, and for firearms a mark and the method
recorded; civilian hands also the mark that names the State they come from (FP art. 8(1)(c)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.firearms.rules import FirearmFacts, unmet_at_state_stock_transfer
from schemas.recovery_vocabulary import DisposalKind, ItemKind
from schemas.vocabulary import MarkKind
from schemas.words import said

LEAST_WITNESSES = 2
MARKED = frozenset({DisposalKind.STATE_USE, DisposalKind.COLLECTION, DisposalKind.CIVILIAN_USE})
"""Ways in which a confiscated firearm lives on: it is marked. What goes back to its owner never was."""


_PUBLIC = {DisposalKind.STATE_USE: True, DisposalKind.CIVILIAN_USE: False}
"""Whether the recipient must be a public body, where it matters."""


@dataclass(frozen=True)
class ItemFacts:
    """What of an item counts. open: records fit, and nobody decided which; firearm: as its record stands."""

    number: str
    kind: ItemKind
    in_evidence: bool
    offered: bool
    held_for: str
    open: bool
    elsewhere: str
    firearm: FirearmFacts | None


@dataclass(frozen=True)
class DisposalFacts:
    """What of a disposal counts. public: whether the recipient is a public body, None without one."""

    kind: DisposalKind
    authorization: str
    authorized_by: str
    authorized_on: date | None
    method: str
    public: bool | None


def unmet_to_dispose(facts: DisposalFacts, items: Sequence[ItemFacts], today: date) -> list[Unmet]:
    """What keeps these items from being disposed of so; fields are of the form, items by their place."""
    unmet = _unmet_authorization(facts, today)
    for n, item in enumerate(items):
        found = _unmet_item(item) or _unmet_to_live_on(facts.kind, item)
        unmet += [Unmet(message, f"items.{n}", article) for message, article in found]
    return unmet


def _unmet_authorization(facts: DisposalFacts, today: date) -> list[Unmet]:
    unmet = []
    if not facts.method:
        unmet.append(Unmet("Say by which method it is disposed of.", "method", "FP 6(2)"))
    if facts.authorized_on is not None and facts.authorized_on > today:
        text = said("%(date)s has not come yet.", date=facts.authorized_on)
        unmet.append(Unmet(text, "authorized_on", "FP 6(2)"))
    if facts.kind is DisposalKind.DESTRUCTION:
        if facts.public is not None:
            unmet.append(Unmet("Nobody receives what is destroyed.", "recipient", "FP 6(2)"))
        return unmet
    for field, told in (
        ("authorization", facts.authorization),
        ("authorized_by", facts.authorized_by),
        ("authorized_on", facts.authorized_on),
    ):
        if not told:
            text = said("Anything but destruction needs an authorization: its number, who gave it, when.")
            unmet.append(Unmet(text, field, "FP 6(2)"))
    if facts.public is None:
        unmet.append(Unmet("Say who receives it.", "recipient", "FP 6(2)"))
    elif facts.public is not _PUBLIC.get(facts.kind, facts.public):
        unmet.append(Unmet("The recipient does not fit this way of disposal.", "recipient", "FP 6(2)"))
    return unmet


def _unmet_item(item: ItemFacts) -> list[tuple[str, str]]:
    told = {"number": item.number}
    if not item.in_evidence:
        return [(said("%(number)s is no longer there.", **told), "FP 6(2)")]
    if item.elsewhere:
        return [(said("%(number)s is part of %(batch)s.", batch=item.elsewhere, **told), "FP 6(2)")]
    if item.offered:
        return [(said("%(number)s is being handed over.", **told), "FP 6")]
    if item.held_for:
        return [(said("%(number)s must stay: %(why)s", why=item.held_for, **told), "FP 6")]
    if item.open:
        text = said("%(number)s fits records: say first which firearm it is, or that it is none.", **told)
        return [(text, "ITI 9")]
    return []


def _unmet_to_live_on(kind: DisposalKind, item: ItemFacts) -> list[tuple[str, str]]:
    """A firearm that is not destroyed has a record, and bears what tells where it comes from."""
    if kind is DisposalKind.DESTRUCTION or item.kind is not ItemKind.FIREARM:
        return []
    if item.firearm is None:
        text = said(
            "%(number)s has no record as a firearm: register it with its mark, and match it.",
            number=item.number,
        )
        return [(text, "FP 6(2)")]
    found: list[tuple[str, str]] = []
    if kind in MARKED and not item.firearm.marked_by_home(MarkKind.CONFISCATION):
        text = said("%(number)s bears no mark of confiscation of this State.", number=item.number)
        found.append((text, "FP 6(2)"))
    if kind is DisposalKind.CIVILIAN_USE:
        found += [
            (said("%(number)s: %(what)s", number=item.number, what=unmet.message), unmet.article)
            for unmet in unmet_at_state_stock_transfer(item.firearm)
        ]
    return found


def unmet_to_complete(
    kind: DisposalKind, done_on: date, approved_on: date, today: date, witnesses: int, grams: int | None
) -> list[Unmet]:
    """What a certificate must be able to say."""
    unmet = []
    if done_on > today:
        unmet.append(Unmet(said("%(date)s has not come yet.", date=done_on), "done_on", "FP 6(2)"))
    if done_on < approved_on:
        text = said("It was approved on %(date)s only.", date=approved_on)
        unmet.append(Unmet(text, "done_on", "FP 6(2)"))
    if kind is DisposalKind.DESTRUCTION:
        if witnesses < LEAST_WITNESSES:
            text = said("At least %(count)s witnesses see it destroyed.", count=LEAST_WITNESSES)
            unmet.append(Unmet(text, f"witnesses.{witnesses}.name", "FP 6(2)"))
        if grams is None:
            unmet.append(Unmet("Say what it weighed.", "weight_kg", "FP 6(2)"))
    return unmet
