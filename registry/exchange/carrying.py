"""Signed records that travel as files: brought in as if they had been sent, and packed to be carried away."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from registry.core.errors import NotFound, Refused
from registry.core.work import Actor, Office, Work, allow
from registry.exchange import (
    acts,
    attachments,
    courier,
    inbox,
    jose,
    key_queries,
    keysets,
    queries,
    strict_json,
)
from registry.exchange.kinds import Kinds
from registry.exchange.manual import how_to_verify
from registry.exchange.rules import LARGEST_RECORD
from registry.exchange.scans import ENDINGS
from registry.exchange.tables import ExchangeOut
from registry.ledger.keys import admitted
from schemas.vocabulary import May
from schemas.words import Language, said

RECORD, KEYS, SIGNER, MANUAL = "message.jws", "keys.json", "signing-key.pem", "verify.txt"
_ANY_DAY = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Brought:
    """What a file was. receipt: our signed word to be carried back, "" where it was a receipt itself."""

    type: str
    state: str
    jti: str
    thread: str
    receipt: str


def bring(office: Office, kinds: Kinds, content: bytes, by: Actor) -> Brought:
    """Take a signed record from a file: a message, or the receipt of one of ours that was carried.

    Judged, kept and done as what is sent; the same file again gives the same receipt and has no second
    effect. A photograph or paper is taken where a message that came names its digest and it is awaited.
    Raises Forbidden, NotFound, Refused with the reason.
    """
    allow(by, May.EXCHANGE_CARRY)
    if attached := _take_attachment(office, content, by):
        return attached
    text, payload = _opened(content)
    if payload.get("type") == "receipt":
        return _take_receipt(office, text, payload, by)
    receipt = inbox.receive_carried(office, kinds, text, by)
    named = strict_json.loads(jose.parse(receipt).payload)
    with office.look(by) as work:
        row = queries.in_row(work, str(named["aud"]), str(named["re"]["jti"]))
    if row is None:
        raise NotFound("This message is not in the inbox")
    return Brought(row.type, row.iss, row.jti, row.thread, receipt)


def _take_attachment(office: Office, content: bytes, by: Actor) -> Brought | None:
    """Keep a file that messages of States name and that has not come; None where none awaits it."""
    digest = hashlib.sha256(content).digest()
    with office.look(by) as work:
        if not attachments.awaited(work, digest):
            return None
    with office.begin(by, doing="exchange.attachment") as work:
        fault, taken = "", []
        for row in attachments.awaited(work, digest):  # one State's untrue word keeps no other's file away
            if why := attachments.fault_of(row.name, row.media, content, row.size):
                fault = why
            else:
                attachments.came(work, row, content)
                taken.append(row)
        if fault and not taken:
            raise Refused(said("This file is not taken: %(why)s", why=fault))
        if not taken:  # it was fetched meanwhile
            return None
        first = taken[0]
        thread = queries.in_row(work, first.iss, first.jti)
        return Brought("attachment", first.iss, first.jti, thread.thread if thread else "", "")


def _opened(content: bytes) -> tuple[str, dict[str, object]]:
    """The record and what it says, before anything in it is believed; raises Refused."""
    if len(content) > LARGEST_RECORD:
        raise Refused("This file is larger than a signed message can be")
    try:
        text = content.decode("ascii").strip()
        return text, strict_json.loads(jose.parse(text).payload)
    except (UnicodeDecodeError, jose.Malformed, strict_json.NotStrictError):
        raise Refused("This file is no signed message of a State") from None


def _take_receipt(office: Office, text: str, payload: dict[str, object], by: Actor) -> Brought:
    named = payload.get("re")
    jti = str(named.get("jti", "")) if isinstance(named, dict) else ""
    with office.begin(by, doing="exchange.receipt") as work:
        row = queries.out_row(work, jti)
        parcel = courier.Parcel(row.jti, row.peer, row.sha256, b"", (), ())
        verdict = courier.judged(work, parcel, courier.Reply(202, text.encode("ascii")))
        if not isinstance(verdict, courier.Delivered):
            raise Refused(said("This file is not taken: %(why)s", why=verdict.said))
        if row.state != "delivered":
            row.state, row.receipt, row.ended_at = "delivered", verdict.receipt, work.now
        return Brought("receipt", row.peer, row.jti, row.thread, "")


def can_sign(work: Work) -> bool:
    """Whether there is a key of ours that signs now."""
    try:
        key_queries.own_key(work, keysets.SIGNING)
    except key_queries.NoKey:
        return False
    return True


def carried(work: Work, jti: str) -> ExchangeOut:
    """A message of ours that leaves as a file; raises NotFound."""
    row = work.session.scalar(select(ExchangeOut).where(ExchangeOut.jti == jti, ExchangeOut.means != ""))
    if row is None:
        raise NotFound(said("No file of ours is called %(jti)s", jti=jti[:60]))
    return row


def package(work: Work, jti: str, say: Language) -> bytes:
    """The signed record with the files that it names and all that its reader needs to verify it, as ZIP.

    Raises NotFound.
    """
    row = carried(work, jti)
    bundle = acts.own_bundle(work)
    token = jose.parse(row.jws)
    key = key_queries.public_key(work, token.kid)
    if key is None:
        raise NotFound("The key that signed this file is not known any more")
    signer = admitted(jose.decoded(key.public)).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    manual = how_to_verify(row, token.kid, keysets.fingerprint(bundle.root), say)
    files = {
        RECORD: row.jws.encode("ascii"),
        KEYS: acts.text_of(bundle).encode(),
        SIGNER: signer,
        MANUAL: manual.encode(),
    }
    for n, named in enumerate(attachments.named_in(row.jws), 1):
        if content := attachments.content(work, jose.decoded(named.sha256)):
            files[f"attachment-{n}.{ENDINGS[named.media]}"] = content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ANY_DAY), content)
    return out.getvalue()
