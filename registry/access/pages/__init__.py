"""Pages of access: signing in and out, one's own ways in, accounts, and what takes two people."""

from __future__ import annotations

from registry.access import approval_queries, glass_queries
from registry.access.pages import accounts, approvals, factors, glass, own, signing_in
from registry.access.pages.room import blueprint
from registry.core.web.context import NavigationEntry
from schemas.vocabulary import May

ROOMS = (signing_in, factors, own, accounts, approvals, glass)
NAVIGATION = (
    NavigationEntry("Approvals", "access.proposals", May.APPROVAL_READ, 5, approval_queries.waiting),
    NavigationEntry("Emergency access", "access.opened_records", May.GLASS_READ, 6, glass_queries.waiting),
    NavigationEntry("Accounts", "access.accounts", May.USER_MANAGE, 10),
    NavigationEntry("Your access", "access.tokens", May.TOKEN_MANAGE, 90),
)
__all__ = ["NAVIGATION", "ROOMS", "blueprint"]
