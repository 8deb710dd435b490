"""The ledger's key in a PKCS#11 token, tried with SoftHSM."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, ObjectClass

from registry.app import create_app
from registry.core.settings import MisconfiguredError, Settings
from registry.core.work import OPERATOR, Office
from registry.directory.tables import State
from registry.ledger import exports, log, tokens, verifier
from registry.ledger.notes import Note, sign, verify
from tests.engines import Sqlite

ORIGIN = "test.example/ledger"
PIN = "2468"
MODULES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    *Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"),
    *Path("/usr/lib64").glob("**/libsofthsm2.so"),
]


def uri(label: str, pin_file: Path, holder: str = "registry") -> str:
    module = next(str(path) for path in MODULES if path.exists())
    return f"pkcs11:token={holder};object={label}?module-path={module}&pin-source=file:{pin_file}"


@pytest.fixture(scope="module")
def pin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A token called `registry`, of this program's own; the file with its PIN."""
    if shutil.which("softhsm2-util") is None:
        pytest.skip("softhsm2 is not installed and could not be")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n"
    (folder / "softhsm2.conf").write_text(settings)
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")  # read once, when the library is loaded
    command = ["softhsm2-util", "--init-token", "--free", "--label", "registry", "--so-pin", "1357"]
    subprocess.run([*command, "--pin", PIN], check=True, capture_output=True)
    (folder / "pin").write_text(f"{PIN}\n")
    return folder / "pin"


def test_the_key_is_made_in_the_token_and_never_leaves_it(pin: Path) -> None:
    tokens.make(uri("kept", pin))
    with pytest.raises(tokens.TokenFails, match="already"):
        tokens.make(uri("kept", pin))
    session = tokens._session(tokens.Place.parse(uri("kept", pin)))
    private = session.get_key(object_class=ObjectClass.PRIVATE_KEY, key_type=KeyType.EC_EDWARDS, label="kept")
    assert (private[Attribute.SENSITIVE], private[Attribute.EXTRACTABLE]) == (True, False)
    with pytest.raises(pkcs11.PKCS11Error):
        private[Attribute.VALUE]


def test_a_note_signed_by_the_token_verifies_by_its_public_key_alone(pin: Path) -> None:
    tokens.make(uri("notes", pin))
    signer = tokens.TokenSigner(ORIGIN, tokens.Place.parse(uri("notes", pin)))
    note = sign("example\n1\nx\n", signer)
    assert verify(Note.parse(bytes(note)), [signer.key])
    assert verifier.signature_fits(signer.key.public, b"m", signer.sign(b"m"))
    assert not verifier.signature_fits(signer.key.public, b"other", signer.sign(b"m"))


def test_a_registry_signs_its_ledger_by_the_token(pin: Path, sqlite: Sqlite, tmp_path: Path) -> None:
    with sqlite.ready() as url:
        token = uri("log", pin)
        app = create_app(
            Settings(tmp_path, url, "k" * 32, testing=True, ledger_token=token, ledger_origin=ORIGIN)
        )
        made = app.test_cli_runner().invoke(args=["ledger", "make-key"])
        assert made.exit_code == 0
        key = made.output.strip()
        office: Office = app.extensions["registry"].office
        with office.begin(OPERATOR) as work:
            work.session.get_one(State, "BR").name = "Somewhere"
        signer = log.signer(*app.extensions["registry"].settings.ledger_key)
        assert str(signer.key) == key
        assert log.keep(office, signer, now=True) is not None
        with exports.snapshot(office.database) as connection:
            report = verifier.verify(exports.collected(connection), key)
        assert (report.problems, report.checkpoints) == ([], 1)
        assert not (tmp_path / "ledger.key").exists()
        app.extensions["registry"].database.close()


def test_a_session_that_was_lost_is_opened_anew(pin: Path) -> None:
    tokens.make(uri("lost", pin))
    signer = tokens.TokenSigner(ORIGIN, tokens.Place.parse(uri("lost", pin)))
    signer.sign(b"before")
    assert signer._private is not None
    signer._private.session.close()
    with pytest.raises(tokens.TokenFails):
        signer.sign(b"at that moment")
    assert verifier.signature_fits(signer.key.public, b"after", signer.sign(b"after"))


def test_what_is_wrong_is_told_without_the_pin(pin: Path) -> None:
    for wrong in (uri("none", pin), uri("log", pin, holder="absent")):
        with pytest.raises(tokens.TokenFails) as told:
            tokens.TokenSigner(ORIGIN, tokens.Place.parse(wrong))
        assert PIN not in str(told.value)
    for wrong in (
        "pkcs11:token=a",
        "file:///x",
        uri("x", pin) + "&pin-source=again",
        uri("x", pin) + "&slot-id=1",
        uri("x", Path("/nowhere/pin")),
    ):
        with pytest.raises(MisconfiguredError):
            tokens.Place.parse(wrong)
