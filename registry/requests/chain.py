"""From State to State: whether a chain goes on, and why it ends. Pure.

Firearms that come back to a State are legitimate, so the guard is on the transfer and not on the State.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from registry.core.errors import Unmet
from schemas.request_messages import FIRST_STEP
from schemas.requests_vocabulary import FieldWanted, RequestState
from schemas.words import said

MOST = 16


@dataclass(frozen=True)
class Link:
    """A State that was asked, where its request stands, and the transfer by which the firearm left it.

    to: the next State, "" where it names none; on: YYYY-MM-DD, "" where it was not told; paper: its
    document; outcome: of the answer, "" before there is one; wanted: what was asked of it.
    """

    state: str
    stands: RequestState
    outcome: str = ""
    to: str = ""
    on: str = ""
    paper: str = ""
    wanted: tuple[FieldWanted, ...] = FIRST_STEP


def unmet_to_follow(links: Sequence[Link], home: str) -> list[Unmet]:
    """Why the chain does not go on to the State that the last answer names; links from the first one on."""
    reason = ending(links, home)
    return [Unmet(reason, "next_state", "ITI 24")] if reason else []


def ending(links: Sequence[Link], home: str) -> str:
    """Why a chain ends here, "" where another State can be asked."""
    last = links[-1]
    if not last.to:
        return _dead_end(last)
    if last.to == home:
        return said("It came back to us: our own records say what followed.")
    if len(links) >= MOST:
        return said("A chain has at most %(most)s steps.", most=MOST)
    if any(_transfer(one) == _transfer(last) for one in links[:-1]):
        return said(
            "The transfer from %(giver)s to %(taker)s was followed before: the answers run in a circle.",
            giver=last.state,
            taker=last.to,
        )
    earlier = max((one.on for one in links[:-1] if one.on), default="")
    if last.on and last.on < earlier:
        return said(
            "%(state)s says that it left on %(day)s, before the transfer of %(earlier)s that led there.",
            state=last.state,
            day=last.on,
            earlier=earlier,
        )
    return ""


def _transfer(link: Link) -> tuple[str, str, str, str]:
    return link.state, link.to, link.on, link.paper


def _dead_end(link: Link) -> str:
    if link.stands is RequestState.REFUSED:
        return said("%(state)s has refused to answer.", state=link.state)
    if link.stands is RequestState.WITHDRAWN:
        return said("The request to %(state)s was withdrawn.", state=link.state)
    if not link.outcome:
        return said("%(state)s has not answered yet.", state=link.state)
    if link.outcome == "not_in_records":
        return said("%(state)s has no record of it, and names no other State.", state=link.state)
    if link.outcome == "candidates":
        return said(
            "Several records of %(state)s fit: another observation has to tell which.", state=link.state
        )
    if FieldWanted.TRANSFERS not in link.wanted:
        return said("%(state)s has it on record; where it went was not asked.", state=link.state)
    if link.outcome == "left_the_country":
        return said("It left %(state)s; the State it went to was not told.", state=link.state)
    return said("%(state)s has it on record, and it did not leave.", state=link.state)
