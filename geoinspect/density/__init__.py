"""Kernel surfaces in metres: events per km2, and violations per inspection."""

from geoinspect.density.grid import Grid, KernelParams, to_lonlat, to_mercator
from geoinspect.density.kernel import KernelDensity, RateSurface, kernel_density, violation_rate
from geoinspect.density.shrinkage import Shrinkage, shrink

__all__ = [
    "Grid",
    "KernelDensity",
    "KernelParams",
    "RateSurface",
    "Shrinkage",
    "kernel_density",
    "shrink",
    "to_lonlat",
    "to_mercator",
    "violation_rate",
]
