"""Verify an export of a firearms registry's ledger, without the registry.

    python verifier.py export.zip --key "origin+hash+base64" [--older checkpoint.txt ...] [--witness KEY ...]

Standard library only; the format is written down in docs/ledger-format.md, so that a stranger can write
another. Levels: 1 signatures, leaves and tiles agree with every checkpoint; 2 every digest opens to its
value or is redacted by an order; 3 the journal folds to the tables, row by row; 4 messages between States
are signed, whole, receipted, and each names the one before it. Exit status: 0 when nothing is wrong,
else the lowest level that fails, 5 when the export cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

FILES = ("meta", "checkpoints", "tiles", "leaves", "entries", "changes", "personal", "tables")
Export = dict[str, list[Any]]
Row = dict[str, Any]
Rows = dict[str, Row]
Wrong = Callable[[str, str], None]


@dataclass(frozen=True)
class Problem:
    """What is wrong. level: 1 to 4; where: the leaf's index, the change or the table's row it concerns."""

    level: int
    where: str
    message: str


@dataclass
class Report:
    """What was looked at and what is wrong; redacted: values erased by an order, which is not wrong."""

    problems: list[Problem]
    leaves: int = 0
    checkpoints: int = 0
    changes: int = 0
    rows: int = 0
    redacted: int = 0
    messages: int = 0

    @property
    def status(self) -> int:
        """0, or the lowest level that fails."""
        return min((problem.level for problem in self.problems), default=0)


_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % _P, (a[1] + a[0]) * (b[1] + b[0]) % _P
    g, h = 2 * a[3] * b[3] * _D % _P, 2 * a[2] * b[2] % _P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % _P, k * m % _P, j * k % _P, i * m % _P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


def _x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if y >= _P or (x * x - square) % _P or (x == 0 and sign):
        return None
    return _P - x if x & 1 != sign else x


def _point(encoded: bytes) -> Point | None:
    number = int.from_bytes(encoded, "little")
    y = number & (2**255 - 1)
    x = _x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % _P)


_B = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def signature_fits(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether 64 bytes are the signature of a message by a public key of 32 bytes."""
    if len(public) != 32 or len(signature) != 64 or _B is None:
        return False
    key, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= _L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _times(s, _B), _add(r, _times(h, key))
    return not any((left[n] * right[2] - right[n] * left[2]) % _P for n in (0, 1))


def _leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\0" + body).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def _grow(peaks: list[bytes], size: int, leaf: bytes) -> None:
    while size & 1:
        leaf, size = _node_hash(peaks.pop(), leaf), size >> 1
    peaks.append(leaf)


def _root(peaks: list[bytes]) -> bytes:
    empty = hashlib.sha256(b"").digest()
    return reduce(lambda root, peak: _node_hash(peak, root), reversed(peaks)) if peaks else empty


def _tile_top(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [_node_hash(hashes[n], hashes[n + 1]) for n in range(0, len(hashes), 2)]
    return hashes[0]


@dataclass(frozen=True)
class Note:
    """A signed checkpoint. lines: origin, size, root, extensions; signatures: (name, key id, bytes)."""

    text: str
    size: int
    root: bytes
    extensions: tuple[str, ...]
    signatures: tuple[tuple[str, bytes, bytes], ...]


def read_note(written: str) -> Note:
    """A note of a checkpoint. Raises ValueError."""
    text, blank, signed = written.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) < 3 or not signed.endswith("\n"):
        raise ValueError("not a signed checkpoint")
    signatures = []
    for line in signed[:-1].split("\n"):
        dash, name, encoded = line.split(" ")
        value = base64.b64decode(encoded, validate=True)
        if dash != "\N{EM DASH}":
            raise ValueError("not a signature line")
        signatures.append((name, value[:4], value[4:]))
    root = base64.b64decode(lines[2], validate=True)
    return Note(text + "\n", int(lines[1]), root, tuple(lines[3:]), tuple(signatures))


def read_key(text: str) -> tuple[str, bytes, int, bytes]:
    """Name, key id, type and public key of a verifier key `name+id+base64`. Raises ValueError."""
    name, id_, encoded = text.strip().split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    if key_id.hex() != id_ or typed[0] not in (1, 4):
        raise ValueError("not a verifier key")
    return name, key_id, typed[0], typed[1:]


def signed_by(note: Note, key: str) -> bool:
    """Whether a key has signed, or as a witness cosigned, a note."""
    name, key_id, kind, public = read_key(key)
    for signer, signer_id, value in note.signatures:
        if (signer, signer_id) != (name, key_id):
            continue
        message = note.text.encode()
        if kind == 4:
            head = f"cosignature/v1\ntime {int.from_bytes(value[:8], 'big')}\n"
            message, value = head.encode() + message, value[8:]
        return signature_fits(public, message, value)
    return False


def _level_1(export: Export, key: str, older: Iterable[str], witnesses: list[str], report: Report) -> None:
    wrong = _collector(report, 1)
    bodies = [str(line["body"]).encode() for line in export["leaves"]]
    for at, line in enumerate(export["leaves"]):
        if line["id"] != at:
            wrong(f"leaf {at}", f"leaves are not numbered without a gap: {line['id']}")
            break
    report.leaves, report.checkpoints = len(bodies), len(export["checkpoints"])
    noted = [(line, _read(str(line["note"]), wrong)) for line in export["checkpoints"]]
    given = [(None, _read(text, wrong)) for text in older]
    roots, peaks = _roots(bodies, {note.size for _, note in noted + given if note is not None})
    for line, note in noted + given:
        if note is None:
            continue
        where = f"checkpoint {note.size}"
        if note.size not in roots:
            wrong(where, f"the log has only {len(bodies)} leaves: it was cut off or an old one restored")
        elif roots[note.size] != note.root:
            wrong(where, f"the first {note.size} leaves are not those that were signed")
        if not signed_by(note, key):
            wrong(where, "the log's key has not signed it")
        said = note.size, note.root.hex(), note.extensions
        if line is not None and said != (line["size"], line["root"], (f"time {line['signed_at']}",)):
            wrong(where, "size, root or time stand otherwise beside the note than in it")
    newest = max((note for _, note in noted if note is not None), key=lambda n: n.size, default=None)
    if (signed := newest.size if newest else 0) < len(bodies):
        wrong(f"leaf {signed}", "leaves after the last checkpoint are not signed")
    for witness in witnesses:
        if newest is None or not signed_by(newest, witness):
            wrong("checkpoint", f"the newest is not cosigned by {witness.split('+')[0]}")
    _tiles(export, bodies, wrong)
    if export["meta"] != [{"v": 1, "size": len(bodies), "peaks": b"".join(peaks).hex()}]:
        wrong("state", "the log's own size or peaks are not those of its leaves")


def _collector(report: Report, level: int) -> Wrong:
    return lambda where, message: report.problems.append(Problem(level, where, message))


def _read(text: str, wrong: Wrong) -> Note | None:
    try:
        return read_note(text)
    except (ValueError, IndexError) as error:
        wrong("checkpoint", f"cannot be read: {error}")
        return None


def _roots(bodies: list[bytes], sizes: set[int]) -> tuple[dict[int, bytes], list[bytes]]:
    """The roots at these sizes, and the peaks at the end."""
    peaks: list[bytes] = []
    found = {0: _root(peaks)} if 0 in sizes else {}
    for size, body in enumerate(bodies):
        _grow(peaks, size, _leaf_hash(body))
        if size + 1 in sizes:
            found[size + 1] = _root(peaks)
    return found, peaks


def _tiles(export: Export, bodies: list[bytes], wrong: Wrong) -> None:
    """Every full tile is there and holds what the leaves give."""
    stored = {(line["level"], line["n"]): str(line["hashes"]) for line in export["tiles"]}
    level, hashes = 0, [_leaf_hash(body) for body in bodies]
    while len(hashes) >= 256:
        above = []
        for n in range(len(hashes) // 256):
            tile = hashes[n * 256 : (n + 1) * 256]
            if stored.pop((level, n), None) != b"".join(tile).hex():
                wrong(f"tile {level}/{n}", "does not hold the hashes of its leaves")
            above.append(_tile_top(tile))
        level, hashes = level + 1, above
    for level, n in stored:
        wrong(f"tile {level}/{n}", "is of no leaf")


def _level_2(export: Export, report: Report) -> list[dict[str, Any]]:
    """Open every digest; answers the changes in the order of the log."""
    wrong = _collector(report, 2)
    entries = {line["id"]: line for line in export["entries"]}
    personal: dict[int, dict[str, dict[str, Any]]] = {}
    for line in export["personal"]:
        personal.setdefault(line["change"], {})[line["name"]] = line
    changes: dict[int, list[dict[str, Any]]] = {}
    for line in sorted(export["changes"], key=lambda line: int(line["id"])):
        changes.setdefault(line["entry"], []).append(line)
    erased, destroyed = set[str](), set[str]()  # by two people; private halves of keys, by anyone
    for leaf in (leaf for _, leaf in _leaves(export, wrong) if leaf["act"].endswith("ledger.erase")):
        by_two = leaf.get("approval", {}).get("proposed_by", leaf["actor"]) != leaf["actor"]
        erased.update(leaf.get("erased", ()) if by_two else ())
        destroyed.update(leaf.get("destroyed", ()))
    ordered: list[dict[str, Any]] = []
    for at, leaf in _leaves(export, wrong):
        where = f"leaf {at}"
        key = leaf["entry"]
        if export["leaves"][at]["entry"] != key:
            wrong(where, "is kept under another entry")
        _head(where, at, leaf, entries.get(key), wrong)
        listed = leaf["changes"]
        there, changes[key] = changes.get(key, [])[: len(listed)], changes.get(key, [])[len(listed) :]
        if len(there) < len(listed):
            wrong(where, f"{len(listed) - len(there)} of its changes are not in the journal")
        for line, change in zip(listed, there, strict=False):
            report.changes += 1
            apart = personal.pop(change["id"], {})
            may_lack = destroyed if line[0] in _KEYS else erased
            _open(f"{where}, change {change['id']}", line, change, apart, may_lack, report)
            ordered.append(change)
    for change in (change for left in changes.values() for change in left):
        wrong(f"change {change['id']}", f"of {change['subject']} {change['key']} is in no leaf")
    for change_id in personal:
        wrong(f"change {change_id}", "has personal values but is in no leaf")
    sequenced = {leaf["entry"] for _, leaf in _leaves(export, wrong)}
    for key in entries.keys() - sequenced:
        wrong(f"entry {key}", "is in no leaf")
    return ordered


def _leaves(export: Export, wrong: Wrong) -> Iterator[tuple[int, dict[str, Any]]]:
    for at, line in enumerate(export["leaves"]):
        try:
            leaf = json.loads(line["body"])
            if not isinstance(leaf["entry"], int) or not isinstance(leaf["changes"], list):
                raise ValueError
        except (ValueError, KeyError, TypeError):
            wrong(f"leaf {at}", "is not a leaf")
            continue
        yield at, leaf


_KEYS = ("document_key", "exchange_own_key", "paper_key")  # only private halves are kept apart there
_HEAD = ("at", "actor", "role", "purpose", "case", "act", "request", "tx")


def _head(where: str, at: int, leaf: dict[str, Any], entry: dict[str, Any] | None, wrong: Wrong) -> None:
    if entry is None:
        wrong(where, f"entry {leaf['entry']} is gone")
        return
    for name in _HEAD:
        if entry[name] != leaf.get(name):
            wrong(where, f"its entry says another {name}: {entry[name]!r}, not {leaf.get(name)!r}")
    if leaf["part"] == 0 and entry["leaf"] != at:
        wrong(where, f"entry {leaf['entry']} says it is leaf {entry['leaf']}")
    note = _parsed(entry["note"]) if entry["note"] else {}
    if not isinstance(note, dict) or (leaf["final"] and any(leaf.get(n) != v for n, v in note.items())):
        wrong(where, f"entry {leaf['entry']} has another note")
        return
    known = {*_HEAD, *note, "v", "entry", "part", "final", "changes"}
    if leaf["final"] and leaf.keys() - known:
        wrong(where, f"entry {leaf['entry']} has lost its note")


def _open(where: str, line: list[Any], change: Row, personal: Rows, erased: set[str], report: Report) -> None:
    wrong = _collector(report, 2)
    subject, op, key, digest, apart = line
    row = f"{subject} {json.dumps(key)}"
    if (change["subject"], change["op"], _parsed(change["key"])) != (subject, op, key):
        wrong(where, f"of {row} is another table, operation or key than the leaf says")
    if _digest(change["salt"], "row", [change["id"], change["before"], change["after"]]) != digest:
        wrong(where, f"of {row} is not what the leaf says")
    for name, expected in apart.items():
        value = personal.pop(name, None)
        if value is None and expected in erased:
            report.redacted += 1
        elif value is None:
            wrong(where, f"of {row}: MISSING {name}, which no order erased")
        elif _digest(value["salt"], name, value["value"]) != expected:
            wrong(where, f"of {row}: {name} is not what the leaf says")
    for name in personal:
        wrong(where, f"of {row}: {name} is in no leaf")


def _parsed(text: str) -> Any:
    """The value of a JSON text; a text that is none stands for itself, so that it equals nothing."""
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return text


def _digest(salt: str, name: str, value: Any) -> str:
    written = json.dumps([salt, name, value], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()


def _level_3(export: Export, ordered: list[dict[str, Any]], report: Report) -> None:
    """Fold the journal, each row's changes in the order they were made, and compare it with the tables."""
    wrong = _collector(report, 3)
    apart: dict[int, dict[str, Any]] = {}
    for line in export["personal"]:
        side, _, column = str(line["name"]).partition(".")
        if side == "after":
            apart.setdefault(line["change"], {})[column] = _parsed(line["value"])
    folded: dict[tuple[str, str], tuple[Any, dict[str, Any]]] = {}
    for change in sorted(ordered, key=lambda change: int(change["id"])):
        row = (change["subject"], json.dumps(_parsed(change["key"])))
        before = _parsed(change["before"]) if change["before"] else None
        known = folded.get(row)
        if change["op"] in "UD" and (known is None or known[0] != before):
            wrong(f"{row[0]} {row[1]}", "changed between two entries of the journal")
        if change["op"] == "I" and known is not None:
            wrong(f"{row[0]} {row[1]}", "was gone between two entries of the journal")
        if change["op"] == "D":
            folded.pop(row, None)
        else:
            folded[row] = (_parsed(change["after"]), apart.get(change["id"], {}))
    for line in export["tables"]:
        report.rows += 1
        row = (line["subject"], json.dumps(json.loads(line["key"])))
        expected = folded.pop(row, None)
        if expected is None:
            wrong(f"{row[0]} {row[1]}", "is in the table but not in the journal")
            continue
        ordinary, personal = json.loads(line["row"]), json.loads(line["personal"])
        said = expected[0] if isinstance(expected[0], dict) else {}
        differing = [n for n in {*ordinary, *said} if ordinary.get(n, ...) != said.get(n, ...)]
        differing += [name for name, value in expected[1].items() if [personal.get(name, ...)] != value]
        for name in sorted(differing):
            wrong(f"{row[0]} {row[1]}", f"{name} is not what the journal says")
    for subject, key in folded:
        wrong(f"{subject} {key}", "is in the journal but not in the table")


def _level_4(export: Export, report: Report) -> None:
    """Messages between States: signed and whole, each naming the one before it in its channel, receipted."""
    wrong = _collector(report, 4)
    lines = [line for line in export["tables"] if line["subject"].startswith("exchange_")]
    rows = [(line["subject"], json.loads(line["row"]) | json.loads(line["personal"])) for line in lines]
    keys = {row["kid"]: row["public"] for table, row in rows if table == "exchange_key"}
    for table, peer in (("exchange_out", "peer"), ("exchange_in", "iss")):
        before: dict[tuple[str, int], str] = {}
        for row in sorted((r for name, r in rows if name == table), key=lambda r: (str(r[peer]), r["seq"])):
            where, seq, said = f"{table} {row['jti']}", row["seq"], _said(row["jws"], keys)
            gone = table == "exchange_in" and row["jws"] == ""  # by an order, once its time was over
            digest = row["sha256"] if gone else _encoded(hashlib.sha256(str(row["jws"]).encode()).digest())
            before[row[peer], seq], report.messages = digest, report.messages + 1
            if not gone and (said is None or row["sha256"] != digest):
                wrong(where, "is signed by no key on record, or is not what its digest says")
            elif said and (said["jti"], said["ch"]["seq"]) != (row["jti"], seq):
                wrong(where, "is kept under another name or place than it says")
            elif said and said["ch"]["prev"] != before.get((row[peer], seq - 1), said["ch"]["prev"]):
                wrong(where, f"follows another message than the one at {seq - 1}")
            word = _said(row["receipt"], keys) if row["receipt"] else {"re": {"sha256": row["sha256"]}}
            if word is None or word["re"]["sha256"] != row["sha256"]:
                wrong(where, "has a receipt for something else, or signed by no key on record")


def _encoded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _said(token: str, keys: dict[str, str]) -> Row | None:
    """The payload of a JWS that a known key signed with Ed25519."""
    try:
        head, payload, signature = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
        public = base64.urlsafe_b64decode(keys[json.loads(head)["kid"]] + "==")
        fits = signature_fits(public, token.rpartition(".")[0].encode(), signature)
        return dict(json.loads(payload)) if fits else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def verify(export: Export, key: str, older: Iterable[str] = (), witnesses: Iterable[str] = ()) -> Report:
    """Everything that is wrong with an export. key: the log's verifier key, obtained apart from it."""
    report = Report([])
    ordered: list[dict[str, Any]] = []
    try:
        _level_1(export, key, older, list(witnesses), report)
        ordered = _level_2(export, report)
        _level_3(export, ordered, report)
        _level_4(export, report)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        report.problems.append(Problem(3 if ordered else 2, "export", f"cannot be read further: {error!r}"))
    return report


def read(path: str) -> Export:
    """An export's file: a ZIP of JSON lines. Raises ValueError when it is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            lines = {name: archive.read(f"{name}.jsonl").splitlines() for name in FILES}
            return {name: [json.loads(line) for line in some if line] for name, some in lines.items()}
    except (OSError, KeyError, zipfile.BadZipFile, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not an export: {error}") from error


def main(arguments: list[str] | None = None) -> int:
    """Verify a file and print what was found."""
    parser = argparse.ArgumentParser(description="Verify an export of a registry's ledger.")
    parser.add_argument("export")
    parser.add_argument("--key", required=True, help="the log's verifier key: name+id+base64")
    parser.add_argument("--older", action="append", default=[], help="file with a checkpoint kept before")
    parser.add_argument("--witness", action="append", default=[], help="key that must have cosigned")
    given = parser.parse_args(arguments)
    try:
        older = [Path(path).read_text(encoding="utf-8") for path in given.older]
        report = verify(read(given.export), given.key, older, given.witness)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 5
    sys.stdout.writelines(f"LEVEL {p.level}  {p.where}: {p.message}\n" for p in report.problems)
    sys.stdout.write(
        f"{'WRONG' if report.problems else 'GOOD'}: {report.leaves} leaves, {report.checkpoints} checkpoints,"
        f" {report.changes} changes, {report.rows} rows, {report.messages} messages,"
        f" {report.redacted} REDACTED by order, {len(report.problems)} problems\n"
    )
    return report.status


if __name__ == "__main__":
    sys.exit(main())
