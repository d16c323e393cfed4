"""The normal distribution, to the last digits that a double holds.

For levels that a rival policy or a comparison uses; what reaches a proposal stays piecewise linear (decision 0003).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]

_CENTRE = np.array(
    [
        3.3871328727963666080e0,
        1.3314166789178437745e2,
        1.9715909503065514427e3,
        1.3731693765509461125e4,
        4.5921953931549871457e4,
        6.7265770927008700853e4,
        3.3430575583588128105e4,
        2.5090809287301226727e3,
    ]
)
_CENTRE_BELOW = np.array(
    [
        1.0,
        4.2313330701600911252e1,
        6.8718700749205790830e2,
        5.3941960214247511077e3,
        2.1213794301586595867e4,
        3.9307895800092710610e4,
        2.8729085735721942674e4,
        5.2264952788528545610e3,
    ]
)
_NEAR = np.array(
    [
        1.42343711074968357734e0,
        4.63033784615654529590e0,
        5.76949722146069140550e0,
        3.64784832476320460504e0,
        1.27045825245236838258e0,
        2.41780725177450611770e-1,
        2.27238449892691845833e-2,
        7.74545014278341407640e-4,
    ]
)
_NEAR_BELOW = np.array(
    [
        1.0,
        2.05319162663775882187e0,
        1.67638483018380384940e0,
        6.89767334985100004550e-1,
        1.48103976427480074590e-1,
        1.51986665636164571966e-2,
        5.47593808499534494600e-4,
        1.05075007164441684324e-9,
    ]
)
_FAR = np.array(
    [
        6.65790464350110377720e0,
        5.46378491116411436990e0,
        1.78482653991729133580e0,
        2.96560571828504891230e-1,
        2.65321895265761230930e-2,
        1.24266094738807843860e-3,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ]
)
_FAR_BELOW = np.array(
    [
        1.0,
        5.99832206555887937690e-1,
        1.36929880922735805310e-1,
        1.48753612908506148525e-2,
        7.86869131145613259100e-4,
        1.84631831751005468180e-5,
        1.42151175831644588870e-7,
        2.04426310338993978564e-15,
    ]
)
"""Coefficients of AS 241, PPND16 (Wichura 1988), lowest power first."""  # fmt: skip


@njit(cache=True)
def _ratio(above: np.ndarray, below: np.ndarray, x: float) -> float:
    top, bottom = 0.0, 0.0
    for k in range(above.size - 1, -1, -1):
        top = top * x + above[k]
        bottom = bottom * x + below[k]
    return float(top / bottom)


@njit(cache=True)
def find_quantile(shares: Floats) -> Floats:
    """Standard normal quantiles of shares in (0, 1): Wichura's algorithm AS 241, exact to about 1e-16."""
    found = np.empty(shares.size)
    for k in range(shares.size):
        share = shares[k]
        centred = share - 0.5
        if abs(centred) <= 0.425:
            found[k] = centred * _ratio(_CENTRE, _CENTRE_BELOW, 0.180625 - centred * centred)
            continue
        tail = math.sqrt(-math.log(share if centred < 0.0 else 1.0 - share))
        z = _ratio(_NEAR, _NEAR_BELOW, tail - 1.6) if tail <= 5.0 else _ratio(_FAR, _FAR_BELOW, tail - 5.0)
        found[k] = -z if centred < 0.0 else z
    return found


@njit(cache=True)
def find_loss(z: Floats) -> Floats:
    """E[max(0, Z − z)] of a standard normal Z."""
    found = np.empty(z.size)
    for k in range(z.size):
        density = math.exp(-0.5 * z[k] * z[k]) / math.sqrt(2.0 * math.pi)
        found[k] = density - z[k] * 0.5 * math.erfc(z[k] / math.sqrt(2.0))
    return found
