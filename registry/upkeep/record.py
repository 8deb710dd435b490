"""What this registry remembers of its backups: one small file in the instance's folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

NAME = "backups.json"


@dataclass(frozen=True)
class Kept:
    """The last backup. verified_at: when it was last restored beside and proven, "" when never."""

    folder: str
    made_at: str
    digest: str
    verified_at: str = ""

    @property
    def made(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)


def last(instance: Path) -> Kept | None:
    """The last backup, None where none was made or what is written cannot be read."""
    try:
        return Kept(**json.loads((instance / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def made(instance: Path, kept: Kept) -> None:
    """Remember a backup; at once or not at all."""
    new = instance / f"{NAME}.{os.getpid()}"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(kept), file)
    new.replace(instance / NAME)


def verified(instance: Path, digest: str, at: str) -> None:
    """Remember that a backup was proven, if it is the last one."""
    if (kept := last(instance)) is not None and kept.digest == digest:
        made(instance, replace(kept, verified_at=at))
