"""Requests that ask who holds a firearm last: what two officers release, and what the answer says of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.access.approval_queries import ProposalView
from registry.core.work import Work
from registry.requests import naming, queries
from schemas.firearms import MarkNew
from schemas.holders import HolderRelease
from schemas.requests_vocabulary import FieldWanted
from tests.exchange.world import Node
from tests.firearms.world import World, made, make_world, register, sold
from tests.requests.world import view

WANTED = (FieldWanted.TRANSFERS, FieldWanted.LAST_LAWFUL_HOLDER)


def released(**given: Any) -> HolderRelease:
    return HolderRelease(reason="Murder weapon", **given)


def propose(work: Work, new: HolderRelease) -> ProposalView:
    return naming.propose(work, 1, new, queries.request(work, 1).version)


def told(node: Node) -> dict[str, Any]:
    found = view(node).answer
    assert found is not None
    return found


def said(node: Node) -> str:
    """What the answer says of the last holder."""
    return {one["field"]: one["said"] for one in told(node)["wanted"]}["last_lawful_holder"]


def held_by_a_person(node: Node, *marks: MarkNew) -> World:
    """A pistol that João da Silva has; with marks, another one too that bears them, which a dealer has."""
    world = make_world(node.office)
    there = sold(world.maker, world.dealer), sold(world.dealer, world.person, date(2003, 6, 1))
    register(node.office, world, made(world), *there)
    if marks:
        register(node.office, world, made(world), sold(world.maker, world.dealer), marks=marks)
    return world
