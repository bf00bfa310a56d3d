"""How teams travel."""

from __future__ import annotations

from typing import Literal

Mode = Literal["car", "bicycle", "foot"]
