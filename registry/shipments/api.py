"""Routes of the API for shipments and the counter of customs."""

from __future__ import annotations

from typing import Any

from registry.core.numbers import find_registry_number
from registry.core.web import api
from registry.core.work import Work
from registry.licensing.queries import licence_key
from registry.licensing.views import LicenceView
from registry.shipments import acts, clearing, following, lots, naming, queries, scan_queries
from registry.shipments.queries import shipment_key
from registry.shipments.sealing import sealed_receipt, sealed_request
from registry.shipments.views import CounterView, ScanAnswer, ShipmentRow, ShipmentView
from schemas import shipments as shapes
from schemas.licensing_views import LicenceSchema
from schemas.paging import Page
from schemas.vocabulary import May

blueprint: Any = api.blueprint("shipments", "Shipments under licences, cleared by customs (FP arts. 10, 11)")


def _changes(path: str, permission: May, takes: type[Any]) -> Any:
    """A change of a shipment as it was read; answers the shipment."""

    def mark(view: Any) -> Any:
        made = api.writes(
            blueprint, permission, takes=takes, gives=shapes.ShipmentSchema, status=200, versioned=True
        )(view)
        return blueprint.route(f"/shipments/<number>/{path}", methods=["POST"])(made)

    return mark


@blueprint.route("/shipments", methods=["GET"])
@api.reads(
    blueprint,
    May.SHIPMENT_READ,
    gives=shapes.ShipmentRowSchema,
    query=shapes.ShipmentsAskedSchema,
    paged=True,
)
def shipments(work: Work, asked: shapes.ShipmentsAsked) -> Page[ShipmentRow]:
    """Shipments that fit; traders see their own, customs those of their office."""
    return queries.shipments(work, asked)


@blueprint.route("/shipments/<number>", methods=["GET"])
@api.reads(blueprint, May.SHIPMENT_READ, gives=shapes.ShipmentSchema)
def shipment(work: Work, number: str) -> ShipmentView:
    """One shipment, and while it is announced what keeps it from being cleared."""
    return queries.shipment(work, shipment_key(number))


@blueprint.route("/licences/<number>/shipments", methods=["POST"])
@api.writes(
    blueprint,
    May.SHIPMENT_ANNOUNCE,
    takes=shapes.ShipmentNewSchema,
    gives=shapes.ShipmentSchema,
    at="/shipments/{number}",
)
def announce(work: Work, new: shapes.ShipmentNew, number: str) -> ShipmentView:
    """Announce goods of a licence at a customs office."""
    return acts.announce(work, licence_key(number), new)


@_changes("cancellation", May.SHIPMENT_ANNOUNCE, shapes.ReasonSchema)
def cancel(work: Work, why: shapes.Reason, number: str, version: int) -> ShipmentView:
    """Take an announcement back."""
    return acts.cancel(work, shipment_key(number), why, version)


@blueprint.route("/shipments/<number>/scans", methods=["POST"])
@api.writes(blueprint, May.SHIPMENT_CLEAR, takes=shapes.ScanNewSchema, gives=shapes.ScanAnswerSchema)
def scan(work: Work, new: shapes.ScanNew, number: str) -> ScanAnswer:
    """Hold a label, package or mark against a shipment."""
    return clearing.scan(work, shipment_key(number), new)


@blueprint.route("/licences/<number>/goods/removals", methods=["POST"])
@api.writes(
    blueprint,
    May.LICENCE_APPLY,
    takes=shapes.NamesBackSchema,
    gives=LicenceSchema,
    status=200,
    versioned=True,
)
def take_back(work: Work, new: shapes.NamesBack, number: str, version: int) -> LicenceView:
    """Take back the names of goods that no shipment holds, as before a line is reduced."""
    return naming.take_back(work, licence_key(number), new, version)


@blueprint.route("/shipments/<number>/counts", methods=["POST"])
@api.writes(
    blueprint, May.SHIPMENT_CLEAR, takes=shapes.PartsCountedSchema, gives=shapes.ShipmentSchema, status=200
)
def count(work: Work, new: shapes.PartsCounted, number: str) -> ShipmentView:
    """Say how many parts without a serial there are of a line."""
    return clearing.count(work, shipment_key(number), new)


@_changes("lots/<int(max=999999):n>", May.SHIPMENT_ANNOUNCE, shapes.LotToldSchema)
def tell_lot(work: Work, new: shapes.LotTold, number: str, n: int, version: int) -> ShipmentView:
    """Say of what lot cartridges are that come in and that no record describes yet."""
    return lots.tell_lot(work, shipment_key(number), n, new, version)


@_changes("clearance", May.SHIPMENT_CLEAR, shapes.ClearanceNewSchema)
def clear(work: Work, new: shapes.ClearanceNew, number: str, version: int) -> ShipmentView:
    """Clear it: the licence is drawn down and custody is written."""
    return clearing.clear(work, shipment_key(number), new, version)


@_changes("passages", May.SHIPMENT_FOLLOW, shapes.PassageNewSchema)
def passed(work: Work, new: shapes.PassageNew, number: str, version: int) -> ShipmentView:
    """Record that it passed a transit State."""
    return following.passed(work, shipment_key(number), new, version)


@_changes("arrival", May.SHIPMENT_FOLLOW, shapes.ArrivalNewSchema)
def arrived(work: Work, new: shapes.ArrivalNew, number: str, version: int) -> ShipmentView:
    """Record that it arrived in the importing State."""
    return following.arrived(work, shipment_key(number), new, version)


@_changes("exit", May.SHIPMENT_FOLLOW, shapes.ArrivalNewSchema)
def left(work: Work, new: shapes.ArrivalNew, number: str, version: int) -> ShipmentView:
    """Record that what passed through us has left us."""
    return following.left(work, shipment_key(number), new, version)


@_changes("receipt", May.SHIPMENT_FOLLOW, shapes.ReceiptNewSchema)
def received(work: Work, new: shapes.ReceiptNew, number: str, version: int) -> ShipmentView:
    """Record what the importing State received, with differences (FP 10(4))."""
    return following.received(work, shipment_key(number), new, version)


@_changes("reminders", May.SHIPMENT_FOLLOW, shapes.ReasonSchema)
def remind(work: Work, why: shapes.Reason, number: str, version: int) -> ShipmentView:
    """Record that the other State was asked for proof of receipt."""
    return following.remind(work, shipment_key(number), why, version)


@blueprint.route("/counter/<code>", methods=["GET"])
@api.reads(blueprint, May.SHIPMENT_CLEAR, gives=shapes.CounterSchema)
def counter(work: Work, code: str) -> CounterView:
    """What customs need of a licence at once: valid or not, what is left, what waits at the counter."""
    return scan_queries.counter(work, code)


@blueprint.route("/shipments/<number>/receipt-request.pdf", methods=["GET"])
@api.prints(blueprint, May.SHIPMENT_FOLLOW)
def receipt_request(number: str) -> bytes:
    """The letter that asks the importing State for its receipt (FP 10(4)), to be verified by code."""
    return sealed_request(find_registry_number(queries.PREFIX, number))


@blueprint.route("/shipments/<number>/receipt.pdf", methods=["GET"])
@api.prints(blueprint, May.SHIPMENT_READ)
def receipt(number: str) -> bytes:
    """What the exporting State is told of the receipt of what came in (FP 10(4)), to be verified by code."""
    return sealed_receipt(find_registry_number(queries.PREFIX, number))
