"""
Targets where nobody listed any: back streets, shops, internet cafés, buses and taxis.

They are drawn with known chances, written as inspection points with the provenance
"generated", and count for nobody until somebody confirms them on site.
"""

from geoinspect.targets.generate import (
    PROVENANCE,
    TargetGround,
    TargetParams,
    generate_targets,
)
from geoinspect.targets.joining import WISHED_CHANCE, with_targets
from geoinspect.targets.rules import RULES, Rule
from geoinspect.targets.streets import Streets, street_segments

__all__ = [
    "PROVENANCE",
    "RULES",
    "WISHED_CHANCE",
    "Rule",
    "Streets",
    "TargetGround",
    "TargetParams",
    "generate_targets",
    "street_segments",
    "with_targets",
]
