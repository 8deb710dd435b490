"""The strict parsers against public vectors, another library, and all that a foreign JWS may be."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from importlib.resources import files

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from registry.exchange import jose, sealing, strict_json
from registry.ledger.keys import admitted

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = KEY.public_key().public_bytes_raw()
GOOD = jose.sign(b'{"a":1}', KEY)
READER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
VECTORS = files("cryptography_vectors")
RFC_EXAMPLES = (
    # RFC 8037 A.4 (EdDSA), RFC 7515 A.1 (HS256), A.5 (none)
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9l"
    "eGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb2"
    "90Ijp0cnVlfQ.",
)


def blocks(name: str) -> Iterator[dict[str, str]]:
    """`name = value` lines of a NIST file, block by block."""
    found: dict[str, str] = {}
    for line in (VECTORS / name).read_text().splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("["):
            found[key.strip()] = value.strip()
        elif line.strip() == "FAIL":
            found["FAIL"] = ""
        elif not line.strip() and found:
            yield found
            found = {}
    if found:
        yield found


def test_ed25519_signs_as_its_authors_published() -> None:
    done = 0
    for line in (VECTORS / "asymmetric/Ed25519/sign.input").read_text().splitlines():
        secret, public, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        key = Ed25519PrivateKey.from_private_bytes(secret[:32])
        assert key.public_key().public_bytes_raw() == public
        assert key.sign(message) == signed[:64]
        admitted(public).verify(signed[:64], message)
        token = jose.sign(message or b"-", key)
        assert jose.verify(jose.parse(token), public)
        done += 1
    assert done == 1024


def test_x25519_agrees_as_rfc_7748_says() -> None:
    done = 0
    for block in blocks("asymmetric/X25519/rfc7748.txt"):
        key = X25519PrivateKey.from_private_bytes(bytes.fromhex(block["INPUT_SCALAR"]))
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(block["INPUT_U"]))
        assert key.exchange(public).hex() == block["OUTPUT_U"]
        done += 1
    assert done >= 2


def test_aes_gcm_is_as_nist_published() -> None:
    done = refused = 0
    for block in blocks("ciphers/AES/GCM/gcmDecrypt256.rsp"):
        if "Key" not in block or len(block["IV"]) != 24 or len(block["Tag"]) != 32:
            continue
        cipher = AESGCM(bytes.fromhex(block["Key"]))
        sealed = bytes.fromhex(block["CT"] + block["Tag"])
        call = (bytes.fromhex(block["IV"]), sealed, bytes.fromhex(block["AAD"]))
        if "FAIL" in block:
            with pytest.raises(InvalidTag):
                cipher.decrypt(*call)
            refused += 1
        else:
            assert cipher.decrypt(*call).hex() == block["PT"]
        done += 1
    assert done > 300
    assert refused > 100


def test_another_library_reads_what_we_sign_and_seal() -> None:
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": jose.encoded(PUBLIC)})
    assert jws.deserialize_compact(GOOD, key, ["Ed25519"]).payload == b'{"a":1}'
    private = jose.encoded(READER.private_bytes_raw())
    public = jose.encoded(READER.public_key().public_bytes_raw())
    reader = OKPKey.import_key({"kty": "OKP", "crv": "X25519", "x": public, "d": private})
    sealed = sealing.seal(GOOD.encode(), READER.public_key().public_bytes_raw())
    assert jwe.decrypt_compact(sealed, reader, ["ECDH-ES", "A256GCM"]).plaintext == GOOD.encode()


def test_we_read_what_another_library_seals() -> None:
    public = READER.public_key().public_bytes_raw()
    kid = jose.thumbprint(public, sealing.CURVE)
    reader = OKPKey.import_key({"kty": "OKP", "crv": "X25519", "x": jose.encoded(public)})
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": kid}
    text = jwe.encrypt_compact(header, b"hello", reader, ["ECDH-ES", "A256GCM"])
    assert sealing.unseal(text, READER) == b"hello"


def foreign() -> list[str]:
    """Good signatures of every other kind."""
    keys = {
        "HS256": OctKey.generate_key(256),
        "RS256": RSAKey.generate_key(2048),
        "ES256": ECKey.generate_key("P-256"),
        "ES384": ECKey.generate_key("P-384"),
        "EdDSA": OKPKey.generate_key("Ed25519"),
    }
    keys |= {"PS256": keys["RS256"]}
    kid = jose.thumbprint(PUBLIC)
    return [
        jws.serialize_compact({"alg": alg, "kid": kid, "typ": jose.TYP}, b"{}", key, [alg])
        for alg, key in keys.items()
    ]


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_every_foreign_jws_is_refused() -> None:
    tokens = [*foreign(), *RFC_EXAMPLES]
    for token in tokens:
        with pytest.raises(jose.Malformed):
            jose.parse(token)
    assert len(tokens) == 9


def headed(header: str) -> str:
    """A good signature under a header of one's own."""
    start = f"{jose.encoded(header.encode())}.{jose.encoded(b'{}')}"
    return f"{start}.{jose.encoded(KEY.sign(start.encode()))}"


KID = jose.thumbprint(PUBLIC)
PLAIN = f'"alg":"Ed25519","kid":"{KID}","typ":"{jose.TYP}"'


@pytest.mark.parametrize(
    "header",
    [
        "{}",
        "[]",
        '"x"',
        f'{{"alg":"Ed25519","kid":"{KID}"}}',
        f'{{"alg":"Ed25519","typ":"{jose.TYP}"}}',
        f'{{"alg":"none","kid":"{KID}","typ":"{jose.TYP}"}}',
        f'{{"alg":"EdDSA","kid":"{KID}","typ":"{jose.TYP}"}}',
        f'{{"alg":"ed25519","kid":"{KID}","typ":"{jose.TYP}"}}',
        f'{{"alg":["Ed25519"],"kid":"{KID}","typ":"{jose.TYP}"}}',
        f'{{"alg":"Ed25519","kid":7,"typ":"{jose.TYP}"}}',
        f'{{"alg":"Ed25519","kid":"{KID[:-1]}","typ":"{jose.TYP}"}}',
        f'{{"alg":"Ed25519","kid":"{KID}","typ":"JWT"}}',
        f'{{"alg":"Ed25519",{PLAIN}}}',
        *(
            f'{{{PLAIN},"{name}":{value}}}'
            for name, value in {
                "jwk": "{}",
                "jku": '"https://a"',
                "x5u": '"https://a"',
                "x5c": "[]",
                "crit": "[]",
                "b64": "false",
                "zip": '"DEF"',
                "cty": '"x"',
            }.items()
        ),
    ],
)
def test_any_other_header_is_refused(header: str) -> None:
    with pytest.raises(jose.Malformed):
        jose.parse(headed(header))
    assert jose.parse(headed(f"{{{PLAIN}}}")).kid == KID


def respelt() -> Iterator[str]:
    """The same bytes written otherwise, and other parts than three."""
    one, two, three = GOOD.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(three[-1])
    for bits in range(1, 16):  # 64 bytes leave four unused bits in the last character
        yield f"{one}.{two}.{three[:-1]}{alphabet[last ^ bits]}"
    yield from (
        f"{GOOD}=",
        f"{GOOD}==",
        f" {GOOD}",
        f"{GOOD}\n",
        f"{one}.{two}",
        f"{GOOD}.",
        f".{GOOD}",
        f"{one}.{two}.{three}.{three}",
        "..",
        "",
        f"{one}..{three}",
        f"{one}.{two}.",
        GOOD.replace("_", "/").replace("-", "+") + "+",
        f"{one}\u200b.{two}.{three}",
        f"{one}.{two}.{three[:-4]}",
        f"{one}.{two}.{three}AAAA",
    )


def test_every_other_spelling_is_refused() -> None:
    texts = list(respelt())
    for text in texts:
        with pytest.raises(jose.Malformed):
            jose.parse(text)
    assert len(texts) == 31


def test_every_flipped_bit_is_refused() -> None:
    raw = GOOD.encode()
    for at in range(len(raw)):
        for bit in range(8):
            text = (raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]).decode("latin-1")
            try:
                token = jose.parse(text)
            except jose.Malformed:
                continue
            assert not jose.verify(token, PUBLIC), text


def test_every_flipped_bit_of_a_sealed_message_is_refused() -> None:
    raw = sealing.seal(b"hello", READER.public_key().public_bytes_raw()).encode()
    for at in range(len(raw)):
        text = (raw[:at] + bytes([raw[at] ^ 1 << random.Random(at).randrange(7)]) + raw[at + 1 :]).decode()
        with pytest.raises(sealing.Unsealable):
            sealing.unseal(text, READER)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":9007199254740993}',
        b'{"a":-9007199254740993}',
        b'{"a":1e300}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\ud800"}',
        b'{"a\\udfff":1}',
        b'{"a\\u200b":1}',
        b'{"a\\u202e":1}',
        b'{"a\\u0000":1}',
        b'{"a":["\\u0000"]}',
        b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}',
        '{"a":1}'.encode("utf-16"),
        b"[1]",
        b"1",
        b"",
        b'{"a":1}x',
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":01}',
        b'{"a":"\n"}',
        b'{"a":' + b"[" * 33 + b"]" * 33 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_json_that_could_be_read_in_two_ways_is_refused(text: bytes) -> None:
    with pytest.raises(strict_json.NotStrictError):
        strict_json.loads(text)


def test_depth_is_counted_outside_of_strings() -> None:
    assert strict_json.loads(b'{"a":"' + b"[" * 100 + b'\\"{"}')["a"] == "[" * 100 + '"{'
    assert strict_json.loads(b'{"a":' + b"[" * 31 + b"]" * 31 + b"}")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé", max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text("xyzß", max_size=5), JSON, max_size=5))
def test_what_is_written_is_read_as_it_was(value: dict[str, object]) -> None:
    assert strict_json.loads(strict_json.dumps(value)) == value


def test_what_python_takes_and_we_refuse_is_refused_for_a_reason() -> None:
    assert json.loads('{"a":1,"a":2}') == {"a": 2}
    assert base64.urlsafe_b64decode("AB==") == base64.urlsafe_b64decode("AA==")
    with pytest.raises(jose.Malformed):
        jose.decoded("AB")
