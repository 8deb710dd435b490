"""Giving packages their numbers: each once, under a GTIN or a company prefix."""

from __future__ import annotations

from registry.ammunition import code_queries, gs1, package_queries, queries
from registry.ammunition.code_tables import Gs1Block, Gs1Party
from registry.ammunition.packaging import Run
from registry.ammunition.tables import Lot
from registry.core.errors import Conflict, Invalid, Stale, Unmet, refuse_if
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.directory.queries import party_number
from schemas.ammunition_codes import Gs1New
from schemas.vocabulary import May, PackageLevel
from schemas.words import said


@act(May.DIRECTORY_WRITE)
def record_gs1(work: Work, new: Gs1New) -> code_queries.Gs1View:
    """Record the company prefix and location number that GS1 gave a party.

    Raises Invalid; Conflict where another party has the number, or where a prefix under which codes were
    printed would change; Stale.
    """
    party = directory.party_by_number(work, new.party, "party")
    unmet = gs1.unmet_for_prefix(new.prefix) if new.prefix else []
    unmet += gs1.unmet_for_gln(new.gln) if new.gln else []
    if not new.prefix and not new.gln:
        unmet.append(Unmet(said("Give a company prefix or a location number."), "prefix", "GS1"))
    if unmet:
        raise Invalid(unmet=unmet)
    work.lock("gs1_party")
    row = work.session.get(Gs1Party, party.id, with_for_update=True)
    _refuse_taken(work, party.id, new)
    if row is None:
        row = Gs1Party(party_id=party.id, version=0)
        work.session.add(row)
    elif row.version != new.version:
        raise Stale
    elif row.prefix and row.prefix != new.prefix and code_queries.last_number(work.session, row.prefix):
        raise Conflict(said("Packages bear codes under the prefix %(prefix)s: it stays", prefix=row.prefix))
    row.prefix, row.gln = new.prefix or None, new.gln or None
    row.recorded_at, row.recorded_by, row.version = work.now, work.actor.user_id, row.version + 1
    work.session.flush()
    return code_queries.gs1_party(work, party.id)


def _refuse_taken(work: Work, party_id: int, new: Gs1New) -> None:
    """No prefix begins another, or a code would have two makers; a location has one number."""
    owner = code_queries.prefix_owner(work.session, new.prefix) if new.prefix else None
    others = code_queries.prefixes_within(work.session, new.prefix) if new.prefix else []
    for other in [*([owner[1]] if owner else []), *others]:
        if other != party_id:
            raise Conflict(
                said(
                    "The prefix %(prefix)s is, or is within, that of %(number)s",
                    prefix=new.prefix,
                    number=party_number(other),
                )
            )
    held = code_queries.gln_owner(work.session, new.gln) if new.gln else None
    if held not in (None, party_id):
        raise Conflict(
            said("%(gln)s is the number of %(number)s", gln=new.gln, number=party_number(held or 0))
        )


def refuse_foreign_gtin(work: Work, row: Lot) -> None:
    """Refuse a GTIN that names another product, or that is another maker's."""
    if not row.gtin:
        return
    unmet = []
    product = (row.maker_id, row.calibre, row.product_code)
    if other := code_queries.gtin_taken(work.session, row.gtin, product):
        unmet.append(Unmet(said("This GTIN is of another product: %(name)s.", name=other), "gtin", "GS1"))
    owner = code_queries.prefix_owner(work.session, row.gtin.zfill(14)[1:])
    if owner and owner[1] != row.maker_id:
        number = party_number(owner[1])
        words = said("This GTIN is under the company prefix of %(party)s.", party=number)
        unmet.append(Unmet(words, "gtin", "GS1"))
    refuse_if(unmet)


def allot(work: Work, row: Lot, run: Run) -> bool:
    """Give the packages of a run their numbers, where the product or the maker has a GS1 key.

    Raises Invalid when a company prefix has too few left.
    """
    of_boxes = run.level == PackageLevel.UNIT_BOX
    issuer = (row.gtin and row.gtin.zfill(14)) if of_boxes else code_queries.unit_prefix(work.session, row)
    if not issuer:
        return False
    work.lock(f"gs1_block:{issuer}")
    first = code_queries.last_number(work.session, issuer) + 1
    last = first + run.count - 1
    if not of_boxes and last >= gs1.room(issuer):
        raise Invalid.at("size", said("The company prefix %(prefix)s has no code left.", prefix=issuer))
    work.session.add(Gs1Block(issuer=issuer, first=first, last=last, lot_id=row.id, n=run.n))
    work.session.flush()
    return True


@act(May.LOT_REGISTER)
def give_codes(work: Work, lot_id: int) -> int:
    """Number the packages of a lot that have no code yet; answers how many runs. Raises NotFound, Invalid.

    They were packed before the product had a GTIN or the maker a company prefix.
    """
    queries.lot_row(work, lot_id)
    row = work.session.get_one(Lot, lot_id, with_for_update=True, populate_existing=True)
    known = code_queries.blocks(work.session, lot_id)
    runs = [run for run in package_queries.runs(work.session, lot_id) if run.n not in known]
    given = sum(allot(work, row, run) for run in runs)
    if given:
        row.version += 1
        work.session.flush()
    return given
