"""Some rows of a file by columns, so that what many rows share is looked up once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

Told = Mapping[str, str]
"""A row by the names of our fields; cells that are empty are not in it."""


class Piece(Sequence[Told]):
    """Rows of a file. columns: by our fields, the cells of all rows, "" for an empty one."""

    def __init__(
        self,
        rows: Sequence[tuple[int, Sequence[str]]],
        columns: Sequence[str],
        mapping: Mapping[str, str],
        constants: Mapping[str, str],
    ) -> None:
        self.lines = [line for line, _ in rows]
        place = {column: n for n, column in enumerate(columns)}
        cells = list(zip(*(cells for _, cells in rows), strict=True)) or [()] * len(columns)
        self.columns: dict[str, Sequence[str]] = {
            field: cells[place[column]] for field, column in mapping.items() if column in place
        }
        self._texts: dict[str, frozenset[str]] = {}
        for field, value in constants.items():
            self.columns[field] = [text or value for text in self.column(field)]

    def column(self, field: str) -> Sequence[str]:
        """The cells of a field, of each row."""
        return self.columns.get(field) or [""] * len(self)

    def texts(self, field: str) -> frozenset[str]:
        """What the cells of a field say, each once."""
        if (known := self._texts.get(field)) is None:
            known = self._texts[field] = frozenset(self.columns.get(field) or ("",))
        return known

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[Told]:
        return (self[n] for n in range(len(self)))

    def __getitem__(self, n: Any) -> Any:
        """One row, by our fields."""
        return {field: texts[n] for field, texts in self.columns.items() if texts[n]}

    def stand_for(self, field: str, look: Callable[[str], Any]) -> Sequence[Any]:
        """What the cells of a field stand for; each text is looked up once."""
        texts, cells = self.texts(field), self.column(field)
        if len(texts) == 1:
            return [look(cells[0])] * len(self) if cells else []
        if 2 * len(texts) > len(self):
            return [look(text) for text in cells]
        known = {text: look(text) for text in texts}
        return [known[text] for text in cells]

    def digests(self) -> list[str]:
        """Of each row the digest of its cells, by which it is known again: SHA-256 of their JSON."""
        told = [field for field in sorted(self.columns) if self.texts(field) != _NOTHING]
        if not told:
            return [sha256(b"{}").hexdigest()] * len(self)
        rows = zip(*(self.stand_for(field, partial(_part, field)) for field in told), strict=True)
        gaps = any("" in self.texts(field) for field in told)
        whole = map(", ".join, (filter(None, row) for row in rows) if gaps else rows)
        return [sha256(f"{{{row}}}".encode()).hexdigest() for row in whole]


_NOTHING = frozenset({""})


def _part(field: str, text: str) -> str:
    return f'"{field}": {encode_basestring(text)}' if text else ""
