"""Signed messages explained on paper: for whoever has to tell a judge who said what, and why that holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from registry.core.printing.paper import (
    Block,
    FindingBox,
    Frame,
    Heading,
    KeyValues,
    Paragraph,
    Seal,
    Table,
    document,
)
from registry.directory.countries import country_name
from registry.exchange import jose
from registry.exchange.evidence import EvidenceView
from registry.exchange.evidence_files import COMMANDS, attachment_file, file_of, key_file, receipt_file
from registry.exchange.evidence_reading import Reading, Signature, read
from schemas.words import RIGHT_TO_LEFT, Language

LEFT_TO_RIGHT = "\u200e"
MOST_TOLD = 80
"""Values of one message that are written out; the record itself holds all."""


def draw(found: EvidenceView, number: str, authority: str, seal: Seal, say: Language) -> bytes:
    """What passed in a thread between two States as PDF. number: of our request or notice."""
    readings = read(found)
    frame = Frame.in_language(
        say,
        title=say("Evidence of signed messages"),
        number=number,
        authority=authority,
        issued=_moment(max(one.record.at for one in readings)),
        seal=seal,
    )
    blocks = [*_in_short(readings, say), *_meaning(say)]
    for one in readings:
        blocks += [*_message(one, say), *_files(found, one, say)]
    return document(frame, [*blocks, *_how_to_verify(readings, say)])


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _state(code: str, say: Language) -> str:
    return f"{country_name(code, say.code)} ({code})"


def _in_short(readings: Sequence[Reading], say: Language) -> Iterator[Block]:
    first = readings[0].record
    words = say(
        "Signed messages between %(one)s and %(other)s: %(count)s",
        one=_state(first.sender, say),
        other=_state(first.receiver, say),
        count=len(readings),
    )
    yield Paragraph(words, large=True)
    bad = [str(one.n) for one in readings if one.shown and not one.holds]
    if bad:
        words = say("Checks of these messages fail: %(numbers)s. They prove nothing.", numbers=say.row(*bad))
        yield FindingBox("alarm", say.label("alarm"), words)
    else:
        words = say(
            "Every signature, digest, key and root was checked when this was printed, and all of it holds."
        )
        yield FindingBox("information", say.label("information"), words)
    if absent := [str(one.n) for one in readings if not one.shown]:
        words = say(
            "Not in this evidence: %(numbers)s. Of each it is said why; digest, place and receipt are here.",
            numbers=say.row(*absent),
        )
        yield FindingBox("information", say.label("information"), words)
    heads = (say("No."), say("Signed"), say("From"), say("To"), say("Message"), say("Receipted"))
    rows = [
        (
            str(one.n),
            _moment(one.signed_at) if one.shown else "–",
            one.record.sender,
            one.record.receiver,
            one.record.type,
            _receipted(one, say),
        )
        for one in readings
    ]
    yield Table(tuple(zip(heads, (0.8, 3.2, 1, 1, 3.2, 3.2), strict=True)), rows)


def _receipted(one: Reading, say: Language) -> str:
    return _moment(_at(one.receipted)) if one.receipted else say("No receipt yet")


def _at(receipt: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(receipt.get("at", 0)), UTC)


def _meaning(say: Language) -> Iterator[Block]:
    yield Heading(say("What this proves"))
    yield Paragraph(
        say(
            "Each message is a text that the registry of one State signed with a key that it alone holds "
            "(Ed25519). One changed character, and the signature is good no more. Nobody else, and not the "
            "State that shows it, can make such a signature."
        )
    )
    yield Paragraph(
        say(
            "The key stands in a key set of that State, and the key set is signed by its root. The "
            "fingerprint of the root was read out from State to State, and confirmed by two persons, "
            "before any message."
        )
    )
    yield Paragraph(
        say(
            "The receipt is signed by the State that received the message. It names the digest (SHA-256) of "
            "the very text, and says when it was kept there. A message without a receipt proves that it was "
            "signed, and not that it arrived."
        )
    )


def _message(one: Reading, say: Language) -> Iterator[Block]:
    record, says = one.record, one.says
    yield Heading(say("Message %(n)s: %(type)s", n=one.n, type=record.type))
    if not one.shown:
        yield from _absent(one, say)
        return
    place = says.get("ch") or {}
    yield KeyValues(
        [
            (say("From"), _state(record.sender, say)),
            (say("To"), _state(record.receiver, say)),
            (say("Signed"), _moment(one.signed_at)),
            (say("Identifier"), record.jti),
            (say("SHA-256 (base64url)"), record.sha256),
            (say("Place in the channel"), str(place.get("seq", ""))),
            (say("Digest of the message before"), str(place.get("prev", "")) or "–"),
            *_answers(says, say),
            *_why(says, say),
            (say("File"), file_of(one)),
        ]
    )
    yield from _signed_by(one.signature, say("Signature"), say)
    yield from _receipt(one, say)
    told = list(_told(says.get("body") or {}))
    if told:
        yield Paragraph(say("What it says, in the names of the signed text:"))
        yield KeyValues(told[:MOST_TOLD])
    if len(told) > MOST_TOLD:
        yield Paragraph(say("%(count)s more values stand in the file.", count=len(told) - MOST_TOLD))


def _absent(one: Reading, say: Language) -> Iterator[Block]:
    """What stays of a message that was erased, or that whoever reads this may not read."""
    record = one.record
    yield KeyValues(
        [
            (say("From"), _state(record.sender, say)),
            (say("To"), _state(record.receiver, say)),
            (say("Identifier"), record.jti),
            (say("SHA-256 (base64url)"), record.sha256),
            (say("Place in the channel"), str(record.seq)),
        ]
    )
    yield FindingBox("information", say.label("information"), say.told(one.signature.wrong[0]))
    yield from _receipt(one, say)


def _receipt(one: Reading, say: Language) -> Iterator[Block]:
    if one.receipted and one.receipt_signature:
        log = one.receipted.get("log") or {}
        yield KeyValues(
            [
                (say("Receipted"), _moment(_at(one.receipted))),
                (say("Leaves of its ledger then"), str(log.get("size", ""))),
                (say("File"), receipt_file(one)),
            ]
        )
        yield from _signed_by(one.receipt_signature, say("Signature of the receipt"), say)


def _files(found: EvidenceView, one: Reading, say: Language) -> Iterator[Block]:
    """The files that a message names, by the digests that were signed."""
    named = [file for file in found.files if file.jti == one.record.jti]
    if not named:
        return
    yield Paragraph(say("Files that it names; the digest is part of the signed text:"))
    for file in named:
        where = attachment_file(found, file) if file.kept else say("not kept here")
        yield KeyValues(
            [
                (say("Name"), file.name),
                (say("Bytes"), str(file.size)),
                (say("SHA-256 (hexadecimal)"), jose.decoded(file.sha256).hex()),
                (say("File"), where),
            ]
        )


def _answers(says: Mapping[str, Any], say: Language) -> Iterator[tuple[str, str]]:
    if answered := says.get("re"):
        yield say("It answers"), str(answered.get("jti", ""))


def _why(says: Mapping[str, Any], say: Language) -> Iterator[tuple[str, str]]:
    """Case, legal basis, and what binds the reader."""
    use, handling = says.get("purpose") or {}, says.get("handling") or {}
    names = (
        ("case", "Case number"),
        ("legal_basis", "Legal justification"),
        ("intended_use", "Intended use"),
    )
    for name, shown in names:
        if use.get(name):
            yield say(shown), str(use[name])
    if handling.get("audience"):
        yield say("For"), say.row(*(country_name(code, say.code) for code in handling["audience"]))
    if handling.get("caveat"):
        yield say("Restriction"), str(handling["caveat"])


def _signed_by(signature: Signature, title: str, say: Language) -> Iterator[Block]:
    key = signature.key
    pairs = [(title, say("good") if not signature.wrong else say("not good")), (say("Key"), signature.kid)]
    if key is not None:
        pairs += [
            (say("Of"), _state(key.state, say)),
            (say("Serves"), f"{_moment(key.valid_from)} – {_moment(key.valid_until)}"),
            (say("Warranted by"), _warrant(signature, say)),
            (say("Fingerprint of the root"), signature.fingerprint or "–"),
        ]
        if key.revoked_from:
            pairs.append((say("Revoked from"), _moment(key.revoked_from)))
    yield KeyValues(pairs)
    for wrong in signature.wrong:
        yield FindingBox("alarm", say.label("alarm"), say.told(wrong))


def _warrant(signature: Signature, say: Language) -> str:
    return say("key set %(set)s, signed by root %(root)s", set=signature.key_set, root=signature.root)


def _told(body: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a body with the names that lead to it."""
    if isinstance(body, dict):
        for name, value in body.items():
            yield from _told(value, f"{path}.{name}" if path else str(name))
    elif isinstance(body, list):
        for n, value in enumerate(body, 1):
            yield from _told(value, f"{path} {n}")
    elif body not in (None, ""):
        yield path, json.dumps(body) if isinstance(body, bool) else str(body)


def _how_to_verify(readings: Sequence[Reading], say: Language) -> Iterator[Block]:
    first = next((one for one in readings if one.shown), readings[0])
    yield Heading(say("How to verify it without us"))
    yield Paragraph(
        say(
            "The files named here are handed over together, as one ZIP. With OpenSSL 3 and the tools of "
            "any Unix, this says “Signature Verified Successfully” for the first message, and for every "
            "other file in the same way:"
        )
    )
    for line in COMMANDS.strip().splitlines():
        yield _command(line.strip(), say)
    if first.signature.key:
        yield _command(f"verify {file_of(first)} {key_file(first.signature.key)}", say)
    yield Paragraph(say("This writes the digest that is printed above, and this what the message says:"))
    name = file_of(first)
    yield _command(f"openssl dgst -sha256 -binary {name} | openssl base64 -A | tr '+/' '-_' | tr -d =", say)
    yield _command(f"cut -d. -f2 {name} | tr '_-' '/+' | base64 -d 2>/dev/null", say)
    yield Paragraph(
        say("Ask the point of contact of each State to read out the fingerprint of its root, and compare.")
    )


def _command(line: str, say: Language) -> Paragraph:
    """A line for a shell, which reads from left to right in every language."""
    return Paragraph(f"{LEFT_TO_RIGHT}{line}{LEFT_TO_RIGHT}" if say.code in RIGHT_TO_LEFT else line)
