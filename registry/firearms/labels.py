"""What labels of firearms and parts say (FP art. 8), and of marks of import."""

from __future__ import annotations

from collections.abc import Sequence

from registry.core.errors import Invalid, NotFound
from registry.core.printing.composing import Label, Line
from registry.core.work import Work, allow
from registry.directory.countries import country_name
from registry.firearms.label_queries import GunTold, told
from registry.labels.sources import Source
from schemas.label_vocabulary import LabelDesign
from schemas.vocabulary import MarkKind, May
from schemas.words import Language, said


def of_firearms(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
    """Tags of firearms: maker, country and serial, with what else tells them apart (FP 8(1)(a))."""
    allow(work.actor, May.FIREARM_READ)
    return [_firearm(gun, say) for gun in told(work, numbers)]


def _firearm(gun: GunTold, say: Language) -> Label:
    borne = gun.borne()
    kind = say.row(say.label(gun.type), say.label(gun.action))
    return Label(
        design=LabelDesign.FIREARM,
        number=gun.number,
        heading=say("Firearm"),
        authority="",
        mark=(borne.text if borne else "") or ("" if borne and borne.symbols else gun.number),
        symbols=borne.symbols if borne else (),
        lines=(
            Line("maker", say("Maker"), gun.maker),
            Line("country_made", say("Made in"), _made(gun, say)),
            Line("calibre", say("Calibre"), gun.calibre),
            Line("model", say("Model"), gun.model),
            Line("type", say("Type"), kind, needed=False),
        ),
        rightwards=say.code == "ar",
    )


def _made(gun: GunTold, say: Language) -> str:
    place = f"{country_name(gun.country, say.code)} ({gun.country})"
    return f"{place} {gun.year}" if gun.year else place


def of_parts(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
    """Tags of parts, each named by its firearm's number, a slash and its own number."""
    allow(work.actor, May.FIREARM_READ)
    split = [number.strip().rpartition("/") for number in numbers]
    guns = told(work, [whole for whole, _, _ in split])
    return [_part(gun, _place(n), say) for gun, (_, _, n) in zip(guns, split, strict=True)]


def _place(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise Invalid.at("numbers", said("Name a part by its firearm, a slash and its number: F-…/2."))
    return int(text)


def _part(gun: GunTold, n: int, say: Language) -> Label:
    kind = gun.components.get(n)
    if kind is None:
        raise NotFound(said("%(number)s has no part %(component)s", number=gun.number, component=n))
    own, of = gun.borne(n), gun.borne()
    return Label(
        design=LabelDesign.PART,
        number=f"{gun.number}/{n}",
        heading=say("Part"),
        authority="",
        mark=(own.text if own else "") or say.label(kind),
        symbols=own.symbols if own else (),
        lines=(
            Line("kind", say("Part"), say.label(kind)),
            Line("maker", say("Maker"), gun.maker),
            Line("firearm", say("Of"), of.text if of and of.text else gun.number),
            Line("calibre", say("Calibre"), gun.calibre, needed=False),
        ),
        rightwards=say.code == "ar",
    )


def of_imports(work: Work, numbers: Sequence[str], say: Language) -> list[Label]:
    """Marks of import: country and year, and the unique mark of the firearm (FP 8(1)(b))."""
    allow(work.actor, May.FIREARM_READ)
    return [_import(gun, work.home, work.today.year, say) for gun in told(work, numbers)]


def _import(gun: GunTold, home: str, this_year: int, say: Language) -> Label:
    borne = gun.borne()
    imported = [mark for mark in gun.marks if mark.kind == MarkKind.IMPORT and mark.country == home]
    year = imported[-1].year if imported and imported[-1].year else this_year
    return Label(
        design=LabelDesign.IMPORT_MARK,
        number=gun.number,
        heading=f"{say('Import mark')} · {country_name(home, say.code)}",
        authority="",
        mark=f"{home} {year}",
        lines=(
            Line("serial", say("Serial"), (borne.text if borne else "") or gun.number),
            Line("maker", say("Maker"), f"{gun.maker} ({gun.country})"),
            Line("calibre", say("Calibre"), gun.calibre),
            Line("model", say("Model"), gun.model, needed=False),
            Line("importer", say("Importer"), gun.holder, needed=False),
        ),
        rightwards=say.code == "ar",
    )


def none(work: Work, number: str) -> None:
    """Firearms are named one by one."""


def parts_of(work: Work, number: str) -> list[str] | None:
    """All parts of a firearm; None for a text that is no firearm's number."""
    if not number.strip().upper().startswith("F-"):
        return None
    allow(work.actor, May.FIREARM_READ)
    (gun,) = told(work, [number])
    return [f"{gun.number}/{n}" for n in sorted(gun.components)]


LABELS = {
    LabelDesign.FIREARM: Source(of_firearms, none),
    LabelDesign.PART: Source(of_parts, parts_of),
    LabelDesign.IMPORT_MARK: Source(of_imports, none),
}
