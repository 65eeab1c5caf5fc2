"""What the program says while it runs: lines of JSON, without a name, a number, a word or a token of anybody."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import orjson

# No word boundaries: a token stands in the middle of an address ("/bot123:AA…/sendMessage").
_TOKEN = re.compile(r"\d{6,}:[A-Za-z0-9_-]{20,}")
_SECRET = re.compile(r"(?:AC|SK|MG)[0-9a-f]{32}|[0-9a-f]{32}")
_NUMBER = re.compile(r"\+?\d(?:[ .\-]?\d){7,}")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
QUIET = ("httpx", "httpcore", "telegram", "twilio", "twilio.http_client", "aiohttp", "apscheduler", "alembic")


def redact(text: str) -> str:
    """Take out what may be a token, a phone number, an NIB or an NIK."""
    return _NUMBER.sub("[number]", _SECRET.sub("[secret]", _TOKEN.sub("[token]", text)))


@contextmanager
def unalarmed() -> Iterator[None]:
    """The staff's alarms, not told: where invented weeks are lived through, or the same is said in a table anyway."""
    alarms = logging.getLogger("services.alerts")
    before, alarms.disabled = alarms.disabled, True
    try:
        yield
    finally:
        alarms.disabled = before


class JsonLines(logging.Formatter):
    """One record as one line. Of an exception: its kind and where, not what it says, which may quote a person."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "from": record.name,
            "says": redact(record.getMessage()),
        }
        more: dict[str, Any] = {k: redact(str(v)) for k, v in vars(record).items() if k not in _STANDARD}
        if record.exc_info and record.exc_info[0]:
            more["error"] = _chain(record.exc_info)
        return orjson.dumps(line | more).decode()


Info = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def _chain(info: Info) -> list[str]:
    """The exception and what caused it, innermost place last."""
    said: list[str] = []
    error: BaseException | None = info[1]
    while error is not None and len(said) < 5:
        said.append(_where((type(error), error, error.__traceback__)))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return said


def _where(info: Info) -> str:
    kind = info[0].__name__ if info[0] else "?"
    frames = traceback.extract_tb(info[2])[-8:]
    places = " > ".join(f"{'/'.join(f.filename.split('/')[-2:])}:{f.lineno} {f.name}" for f in frames)
    return f"{kind} at {places}" if places else kind


def set_up(level: int = logging.INFO) -> None:
    """Send every logger's lines to standard output as JSON, and keep chatty libraries quiet."""
    import time

    formatter = JsonLines()
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)  # paths and addresses of people's phones
