"""Files that belong to messages: kept by the digest of their bytes, named in the message, fetched apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select

from registry.core.errors import Invalid
from registry.core.prepared import Prepared, inserting
from registry.core.work import Work
from registry.exchange import jose, queries, rules, scans, strict_json
from registry.exchange.judging import NotTaken
from registry.exchange.kinds import Received
from registry.exchange.rules import Code
from registry.exchange.tables import WANTED, ExchangeAttachment, ExchangeFile, ExchangeOut
from schemas.exchange import Attachment, FileOrder

_ANNOUNCE = inserting(
    "exchange_attachment",
    (
        "iss",
        "jti",
        "n",
        "digest",
        "name",
        "media",
        "size",
        "state",
        "tries",
        "announced_at",
        "next_at",
        "problem",
    ),
)
_REFUSE = Prepared(
    "UPDATE exchange_attachment SET state = 'refused', problem = :problem, ended_at = :now"
    " WHERE iss = :iss AND jti = :jti AND state = 'wanted'"
)


@dataclass(frozen=True)
class Theirs:
    """A file that another State's message names.

    state: wanted, kept or refused; problem: why it is not here.
    """

    jti: str
    digest: bytes
    name: str
    media: str
    size: int
    state: str
    problem: str
    announced_at: datetime


def alone(work: Work, digest: bytes) -> None:
    """Nobody else keeps or erases this file until the end of the transaction."""
    work.lock(f"file:{digest.hex()}")


def keep(work: Work, digest: bytes, content: bytes) -> None:
    """Keep a file, once; the caller has made sure of its digest."""
    alone(work, digest)
    if work.session.get(ExchangeFile, digest) is None:
        work.session.add(ExchangeFile(digest=digest, content=content))
        work.session.flush()


def erase(work: Work, digest: bytes) -> None:
    """Erase the bytes of a file that nothing of ours names, unless they are another State's file too.

    The caller has it `alone`.
    """
    theirs = exists().where(ExchangeAttachment.digest == digest, ExchangeAttachment.state == "kept")
    work.session.execute(delete(ExchangeFile).where(ExchangeFile.digest == digest, ~theirs))


def content(work: Work, digest: bytes) -> bytes | None:
    """The bytes of a file; None where it is not kept here."""
    return work.session.scalar(select(ExchangeFile.content).where(ExchangeFile.digest == digest))


def kept(work: Work, digests: Collection[bytes]) -> set[bytes]:
    """Which of these files are kept here."""
    if not digests:
        return set()
    return set(work.session.scalars(select(ExchangeFile.digest).where(ExchangeFile.digest.in_(digests))))


def announce(work: Work, received: Received) -> None:
    """Write down which files a message names; raises NotTaken where too many of its State are awaited."""
    message = received.message
    if queries.awaited_files(work, message.iss) + len(message.attachments) > rules.MOST_WANTED:
        raise NotTaken(Code.TOO_MANY, "too many of your files are still to be fetched", message.iss)
    for n, one in enumerate(message.attachments, 1):
        work.later(
            _ANNOUNCE,
            iss=message.iss,
            jti=message.jti,
            n=n,
            digest=jose.decoded(one.sha256),
            name=one.name,
            media=one.media,
            size=one.size,
            state="wanted",
            tries=0,
            announced_at=work.now,
            next_at=work.now,
            problem="",
        )


def refuse(work: Work, received: Received, problem: str) -> None:
    """The files of a message are not fetched, since nobody wants them; its handler says why."""
    if received.message.attachments:
        iss, jti = received.message.iss, received.message.jti
        work.later(_REFUSE, iss=iss, jti=jti, problem=problem, now=work.now)


def awaited(work: Work, digest: bytes) -> Sequence[ExchangeAttachment]:
    """Files of this digest that are still to come, whoever named them."""
    asked = select(ExchangeAttachment).where(WANTED, ExchangeAttachment.digest == digest)
    in_order = asked.order_by(ExchangeAttachment.iss, ExchangeAttachment.jti, ExchangeAttachment.n)
    return work.session.scalars(in_order).all()


def came(work: Work, row: ExchangeAttachment, content: bytes) -> None:
    """Keep a file that came, whose digest the caller has seen to be the one."""
    if row.state == "wanted":
        keep(work, row.digest, content)
        row.state, row.problem, row.ended_at = "kept", "", work.now


def length_fault(content: bytes, size: int) -> str:
    """What is wrong with the length of a file that was announced with this one, "" for nothing."""
    return "" if len(content) == size else f"it has {len(content)} bytes, announced were {size}"


def fault_of(name: str, media: str, content: bytes, size: int) -> str:
    """What is wrong with a file that is the one announced, "" for nothing."""
    if wrong := length_fault(content, size):
        return wrong
    try:
        found = scans.looked_at(name, content)
    except Invalid as error:
        return f"it is not taken: {error}"
    return "" if found.media == media else f"it is {found.media} and not {media}"


def ordered(work: Work, order: FileOrder) -> bytes:
    """The file that a State asks for; raises NotTaken unless that message of ours to it names the file, could
    have come within the time for fetching, and stands still, as whoever posted it says.
    """
    row = work.session.get(ExchangeOut, order.re.jti)
    if row is None or (row.peer, row.sha256) != (order.iss, order.re.sha256):
        raise NotTaken(Code.NOT_AUTHORISED, "no message of ours to you is called so", order.iss)
    if order.sha256 not in {one.sha256 for one in named_in(row.jws)}:
        raise NotTaken(Code.NOT_AUTHORISED, "that message names no such file", order.iss)
    if _given_until(row) <= work.now or not _stands(work, row.jti):
        raise NotTaken(Code.GONE, "the file is not given any more", order.iss)
    found = content(work, jose.decoded(order.sha256))
    if found is None:
        raise NotTaken(Code.GONE, "the file is not kept any more", order.iss)
    return found


def _given_until(row: ExchangeOut) -> datetime:
    """Until when whoever took a message of ours as late as it could may fetch its files."""
    return max(row.expires_at, row.ended_at or row.expires_at) + rules.FETCHED_WITHIN


def _stands(work: Work, jti: str) -> bool:
    """Whether what a message of ours belongs to was not withdrawn."""
    return all(tells(work, jti) for tells in work.offers.get("message_stands", {}).values())


def named_in(jws: str) -> tuple[Attachment, ...]:
    """The files that a record names, whose shape was judged when it was made or taken."""
    says = strict_json.loads(jose.parse(jws).payload)
    return tuple(Attachment(**one) for one in says.get("attachments", ()))


def of_messages(work: Work, iss: str, jtis: Collection[str]) -> tuple[Theirs, ...]:
    """The files that these messages of a State name, the first one first."""
    asked = select(ExchangeAttachment).where(ExchangeAttachment.iss == iss, ExchangeAttachment.jti.in_(jtis))
    in_order = asked.order_by(ExchangeAttachment.announced_at, ExchangeAttachment.jti, ExchangeAttachment.n)
    return tuple(
        Theirs(row.jti, row.digest, row.name, row.media, row.size, row.state, row.problem, row.announced_at)
        for row in work.session.scalars(in_order)
    )
