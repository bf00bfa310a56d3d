"""The script that fetches the web files trusts hashes, not sources."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "maps" / "fetch_assets.py"


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Load the script with an empty vendor folder."""
    spec = importlib.util.spec_from_file_location("fetch_assets", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    monkeypatch.setattr(module, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(module, "FOR_TESTS", tmp_path / "for-tests")
    return module


@pytest.fixture
def one_file(script, monkeypatch):
    """Let the script know one file only, whose right content is `b"right"`."""
    monkeypatch.setattr(script, "SOURCES", {"map.js": script.SOURCES["leaflet.js"]})
    monkeypatch.setattr(script, "SHA256", {"map.js": hashlib.sha256(b"right").hexdigest()})
    return script


def fail(*_):
    raise AssertionError("something was fetched")


def test_the_files_of_this_checkout_are_the_pinned_ones(script, monkeypatch):
    monkeypatch.setattr(script, "VENDOR", SCRIPT.parents[1] / "geoinspect" / "_web" / "vendor")
    monkeypatch.setattr(script, "FOR_TESTS", SCRIPT.parent / "vendor")
    assert all(script.is_right(name) for name in script.SOURCES)


def test_what_is_missing_is_fetched_with_its_licences(one_file, monkeypatch, capsys):
    monkeypatch.setattr(one_file, "fetch", lambda _: b"right")
    one_file.main()
    assert (one_file.VENDOR / "map.js").read_bytes() == b"right"
    assert "BSD-2-Clause" in (one_file.VENDOR / "THIRD_PARTY.md").read_text(encoding="utf-8")
    assert "1 web files" in capsys.readouterr().out


def test_what_is_right_is_not_fetched_again(one_file, monkeypatch):
    one_file.VENDOR.mkdir()
    (one_file.VENDOR / "map.js").write_bytes(b"right")
    monkeypatch.setattr(one_file, "fetch", fail)
    one_file.main()


def test_other_content_is_refused_and_not_written(one_file, monkeypatch):
    monkeypatch.setattr(one_file, "fetch", lambda _: b"wrong")
    with pytest.raises(SystemExit, match=r"map\.js has SHA-256"):
        one_file.main()
    assert not (one_file.VENDOR / "map.js").exists()


def test_leaflet_comes_out_of_its_python_package(script):
    content = script.fetch(script.SOURCES["leaflet.js"])
    assert hashlib.sha256(content).hexdigest() == script.SHA256["leaflet.js"]


def test_a_missing_python_package_is_named(script):
    source = script.PythonFile("no_such_package_here", "no-such-package==1", "a.js")
    with pytest.raises(SystemExit, match="no-such-package==1"):
        script.fetch(source)


def test_a_missing_npm_is_named_where_it_cannot_be_installed(script, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(SystemExit, match="Install npm"):
        script.npm()


def test_a_package_that_is_not_the_pinned_one_is_refused(script, monkeypatch, tmp_path):
    fake = tmp_path / "npm"
    fake.write_text('#!/bin/sh\necho changed > "$5/package.tgz"\n', encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setattr(script, "npm", lambda: str(fake))
    with pytest.raises(SystemExit, match="not the pinned one"):
        script.fetch(script.SOURCES["pmtiles.js"])


def test_every_file_has_its_hash(script):
    assert script.SOURCES.keys() == script.SHA256.keys()
