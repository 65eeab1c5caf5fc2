"""The two apps: each hears, shows and sends."""

import sys

# PTB imports httpx, which we never call, and httpx a command line in colours (rich, pygments: 5 MB), unless that is
# missing: then it does without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
