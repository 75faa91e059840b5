"""How much is tried: all of it, or a sample that is the same in every run."""

import os
import random

from workspace import IS_SANITIZED

IS_LONG = os.environ.get("GLIMPSE_FAULTS") == "long"
LONGER = 4  # times that a run with sanitizers takes


def chosen(points, few):
    """All of a list in the long form, up to so many of it in the short one, in their order."""
    points = list(points)
    few = max(1, few // LONGER) if IS_SANITIZED else few
    if IS_LONG or len(points) <= few:
        return points
    places = sorted(random.Random(len(points)).sample(range(len(points)), few))
    return [points[place] for place in places]


def spread(points, most):
    """At most so many of a list, evenly spread, with its first and its last."""
    points = list(points)
    if len(points) <= most:
        return points
    return [points[k * (len(points) - 1) // (most - 1)] for k in range(most)]
