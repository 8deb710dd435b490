"""Rows of the directory. Personal data stand apart, in `person`."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from registry.core.database import PERSONAL, Base, Instant, Key, table_args

NameKey = String(200).with_variant(String(200, collation="C"), "postgresql")
"""Sorted by code point on both engines, so that the beginning of a name is one range of its index."""


class State(Base):
    """A State, present or historic."""

    __tablename__ = "state"
    __table_args__ = table_args()

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    historic: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Calibre(Base):
    """A calibre by its CIP or SAAMI name; the aliases live in `calibres.py`."""

    __tablename__ = "calibre"
    __table_args__ = table_args()

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class Party(Base):
    """Maker, importer, dealer, public body or natural person.

    name: of a natural person only its registry number; the real one stands in `person`.
    identifier: licence, tax or registration number of a legal person.
    """

    __tablename__ = "party"
    __table_args__ = table_args(
        Index(None, "name"),
        Index(None, "name_key"),
        Index(None, "identifier"),
        Index(None, "kind", "name_key"),
        Index(None, "country", "name_key"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(NameKey)  # casefolded, for look-up
    short_name: Mapped[str] = mapped_column(String(60), default="")
    country: Mapped[str] = mapped_column(ForeignKey("state.code"))
    place: Mapped[str] = mapped_column(String(120), default="")
    identifier: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)


class Person(Base):
    """Personal data of a party that is a natural person; read only by roles that need it."""

    __tablename__ = "person"
    __table_args__ = table_args(
        Index(None, "document_number"),
        CheckConstraint("length(full_name) > 0", name="full_name"),
    )

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True)
    full_name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    birth_date: Mapped[date | None] = mapped_column(info=PERSONAL)
    document_kind: Mapped[str] = mapped_column(String(40), default="")
    document_number: Mapped[str] = mapped_column(String(60), default="", info=PERSONAL)
    address: Mapped[str] = mapped_column(String(400), default="", info=PERSONAL)


class PersonDeath(Base):
    """When a natural person died, and which record says so."""

    __tablename__ = "person_death"
    __table_args__ = table_args()

    party_id: Mapped[int] = mapped_column(
        ForeignKey("person.party_id"), primary_key=True, autoincrement=False
    )
    died_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class PartyClosure(Base):
    """When a company closed, and which record says so."""

    __tablename__ = "party_closure"
    __table_args__ = table_args()

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    closed_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[int] = mapped_column(Key)


class PartyChange(Base):
    """Why a party's entry was corrected, by whom and when; `version` is the one it led to."""

    __tablename__ = "party_change"
    __table_args__ = table_args()

    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(400))
    changed: Mapped[str] = mapped_column(String(400))  # names of the fields, separated by spaces
    changed_by: Mapped[int] = mapped_column(Key)  # account; 0: the operator
    changed_at: Mapped[datetime] = mapped_column(Instant)
