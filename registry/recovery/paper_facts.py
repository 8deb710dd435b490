"""What the square of a certificate of destruction or disposal says."""

from __future__ import annotations

from collections.abc import Iterator

from registry.core.work import Work
from registry.recovery.disposal_views import DisposalView
from registry.recovery.views import ItemRow
from registry.verification.facts import PaperFacts, PaperLine, PaperParty
from registry.verification.key_queries import Endings
from schemas.recovery_vocabulary import DisposalKind
from schemas.verification_vocabulary import Ending, PaperKind, PaperRole
from schemas.vocabulary import IssuedKind


def facts(found: DisposalView, state: str) -> PaperFacts:
    """What ended, with the marks as they were read. state: whose certificate it is."""
    destroyed = found.kind == DisposalKind.DESTRUCTION
    people = (
        (PaperRole.CARRIED_OUT_BY, found.done_by),
        (PaperRole.RECEIVED_BY, found.recipient.name if found.recipient else ""),
    )
    return PaperFacts(
        kind=PaperKind.DESTRUCTION_CERTIFICATE if destroyed else PaperKind.DISPOSAL_CERTIFICATE,
        issuer=state,
        number=found.number,
        parties=tuple(PaperParty(role, name) for role, name in people if name),
        lines=tuple(map(_line, found.rows)),
    )


def _line(row: ItemRow) -> PaperLine:
    what = row.type if row.kind == "firearm" else row.kind
    made = " ".join(filter(None, (row.maker, row.model)))
    return PaperLine(made or what, row.calibre, row.quantity, row.mark)


def ended(work: Work) -> Iterator[tuple[str, str, Ending]]:
    """None: what was destroyed stays destroyed; a certificate that is revoked is on the list by itself."""
    return iter(())


ENDINGS: Endings = {IssuedKind.DISPOSAL_CERTIFICATE: ended}
