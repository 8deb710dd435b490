"""What FP art. 9 asks of a deactivation. Pure: facts in, what is unmet out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from registry.core.errors import Unmet
from registry.deactivation.catalogue import MEASURES, parts_of
from schemas.deactivation_vocabulary import DeactivationState as State
from schemas.deactivation_vocabulary import EssentialPart, MarkForm
from schemas.vocabulary import CustodyKind
from schemas.words import listed, said, word

MOVES: Mapping[State, frozenset[State]] = {
    State.APPLIED: frozenset({State.WORK_DONE, State.WITHDRAWN}),
    State.WORK_DONE: frozenset({State.PASSED, State.FAILED, State.WITHDRAWN}),
    State.FAILED: frozenset({State.WORK_DONE, State.WITHDRAWN}),
    State.PASSED: frozenset({State.VERIFIED, State.WITHDRAWN}),
    State.VERIFIED: frozenset({State.ANNULLED}),
    State.WITHDRAWN: frozenset(),
    State.ANNULLED: frozenset(),
}
"""The one table of states: what may follow what."""
RECOVERED = frozenset({CustodyKind.FOUND, CustodyKind.SEIZED, CustodyKind.SURRENDERED})
LIVE_TRADE = frozenset(
    {
        CustodyKind.SOLD,
        CustodyKind.ISSUED,
        CustodyKind.TRANSFERRED,
        CustodyKind.IMPORTED,
        CustodyKind.EXPORTED,
    }
)
RAISES = RECOVERED | LIVE_TRADE
"""Steps of custody of a deactivated firearm that somebody has to look into."""
GONE = frozenset({"lost", "stolen", "exported", "destroyed"})
_PREFIX = {MarkForm.EU: "EU", MarkForm.NATIONAL: "DEAC"}


@dataclass(frozen=True)
class Body:
    """A verifying body as the rules see it."""

    authorized_on: date
    revoked_on: date | None
    symbol: str
    country: str

    def authorized_at(self, day: date) -> bool:
        """Whether it may verify on a day; no longer on the one on which it was revoked."""
        return self.authorized_on <= day and (self.revoked_on is None or day < self.revoked_on)


@dataclass(frozen=True)
class Result:
    """What an inspection found of a part."""

    part: EssentialPart
    inoperable: bool
    not_removable: bool
    not_modifiable: bool

    @property
    def passed(self) -> bool:
        """All that FP art. 9(a) asks."""
        return self.inoperable and self.not_removable and self.not_modifiable


def unmet_to_apply(status: str, applied_on: date, today: date) -> list[Unmet]:
    """Only what somebody has can be deactivated."""
    unmet = []
    if status in GONE or not status:
        text = said("Nobody is on record as having it (%(status)s).", status=word(status or "no custody"))
        unmet.append(Unmet(text, "firearm", "FP 9"))
    if applied_on > today:
        unmet.append(Unmet(said("This day has not come yet."), "applied_on"))
    return unmet


def unmet_for_work(
    kind: str, measures: Sequence[str], done_on: date, not_before: date, today: date
) -> list[Unmet]:
    """FP 9(a): every essential part of the type is made inoperable for good, by measures of the catalogue."""
    known = [MEASURES[code] for code in measures if code in MEASURES]
    lasting = {measure.part for measure in known if measure.permanent}
    return [
        *_unmet_for_day("done_on", done_on, not_before, today),
        *(
            Unmet(said("The catalogue has no such measure."), f"measures.{n}.measure", "EU 2015/2403")
            for n, code in enumerate(measures)
            if code not in MEASURES
        ),
        *(
            Unmet(said("A firearm of this type has none: %(part)s.", part=word(one.part)), "measures")
            for one in known
            if one.part not in parts_of(kind)
        ),
        *(
            Unmet(said("Nothing is done to it for good: %(part)s.", part=word(part)), "measures", "FP 9(a)")
            for part in parts_of(kind)
            if part not in lasting
        ),
    ]


def _unmet_for_day(field: str, day: date, not_before: date, today: date) -> list[Unmet]:
    if day > today:
        return [Unmet(said("This day has not come yet."), field)]
    if day < not_before:
        return [Unmet(said("That is before %(date)s.", date=not_before), field)]
    return []


def unmet_for_inspection(
    kind: str,
    results: Sequence[Result],
    body: Body,
    independent: bool,
    inspected_on: date,
    done_on: date,
    today: date,
) -> list[Unmet]:
    """FP 9(b): a competent authority other than who did the work looks at every essential part."""
    unmet = _unmet_for_day("inspected_on", inspected_on, done_on, today)
    if not independent:
        text = said("It did the work itself: another body inspects it.")
        unmet.append(Unmet(text, "body", "FP 9(b)"))
    if not body.authorized_at(inspected_on):
        text = said("It is not authorized to verify on that day.")
        unmet.append(Unmet(text, "body", "FP 9(b)"))
    judged, asked = {result.part for result in results}, parts_of(kind)
    if left := [part for part in asked if part not in judged]:
        names = listed(map(word, left))
        unmet.append(Unmet(said("No result yet for: %(parts)s.", parts=names), "results", "FP 9(a)"))
    unmet += [
        Unmet(
            said("A firearm of this type has none: %(part)s.", part=word(result.part)),
            f"results.{n}.part",
            "EU 2015/2403",
        )
        for n, result in enumerate(results)
        if result.part not in asked
    ]
    return unmet


def passes(results: Sequence[Result]) -> bool:
    """Whether an inspection is passed: every part is."""
    return all(result.passed for result in results)


def mark_of(form: MarkForm, body: Body, day: date) -> str:
    """What is stamped: form, country, symbol of the body, year; "" where a certificate is enough."""
    prefix = _PREFIX.get(form, "")
    return f"{prefix} {body.country} {body.symbol} {day.year}" if prefix else ""


def unmet_to_verify(state: State, body: Body | None, form: MarkForm, home: str, today: date) -> list[Unmet]:
    """FP 9(c): certificate, record or mark follow a passed inspection by a body that is still authorized."""
    unmet = []
    if state is not State.PASSED:
        unmet.append(Unmet(said("It has passed no inspection yet."), "", "FP 9(b)"))
    if body is not None and not body.authorized_at(today):
        text = said("The body that inspected it is no longer authorized: another one inspects it again.")
        unmet.append(Unmet(text, "", "FP 9(b)"))
    if form is MarkForm.EU and home not in EU_STATES:
        text = said("Only member States of the European Union use this form.")
        unmet.append(Unmet(text, "form", "EU 2015/2403 art. 5"))
    return unmet


EU_STATES = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)


def unmet_to_move(state: State, to: State) -> list[Unmet]:
    """What a deactivation cannot become from where it stands."""
    if to in MOVES[state]:
        return []
    text = said("It is %(state)s, so this cannot be done.", state=word(state))
    return [Unmet(text, "", "FP 9")]
