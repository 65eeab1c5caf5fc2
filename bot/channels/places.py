"""A place a person shared."""

import math
from typing import Any

from conversation.said import Location


def location(latitude: Any, longitude: Any) -> Location | None:
    """A place on the globe in degrees, or None if these are no such numbers."""
    try:
        north, east = float(latitude), float(longitude)
    except (TypeError, ValueError, OverflowError):
        return None
    if not (math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180):
        return None
    return Location(north, east)
