"""What `bench.ours` serves: the whole program, as fast as it can."""

import asyncio
import datetime as dt
import signal
import sys
from pathlib import Path

import orjson

import bot.cli_run  # noqa: F401 -- what `naikkelas run` loads weighs here too
from bot import logs
from bot.app import UNLIMITED, prepare
from bot.clock import Clock
from bot.collecting import stay
from bot.config import Settings
from bot.serving import _loop_factory, build

RATE = 100_000.0  # per second: more than the settings allow, for a real platform's sake


async def serve(settings: Settings, ahead: float) -> None:
    """Until told to end; the program's clock is so many seconds ahead."""
    clock = Clock()
    clock.shift(dt.timedelta(seconds=ahead))
    built = build(settings, burst=UNLIMITED, clock=clock)
    stay()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, built.stop)
    await built.serve()


def main() -> None:
    """Serve with the settings of a file; in it, if given, `rate`, the platform's, and `ahead` of the clock."""
    told = orjson.loads(Path(sys.argv[1]).read_bytes())
    rate, ahead = told.pop("rate", None), told.pop("ahead", 0.0)
    settings = Settings.model_validate(told)
    telegram = settings.telegram.model_copy(update={"rate_per_second": rate or RATE})
    settings = settings.model_copy(update={"telegram": telegram})
    logs.set_up()
    prepare(settings)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(serve(settings, ahead))
