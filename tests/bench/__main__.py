"""`python -m tests.bench [NAME …]`: runs benchmarks, prints a JSON line each, fails when one misses its bar.

SIZE=full in the environment runs them at the size the contract names.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

from registry.app import settle
from tests.bench import (
    cartridges,
    exchanges,
    intakes,
    labels,
    ledger_writes,
    ledgers,
    load,
    marks,
    pages,
    traces,
)
from tests.bench.line import Line

BENCHES: dict[str, Callable[[bool], Iterator[Line]]] = {
    "trace_exact_http": traces.exact_http,
    "trace_exact_growth": traces.exact_growth,
    "trace_logged_http": traces.logged_http,
    "cartridge_trace": cartridges.traced,
    "cartridge_growth": cartridges.grown,
    "cartridge_bytes": cartridges.kept,
    "sales_single": cartridges.sold_single,
    "sales_bulk": cartridges.sold_in_bulk,
    "exchange_hop": exchanges.hop,
    "exchange_chain": exchanges.chain,
    "exchange_incoming": exchanges.incoming,
    "intake": intakes.brought_in,
    "labels_pdf": labels.into_pdf,
    "labels_naive": labels.beside_pictures,
    "load_users": load.users,
    "ledger_integrate": ledgers.integrated,
    "ledger_write": ledger_writes.write,
    "ledger_proof": ledgers.proved,
    "mark_damaged": marks.damaged,
    "mark_quality": marks.quality,
    "mark_exact": marks.exact,
    "pages": pages.opened,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all: 0 when each reached its bar, 1 if not, 2 for a wrong name."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    missed = False
    settle()  # as the server does
    for name in names or BENCHES:
        for line in BENCHES[name](os.environ.get("SIZE") == "full"):
            print(line.printed(), flush=True)
            missed = missed or not line.ok
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
