"""Photographs and papers of the tests, and how they go with requests and are fetched."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from registry.core.work import OPERATOR
from registry.exchange import (
    ordering,
    scans,
)
from registry.exchange import queries as exchange
from registry.exchange.courier import Parcel, Reply, TooLarge
from registry.exchange.fetching import Fetch, Fetcher
from registry.requests import attached, attaching, queries
from registry.requests.views import AttachmentView, RequestView
from schemas.requests_vocabulary import RequestAct
from tests.exchange.world import Node
from tests.requests.test_letters import draft
from tests.requests.world import (
    OFFICER,
    ask,
    view,
)


def photograph(shade: int = 90) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


PHOTO = photograph()


def attach(node: Node, content: bytes = PHOTO, request_id: int = 1, name: str = "mark.jpg") -> RequestView:
    with node.office.begin(OFFICER) as work:
        version = queries.request(work, request_id).version
        return attaching.attach(work, request_id, scans.looked_at(name, content, "file"), version)


def from_states(nodes: Sequence[Node]) -> Fetch:
    """A network that always works."""
    by_state = {each.state: each for each in nodes}

    def fetch(parcel: Parcel, most: int) -> Reply:
        given = ordering.give(by_state[parcel.peer].office, parcel.sealed, "192.0.2.1")
        if len(given.body) > most:
            raise TooLarge("the answer is too large")
        return Reply(given.status, given.body.encode())

    return fetch


def fetch(node: Node, how: Fetch) -> int:
    return Fetcher(node.office, how, lambda: 0.5).run_once()


def file(node: Node, digest: str, request_id: int = 1) -> bytes:
    with node.office.look(OFFICER) as work:
        return attached.file(work, queries.request_row(work, request_id), digest)[1]


def awaited(node: Node) -> int:
    """Files still to come, as the operator's status says."""
    with node.office.look(OPERATOR) as work:
        return sum(one.awaited for one in exchange.peers(work))


def only(node: Node, request_id: int = 1) -> AttachmentView:
    (found,) = view(node, request_id).attachments
    return found


def sent_with_photograph(br: Node) -> RequestView:
    found = draft(br)
    attach(br, request_id=found.id)
    return ask(br, found.id, act=RequestAct.SEND)
