"""
Weights of routes that give every point exactly its promised chance.

Among all distributions over the candidate routes whose visit probabilities equal
the promises, the one closest to the prior exp(-theta x travel) in relative entropy
has the form

    w_r  proportional to  exp(-theta x travel_r + sum of dual_i over the stops i of r),

and the dual minimises a smooth convex function (Csiszar 1975), by damped Newton in
some ten steps. With a small ridge the problem always has a solution, and what is
then left of the promises says which points lack routes: that residual prices new
candidates.

Sums run in a fixed order and the exponential is our own, so that the weights are the
same bits on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from geoinspect.lottery.draw import WEIGHT_TOTAL
from geoinspect.lottery.randomness import exponential, logarithm

if TYPE_CHECKING:
    from geoinspect.arrays import FloatArray, IntArray
    from geoinspect.lottery.routes import RouteSet

#: A calibrated book differs from each promise by at most this.
TOLERANCE = 1e-10

_CONVERGED = 1e-12
_RIDGE = 1e-5

_WIDE_RIDGE = 2e-3

#: A residual above this under the ridge means a dual beyond 100: no weights exist.
_HOPELESS = 100 * _RIDGE

_MS_PER_MINUTE = 60_000.0


@dataclass(frozen=True)
class Calibration:
    """
    Outcome of one calibration.

    Attributes
    ----------
    weights
        Probability of each route, shape (m,), adding up to 1.
    gap
        Largest difference between a promise and what the weights give.
    residual
        Promise minus chance under a small ridge, shape (n,): positive where
        routes are lacking.
    dual
        Log-odds that the promises put on each point, under the ridge, shape (n,).
    """

    weights: FloatArray
    gap: float
    residual: FloatArray
    dual: FloatArray

    @property
    def is_exact(self) -> bool:
        """Whether every promise is kept."""
        return self.gap <= TOLERANCE

    @property
    def effective_routes(self) -> float:
        """Exponential of the entropy: how many equally likely routes leave as much doubt."""
        used = self.weights[self.weights > 0]
        return float(np.exp(-(used * np.log(used)).sum()))


def calibrate(
    routes: RouteSet, probability: FloatArray, *, theta: float, start: FloatArray | None = None
) -> Calibration:
    """
    Find the route weights that reproduce the promised chances.

    Parameters
    ----------
    routes
        Candidate routes through the zone, at least one.
    probability
        Promised inclusion probability of each point, shape (n,).
    theta
        Preference for short routes, per minute of travel; 0 for none.
    start
        Dual of an exact calibration of nearly the same problem, shape (n,).
    """
    prior = -theta * (routes.travel - routes.travel.min()) / _MS_PER_MINUTE
    if start is not None:
        dual = start.copy()
        weights, rest = _minimise_dual(routes, prior, probability, dual, ridge=0.0, rounds=15)
        if np.abs(rest).max() <= TOLERANCE:
            return Calibration(weights, float(np.abs(rest).max()), rest, dual)
    dual = np.zeros(len(probability))
    weights, residual = _minimise_dual(routes, prior, probability, dual, ridge=_RIDGE, rounds=60)
    ridge_dual, remainder = dual.copy(), residual
    if np.abs(residual).max() < _HOPELESS:
        weights, remainder = _minimise_dual(routes, prior, probability, dual, ridge=0.0, rounds=40)
    return Calibration(weights, float(np.abs(remainder).max()), residual, ridge_dual)


def roughly_calibrated(
    routes: RouteSet, probability: FloatArray, *, theta: float
) -> tuple[FloatArray, FloatArray]:
    """
    Return weights that come near to the promises, shape (m,), and their dual, shape (n,).

    A few steps under a ridge, enough to see how candidates should be tilted.
    """
    prior = -theta * (routes.travel - routes.travel.min()) / _MS_PER_MINUTE
    dual = np.zeros(len(probability))
    weights, _ = _minimise_dual(routes, prior, probability, dual, ridge=_WIDE_RIDGE, rounds=6)
    return weights, dual


def nearest_chances(routes: RouteSet, probability: FloatArray, *, theta: float) -> FloatArray:
    """
    Return chances near the promises that some weights of the routes do give.

    A wide ridge allows gaps where routes are lacking, and weighs them against evenness:
    what is then given lies well within what the routes can do.

    Parameters
    ----------
    routes, probability, theta
        As in `calibrate`.
    """
    prior = -theta * (routes.travel - routes.travel.min()) / _MS_PER_MINUTE
    dual = np.zeros(len(probability))
    _, residual = _minimise_dual(routes, prior, probability, dual, ridge=_WIDE_RIDGE, rounds=60)
    return probability - residual


def integer_weights(weights: FloatArray) -> IntArray:
    """
    Round weights to integers that add up to 2**53 exactly (largest remainder).

    Examples
    --------
    >>> (integer_weights(np.array([0.5, 0.25, 0.25])) // 2**51).tolist()
    [2, 1, 1]
    """
    scaled = weights * float(WEIGHT_TOTAL)
    whole = np.floor(scaled).astype(np.int64)
    step, extra = divmod(WEIGHT_TOTAL - int(whole.sum()), len(whole))
    by_remainder = np.argsort(whole - scaled, kind="stable")
    whole += step
    whole[by_remainder[:extra]] += 1
    return whole


def _minimise_dual(
    routes: RouteSet,
    prior: FloatArray,
    target: FloatArray,
    dual: FloatArray,
    *,
    ridge: float,
    rounds: int,
) -> tuple[FloatArray, FloatArray]:
    """Minimise the dual in place; return the weights and what is left of the target."""
    m, n = len(routes), len(target)
    weights, residual = np.empty(m), np.empty(n)
    _newton(
        routes.stops, routes.size, prior, target, ridge, rounds, dual, weights, residual,
        np.empty(n), np.empty(m), np.empty(n), np.empty((n, n)), np.empty(n),
    )  # fmt: skip
    return weights, residual


@njit(cache=True, nogil=True)
def _newton(
    stops: IntArray,
    size: IntArray,
    prior: FloatArray,
    target: FloatArray,
    ridge: float,
    rounds: int,
    dual: FloatArray,
    weights: FloatArray,
    residual: FloatArray,
    trial: FloatArray,
    trial_weights: FloatArray,
    trial_residual: FloatArray,
    hessian: FloatArray,
    step: FloatArray,
) -> None:
    """Newton with halved steps on log-sum-exp(prior + A dual) - target . dual + ridge."""
    n = len(target)
    value = _evaluate(stops, size, prior, target, ridge, dual, weights, residual)
    for _ in range(rounds):
        worst = 0.0
        for i in range(n):
            step[i] = residual[i] - ridge * dual[i]
            worst = max(worst, abs(step[i]))
        if worst < _CONVERGED:
            return
        _fill_hessian(stops, size, target, weights, residual, ridge, hessian)
        if not _factorise(hessian):
            return
        _solve(hessian, step)
        slope = 0.0
        for i in range(n):
            slope += (residual[i] - ridge * dual[i]) * step[i]
        scale = 1.0
        while True:
            for i in range(n):
                trial[i] = dual[i] + scale * step[i]
            trial_value = _evaluate(
                stops, size, prior, target, ridge, trial, trial_weights, trial_residual
            )
            # near the optimum only the last digits of the value move: let full steps pass
            if trial_value <= value - 1e-4 * scale * slope + 1e-13 * abs(value):
                break
            scale *= 0.5
            if scale < 1e-9:
                return
        value = trial_value
        for i in range(n):
            dual[i] = trial[i]
            residual[i] = trial_residual[i]
        for r in range(len(size)):
            weights[r] = trial_weights[r]


@njit(cache=True, nogil=True)
def _evaluate(
    stops: IntArray,
    size: IntArray,
    prior: FloatArray,
    target: FloatArray,
    ridge: float,
    dual: FloatArray,
    weights: FloatArray,
    residual: FloatArray,
) -> float:
    """Fill `weights` and `residual` for `dual` and return the value of the dual."""
    highest = -1e300
    for r in range(len(size)):
        weights[r] = prior[r]
        for k in range(size[r]):
            weights[r] += dual[stops[r, k]]
        highest = max(highest, weights[r])
    total = 0.0
    for r in range(len(size)):
        weights[r] = exponential(weights[r] - highest)
        total += weights[r]
    value = highest + logarithm(total)
    for i in range(len(target)):
        residual[i] = target[i]
        value += dual[i] * (0.5 * ridge * dual[i] - target[i])
    for r in range(len(size)):
        weights[r] /= total
        for k in range(size[r]):
            residual[stops[r, k]] -= weights[r]
    return value


@njit(cache=True, nogil=True)
def _fill_hessian(
    stops: IntArray,
    size: IntArray,
    target: FloatArray,
    weights: FloatArray,
    residual: FloatArray,
    ridge: float,
    hessian: FloatArray,
) -> None:
    """Covariance of the visits under `weights`, plus the ridge."""
    n = len(target)
    for i in range(n):
        for j in range(n):
            hessian[i, j] = -(target[i] - residual[i]) * (target[j] - residual[j])
        # a trace of ridge keeps the factorisation alive when two points always go together
        hessian[i, i] += ridge + 1e-13
    for r in range(len(size)):
        for k in range(size[r]):
            for q in range(size[r]):
                hessian[stops[r, k], stops[r, q]] += weights[r]


@njit(cache=True, nogil=True)
def _factorise(matrix: FloatArray) -> bool:
    """Overwrite the lower triangle with its Cholesky factor; False if not positive."""
    for j in range(len(matrix)):
        for i in range(j, len(matrix)):
            entry = matrix[i, j]
            for k in range(j):
                entry -= matrix[i, k] * matrix[j, k]
            if i > j:
                matrix[i, j] = entry / matrix[j, j]
            elif entry > 0.0:
                matrix[j, j] = np.sqrt(entry)
            else:
                return False
    return True


@njit(cache=True, nogil=True)
def _solve(factor: FloatArray, x: FloatArray) -> None:
    """Solve L L' y = x for a lower triangular L; y overwrites x."""
    n = len(x)
    for i in range(n):
        for k in range(i):
            x[i] -= factor[i, k] * x[k]
        x[i] /= factor[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            x[i] -= factor[k, i] * x[k]
        x[i] /= factor[i, i]
