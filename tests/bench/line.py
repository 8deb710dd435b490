"""One JSON line for each figure: the contract of all benchmarks."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A figure with its floor of the same run.

    bar: what the ratio must reach ("higher") or stay under ("lower"); judged: "value" where the bar is
    for the figure itself. floor: None where there is nothing to compare with.
    """

    bench: str
    engine: str | None
    size: int
    value: float
    unit: str
    floor: float | None
    bar: float
    better: str = "higher"
    judged: str = "ratio"

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.value / self.floor

    @property
    def ok(self) -> bool:
        figure = self.value if self.judged == "value" else self.ratio
        if figure is None:
            return False
        return figure >= self.bar if self.better == "higher" else figure <= self.bar

    def printed(self) -> str:
        """The line as JSON."""
        return json.dumps(
            {
                "bench": self.bench,
                "engine": self.engine,
                "size": self.size,
                "value": rounded(self.value, 2),
                "unit": self.unit,
                "floor": rounded(self.floor, 2),
                "ratio": rounded(self.ratio, 3),
                "bar": self.bar,
                "judged": self.judged,
                "better": self.better,
                "ok": self.ok,
            }
        )


def rounded(figure: float | None, digits: int) -> float | None:
    return None if figure is None else round(figure, digits)
