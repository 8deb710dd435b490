"""One JSON line for each figure: the contract of all benchmarks."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A figure with its floor of the same run.

    bar: what the ratio must reach ("higher") or stay under ("lower").
    """

    bench: str
    engine: str | None
    size: int
    value: float
    unit: str
    floor: float
    bar: float
    better: str = "higher"

    @property
    def ratio(self) -> float:
        return self.value / self.floor

    @property
    def ok(self) -> bool:
        return self.ratio >= self.bar if self.better == "higher" else self.ratio <= self.bar

    def printed(self) -> str:
        """The line as JSON."""
        return json.dumps(
            {
                "bench": self.bench,
                "engine": self.engine,
                "size": self.size,
                "value": round(self.value, 2),
                "unit": self.unit,
                "floor": round(self.floor, 2),
                "ratio": round(self.ratio, 3),
                "bar": self.bar,
                "better": self.better,
                "ok": self.ok,
            }
        )
