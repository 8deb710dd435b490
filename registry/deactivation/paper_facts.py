"""What the square of a certificate of deactivation says, and which certificates were annulled."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from registry.core.numbers import registry_number
from registry.core.work import Work
from registry.deactivation.tables import Deactivation
from registry.deactivation.views import DeactivationView
from registry.verification.facts import PaperFacts, PaperLine, PaperParty
from registry.verification.key_queries import Endings
from schemas.deactivation_vocabulary import DeactivationState
from schemas.verification_vocabulary import Ending, PaperKind, PaperRole
from schemas.vocabulary import IssuedKind


def facts(found: DeactivationView, state: str) -> PaperFacts:
    """The firearm, its marks, who did the work and who inspected it. state: whose certificate it is."""
    return PaperFacts(
        kind=PaperKind.DEACTIVATION_CERTIFICATE,
        issuer=state,
        number=found.number,
        parties=(
            PaperParty(PaperRole.WORK_DONE_BY, found.done_by_name),
            PaperParty(PaperRole.INSPECTED_BY, found.inspections[-1].body_name),
        ),
        lines=(PaperLine(found.firearm_name, "", 1, ", ".join(found.firearm_marks)),),
        mark=found.mark,
    )


def ended(work: Work) -> Iterator[tuple[str, str, Ending]]:
    """Certificates that were annulled."""
    query = select(Deactivation.id).where(Deactivation.state == DeactivationState.ANNULLED.value)
    for key in work.session.scalars(query):
        yield registry_number("D", key), "", Ending.REVOKED


ENDINGS: Endings = {IssuedKind.DEACTIVATION_CERTIFICATE: ended}
