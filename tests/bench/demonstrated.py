"""What a small demonstration has none of, one row of each, so that every list has rows once it is copied."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import create_engine, select

from registry.ammunition.tables import Lot
from registry.core.database import Base
from registry.core.work import OPERATOR, Office
from registry.demo.loading import ACCOUNTS, signed_in
from registry.tracing.scenes import record
from schemas.scenes import CartridgesFound, SceneNew
from schemas.vocabulary import Purpose

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
PEER, THREAD = "AR", "0196f000-0000-7000-8000-000000"
MESSAGE = {"type": "trace.request", "thread": THREAD, "jws": "a.b.c", "sha256": "c" * 43, "receipt": ""}
OUT = {**MESSAGE, "peer": PEER, "tries": 1, "made_at": AT, "next_at": AT, "expires_at": AT, "problem": "",
       "reason": "", "followed_by": "", "means": ""}  # fmt: skip
NOTICE = {"matter": "licence", "peer": PEER, "licence_id": 1, "thread": "th-", "jti": "", "sha256": "",
          "their_number": "1", "asked": "{}", "answer": "", "answer_jti": "", "answer_sha256": "",
          "answer_seq": 0, "alarm": "", "made_at": AT, "made_by": 1, "looked": 0, "version": 1}  # fmt: skip
CORRECTED = {"reason": "As on the invoice.", "changed": "[]", "changed_by": 1, "changed_at": AT}
RARE: list[tuple[str, dict[str, Any]]] = [
    ("exchange_in", {**MESSAGE, "iss": PEER, "jti": "in-", "seq": 1, "prev": "", "received_at": AT,
                     "state": "done"}),
    ("exchange_out", {**OUT, "jti": "out-", "seq": 1, "state": "delivered", "ended_at": AT}),
    ("exchange_out", {**OUT, "jti": "late-", "seq": 2, "state": "dead", "ended_at": AT}),
    ("state_notice", {**NOTICE, "direction": "out", "state": "told"}),
    ("state_notice_step", {"notice_id": 1, "n": 1, "at": AT, "what": "tell", "by": 1, "effect": "",
                           "words": "", "jti": "out-", "sha256": ""}),
    ("identity_conflict", {"firearm_id": 1, "other_id": 2, "opened_at": AT, "decision": "", "reason": "",
                           "version": 1}),
    ("identity_conflict", {"firearm_id": 3, "other_id": 4, "opened_at": AT, "decision": "two_firearms",
                           "reason": "Looked at.", "decided_by": 1, "decided_at": AT, "version": 2}),
    ("sale_report", {"name": "march.csv", "digest": "d" * 64, "lines": 40, "refused": 1, "reported_by": 1,
                     "party_id": 1, "reported_at": AT}),
    ("sale_report_line", {"report_id": 1, "line": 7, "unmet": "[]"}),
    ("sign_in", {"token_hash": b"s" * 32, "account_id": 1, "factor": "password", "agent": "",
                 "started_at": AT, "seen_at": AT, "confirmed_at": AT, "ends_at": AT}),
    ("kept_answer", {"account_id": 1, "key": "k", "request_hash": b"h" * 32, "status": 201, "location": "/",
                     "etag": "", "body": b"{}", "at": AT}),
    ("party_change", {"party_id": 300, "version": 2, **CORRECTED}),
    ("firearm_correction", {"firearm_id": 5, "version": 2, **CORRECTED}),
    ("sale_correction", {"lot_id": 1, "sale_n": 1, "n": 1, **CORRECTED}),
    ("deactivation_incident", {"deactivation_id": 1, "custody_n": 2, "kind": "handed_over",
                               "happened_on": date(2026, 2, 1), "raised_at": AT, "outcome": "", "reason": "",
                               "version": 1}),
]  # fmt: skip
"""Table and row, what others point to first."""


def add_scene(office: Office) -> None:
    """Cartridges found at the scene of a crime, entered and traced as people do it."""
    with office.look(OPERATOR) as work:
        police = signed_in(work, next(account for account in ACCOUNTS if account[0] == "police"))
        code = str(work.session.scalars(select(Lot.code).order_by(Lot.id).limit(1)).one())
    with office.begin(police, Purpose.CRIMINAL_INVESTIGATION, "C-1") as work:
        found = [CartridgesFound(code=code, count=2)]
        record(work, SceneNew("C-1", Purpose.CRIMINAL_INVESTIGATION, date(2026, 2, 27), "Rua 1", found))


def add_rare(url: str) -> None:
    """Put them into a database without triggers of the journal."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for table, row in RARE:
            connection.execute(Base.metadata.tables[table].insert(), row)
    engine.dispose()
