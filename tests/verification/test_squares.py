"""The square of a paper: small, in one spelling, and nothing of it can be changed unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.verification import cbor, codes, facts, signed, verdicts
from registry.verification.facts import PaperLine, PaperParty, packed, unpacked
from registry.verification.verdicts import check, packed_list, read_list
from schemas.verification_vocabulary import Ending, PaperDoubt, PaperRole, PaperVerdict
from tests.naughty import NAUGHTY
from tests.verification.papers import CODE, DAY, FACTS, KEY, NOW, endings, known, raw, square

V, D = PaperVerdict, PaperDoubt
NUMBERS = st.integers(-(2**53), 2**53 - 1)
LEAVES = NUMBERS | st.binary(max_size=300) | st.text(max_size=80)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 23), inner, max_size=4),
    max_leaves=8,
)


@given(VALUES)
@settings(max_examples=60)
def test_what_is_written_is_what_another_library_writes_and_is_read_again(value: Any) -> None:
    written = cbor.encoded(value)
    assert written == cbor2.dumps(value, canonical=True)
    assert cbor.decoded(written) == value


@pytest.mark.parametrize(
    "spelled",
    [
        "", "1801", "190001", "1a00000001", "1b0000000000000001", "1b0020000000000000", "1bffffffffffffffff",
        "40ff", "41", "61ff", "62c3", "63eda080", "9f01ff", "5f4101ff", "a10101ff", "bf0101ff", "a2010102",
        "a201010102", "a202010102", "a1616101", "f4", "f6", "f7", "f93c00", "fb3ff0000000000000", "c100",
        "d9d9f7", "81c100", "1c", "ff", "9b00000000ffffffff", "0000", "81" * 12 + "00",
    ],
)  # fmt: skip
def test_every_other_spelling_is_refused(spelled: str) -> None:
    if spelled == "c100":
        assert cbor.decoded(bytes.fromhex(spelled)) == cbor.Tagged(1, 0)
        return
    with pytest.raises(cbor.NotCbor):
        cbor.decoded(bytes.fromhex(spelled))


def test_a_paper_is_told_by_its_square() -> None:
    found = check(square(), "BR", [known()], endings(), NOW)
    assert found == verdicts.Checked(V.GENUINE, FACTS)


@pytest.mark.parametrize("at", range(0, len(raw()), 3))
def test_a_changed_byte_is_never_genuine(at: int) -> None:
    good = raw()
    for bit in (1, 128):
        changed = good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :]
        found = check(square(changed), "BR", [known()], endings(), NOW)
        assert found.verdict in (V.NOT_OURS, V.CANNOT_TELL), at
        assert found.facts is None


REVOKED = endings(ending=Ending.REVOKED)
STANDING: dict[str, tuple[Any, ...]] = {
    "revoked since": (REVOKED, NOW, V.NO_LONGER_GOOD, Ending.REVOKED, None),
    "suspended since": (endings(ending=Ending.SUSPENDED), NOW, V.NO_LONGER_GOOD, Ending.SUSPENDED, None),
    "revoked, by a list that is old": (REVOKED, NOW + DAY, V.NO_LONGER_GOOD, Ending.REVOKED, None),
    "over": (endings(NOW + 90 * DAY), NOW + 90 * DAY, V.OUT_OF_DATES, None, None),
    "not yet": (endings(NOW - 2 * DAY), NOW - 2 * DAY, V.OUT_OF_DATES, None, None),
    "an old list": (endings(), NOW + DAY, V.CANNOT_TELL, None, D.OLD_LIST),
    "no list": (None, NOW, V.CANNOT_TELL, None, D.NO_LIST),
}  # fmt: skip


@pytest.mark.parametrize("case", STANDING)
def test_a_genuine_paper_stands_as_list_and_dates_say(case: str) -> None:
    told, now, verdict, ending, doubt = STANDING[case]
    found = check(square(), "BR", [known()], told, now)
    assert (found.verdict, found.ending, found.doubt) == (verdict, ending, doubt)
    assert found.facts == FACTS


OTHER = Ed25519PrivateKey.generate()
ELSEWHERE = replace(FACTS, issuer="PT")
STRANGE: dict[str, tuple[str, Any, PaperVerdict, PaperDoubt | None]] = {
    "a key nobody knows": (square(raw(key=OTHER)), [known()], V.CANNOT_TELL, D.UNKNOWN_KEY),
    "another State's paper": (square(raw(ELSEWHERE, OTHER)), [known()], V.CANNOT_TELL, D.OTHER_STATE),
    "another State's paper by our key": (square(raw(ELSEWHERE)), [known()], V.NOT_OURS, None),
    "our paper by another State's key": (
        square(raw(key=OTHER)), [known(), known(OTHER, state="PT")], V.NOT_OURS, None,
    ),
    "no keys": (square(), [], V.CANNOT_TELL, D.UNKNOWN_KEY),
    "a withdrawn key": (square(), [known(withdrawn_at=NOW)], V.CANNOT_TELL, D.WITHDRAWN_KEY),
    "issued after the key served": (square(), [known(serves_until=NOW - 3 * DAY)], V.NOT_OURS, None),
    "a list for a paper": (square(raw(what=signed.REVOCATIONS)), [known()], V.NOT_OURS, None),
    "the code of another paper": (
        square(code=codes.code_for(b"o" * 32, b"", "")), [known()], V.NOT_OURS, None,
    ),
    "an unknown form": (
        square(signed.sign(KEY, packed(FACTS) | {0: 2}, signed.PAPER)), [known()], V.CANNOT_TELL, D.NEW_FORM,
    ),
    "more than the form": (
        square(signed.sign(KEY, packed(FACTS) | {99: 1}, signed.PAPER)), [known()], V.CANNOT_TELL, D.NEW_FORM,
    ),
    "a code alone": (codes.shown(CODE), [known()], V.NOT_OURS, None),
    "figures alone": (signed.figures(raw()), [known()], V.GENUINE, None),
    "typed by another keyboard": (square().replace("#", "£"), [known()], V.GENUINE, None),
    "a key of low order": (
        square(raw()), [replace(known(), public=bytes(32))], V.NOT_OURS, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STRANGE)
def test_what_is_not_plainly_ours_is_said_so(case: str) -> None:
    text, keys, verdict, doubt = STRANGE[case]
    found = check(text, "BR", keys, endings(), NOW)
    assert (found.verdict, found.doubt) == (verdict, doubt)


@pytest.mark.parametrize("text", [*NAUGHTY, "1" * 300, "9" * 2900, square() + "0", square()[:-1]])
def test_no_text_is_taken_for_a_paper(text: str) -> None:
    assert check(text, "BR", [known()], endings(), NOW) == verdicts.NOT_OURS


@given(st.data())
@settings(max_examples=40)
def test_whatever_a_paper_says_fits_the_square_and_comes_out_of_it(data: st.DataObject) -> None:
    words = st.text(max_size=120)
    parties = st.lists(st.builds(PaperParty, st.sampled_from(PaperRole), words), max_size=12)
    goods = st.lists(st.builds(PaperLine, words, words, st.integers(0, 10**9), words), max_size=30)
    told = replace(
        FACTS, parties=tuple(data.draw(parties)), lines=tuple(data.draw(goods)), mark=data.draw(words)
    )
    form = packed(told)
    assert len(cbor.encoded(form)) <= facts.MOST_BYTES
    found = unpacked(cbor.encoded(form))
    assert len(found.lines) + found.more_lines == len(told.lines)
    assert [one.quantity for one in found.lines] == [one.quantity for one in told.lines[: len(found.lines)]]
    assert len(square(raw(told))) < 1_100


@pytest.mark.parametrize("text", NAUGHTY)
def test_any_name_is_carried(text: str) -> None:
    told = replace(FACTS, parties=(PaperParty(PaperRole.HOLDER, text),))
    name = check(square(raw(told)), "BR", [known()], endings(), NOW).facts.parties[0].name  # type: ignore[union-attr]
    assert name == text or name.endswith("…")
    assert len(name.encode()) <= facts.LONGEST_NAME


def test_a_list_is_read_only_as_a_key_of_ours_signed_it() -> None:
    told = endings(ending=Ending.SUSPENDED)
    written = signed.sign(KEY, packed_list(told), signed.REVOCATIONS)
    assert read_list(written, [known()]) == told
    assert len(written) < 140
    refused = (
        (signed.sign(KEY, packed_list(told), signed.PAPER), [known()]),
        (written, []),
        (written, [known(withdrawn_at=NOW)]),
        (written[:-1] + bytes([written[-1] ^ 1]), [known()]),
        (signed.sign(KEY, packed_list(replace(told, state="PT")), signed.REVOCATIONS), [known()]),
        (signed.sign(KEY, packed_list(told) | {4: {1: b"short"}}, signed.REVOCATIONS), [known()]),
        (signed.sign(KEY, packed_list(told) | {2: 2**52}, signed.REVOCATIONS), [known()]),
    )
    for text, keys in refused:
        with pytest.raises(signed.NotSigned):
            read_list(text, keys)


@pytest.mark.parametrize("text", [square(), square().replace("#", "£"), square()[:200], f" {square()}\n"])
def test_the_code_is_read_from_the_square_too(text: str) -> None:
    assert codes.read(text) == CODE


def test_a_moment_is_told_to_the_second() -> None:
    late = datetime(9999, 12, 31, 23, 59, 59, tzinfo=NOW.tzinfo)
    assert unpacked(cbor.encoded(packed(replace(FACTS, ends_at=late)))).ends_at == late
