"""What of an answer is told to another State, place by place; what stays here is named. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.core.errors import Unmet
from schemas.request_messages import MOST_CANDIDATES, MOST_STEPS
from schemas.requests_vocabulary import FieldTold, FieldWanted, HolderState, Onward, RestrictionGround
from schemas.vocabulary import Outcome
from schemas.words import Sentences, remade, said

_NUMBER = re.compile(r"\bP-[0-9]{9,19}-[0-9A-Z]\b")
_RECORD = re.compile(r"\b[FL]-[0-9]{9,19}-[0-9A-Z]\b")
A_PERSON, A_RECORD = said("a natural person"), said("our record")
THE_HOLDER = said("the last holder, whom two officers name apart")
ON_RECORD = said("It is on record.")
PERHAPS = said("Something on record fits; none is identified beyond doubt.")
LAST_HOLDER = "last_holder"
_CANDIDATE = ("mark", "match", "maker", "model", "calibre", "country", "type", "year", "status")
_STEP = ("date", "kind", "from_name", "to_name", "place", "country", "document_kind", "document_number")
_NEXT = ("code", "date", "document_kind", "document_number")
_FINDING = ("severity", "text", "article")
_KEPT = frozenset({"severity"})
_HIT = frozenset({"mark", "match"})


@dataclass(frozen=True)
class Leaf:
    """A place that can be withheld: its path, the part it stands in, its name and its value."""

    path: str
    part: str
    row: int
    name: str
    value: Any


def told(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What a kept answer of ours would tell another State: no registry number, no natural person's name, and
    of the last holder that there is one.

    Only the candidate that stands out, where there is one.
    """
    stands_out = bool(answer["steps"]) or len(answer["candidates"]) == 1
    candidates = answer["candidates"][: 1 if stands_out else MOST_CANDIDATES]
    next_state = answer["next_state"]
    return {
        "outcome": answer["outcome"],
        "level": answer["certainty"]["level"],
        "statement": _nameless(answer["certainty"]["statement"]),
        "candidates": [_of(one, _CANDIDATE) for one in candidates],
        "steps": [_of(_unheld(one, holder_in(answer)), _STEP) for one in answer["steps"][-MOST_STEPS:]],
        "last_holder": str(THE_HOLDER) if answer["last_holder"] else "",
        "next_state": _of(next_state, _NEXT) if next_state else None,
        "findings": [_of(one, _FINDING) for one in answer["findings"]],
    }


def holder_in(answer: Mapping[str, Any]) -> str:
    """The number of whoever holds it last, or held it when it left; "" where that is not on record."""
    return last_of(answer["steps"])


def last_of(steps: Sequence[Mapping[str, Any]]) -> str:
    """The same, of a chain of custody, the first step first."""
    for step in reversed(steps):
        for side in ("to", "from"):
            if step[f"{side}_name"]:
                return step.get(f"{side}_number") or ""
    return ""


def _unheld(step: Mapping[str, Any], holder: str) -> Mapping[str, Any]:
    """A step that does not name the last holder, unless as any natural person goes."""
    named = [side for side in ("from", "to") if holder and step.get(f"{side}_number") == holder]
    hidden = {f"{side}_name": THE_HOLDER for side in named if not _NUMBER.fullmatch(step[f"{side}_name"])}
    return {**step, **hidden}


def limited(body: Mapping[str, Any], wanted: Collection[FieldWanted]) -> dict[str, Any]:
    """The answer with nothing in it but what was asked: beside whether it is on record, the fields wanted.

    That it left is told with the transfers alone, and in what a record agrees with the manufacture.
    """
    unasked = [leaf.path for leaf in leaves(body) if _field(leaf) not in (None, *wanted)]
    left = _without(body, unasked)
    if FieldWanted.TRANSFERS not in wanted:
        stays = body["outcome"] != Outcome.LEFT_THE_COUNTRY
        left |= {"steps": [], "outcome": body["outcome"] if stays else Outcome.IDENTIFIED.value}
    if FieldWanted.MANUFACTURE not in wanted and body["candidates"]:
        left["statement"] = str(PERHAPS if body["outcome"] == Outcome.CANDIDATES else ON_RECORD)
    return left


def _field(leaf: Leaf) -> FieldWanted | None:
    """The field that a place of an answer belongs to; None for what says that it is on record."""
    if leaf.part in ("steps", "next_state"):
        return FieldWanted.TRANSFERS
    if leaf.part == LAST_HOLDER:
        return FieldWanted.LAST_LAWFUL_HOLDER
    if leaf.part == "findings" or leaf.name == "status":
        return FieldWanted.LAST_LAWFUL_STATUS
    return None if leaf.name in _HIT else FieldWanted.MANUFACTURE


def said_of(
    body: Mapping[str, Any],
    wanted: Sequence[FieldWanted],
    withheld: Collection[str],
    ground: RestrictionGround | None = None,
) -> list[dict[str, str]]:
    """Of each field that was asked, whether the answer tells it, and else why not.

    body: before anything was withheld. The last holder waits for the second step, if nothing keeps it back.
    ground: of what is withheld.
    """
    of_field: dict[FieldWanted, list[str]] = {field: [] for field in wanted}
    for leaf in leaves(body):
        field = _field(leaf)
        if field in of_field:
            of_field[field].append(leaf.path)
    said_now = {field: _said(paths, withheld) for field, paths in of_field.items()}
    if said_now.get(FieldWanted.LAST_LAWFUL_HOLDER) is FieldTold.TOLD:
        said_now[FieldWanted.LAST_LAWFUL_HOLDER] = FieldTold.SECOND_STEP
    return [_of_field(field.value, told, ground) for field, told in said_now.items()]


def _of_field(field: str, told: FieldTold, ground: RestrictionGround | None) -> dict[str, str]:
    kept = ground if told in (FieldTold.WITHHELD, FieldTold.IN_PART) else None
    return {"field": field, "said": told.value} | ({"ground": kept.value} if kept else {})


def second_step(
    before: Mapping[str, Any], told: FieldTold, ground: RestrictionGround | None
) -> dict[str, Any]:
    """What the second step changes in an answer beside the name: what it says of the last holder, what is
    withheld, and the ground of that. ground: of the second step, which is none of the other places.
    """
    holder = FieldWanted.LAST_LAWFUL_HOLDER.value
    wanted = [
        _of_field(holder, told, ground) if one["field"] == holder else dict(one) for one in before["wanted"]
    ]
    others = [path for path in before["withheld"] if path != LAST_HOLDER]
    withheld = others if told is FieldTold.TOLD else list(before["withheld"])
    return {
        "wanted": wanted,
        "withheld": withheld,
        "ground": before["ground"] if others else ground,
        "second_step": True,
    }


def gone_on(before: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], known: int) -> dict[str, Any]:
    """What became of the chain of custody since an answer told it: who was its last holder then is named as
    the first step names whoever had it before, and later steps follow. Nothing where no steps were told.

    steps: all on record now, natural persons by number; known: how many the answer was taken from. What is
    withheld of a step is withheld of those that follow.
    """
    if not before["steps"] or len(before["steps"]) != known or len(steps) > MOST_STEPS:
        return {}
    now = [_of(_unheld(one, last_of(steps)), _STEP) for one in steps]
    hidden = {path.rpartition(".")[2] for path in before["withheld"] if path.startswith("steps.")}
    places = [(n, name) for n in range(known, len(now)) for name in hidden if now[n][name]]
    for n, name in places:
        now[n][name] = ""
    told = [
        {name: then[name] if value == THE_HOLDER else value for name, value in one.items()}
        for one, then in zip(before["steps"], now, strict=False)
    ]
    withheld = [*before["withheld"], *(f"steps.{n}.{name}" for n, name in places)]
    return {"steps": [*told, *now[known:]], "withheld": sorted(withheld)}


def standing(wanted: Sequence[Mapping[str, str]]) -> HolderState:
    """Where the last holder stands after an answer of the first step, which names nobody."""
    asked = FieldWanted.LAST_LAWFUL_HOLDER.value
    told = next((one["said"] for one in wanted if one["field"] == asked), "")
    return _STANDS.get(told, HolderState.NOT_ASKED)


_STANDS = {
    FieldTold.SECOND_STEP.value: HolderState.ASKED,
    FieldTold.WITHHELD.value: HolderState.KEPT,
}


def _said(paths: Sequence[str], withheld: Collection[str]) -> FieldTold:
    kept = sum(path in withheld for path in paths)
    if not paths:
        return FieldTold.NOT_ON_RECORD
    return FieldTold.WITHHELD if kept == len(paths) else FieldTold.IN_PART if kept else FieldTold.TOLD


def _of(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: _value(name, row.get(name)) for name in names}


def _value(name: str, value: Any) -> Any:
    if name == "year":
        return value
    return _nameless(value) if value is not None else None if name == "match" else ""


def _nameless(value: Any) -> str:
    """A text of ours; persons and records go by registry numbers in it, which say nothing there."""
    return _RECORD.sub(str(A_RECORD), _NUMBER.sub(str(A_PERSON), str(value)))


def sayings(sentences: Sentences) -> Sentences:
    """Sentences of an answer by the text that was told of them, and whoever goes without a name."""
    nameless = Sentences({str(one): one for one in (A_PERSON, THE_HOLDER, ON_RECORD, PERHAPS)})
    for sentence in sentences.values():
        nameless.text(remade(sentence, _unnamed))
    return nameless


def _unnamed(text: str) -> str:
    if _RECORD.fullmatch(text):
        return A_RECORD
    return A_PERSON if _NUMBER.fullmatch(text) else _nameless(text)


def leaves(body: Mapping[str, Any]) -> Iterator[Leaf]:
    """Every place of an answer that says something and may be withheld."""
    for part in ("candidates", "steps", "findings"):
        for n, row in enumerate(body[part]):
            for name, value in row.items():
                if value not in (None, "") and name not in _KEPT:
                    yield Leaf(f"{part}.{n}.{name}", part, n, name, value)
    if body["last_holder"]:
        yield Leaf(LAST_HOLDER, LAST_HOLDER, 0, LAST_HOLDER, body["last_holder"])
    for name, value in (body["next_state"] or {}).items():
        if value:
            yield Leaf(f"next_state.{name}", "next_state", 0, name, value)


def unmet_to_withhold(body: Mapping[str, Any], paths: Sequence[str]) -> list[Unmet]:
    """Places that the answer does not have."""
    known = {leaf.path for leaf in leaves(body)}
    return [
        Unmet(said("The answer has no place %(path)s.", path=path), "withheld", "ITI 22")
        for path in paths
        if path not in known
    ]


def redacted(body: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """The answer without what is withheld, and the list of it.

    A State to ask next that is not named is not told at all; nor is a finding without its text.
    """
    return _without(body, paths) | {"withheld": sorted(paths)}


def _without(body: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    left = {name: _apart(value) for name, value in body.items()} if paths else dict(body)
    for path in paths:
        *way, name = path.split(".")
        place: Any = left
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[name] = None if name in ("year", "match") else ""
    if left["next_state"] is not None and not left["next_state"]["code"]:
        left["next_state"] = None
    left["findings"] = [one for one in left["findings"] if one["text"]]
    return left


def _apart(value: Any) -> Any:
    """A part of an answer that can be changed without the other."""
    if isinstance(value, dict):
        return dict(value)
    return [_apart(one) for one in value] if isinstance(value, list) else value


def goes_by_itself(answer: Mapping[str, Any], complete: bool, confidential: bool) -> bool:
    """Whether an answer is exact enough to leave without an officer, where the State has allowed that.

    One record, its very mark, nothing alarming, and an asking State that keeps restrictions (ITI 15, 16).
    """
    candidates = answer["candidates"]
    return (
        complete
        and confidential
        and answer["outcome"] in ("identified", "left_the_country")
        and answer["certainty"]["level"] == "certain"
        and len(candidates) == 1
        and candidates[0]["match"] == "exact"
        and not candidates[0]["differs"]
        and all(one["severity"] != "alarm" for one in answer["findings"])
    )


def tightened(before: Mapping[str, Any], new: Mapping[str, Any], named: bool = False) -> dict[str, Any]:
    """What binds an answer that follows another of the same request: restrictions only ever tighten.

    Onward use, time and caveat stay as narrow as they were. For whom it is goes with the new answer, until
    somebody was named: from then on it stays as narrow too.
    """
    if not before:
        return dict(new)
    audience = [state for state in new["audience"] if not named or state in before["audience"]]
    days = [day for day in (before.get("retain_until"), new.get("retain_until")) if day]
    allowed = before.get("onward") == Onward.CONSENT == new.get("onward")
    return dict(new) | {
        "audience": audience,
        "onward": (Onward.CONSENT if allowed else Onward.NONE).value,
        "retain_until": min(map(str, days), default=None),
        "caveat": new.get("caveat") or before.get("caveat", ""),
    }


_EMPTY = {"statement": "", "last_holder": "", "words": "", "holder": None}
_NONE: Mapping[str, Any] = {"candidates": [], "steps": [], "findings": [], "wanted": [], "withheld": []}


def bare(answer: Mapping[str, Any], until: str) -> dict[str, Any]:
    """What stays of an answer: that there was one, of which kind, and to which State it led."""
    left = answer.get("next_state") or {}
    led_to = {"code": left["code"], "date": "", "document_kind": "", "document_number": ""} if left else None
    return {**answer, **_EMPTY, **_NONE, "next_state": led_to, "erased": until}
