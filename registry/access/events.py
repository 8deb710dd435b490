"""What happened to somebody's ways in, kept for them and for administrators to see."""

from __future__ import annotations

from enum import StrEnum

from registry.access.tables import AccessEvent
from registry.core.work import Work


class Event(StrEnum):
    """Kinds of events; stored, never renamed."""

    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - what happened, no password
    PASSWORD_RESET = "password_reset"  # noqa: S105
    APP_ADDED = "app_added"
    APP_REMOVED = "app_removed"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    CODES_MADE = "codes_made"
    CODE_USED = "code_used"
    FACTOR_RESET = "factor_reset"


def note(work: Work, account_id: int, event: Event, reason: str = "", by: int | None = None) -> None:
    """Keep what happened; by whoever acts, unless someone else is named."""
    work.session.add(
        AccessEvent(
            account_id=account_id,
            kind=event.value,
            reason=reason,
            by_id=work.actor.user_id if by is None else by,
            at=work.now,
        )
    )
