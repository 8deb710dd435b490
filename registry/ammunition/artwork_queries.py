"""Reading what is printed on packages: one, or a run of a lot."""

from __future__ import annotations

from registry.ammunition import code_queries, package_queries, queries, rules, spans
from registry.ammunition.artwork import Shown
from registry.ammunition.packaging import Run, opened, package_key, package_number
from registry.ammunition.tables import Lot
from registry.core.errors import Forbidden, Invalid, NotFound, Refused, Unmet, refuse_if
from registry.core.work import Work, limited_to
from registry.directory import queries as directory
from registry.directory.queries import names
from schemas.ammunition_codes import ArtworkAsked, RunAsked
from schemas.vocabulary import May, PackageLevel
from schemas.words import said

MOST_PRINTED = 5_000


def of_package(work: Work, number: str, asked: ArtworkAsked) -> Shown:
    """What is printed on one package; raises NotFound, Refused, Invalid."""
    package_queries.package(work, number)
    key = package_key(number)
    if key is None:
        raise NotFound(said("No package has the number %(number)s", number=repr(number[:40])))
    runs = package_queries.runs(work.session, key[0])
    run = next(run for run in runs if run.holds(key[1]))
    return _shown(work, key[0], runs, [(key[1], run)], asked)[0]


def of_run(work: Work, lot_id: int, asked: RunAsked) -> list[Shown]:
    """What is printed on the packages of one level whose numbers are within bounds, opened ones left out.

    Raises NotFound, Forbidden, Refused, Invalid.
    """
    row = queries.lot_row(work, lot_id)
    makers = (row.maker_id, queries.first_holder(work.session, lot_id))
    own = limited_to(work.actor, May.LABEL_PRINT)
    if own is not None and own not in makers:
        raise Forbidden("Its maker or importer prints the packages of a lot")
    runs = package_queries.runs(work.session, lot_id)
    last = asked.last or row.packages
    wanted = [
        (n, run)
        for run in runs
        if run.level == asked.level
        for n in range(max(run.n, asked.first), min(run.n + run.count - 1, last) + 1)
        if not opened(runs, run.level, run.round, run.package(n))
    ]
    if not wanted:
        raise Invalid.at("first", said("No package of this level has such a number."))
    if len(wanted) > MOST_PRINTED:
        words = said(
            "These are %(count)s packages; at most %(most)s to a file.", count=len(wanted), most=MOST_PRINTED
        )
        raise Invalid.at("last", words)
    return _shown(work, lot_id, runs, wanted, asked)


def _shown(
    work: Work, lot_id: int, runs: list[Run], wanted: list[tuple[int, Run]], asked: ArtworkAsked
) -> list[Shown]:
    row = work.session.get_one(Lot, lot_id)
    named = directory.party_by_number(work, asked.buyer, "buyer").id if asked.buyer else None
    sold = package_queries.first_sales(work.session, lot_id, spans.Span(0, row.quantity - 1))
    buyers = {n: code_queries.buyers_of(sold, run.package(n)) for n, run in wanted}
    refuse_if(rules.unmet_for_artwork(work.home, set(buyers.values()), named))
    coder = code_queries.coder(work.session, row, runs)
    known = names(work, [row.maker_id, named, *buyers.values()])
    elements = {
        party: code_queries.buyer_element(work.session, party) for party in {named, *buyers.values()} if party
    }
    found = []
    for n, run in wanted:
        buyer = buyers[n] or named
        coded = coder.elements(n, run, elements.get(buyer or 0))
        if coded is None:
            raise Refused(unmet=[_no_code(run)])
        found.append(
            Shown(
                number=package_number(lot_id, n),
                level=PackageLevel(run.level),
                maker=known[row.maker_id].name,
                buyer=known[buyer].name if buyer else "",
                product=row.product,
                calibre=queries.calibre_name(row.calibre),
                lot=row.code,
                quantity=run.package(n).size,
                produced_on=row.produced_on.isoformat(),
                elements=coded,
            )
        )
    return found


def _no_code(run: Run) -> Unmet:
    if run.level == PackageLevel.UNIT_BOX:
        return Unmet(said("Boxes need the GTIN of their product for a code."), "number", "GS1")
    words = said("These packages have no SSCC: record the maker's company prefix, then give them codes.")
    return Unmet(words, "number", "GS1")
