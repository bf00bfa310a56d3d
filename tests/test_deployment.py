"""What the files of deployment name is there: commands, options, variables, paths, pictures."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from pathlib import Path

import pytest
import typer
import uvicorn
import yaml
from fastapi.testclient import TestClient

from geoinspect.api.app import create_app
from geoinspect.cityfolder import CityFolder
from geoinspect.cli.main import app
from geoinspect.cli.serving import _check_host
from geoinspect.errors import InputError
from geoinspect.people import Role
from geoinspect.people.account import Account

API = Path(__file__).parents[1] / "api"
UNITS = ("geoinspect.service", "geoinspect-worker.service")


def _assert_understood(words: list[str]) -> None:
    """Parse a geoinspect command line without running it."""
    assert words[:2] == ["-C", words[1]]
    group = typer.main.get_command(app)
    context = typer.Context(group)
    command = group.get_command(context, words[2])
    assert command is not None, words
    command.make_context(words[2], words[3:], parent=context)


def _dockerfile() -> list[tuple[str, str]]:
    text = (API / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def _compose() -> dict:
    return yaml.safe_load((API / "compose.yaml").read_text(encoding="utf-8"))


def _unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str
    parser.read_string((API / name).read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_a_command_that_exists_and_may_write_to_its_folder_only(name: str) -> None:
    service = _unit(name)["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert Path(program).name == "geoinspect"
    _assert_understood(words)
    assert Path(words[1]).is_relative_to(service["ReadWritePaths"])
    for option in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID"):
        assert service[option] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["User"] != "root"
    assert service["CapabilityBoundingSet"] == ""


def test_only_one_of_the_units_starts_a_worker() -> None:
    starts = [_unit(name)["Service"]["ExecStart"] for name in UNITS]
    assert ["--no-worker" in start for start in starts] == [True, False]
    assert starts[1].endswith(" worker")


def test_the_image_has_a_version_and_copies_what_is_there() -> None:
    lines = _dockerfile()
    [base] = [rest for word, rest in lines if word == "FROM"]
    assert re.fullmatch(r"[a-z/]+:\d[\w.-]*", base)
    assert [rest for word, rest in lines if word == "USER"] == ["geoinspect"]
    makefile = (API.parent / "Makefile").read_text(encoding="utf-8")
    for word, rest in lines:
        if word == "COPY":
            source = rest.split()[0]
            assert (API.parent / source).exists() or f"\n{source}:" in makefile, source


def test_the_image_starts_uvicorn_with_options_that_it_knows() -> None:
    [command] = [json.loads(rest) for word, rest in _dockerfile() if word == "CMD"]
    assert command[0] == "uvicorn"
    assert uvicorn.main.make_context("uvicorn", command[1:]).params["app"] == "asgi:app"
    probe = dict(_dockerfile())["HEALTHCHECK"]
    path = re.search(r"127\.0\.0\.1:8000(/[a-z/]+)", probe)
    assert path is not None
    assert path[1] in json.loads((API / "openapi.json").read_text(encoding="utf-8"))["paths"]


def test_compose_runs_service_worker_and_a_postgis_of_a_named_version() -> None:
    services = _compose()["services"]
    assert set(services) == {"service", "worker", "database"}
    assert re.fullmatch(r"postgis/postgis:\d+-[\d.]+", services["database"]["image"])
    _assert_understood(services["worker"]["command"][1:])
    # the service's own is in the image
    assert all("healthcheck" in services[name] for name in ("worker", "database"))
    for service in services.values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_compose_holds_no_secret_itself() -> None:
    for service in _compose()["services"].values():
        for name, value in service["environment"].items():
            if name.endswith(("PASSWORD", "KEY", "URL")):
                assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), name


# ---- who may be served ----


def test_without_accounts_the_service_stays_on_this_machine(tmp_path: Path) -> None:
    city = CityFolder.create(tmp_path / "city", name="小镇")
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        _check_host(city, host)
    for host in ("0.0.0.0", "::", "192.168.1.5", "inspect.example"):
        with pytest.raises(InputError, match="no accounts yet"):
            _check_host(city, host)
    city.store().people.add(Account("chen", "陈", Role.ADMINISTRATOR))
    _check_host(city, "0.0.0.0")


def _client(path: Path, settings: str, *, peer: str) -> TestClient:
    city = CityFolder.create(path / "city", name="小镇")
    file = city.path / "geoinspect.toml"
    file.write_text(f'name = "小镇"\n{settings}', encoding="utf-8")
    city = CityFolder.open(city.path)
    return TestClient(
        create_app(city), base_url="http://inspect.example", client=(peer, 4000),
        follow_redirects=False,
    )  # fmt: skip


def test_a_host_is_answered_only_if_the_settings_allow_it(tmp_path: Path) -> None:
    allowed = _client(tmp_path / "a", 'allowed_hosts = ["inspect.example"]\n', peer="10.0.0.9")
    refused = _client(tmp_path / "b", "", peer="10.0.0.9")
    assert allowed.get("/health").status_code == 200
    assert refused.get("/health").status_code == 400


@pytest.mark.parametrize(("peer", "believed"), [("10.0.0.1", True), ("10.0.0.9", False)])
def test_what_is_forwarded_is_believed_from_a_trusted_proxy_only(
    tmp_path: Path, peer: str, believed: bool
) -> None:
    settings = 'allowed_hosts = ["inspect.example"]\ntrusted_proxies = ["10.0.0.1"]\n'
    client = _client(tmp_path, settings, peer=peer)
    answer = client.get(
        "/points?limit=1", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    )
    hrefs = [link["href"] for link in answer.json()["links"]]
    assert hrefs
    assert all(href.startswith("https:" if believed else "http:") for href in hrefs)
