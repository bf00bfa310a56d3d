"""
Put the third-party web files at their pinned versions into geoinspect/_web/vendor/.

Run from a source checkout (`make assets`). Leaflet comes out of an installed Python
package, the others from npm; what only the tests use goes into maps/vendor/. Every file is
checked against its SHA-256 before it is written. Where all files are right already nothing
is done, and no network is needed. Only the standard library is used.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parent.parent
VENDOR = CHECKOUT / "geoinspect" / "_web" / "vendor"
FOR_TESTS = CHECKOUT / "maps" / "vendor"
LICENCES = CHECKOUT / "maps" / "THIRD_PARTY.md"


class PythonFile(NamedTuple):
    """A file inside an installed Python package."""

    package: str
    distribution: str
    path: str


class NpmFile(NamedTuple):
    """A file inside an npm package, and the integrity of the package as npm states it."""

    package: str
    integrity: str
    path: str


LEAFLET = ("js_lib_leaflet", "django-js-lib-leaflet==1.9.4.1")
PROTOMAPS = (
    "protomaps-leaflet@5.1.0",
    "sha512-N0YY1Gbw5nZ9n8VUOvwHKm/w3zhTTuaZEeMZl8doHemeM4ujGPp2otI6t4Sgqrz8iM4svx2rpG1Q17rHkOWSaA==",
)
PMTILES = (
    "pmtiles@4.5.0",
    "sha512-CBeD4SoUluFziGdy/8k7FOjQxQy486n+929W/tWophauvMICpkZ26vGBWhDt/6b1FZQWNaf4jFdT/5+q0Wii5w==",
)

HTMX = (
    "htmx.org@2.0.11",
    "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
)
AXE = (
    "axe-core@4.11.1",
    "sha512-BASOg+YwO2C+346x3LZOeoovTIoTrRqEsqMa6fmfAV0P+U9mFr9NsyOEpiYvFjbc64NMrSswhV50WdXzdb/Z5A==",
)

SOURCES: dict[str, PythonFile | NpmFile] = {
    "leaflet.js": PythonFile(*LEAFLET, "static/js_lib_leaflet/leaflet.js"),
    "leaflet.css": PythonFile(*LEAFLET, "static/js_lib_leaflet/leaflet.css"),
    "protomaps-leaflet.js": NpmFile(*PROTOMAPS, "package/dist/protomaps-leaflet.js"),
    "pmtiles.js": NpmFile(*PMTILES, "package/dist/pmtiles.js"),
    "htmx.js": NpmFile(*HTMX, "package/dist/htmx.min.js"),
    "axe.js": NpmFile(*AXE, "package/axe.min.js"),
}
TESTS_ONLY = {"axe.js"}

SHA256 = {
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
    "protomaps-leaflet.js": "26af014f7b1af308ec120b791cff76657bb9c3383633b52033e6edf9e5e4cdb5",
    "pmtiles.js": "caf981bc46f6327ee7e65d5dc964d89d38a69f60edca2bd4c5c890c21b554c6c",
    "htmx.js": "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717",
    "axe.js": "7dbfabdfc6062936d79c873ddbb5f811a1219fca3928bd8cc9dd81f1e65f4720",
}


def main() -> None:
    """Fetch what is missing or wrong, and keep the licences beside it."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    FOR_TESTS.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        if not is_right(name):
            write_checked(name, fetch(SOURCES[name]))
    shutil.copyfile(LICENCES, VENDOR / LICENCES.name)
    n = sum(name not in TESTS_ONLY for name in SOURCES)
    print(f"{n} web files are in {VENDOR.relative_to(CHECKOUT)}")


def is_right(name: str) -> bool:
    """Tell whether the file is there with the pinned content."""
    path = place_of(name)
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256[name]


def write_checked(name: str, content: bytes) -> None:
    """Write the file, or stop if its content is not the pinned one."""
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        sys.exit(f"{name} has SHA-256 {found}, not {SHA256[name]}: nothing was written.")
    place_of(name).write_bytes(content)


def place_of(name: str) -> Path:
    """Return where a file belongs."""
    return (FOR_TESTS if name in TESTS_ONLY else VENDOR) / name


def fetch(source: PythonFile | NpmFile) -> bytes:
    """Return the content of one file from its source."""
    if isinstance(source, PythonFile):
        return read_from_python_package(source)
    return read_from_npm_package(source)


def read_from_python_package(source: PythonFile) -> bytes:
    """Read a file of an installed Python package without importing the package."""
    spec = importlib.util.find_spec(source.package)
    if spec is None or spec.origin is None:
        sys.exit(f"Install the Python package {source.distribution} first (pip install).")
    return (Path(spec.origin).parent / source.path).read_bytes()


def read_from_npm_package(source: NpmFile) -> bytes:
    """Download an npm package into a temporary folder and read one file of it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [npm(), "pack", source.package, "--silent", "--pack-destination", folder]
        if subprocess.run(command, cwd=folder, check=False).returncode:
            sys.exit(f"npm could not fetch {source.package}: see its message above.")
        (package,) = Path(folder).glob("*.tgz")
        digest = hashlib.sha512(package.read_bytes()).digest()
        if f"sha512-{base64.b64encode(digest).decode()}" != source.integrity:
            sys.exit(f"The package {source.package} is not the pinned one: nothing was written.")
        return read_member(package, source.path)


def read_member(package: Path, path: str) -> bytes:
    """Read one file of a gzipped tar archive."""
    with tarfile.open(package) as archive:
        member = archive.extractfile(path)
        if member is None:
            sys.exit(f"{package.name} holds no file {path}.")
        return member.read()


def npm() -> str:
    """Return the path of npm, installing it first where this is Debian and we are root."""
    if shutil.which("npm") is None:
        if not (is_debian() and os.geteuid() == 0):
            sys.exit("Install npm (Debian and Ubuntu: apt install npm), then run this again.")
        subprocess.run(["apt-get", "update", "-q"], check=True)
        subprocess.run(
            ["apt-get", "install", "-q", "-y", "--no-install-recommends", "npm"], check=True
        )
    return shutil.which("npm") or sys.exit("npm was installed but is not on the PATH.")


def is_debian() -> bool:
    """Tell whether apt-get is the package manager here."""
    return Path("/etc/debian_version").is_file() and shutil.which("apt-get") is not None


if __name__ == "__main__":
    main()
