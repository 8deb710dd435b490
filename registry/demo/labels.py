"""Print jobs of the demonstration: one that is finished, one that jammed and was gone on with, one half done.

Of the finished one a label was printed once more, with the reason: its first issue is no longer in force.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from registry.core.work import Actor, Office
from registry.firearms.queries import firearm_number
from registry.firearms.tables import Firearm
from registry.labels import acts, sources
from registry.labels.queries import JobView, job_key
from schemas.label_vocabulary import LabelDesign, LabelOutput, PrinterLanguage
from schemas.labels import JobNew, PrinterNew, RunNew
from schemas.words import ENGLISH

AUTHORITY = "National Firearms Authority"
NEEDED = 26  # firearms from abroad
DESK = PrinterNew("Customs desk", PrinterLanguage.ZPL, 203)


def load(office: Office, officer: Actor, customs: Actor) -> None:
    """Labels that an officer and customs printed; none where the demonstration has too few firearms."""
    with office.begin(customs) as work:
        acts.add_printer(work, DESK)
    with office.look(officer) as work:
        foreign = Firearm.country_made != work.home
        keys = work.session.scalars(select(Firearm.id).where(foreign).order_by(Firearm.id).limit(NEEDED))
        numbers = tuple(map(firearm_number, keys))
    if len(numbers) < NEEDED:
        return
    finished = _job(office, officer, JobNew(LabelDesign.FIREARM, "a4-2x7", numbers[:14]))
    finished = _sent(office, officer, finished)
    _sent(office, officer, finished, first=3, last=3, reason="Torn when it was put on")
    jammed = JobNew(LabelDesign.IMPORT_MARK, "roll-70x37", numbers[14:20], printer=DESK.name, resolution=203)
    begun = _job(office, customs, replace(jammed, output=LabelOutput.ZPL))
    _sent(office, customs, _sent(office, customs, begun), first=4, jammed=True)
    waiting = _job(office, officer, JobNew(LabelDesign.FIREARM, "roll-100x50", numbers[20:]))
    _sent(office, officer, waiting, last=2)


def _job(office: Office, who: Actor, new: JobNew) -> JobView:
    with office.look(who) as work:
        numbers = sources.chosen(work, new.design, new.numbers, new.source)
        told = sources.source_of(work, new.design).contents(work, numbers, ENGLISH)
    with office.begin(who) as work:
        return acts.make_job(work, new, [replace(one, authority=one.authority or AUTHORITY) for one in told])


def _sent(
    office: Office,
    who: Actor,
    job: JobView,
    first: int = 0,
    last: int = 0,
    jammed: bool = False,
    reason: str = "",
) -> JobView:
    with office.begin(who) as work:
        new = RunNew(job.version, first, last, jammed, reason)
        return acts.send(work, job_key(job.number), new).job
