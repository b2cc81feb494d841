"""PURE. Percentiles by nearest rank: of what was measured, never of what lies between."""

import math
from collections.abc import Iterable, Sequence


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Of sorted values; None of nothing."""
    return values[max(0, math.ceil(len(values) * percent / 100) - 1)] if values else None


def weighted(values: Iterable[tuple[float, float]], *percents: float) -> list[float | None]:
    """Of (value, weight) in any order."""
    ordered = sorted(values)
    total = sum(weight for _, weight in ordered)
    found: list[float | None] = []
    for percent in percents:
        reached = 0.0
        wanted = total * percent / 100
        answer = None
        for value, weight in ordered:
            reached += weight
            answer = value
            if reached >= wanted - 1e-9:
                break
        found.append(answer)
    return found


def quantile_of_buckets(buckets: Sequence[tuple[float, float]], share: float) -> float | None:
    """Of a histogram as Prometheus keeps it: (upper bound, count up to it), growing, the last bound infinite.

    Between two bounds it is assumed to be even; beyond the last finite one it is that one. None of nothing.
    """
    total = buckets[-1][1] if buckets else 0
    if not total:
        return None
    wanted, lower, below = total * share, 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted:
            if math.isinf(bound):
                return lower
            return lower + (bound - lower) * ((wanted - below) / (count - below) if count > below else 1.0)
        lower, below = bound, count
    return lower
