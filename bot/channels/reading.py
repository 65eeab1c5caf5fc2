"""Updates as phones make them: half an emoji in somebody's name makes nothing else unreadable.

A name cut in the middle of an emoji is half a surrogate pair, which strict readers refuse: an update refused is posted
again and again, and while polling it would hide all that came with it.
"""

import json
from typing import Any

import orjson


def parsed(body: bytes) -> Any:
    """JSON of any shape; what cannot be kept as it is (half a character, an endless number) is left out.

    Raises ValueError if it is no JSON, or nested deeper than anybody writes.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _mended(body)


def _mended(body: bytes) -> Any:
    try:
        loose = json.loads(body.decode("utf-8"), parse_float=_finite)
        whole = json.dumps(loose, ensure_ascii=False, allow_nan=False)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return orjson.loads(whole.encode("utf-8", "ignore"))


def _finite(number: str) -> float | None:
    value = float(number)
    return value if abs(value) < float("inf") else None
