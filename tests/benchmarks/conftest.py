"""Let pytest find what the benchmarks share as a script finds it: beside the script."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

# nothing but the benchmark itself needs PyVRP
collect_ignore = [] if find_spec("pyvrp") else ["bench_lottery.py", "lottery/rivals.py"]
collect_ignore += [] if find_spec("pyvrp") else ["lottery/measurement.py"]
