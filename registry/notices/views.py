"""Notices and questions as edges show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.notices_vocabulary import NoticeAct


@dataclass(frozen=True)
class StepView:
    """by: below nought the other State, 0 the machine. delivered: receipted; None for what was not sent."""

    n: int
    at: datetime
    what: str
    by: int
    by_us: bool
    effect: str
    words: str
    message: str
    sha256: str
    delivered: bool | None


@dataclass(frozen=True)
class NoticeRow:
    """licence, shipment: ours that it is about. alarm: why somebody has to look. Each "" for none."""

    number: str
    direction: str
    matter: str
    peer: str
    state: str
    licence: str
    shipment: str
    their_number: str
    made_at: datetime
    due_at: datetime | None
    late: bool
    alarm: str


@dataclass(frozen=True)
class NoticeView(NoticeRow):
    """proposed: what our customs' record says of each line asked about, None where it says nothing."""

    id: int
    version: int
    thread: str
    asked: dict[str, Any]
    answer: dict[str, Any]
    answered_at: datetime | None
    escalated_at: datetime | None
    possible: tuple[NoticeAct, ...]
    proposed: list[int] | None
    steps: tuple[StepView, ...]


@dataclass(frozen=True)
class ExpectedGoods:
    description: str
    quantity: int
    names: tuple[str, ...]


@dataclass(frozen=True)
class ExpectedView:
    """A shipment that another State announced. licence: ours; shipment: the importer's, once it is known."""

    notice: str
    state: str
    their_number: str
    import_country: str
    licence: str
    shipment: str
    carrier: str
    waybill: str
    seal: str
    expected_on: date | None
    departed_on: date | None
    alarm: str
    lines: tuple[ExpectedGoods, ...]


@dataclass(frozen=True)
class Askable:
    """What another State may be told or asked. waits: a notice of ours about it without answer, "" for none.

    reached: whether the State has a node, so that it can be told by message.
    """

    matter: str
    state: str
    waits: str
    reached: bool
