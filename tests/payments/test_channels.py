"""The channel of an agency: its file, its secrets, its certificates, its verbs on the command line."""

from __future__ import annotations

import datetime
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from jigi.foundation.errors import InputError, Refused
from jigi.foundation.models import AuditEvent
from jigi.foundation.wire import Cut, HttpWire
from jigi.payments import channels
from jigi.payments.adapters.conversation import Unknown
from jigi.payments.adapters.pispi import PiSpi
from jigi.payments.adapters.pispi_server import Server
from jigi.payments.adapters.pispi_twin import Platform
from jigi.payments.dispatch_models import Channel
from tests.factories import make_user
from tests.payments.pispi_scene import access
from tests.payments.scene import peopled

FILE = """
base_url = "https://api.psp.example/piz/v2"
token_url = "https://api.psp.example/oauth/token"
client_id = "jigi"
payer_alias = "9b1b2499-3e50-435b-b757-000000000000"
client_secret = "tres-secret"
api_key = "cle-secrete"
webhook_secret = "mot-secret"
width = 8
[paths]
group = "/lots/{group}"
"""


@pytest.mark.django_db
def test_a_channel_is_set_from_its_file_and_its_secrets_are_sealed(tmp_path: Path) -> None:
    scene, by = peopled(1), make_user("admin", "system_administrator")
    (path := tmp_path / "canal.toml").write_text(FILE, encoding="utf-8")
    made = channels.load_channel(path, scene.agency, by=by)
    assert (made.width, made.group_size, made.paths) == (8, 500, {"group": "/lots/{group}"})
    assert channels.access_of(made).client_secret == "tres-secret"
    assert b"secret" not in bytes(Channel.objects.get().secrets_sealed)
    assert "secret" not in json.dumps(AuditEvent.objects.get(verb="set_channel").after)
    path.write_text(FILE.replace("width = 8\n", "").replace("9b1b", "ffff"), encoding="utf-8")
    channels.load_channel(path, scene.agency, by=by)
    assert Channel.objects.get().width == Channel._meta.get_field("width").get_default(), (
        "what is left out is as at first"
    )
    changed = AuditEvent.objects.filter(verb="set_channel").latest("id")
    assert changed.before["payer_alias"].startswith("9b1b"), "whose account paid before is told"
    assert changed.after["payer_alias"].startswith("ffff")
    with pytest.raises(Refused):
        channels.load_channel(path, scene.agency, by=scene.officer)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("https://api.psp.example/piz", "http://api.psp.example/piz", "n’est pas chiffrée"),
        ('api_key = "cle-secrete"', "", "api_key"),
        ("width = 8", "largeur = 8", "largeur"),
        ("/lots/{group}", "/lots", "doit porter"),
    ],
)
def test_a_wrong_file_changes_nothing_and_says_where(tmp_path: Path, before: str, after: str, said: str) -> None:
    scene, by = peopled(1), make_user("admin", "system_administrator")
    (path := tmp_path / "canal.toml").write_text(FILE.replace(before, after), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        channels.load_channel(path, scene.agency, by=by)
    assert not Channel.objects.exists()


# Mutual TLS


def authority() -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    return _certificate("Autorité d’essai", None)


def _certificate(
    name: str, signer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
        .issuer_name(signer[0].subject if signer else subject).serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    )  # fmt: skip
    return built.sign(signer[1] if signer else key, hashes.SHA256()), key


def _written(folder: Path, name: str, pair: tuple[x509.Certificate, ec.EllipticCurvePrivateKey]) -> tuple[Path, Path]:
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(pair[0].public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key.write_bytes(pair[1].private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate, key


@contextmanager
def encrypted_twin(folder: Path, root: Path, server: tuple[Path, Path]) -> Iterator[str]:
    twin = Server(0, Platform())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*server)
    tls.load_verify_locations(root)
    tls.verify_mode = ssl.CERT_REQUIRED
    twin.socket = tls.wrap_socket(twin.socket, server_side=True)
    threading.Thread(target=twin.serve_forever, daemon=True).start()
    try:
        yield f"https://localhost:{twin.server_port}"
    finally:
        twin.shutdown()
        twin.server_close()


def test_both_ends_show_their_certificate(tmp_path: Path) -> None:
    signer = authority()
    root, _ = _written(tmp_path, "autorite", signer)
    server = _written(tmp_path, "agence", _certificate("agence", signer))
    ours, key = _written(tmp_path, "jigi", _certificate("jigi", signer))
    with encrypted_twin(tmp_path, root, server) as base:
        known = HttpWire(timeout_s=5, certificate=ours, key=key, authority=root)
        assert PiSpi(access(base), known).ask("G") == Unknown()
        for stranger in (HttpWire(timeout_s=5, authority=root), HttpWire(timeout_s=5, certificate=ours, key=key)):
            with pytest.raises(Cut):
                stranger.request("GET", f"{base}/piz/v1/paiements", {}, None)
