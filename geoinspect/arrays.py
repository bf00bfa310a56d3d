"""Names for the array types that travel between the parts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

IntArray: TypeAlias = NDArray[np.int64]
FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]

#: State of a SplitMix64 stream, shape (1,); see `geoinspect.lottery.randomness`.
RandomState: TypeAlias = NDArray[np.uint64]
