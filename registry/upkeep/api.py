"""How the registry is, by the API."""

from __future__ import annotations

from typing import Any

from registry.core.web import api
from registry.core.web.context import registry
from registry.core.work import Work
from registry.upkeep import operations
from registry.upkeep.operations import Operations
from schemas.operations import OperationsSchema
from schemas.vocabulary import May

blueprint: Any = api.blueprint("operations", "Whether the registry is well")


@blueprint.route("/operations", methods=["GET"])
@api.reads(blueprint, May.OPERATIONS_READ, gives=OperationsSchema)
def looked(work: Work) -> Operations:
    """What the doctor finds, and the figures of the watch."""
    parts = registry()
    return operations.look(parts.office, parts.settings)
