"""What the law asks of marks and of custody. Pure: facts in, what is unmet out, each by its article."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from registry.core.errors import Unmet
from registry.directory import rules as directory
from registry.marks import specification, symbols
from registry.marks.reading import is_placeholder, normal_form
from schemas.vocabulary import CustodyKind, MarkCondition, MarkKind
from schemas.words import said, word

FIRST_MODERN_YEAR = 1900  # FP art. 3(a): antiques were made before


@dataclass(frozen=True)
class MarkFacts:
    """What of a mark counts in law."""

    kind: MarkKind
    text: str
    symbols: tuple[str, ...] = ()
    country: str | None = None
    year: int | None = None
    condition: MarkCondition = MarkCondition.INTACT
    height_um: int | None = None
    depth_um: int | None = None

    @property
    def names_one_firearm(self) -> bool:
        """Whether it bears a number that can be unique."""
        return not is_placeholder(self.text)


@dataclass(frozen=True)
class FirearmFacts:
    """maker_named: whether the manufacturer is known by name; the flags: what happened to the firearm.

    home: the State whose registry this is; its own marks of import and transfer are asked for.
    stands: what factory symbols stand for.
    """

    maker_named: bool
    country_made: str
    year_made: int | None
    marks: tuple[MarkFacts, ...]
    imported: bool = False
    temporary_import: bool = False
    from_state_stock: bool = False
    home: str = ""
    stands: frozenset[symbols.Stands] = symbols.BUILT_IN

    def of(self, *kinds: MarkKind) -> list[MarkFacts]:
        """Its marks of these kinds."""
        return [mark for mark in self.marks if mark.kind in kinds]

    def names_its_country(self, mark: MarkFacts) -> bool:
        """Whether symbols and code of a mark decode to one State, and to none but what else is told."""
        states = symbols.decode(mark.symbols, mark.text, self.stands)
        told = {symbols.successor(state) for state in (mark.country, self.country_made) if state}
        return len(states) == 1 and told <= states

    def marked_by_home(self, kind: MarkKind) -> bool:
        """Whether a mark of this kind names our State (any State, where ours is not told)."""
        return any(mark.country and self.home in ("", mark.country) for mark in self.of(kind))


def names_a_maker(name: str) -> bool:
    """Whether a party's name names a manufacturer: "Unknown maker" does not."""
    return not is_placeholder(name) and not normal_form(name).startswith(("UNKNOWN", "NOTKNOWN"))


def unmet_at_manufacture(facts: FirearmFacts) -> list[Unmet]:
    """FP 8(1)(a): maker, country or place, serial; or simple geometric symbols with a code.

    Symbols with a code are taken only where they lead every State to one country of manufacture.
    """
    serials = [mark for mark in facts.of(MarkKind.MANUFACTURE) if mark.names_one_firearm]
    if any(facts.names_its_country(mark) for mark in serials):
        return []
    unmet = []
    if not serials:
        unmet.append(Unmet("A mark of manufacture with a serial number is missing.", "marks", "FP 8(1)(a)"))
    if not facts.maker_named:
        unmet.append(Unmet("The name of the manufacturer is missing.", "maker", "FP 8(1)(a)"))
    if not facts.country_made:
        unmet.append(Unmet("The country of manufacture is missing.", "country_made", "FP 8(1)(a)"))
    if unmet and any(mark.symbols for mark in serials):
        unmet.append(
            Unmet("Its symbols and code do not lead to one country of manufacture.", "marks", "FP 8(1)(a)")
        )
    return unmet


def unmet_at_import(facts: FirearmFacts) -> list[Unmet]:
    """FP 8(1)(b): country of import, where possible the year, and a unique mark if there is none."""
    if not facts.imported or facts.temporary_import:
        return []
    unmet = []
    if not facts.marked_by_home(MarkKind.IMPORT):
        unmet.append(Unmet("The mark of the country of import is missing.", "marks", "FP 8(1)(b)"))
    if not any(mark.names_one_firearm for mark in facts.marks):
        unmet.append(Unmet("It bears no unique mark; one is given at import.", "marks", "FP 8(1)(b)"))
    return unmet


def unmet_at_state_stock_transfer(facts: FirearmFacts) -> list[Unmet]:
    """FP 8(1)(c): from government stock to civilian use, a mark that identifies the transferring country."""
    if not facts.from_state_stock or facts.marked_by_home(MarkKind.STATE_STOCK_TRANSFER):
        return []
    return [Unmet("The mark of the transferring country is missing.", "marks", "FP 8(1)(c)")]


def unmet_in_law(facts: FirearmFacts) -> list[Unmet]:
    """Everything article 8(1) asks of this firearm and that is not there."""
    return [*unmet_at_manufacture(facts), *unmet_at_import(facts), *unmet_at_state_stock_transfer(facts)]


def unmet_to_register(facts: FirearmFacts) -> list[Unmet]:
    """A record needs one number that can find it: of manufacture, or given by an authority or at import.

    What else article 8 asks is shown as unmet: a firearm that was never marked must be recordable.
    """
    numbered = facts.of(
        MarkKind.MANUFACTURE,
        MarkKind.REGISTRATION,
        MarkKind.CONFISCATION,
        MarkKind.IMPORT,
        MarkKind.STATE_STOCK_TRANSFER,
    )
    if any(mark.names_one_firearm for mark in numbered):
        return []
    return [
        Unmet(
            "No mark by which it can be found (NONE, OBLIT, 0000 are no serial): add a mark of registration.",
            "marks",
            "FP 8(1)",
        )
    ]


def remarks_on(mark: MarkFacts, field: str = "") -> list[Unmet]:
    """What falls short of good practice, without being refused."""
    found = specification.shortcomings(_named(mark), mark.text, mark.height_um, mark.depth_um, field)
    if mark.kind is MarkKind.IMPORT and mark.year is None:
        found.append(Unmet("The year of import is not known.", f"{field}year", "FP 8(1)(b)"))
    if mark.condition in (MarkCondition.ALTERED, MarkCondition.OBLITERATED):
        text = said("%(mark)s is %(condition)s.", mark=_named(mark), condition=word(mark.condition))
        found.append(Unmet(text, f"{field}condition", "FP 5(1)(c)"))
    return found


def _named(mark: MarkFacts) -> str:
    return said("The mark %(mark)s", mark=mark.text or tuple(map(word, mark.symbols)) or word(mark.kind))


def unmet_for_mark(mark: MarkFacts, field: str = "") -> list[Unmet]:
    """A mark has a text, or symbols, or is so damaged that nothing is left to read."""
    if mark.text or mark.symbols or mark.condition is MarkCondition.OBLITERATED:
        return []
    return [Unmet("Type what the mark says, or choose its symbols.", f"{field}text", "FP 8(1)")]


def unmet_for_antique(antique: bool, year_made: int | None) -> list[Unmet]:
    """FP 3(a): only what was made before 1900 is out of scope as an antique."""
    if antique and (year_made is None or year_made >= FIRST_MODERN_YEAR):
        return [Unmet("An antique was made before 1900, and the year is known.", "out_of_scope", "FP 3(a)")]
    return []


def unmet_for_year(year_made: int | None, today: date) -> list[Unmet]:
    """Nothing was made in a year to come."""
    if year_made is not None and year_made > today.year:
        return [Unmet(said("%(date)s has not come yet.", date=year_made), "year_made", "FP 7(a)")]
    return []


@dataclass(frozen=True)
class Step:
    """One step of custody; n is the order in which steps were recorded."""

    kind: CustodyKind
    on: date
    n: int
    from_id: int | None = None
    to_id: int | None = None
    country: str | None = None
    temporary: bool = False


@dataclass(frozen=True)
class Move:
    """after: kinds that may come before ("" is the beginning). needs: fields that must be given.

    holds: whether somebody holds the firearm afterwards. by_holder: whether who hands it over must hold it.
    to_abroad: whether a final recipient abroad may be named, who is no holder here (FP 7(b)).
    """

    after: frozenset[str]
    needs: tuple[str, ...]
    holds: bool
    by_holder: bool
    to_abroad: bool = False


_HELD = frozenset(
    {
        "manufactured",
        "imported",
        "acquired",
        "sold",
        "transferred",
        "issued",
        "found",
        "seized",
        "surrendered",
    }
)
_MISSING = frozenset({"lost", "stolen"})
_START = frozenset({""})

# The one table of moves: what may follow what, and who must hold it then.
MOVES: Mapping[CustodyKind, Move] = {
    CustodyKind.MANUFACTURED: Move(_START, ("to",), True, False),
    CustodyKind.IMPORTED: Move(_START | {"exported"}, ("to", "country"), True, False),
    CustodyKind.ACQUIRED: Move(_START, ("to",), True, False),
    CustodyKind.SOLD: Move(_HELD, ("from", "to"), True, True),
    CustodyKind.TRANSFERRED: Move(_HELD, ("from", "to"), True, True),
    CustodyKind.ISSUED: Move(_HELD, ("from", "to"), True, True),
    CustodyKind.LOST: Move(_HELD, ("from",), False, True),
    CustodyKind.STOLEN: Move(_HELD, ("from",), False, True),
    # found, seized or surrendered while on record as held: nobody had noticed or reported the loss
    CustodyKind.FOUND: Move(_START | _HELD | _MISSING | {"exported"}, ("to",), True, False),
    CustodyKind.SEIZED: Move(_START | _HELD | _MISSING | {"exported"}, ("to",), True, False),
    CustodyKind.SURRENDERED: Move(_START | _HELD | _MISSING | {"exported"}, ("to",), True, False),
    CustodyKind.EXPORTED: Move(_HELD, ("from", "country"), False, True, to_abroad=True),
    CustodyKind.DESTROYED: Move(_HELD, (), False, True),
}


def unmet_for_custody(
    steps: Sequence[Step], today: date, year_made: int | None = None, home: str = ""
) -> list[Unmet]:
    """What makes a chain of custody impossible; the order is by date, then as recorded.

    Fields are "n.name" of the step that cannot be: from, to, kind, happened_on, country, temporary.
    home: the State whose registry this is: exports go elsewhere, imports come from elsewhere.
    """
    unmet: list[Unmet] = []
    before, holder = "", None
    for step in in_order(steps):
        found = _unmet_for_step(step, before, holder, home) + _unmet_for_date(step, today, year_made)
        unmet += [replace(u, field=f"{step.n}.{u.field}") for u in found]
        before = step.kind.value
        holder = step.to_id if MOVES[step.kind].holds else None
    return unmet


def unmet_for_closed(steps: Sequence[Step], closed: Mapping[int, date]) -> list[Unmet]:
    """Steps with a company that had closed; fields as of a chain. Its stock may still leave its hands."""
    found = []
    for step in steps:
        seller = step.from_id if step.kind is CustodyKind.SOLD else None
        for unmet in directory.unmet_for_closed(closed, step.on, seller, step.to_id):
            found.append(replace(unmet, field=f"{step.n}.{unmet.field}"))
    return found


def holder_after(steps: Sequence[Step]) -> tuple[str, int | None]:
    """(kind of the last step, who holds the firearm then or None); ("", None) for an empty chain."""
    if not steps:
        return "", None
    last = in_order(steps)[-1]
    return last.kind.value, last.to_id if MOVES[last.kind].holds else None


def is_temporary_import(steps: Sequence[Step]) -> bool:
    """Whether the last import was for a time and a lawful purpose only."""
    imports = [step for step in in_order(steps) if step.kind is CustodyKind.IMPORTED]
    return bool(imports) and imports[-1].temporary


_ACQUIRED = frozenset(
    {
        CustodyKind.MANUFACTURED,
        CustodyKind.IMPORTED,
        CustodyKind.ACQUIRED,
        CustodyKind.SOLD,
        CustodyKind.TRANSFERRED,
        CustodyKind.ISSUED,
    }
)


def left_state_stock(steps: Sequence[Step], public_bodies: Collection[int]) -> bool:
    """Whether a public body sold or gave for good to others what it had acquired (FP 8(1)(c)).

    What was seized or found, perhaps handed on to a court, and is given back never was its stock.
    """
    stock = False
    for step in in_order(steps):
        for_good = step.kind in (CustodyKind.SOLD, CustodyKind.TRANSFERRED)
        if stock and for_good and step.to_id not in public_bodies:
            return True
        if MOVES[step.kind].holds:
            acquired = step.kind in _ACQUIRED and (stock or step.from_id not in public_bodies)
            stock = step.to_id in public_bodies and acquired
    return False


def in_order(steps: Sequence[Step]) -> list[Step]:
    """The chain: by day, then as recorded."""
    return sorted(steps, key=lambda step: (step.on, step.n))


_ASKED = {
    "from": said("%(kind)s on %(date)s: say who handed it over."),
    "to": said("%(kind)s on %(date)s: say who received it."),
    "country": said("%(kind)s on %(date)s: name the other State."),
}


def _out_of_turn(step: Step, before: str) -> str:
    told = {"date": step.on, "kind": word(step.kind)}
    if before:
        return said("On %(date)s it cannot be %(kind)s after it was %(before)s.", before=word(before), **told)
    return said("On %(date)s it cannot be %(kind)s before it was manufactured or imported.", **told)


def _unmet_for_step(step: Step, before: str, holder: int | None, home: str) -> list[Unmet]:
    move = MOVES[step.kind]
    unmet = []
    if before not in move.after:
        unmet.append(Unmet(_out_of_turn(step, before), "kind", "FP 7"))
    given = {"from": step.from_id, "to": step.to_id, "country": step.country}
    unmet += [
        Unmet(said(_ASKED[name], kind=word(step.kind.capitalize()), date=step.on), name, "FP 7")
        for name in move.needs
        if given[name] is None
    ]
    if move.by_holder and before in move.after and step.from_id is not None and step.from_id != holder:
        unmet.append(Unmet(said("On %(date)s it was held by someone else.", date=step.on), "from", "FP 7"))
    if step.to_id is not None and not (move.holds or move.to_abroad):
        text = said("Nobody holds a firearm that was %(kind)s.", kind=word(step.kind))
        unmet.append(Unmet(text, "to", "FP 7"))
    if step.to_id is not None and step.to_id == step.from_id:
        unmet.append(Unmet("Nobody hands a firearm to themselves.", "to", "FP 7"))
    if home and step.country == home and step.kind in (CustodyKind.EXPORTED, CustodyKind.IMPORTED):
        unmet.append(Unmet("The other State is needed here, not our own.", "country", "FP 7(b)"))
    if step.temporary and step.kind is not CustodyKind.IMPORTED:
        unmet.append(Unmet("Only an import is temporary.", "temporary", "FP 8(1)(b)"))
    return unmet


def _unmet_for_date(step: Step, today: date, year_made: int | None) -> list[Unmet]:
    if step.on > today:
        return [Unmet(said("%(date)s has not come yet.", date=step.on), "happened_on", "FP 7")]
    if year_made is not None and step.on.year < year_made:
        text = said("%(date)s is before its manufacture in %(year)s.", date=step.on, year=year_made)
        return [Unmet(text, "happened_on", "FP 7")]
    return []


class Identity(NamedTuple):
    """What a firearm claims to be: maker, country and serial, told apart by model and year where known."""

    maker_id: int
    country_made: str
    key: str
    model: str
    year_made: int | None


def same_identity(one: Identity, other: Identity) -> bool:
    """Whether two records claim the same identity, so that a supervisor must look.

    Serials repeat across models and in blocks used again years later: a model or year that both records
    have and that differs tells them apart.
    """
    if (one.maker_id, one.country_made, one.key) != (other.maker_id, other.country_made, other.key):
        return False
    models_differ = one.model and other.model and one.model.casefold() != other.model.casefold()
    years_differ = one.year_made and other.year_made and one.year_made != other.year_made
    return not (models_differ or years_differ)
