"""Texts that many rows share, as numbers: a million texts are slow to compare and to pass on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence


def as_categories(values: Sequence[str | None]) -> pd.Categorical:
    """
    Return texts as categories in the order of the words; None belongs to none.

    Examples
    --------
    >>> as_categories(["b", None, "a", "b"]).codes.tolist()
    [1, -1, 0, 1]
    """
    # an array is made at once, because a list of texts is looked through for what they are
    code, names = pd.factorize(np.array(values, dtype=object), sort=True)
    return pd.Categorical.from_codes(code, categories=pd.Index(names, dtype=object))
