"""Keeping embargoes, times and authorisations to trade: they begin, and end, and are never rewritten."""

from __future__ import annotations

from typing import Any

from registry.core.errors import Invalid, Stale, refuse_if
from registry.core.work import Work, act
from registry.directory import queries as directory
from registry.licensing import law, law_queries, tables
from registry.licensing.law_queries import Row
from schemas.licensing_law import AuthorisationNew, EmbargoNew, Ended, TermNew
from schemas.vocabulary import May, PartyKind


@act(May.LICENCE_RULE_SET)
def set_embargo(work: Work, new: EmbargoNew) -> law_queries.EmbargoView:
    """An embargo from a day on; raises Invalid, Refused."""
    directory.check_country(work, new.country, "country")
    refuse_if(law.unmet_for_days(new.begins_on, new.ends_on))
    row = tables.Embargo(
        country=new.country,
        goods=new.goods.value if new.goods else "",
        war_only=new.war_only,
        begins_on=new.begins_on,
        ends_on=new.ends_on,
        source=new.source,
        note=new.note,
        **_recorded(work),
    )
    _add(work, row)
    return law_queries.embargo_view(row)


@act(May.LICENCE_RULE_SET)
def set_term(work: Work, new: TermNew) -> law_queries.TermView:
    """A time that the law sets from a day on; raises Invalid, Refused."""
    directory.check_country(work, new.country, "country")
    refuse_if(law.unmet_for_days(new.begins_on, new.ends_on))
    row = tables.Term(
        kind=new.kind.value,
        country=new.country,
        days=new.days,
        begins_on=new.begins_on,
        ends_on=new.ends_on,
        source=new.source,
        **_recorded(work),
    )
    _add(work, row)
    return law_queries.term_view(row)


@act(May.LICENCE_RULE_SET)
def authorise(work: Work, new: AuthorisationNew) -> law_queries.AuthorisationView:
    """Record that a party may trade; raises Invalid, Refused."""
    party = directory.party_by_number(work, new.party, "party")
    if party.kind == PartyKind.PERSON:
        raise Invalid.at("party", "A natural person shows a permit of possession with the application.")
    refuse_if(law.unmet_for_days(new.begins_on, new.ends_on))
    row = tables.Authorisation(
        party_id=party.id,
        activity=new.activity.value,
        war_material=new.war_material,
        number=new.document,
        authority=new.authority,
        begins_on=new.begins_on,
        ends_on=new.ends_on,
        **_recorded(work),
    )
    _add(work, row)
    return law_queries.authorisation_view(row, party.name)


@act(May.LICENCE_RULE_SET)
def end(work: Work, table: type[Row], number: str, ended: Ended, version: int) -> Row:
    """The last day of one of these; raises NotFound, Stale, Refused."""
    row = law_queries.row_of(work, table, number, locked=True)
    if row.version != version:
        raise Stale
    refuse_if(law.unmet_for_days(row.begins_on, ended.ends_on))
    row.ends_on, row.version = ended.ends_on, row.version + 1
    work.session.flush()
    return row


def _recorded(work: Work) -> dict[str, Any]:
    return {"recorded_at": work.now, "recorded_by": work.actor.user_id, "version": 1}


def _add(work: Work, row: law_queries.DatedRow) -> None:
    work.session.add(row)
    work.session.flush()
