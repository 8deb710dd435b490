"""Documents are signed by the authority's certificate, and a changed byte shows in any reader."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import cms, core, tsp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from flask import Flask
from flask.testing import FlaskClient
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from sqlalchemy import select, text

from registry.core.errors import Conflict, Invalid
from registry.core.printing import plates
from registry.core.work import Office
from registry.verification import certificates, keys, signatures, timestamps
from registry.verification.certificates import Certificate
from registry.verification.tables import DocumentKey
from schemas.vocabulary import Role
from tests.archival import faults
from tests.firearms.world import World, make_world, register
from tests.makers import EVERYTHING, bearer, csrf_token, in_the_journal, sign_in
from tests.verification.test_documents import code_on, printed, trace

AUTHORITY = "Autoridade Nacional de Armas"
DAY = timedelta(days=1)
LOCK = serialization.BestAvailableEncryption(b"pass")


@pytest.fixture
def world(office: Office) -> World:
    return make_world(office)


def demonstration(office: Office) -> Certificate:
    with office.begin(EVERYTHING) as work:
        return keys.demonstrate(work, AUTHORITY)


def status_of(paper: bytes, certificate: Certificate) -> Any:
    """What pyHanko says of the one signature, with the authority above the certificate trusted."""
    root = list(load_certs_from_pemder_data(certificate.pem.encode()))[-1]
    (signature,) = PdfFileReader(io.BytesIO(paper)).embedded_signatures
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    return validated(signature, context)


def validated(*given: Any, **named: Any) -> Any:
    """Its validation wants an event loop, of which a browser in this process has one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(validate_pdf_signature, *given, **named).result()


def pdfsig(paper: bytes, tmp_path: Path) -> str:
    (tmp_path / "paper.pdf").write_bytes(paper)
    ran = subprocess.run(["pdfsig", "-nocert", tmp_path / "paper.pdf"], capture_output=True, check=False)
    return ran.stdout.decode()


def same(client: FlaskClient, address: str, file: bytes) -> bool:
    """Whether the page for comparing files knows this one."""
    form = {"csrf_token": csrf_token(client, address), "file": (io.BytesIO(file), "a.pdf")}
    said = client.post(address, data=form).get_data(as_text=True)
    assert ("the very one" in said) != ("no file that this registry printed" in said)
    return "the very one" in said


def issued(
    public: Any, subject: str, by: ec.EllipticCurvePrivateKey, issuer: str, ca: bool = False, days: int = 30
) -> x509.Certificate:
    """A certificate as an authority of the test's own gives it."""
    name, now = x509.NameOID.COMMON_NAME, datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(name, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(name, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 60 * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .sign(by, hashes.SHA256())
    )


def pem(*chain: x509.Certificate) -> str:
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in chain)


def test_a_paper_is_signed_each_time_and_every_changed_byte_breaks_it(
    app: Flask, client: FlaskClient, office: Office, world: World, tmp_path: Path
) -> None:
    register(office, world)
    certificate, police = demonstration(office), bearer(app, Role.POLICE)
    path = f"/traces/{trace(client, police)}/report.pdf"
    papers = [printed(client, path, police) for _ in range(2)]
    assert papers[0] != papers[1], "each signature is another one"
    address = f"/verify/{code_on(papers[0])}"
    for paper in papers:
        assert faults(paper) == []
        status = status_of(paper, certificate)
        assert (status.valid, status.intact, status.trusted, status.bottom_line) == (True,) * 4
        assert status.coverage.name == "ENTIRE_FILE"
        assert status.md_algorithm == "sha256"
        assert same(client, address, paper)
    said = pdfsig(papers[0], tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    assert AUTHORITY in said
    ours = [certificate]
    paper = papers[0]
    assert signatures.signed_by(paper, ours) == certificate.fingerprint
    begins = paper.rindex(b"/Contents <") + 11
    padding = paper.rindex(b"00>")
    for at in (20, len(paper) // 3, begins + 40, begins + 1200, padding, len(paper) - 3):
        changed = paper[:at] + bytes([paper[at] ^ 1]) + paper[at + 1 :]
        assert not same(client, address, changed), at
        assert signatures.signed_by(changed, ours) == "", at
    changed = paper.replace(b"PDF-1.7", b"PDF-1.6", 1)
    assert "Signature is Valid" not in pdfsig(changed, tmp_path)
    assert not same(client, address, paper + b"\n% more")
    with app.test_request_context():
        found = client.get(f"/api/v1/verifications/{code_on(paper)}").json
    assert [one["fingerprint"] for one in found["certificates"]] == [certificate.fingerprint]
    page = client.get(address).get_data(as_text=True)
    assert certificate.shown in page.replace("<wbr>", "")
    given = client.get(f"/verify/certificates/{certificate.fingerprint}.pem")
    assert given.get_data(as_text=True) == certificate.pem
    assert client.get(f"/verify/certificates/{'0' * 64}.pem").status_code == 404


def test_a_file_signed_by_somebody_else_or_of_another_paper_is_not_the_one(
    app: Flask, client: FlaskClient, office: Office, world: World
) -> None:
    from registry.verification import signing

    register(office, world)
    police = bearer(app, Role.POLICE)
    plain = printed(client, f"/traces/{trace(client, police)}/report.pdf", police)
    address = f"/verify/{code_on(plain)}"
    assert same(client, address, plain), "printed before there was a certificate"
    demonstration(office)
    with office.look(EVERYTHING) as work:
        ours, now = keys.serving(work), work.now
    assert ours is not None
    key = certificates.new_key()
    stranger = keys.Serving(
        certificates.read(certificates.demonstration(key, AUTHORITY, "BR", now)),
        certificates.private_bytes(key),
    )
    assert same(client, address, signing.sign(plain, ours, AUTHORITY, now))
    assert not same(client, address, signing.sign(plain, stranger, AUTHORITY, now))
    other = printed(client, f"/traces/{trace(client, police)}/report.pdf", police)
    assert not same(client, address, other)
    assert not same(client, address, b"%PDF-1.7\n/ByteRange [0 9 12 3]<30>%%EOF")


def test_a_new_key_takes_the_place_of_the_earlier_which_is_destroyed(office: Office) -> None:
    first, second = demonstration(office), demonstration(office)
    with office.look(EVERYTHING) as work:
        rows = list(work.session.scalars(select(DocumentKey).order_by(DocumentKey.id)))
        assert [(row.state, row.sealed is None) for row in rows] == [("ended", True), ("serving", False)]
        assert [len(in_the_journal(work, row)) for row in rows] == [0, 1], "nor does the journal have it"
        assert [one.fingerprint for one in keys.known(work)] == [second.fingerprint, first.fingerprint]
        serving = keys.serving(work)
        assert serving is not None
        assert serving.certificate == second
        changes = work.session.execute(
            text("SELECT count(*) FROM ledger_change WHERE subject = 'document_key'")
        )
        assert changes.scalar_one() >= 3
    with pytest.raises(Conflict), office.begin(EVERYTHING) as work:
        work.session.execute(
            text("UPDATE document_key SET state = 'serving', ended_at = NULL, sealed = public")
        )
    moved = Office(office.database, office.home, office.clock, "n" * 32)
    with moved.look(EVERYTHING) as work, pytest.raises(keys.SigningFails, match="another secret key"):
        keys.serving(work)


def test_the_operator_has_a_key_certified_or_brings_one(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner()

    def documents(*given: str) -> str:
        return run.invoke(args=["documents", *given]).output

    def install(*chain: x509.Certificate) -> str:
        (tmp_path / "given.pem").write_text(pem(*chain))
        return documents("certificate", str(tmp_path / "given.pem"))

    assert "not signed" in documents("status")
    request = x509.load_pem_x509_csr(documents("keygen").encode())
    assert request.is_signature_valid
    above = certificates.new_key()
    root = issued(above.public_key(), "Root", above, "Root", ca=True)
    own = issued(request.public_key(), "Authority", above, "Root")
    other = certificates.new_key()
    for chain, told in (
        ([issued(other.public_key(), "Authority", above, "Root")], "no key that was made here"),
        ([issued(request.public_key(), "Authority", above, "Root", days=-1)], "not valid today"),
        ([issued(request.public_key(), "Authority", above, "Root", ca=True)], "certifies others"),
        ([own, issued(other.public_key(), "Root", other, "Root", ca=True)], "missing in it"),
        ([issued(rsa.generate_private_key(65537, 2048).public_key(), "A", above, "Root")], "P-256"),
    ):
        assert told in install(*chain)
    secret = above.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    (tmp_path / "given.pem").write_text(f"Emissão:\n{pem(root)}{secret}{pem(own)}", "utf-8")
    assert "CN=Authority" in documents("certificate", str(tmp_path / "given.pem"))
    with app.extensions["registry"].office.look(EVERYTHING) as work:
        assert [one.pem for one in keys.known(work)] == [pem(own, root)], "and nothing else of the file"
    assert "Documents are signed" in documents("status")
    assert "has its certificate" in install(own), "files that it signed are known by that one"
    (tmp_path / "secret").write_text("pass\n")
    brought = issued(other.public_key(), "Brought", above, "Root", days=9)
    file = tmp_path / "given.p12"
    file.write_bytes(pkcs12.serialize_key_and_certificates(None, other, brought, [root], LOCK))
    assert "another password" in documents(
        "import", str(file), "--password-file", str(tmp_path / "given.pem")
    )
    assert "CN=Brought" in documents("import", str(file), "--password-file", str(tmp_path / "secret"))
    assert "ends soon" in documents("status")
    assert "here already" in documents("import", str(file), "--password-file", str(tmp_path / "secret"))
    assert "replaced" in install(own, root)
    assert "demonstration" in documents("demonstration", "--ca", str(tmp_path / "ca.pem"))
    assert x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())


def test_certificates_of_a_file_are_put_in_their_order_whatever_it_is() -> None:
    top, middle, key = (certificates.new_key() for _ in range(3))
    root = issued(top.public_key(), "Root", top, "Root", ca=True)
    between = issued(middle.public_key(), "Between", top, "Root", ca=True)
    own = issued(key.public_key(), "Authority", middle, "Between")
    right = pem(own, between, root)
    for order in permutations((root, between, own)):
        assert certificates.in_order(pem(*order)) == right
    for others in permutations((root, between)):
        file = pkcs12.serialize_key_and_certificates(None, key, own, others, LOCK)
        assert certificates.from_pkcs12(file, "pass")[1] == right
    assert certificates.refused(right, datetime.now(UTC)) == ""
    assert "missing in it" in certificates.refused(certificates.in_order(pem(root, own)), datetime.now(UTC))


def test_an_old_file_of_a_key_is_read_or_its_refusal_says_what_to_do(tmp_path: Path) -> None:
    key = certificates.new_key()
    own = issued(key.public_key(), "Authority", key, "Authority")
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "all.pem").write_bytes(secret + pem(own).encode())
    made = ["openssl", "pkcs12", "-export", "-in", "all.pem", "-out", "old.p12", "-passout", "pass:pass"]
    subprocess.run([*made, "-legacy"], cwd=tmp_path, check=True)  # RC2 and 3DES
    old = (tmp_path / "old.p12").read_bytes()
    assert certificates.from_pkcs12(old, "pass")[1] == pem(own)
    with pytest.raises(Invalid, match="openssl pkcs12 -legacy"):
        certificates.from_pkcs12(old, "no")
    for content in (b"", b"a\0b", pem(own).encode()):
        with pytest.raises(Invalid, match=r"no PKCS#12 file"):
            certificates.from_pkcs12(content, "pass")
    asked = "from pathlib import Path; from registry.verification.certificates import from_pkcs12 as read;"
    ran = subprocess.run(
        [sys.executable, "-c", f"{asked} read(Path({str(tmp_path / 'old.p12')!r}).read_bytes(), 'pass')"],
        capture_output=True,
        env=os.environ | {"CRYPTOGRAPHY_OPENSSL_NO_LEGACY": "1"},
    )
    assert b"this machine no longer reads" in ran.stderr


def test_those_who_answer_for_it_are_told_when_documents_are_not_signed(
    app: Flask, office: Office, client: FlaskClient, world: World
) -> None:
    register(office, world)
    admin, police = sign_in(app, Role.ADMINISTRATOR), sign_in(app, Role.POLICE)
    assert "Documents are not signed" in admin.get("/").get_data(as_text=True)
    assert "Documents are not signed" not in police.get("/").get_data(as_text=True)
    assert "no certificate yet" in admin.get("/documents/signing").get_data(as_text=True)
    assert police.get("/documents/signing").status_code == 403
    certificate = demonstration(office)
    assert "Documents are not signed" not in admin.get("/").get_data(as_text=True)
    page = admin.get("/documents/signing").get_data(as_text=True)
    assert certificate.shown in page.replace("<wbr>", "")
    headers = bearer(app, Role.POLICE)
    path = f"/api/v1/traces/{trace(client, headers)}/report.pdf"
    assert client.get(path, headers=headers).status_code == 200
    clock = office.clock
    try:
        office.clock = lambda: certificate.valid_until + timedelta(seconds=1)
        with office.look(EVERYTHING) as work:
            assert keys.trouble(work) == "ended"
            with pytest.raises(keys.SigningFails, match="install the next one"):
                keys.serving(work)
    finally:
        office.clock = clock


class Stamps(BaseHTTPRequestHandler):
    """A time stamp service of the test's own."""

    stamper: DummyTimeStamper
    asked = 0
    fails = False
    spoilt: Callable[[bytes], bytes] = staticmethod(lambda answer: answer)
    pause = 0.0  # seconds after each byte

    def do_POST(self) -> None:
        type(self).asked += 1
        content = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.spoilt(self.stamper.request_tsa_response(tsp.TimeStampReq.load(content)).dump())
        self.send_response(500 if self.fails else 200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        for byte in answer if self.pause else ():
            self.wfile.write(bytes([byte]))
            time.sleep(self.pause)
        self.wfile.write(b"" if self.pause else answer)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def service() -> Iterator[tuple[str, str]]:
    """(address, certificate) of a time stamp service."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Time")])
    now = datetime.now(UTC)
    own = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private = key.private_bytes(*form)
    Stamps.stamper = DummyTimeStamper(
        asn1_x509.Certificate.load(own.public_bytes(serialization.Encoding.DER)),
        asn1_keys.PrivateKeyInfo.load(private),
    )
    Stamps.asked, Stamps.fails, Stamps.pause = 0, False, 0.0
    Stamps.spoilt = staticmethod(lambda answer: answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stamps)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/tsa?a=b", pem(own)
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_time_of_a_service_goes_into_the_signature_and_its_failure_keeps_no_counter_waiting(
    own_app: Flask, service: tuple[str, str], tmp_path: Path
) -> None:
    address, trusted = service
    parts = own_app.extensions["registry"]
    parts.settings = replace(parts.settings, timestamp_url=address)
    world, client = make_world(parts.office), own_app.test_client()
    register(parts.office, world)
    certificate, police = demonstration(parts.office), bearer(own_app, Role.POLICE)
    path = f"/traces/{trace(client, police)}/report.pdf"
    paper = printed(client, path, police)
    roots = list(load_certs_from_pemder_data(certificate.pem.encode()))[-1:]
    stamps = list(load_certs_from_pemder_data(trusted.encode()))

    def stamp_of(paper: bytes) -> Any:
        (signature,) = PdfFileReader(io.BytesIO(paper)).embedded_signatures
        status = validated(
            signature,
            ValidationContext(trust_roots=roots, allow_fetching=False),
            ts_validation_context=ValidationContext(trust_roots=stamps, allow_fetching=False),
        )
        assert status.bottom_line
        return status.timestamp_validity

    stamp = stamp_of(paper)
    assert (stamp.valid, stamp.intact, stamp.trusted) == (True, True, True)
    assert signatures.signed_by(paper, [certificate])
    assert faults(paper) == []
    assert "Signature is Valid" in pdfsig(paper, tmp_path)
    assert Stamps.asked == 1
    Stamps.fails = True
    papers = [printed(client, path, police) for _ in range(2)]
    for one in papers:
        assert status_of(one, certificate).bottom_line
        assert status_of(one, certificate).timestamp_validity is None
    assert Stamps.asked == 2, "a service that failed is left alone for a while"
    timestamps.service(address)._paused_until = 0.0
    Stamps.fails = False
    again = printed(client, path, police)
    assert stamp_of(again) is not None


def other_nonce(answer: bytes) -> bytes:
    found = tsp.TimeStampResp.load(answer)
    info = found["time_stamp_token"]["content"]["encap_content_info"]["content"]
    told = info.parsed
    told["nonce"] = 7
    info.parsed = told
    return bytes(found.dump(force=True))


@pytest.mark.parametrize(
    ("spoilt", "pause"),
    [
        (lambda _: b"<html>Sign in first</html>", 0.0),
        (lambda _: b"", 0.0),
        (lambda answer: answer[:-900], 0.0),
        (other_nonce, 0.0),
        (lambda _: b"0" * 40, 0.02),
    ],
    ids=["page", "nothing", "cut", "other nonce", "byte after byte"],
)
def test_whatever_a_service_answers_no_paper_is_kept_from_anybody(
    service: tuple[str, str],
    spoilt: Callable[[bytes], bytes],
    pause: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from registry.verification import signing

    Stamps.spoilt, Stamps.pause = staticmethod(spoilt), pause
    monkeypatch.setattr(timestamps, "DEADLINE", 0.2)
    key, now = certificates.new_key(), datetime.now(UTC)
    certificate = certificates.read(certificates.demonstration(key, AUTHORITY, "BR", now))
    paper = plates.pdf([plates.Plate("a", 100, 100, (plates.Box(0, 0, 9, 9),))])
    by = keys.Serving(certificate, certificates.private_bytes(key))
    signed = signing.sign_at(paper, by, AUTHORITY, now, service[0])
    assert signatures.signed_by(signed, [certificate]) == certificate.fingerprint


def test_no_signature_that_somebody_makes_up_ends_in_a_fault() -> None:
    key, now = certificates.new_key(), datetime.now(UTC)
    certificate = certificates.read(certificates.demonstration(key, AUTHORITY, "BR", now))
    deep = b""
    for _ in range(2000):
        deep = core.Sequence(contents=deep).dump()
    attributes = cms.CMSAttributes([cms.CMSAttribute({"type": "1.2.3", "values": [core.Any.load(deep)]})])
    made = made_up(certificate, attributes)
    for content in (made, cms.ContentInfo({"content_type": "data", "content": b"a"}).dump()):
        hole = b"<" + content.hex().upper().encode() + b">"
        begins = b"/ByteRange [0 %06d %06d %06d]"
        length = len(begins % (0, 0, 0))
        file = begins % (length, length + len(hole), 1) + hole + b" "
        assert signatures.signed_by(file, [certificate]) == ""


def made_up(certificate: Certificate, attributes: cms.CMSAttributes) -> bytes:
    """Signed data with our certificates and attributes of somebody's own."""
    chain = [asn1_x509.Certificate.load(one) for one in certificates.ders(certificate.pem)]
    sid = {"issuer": chain[0].issuer, "serial_number": chain[0].serial_number}
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(sid)}),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": b"0",
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": chain,
        "signer_infos": [signer],
    }
    content: bytes = cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()
    return content
