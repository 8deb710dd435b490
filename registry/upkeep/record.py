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
    """The last backup. proven_at: when one was last restored beside and proven, "" when never."""

    folder: str
    made_at: str
    digest: str
    proven_at: str = ""

    @property
    def made(self) -> datetime:
        """When it was made."""
        return datetime.fromisoformat(self.made_at)

    @property
    def proven(self) -> datetime | None:
        """When one was last proven."""
        return datetime.fromisoformat(self.proven_at) if self.proven_at else None


def last(instance: Path) -> Kept | None:
    """The last backup, None where none was made or what is written cannot be read."""
    try:
        return Kept(**json.loads((instance / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def made(instance: Path, folder: str, made_at: str, digest: str) -> None:
    """Remember a backup."""
    before = last(instance)
    _write(instance, Kept(folder, made_at, digest, before.proven_at if before else ""))


def proven(instance: Path, at: str) -> None:
    """Remember that a backup was proven, on the machine that makes them."""
    if (kept := last(instance)) is not None:
        _write(instance, replace(kept, proven_at=at))


def _write(instance: Path, kept: Kept) -> None:
    """At once or not at all."""
    new = instance / f"{NAME}.{os.getpid()}"
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(kept), file)
    new.replace(instance / NAME)
