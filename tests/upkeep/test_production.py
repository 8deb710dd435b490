"""What docs/production.md has an operator install is what systemd, nginx and our commands take."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from registry.core.settings import MisconfiguredError, Settings
from tests.house.sources import ROOT

FOLDER = ROOT / "docs" / "production"
UNITS = sorted([*FOLDER.glob("*.service"), *FOLDER.glob("*.timer")])
STARTED = re.compile(r"^ExecStart=(.+)$", re.MULTILINE)


def started(path: Path) -> str:
    """The command of a unit, in one line."""
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return " ".join(STARTED.findall(joined)[0].split())


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    for path in UNITS:  # programs lie where this machine has some
        text = path.read_text(encoding="utf-8").replace(
            "/usr/lib/postgresql/17/bin/pg_receivewal", "/bin/true"
        )
        text = re.sub(r"/srv/registry/\.venv/bin/\w+", "/bin/true", text)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", *(str(tmp_path / path.name) for path in UNITS)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in said.stderr.splitlines() if "registry" in line]
    assert (said.returncode, ours) == (0, [])


@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not here")
def test_nginx_takes_its_configuration(tmp_path: Path) -> None:
    site = (FOLDER / "nginx.conf").read_text(encoding="utf-8")
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    made += ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "fullchain.pem"), "-subj", "/CN=x"]
    subprocess.run(made, check=True, capture_output=True)
    site = site.replace("/etc/registry/tls", str(tmp_path))
    whole = f"pid {tmp_path}/pid; events {{}} http {{ {site} }}"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    command = ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize(
    "path", [path for path in UNITS if "flask" in path.read_text()], ids=lambda p: p.stem
)
def test_every_unit_starts_a_command_that_there_is(path: Path, app: Flask) -> None:
    words = started(path).partition("--app wsgi ")[2].split()
    command, given = app.cli, []
    while words and hasattr(command, "commands") and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    given = [word for word in words if word.startswith("--")]
    assert not hasattr(command, "commands"), "the unit names no command"
    known = {option for parameter in command.params for option in parameter.opts}
    assert set(given) <= known


def test_the_server_takes_its_options() -> None:
    options = re.findall(r"--[a-z0-9-]+", started(FOLDER / "registry.service"))
    helped = subprocess.run(
        [sys.executable, "-m", "granian", "--help"], capture_output=True, text=True, check=True
    )
    assert [one for one in options if one.removeprefix("--no-") not in helped.stdout] == []


def test_the_settings_of_production_are_taken(tmp_path: Path) -> None:
    lines = (FOLDER / "registry.env").read_text(encoding="utf-8").splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    (tmp_path / "secret_key").write_text("s" * 40 + "\n")
    (tmp_path / "database_url").write_text("postgresql://registry:secret@db/registry\n")
    given |= {"REGISTRY_INSTANCE": str(tmp_path), "REGISTRY_SECRET_KEY_FILE": str(tmp_path / "secret_key")}
    given |= {"REGISTRY_DATABASE_URL_FILE": str(tmp_path / "database_url")}
    settings = Settings.from_environment(given)
    assert (settings.production, settings.secure_cookies, settings.proxies) == (True, True, 1)
    assert settings.secret_key == "s" * 40
    assert settings.database_url == "postgresql+psycopg://registry:secret@db/registry"


def test_a_setting_in_a_file_that_is_not_there_or_set_twice_is_refused_by_name(tmp_path: Path) -> None:
    given = {"REGISTRY_INSTANCE": str(tmp_path), "REGISTRY_SECRET_KEY_FILE": str(tmp_path / "none")}
    with pytest.raises(MisconfiguredError, match="REGISTRY_SECRET_KEY_FILE"):
        Settings.from_environment(given)
    (tmp_path / "none").write_text("s" * 40)
    with pytest.raises(MisconfiguredError, match="both set"):
        Settings.from_environment(given | {"REGISTRY_SECRET_KEY": "t" * 40})
