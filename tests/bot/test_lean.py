"""A server that runs for months is put together without what it may never be asked for."""

import gc
import os
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

from alembic.script import ScriptDirectory

import migrations
from bot import collecting

ROOT = Path(__file__).parents[2]
# Papers, sheets, pictures, calendars; the phone in the browser; Twilio where no account is; steps already made; pages
# of help; every country's holidays.
UNASKED = """
    reportlab PIL pypdfium2 segno icalendar xlsxwriter python_calamine simulator.app services.demo.filling
    bot.channels.whatsapp twilio.rest requests alembic mako rich pygments bot.cli_contacts holidays.countries.yemen
""".split()
COMPOSED = """
import asyncio, sys
from pathlib import Path
import bot.cli_run
from bot import config, serving
from services.national_days import national

database, folder, unasked = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
settings = config.Settings.model_validate({
    "database": {"url": f"sqlite:///{database}"}, "data": {"dir": folder}, "telegram": {"token": "123:abc"}
})
serving.prepare(settings)

async def compose():
    return serving.build(settings)

assert asyncio.run(compose()).program.takes_messages and national(2026)
print(*(name for name in unasked if name in sys.modules))
"""


def test_a_server_is_put_together_without_what_nobody_asked_for(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "lean.db")
    command = [sys.executable, "-c", COMPOSED, str(tmp_path / "lean.db"), str(tmp_path), *UNASKED]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NAIKKELAS_")}
    done = subprocess.run(
        command, cwd=ROOT, env=environment | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_the_steps_are_known_by_their_files_as_alembic_knows_them() -> None:
    scripts = ScriptDirectory.from_config(migrations.config())
    assert migrations.head() == scripts.get_current_head()
    assert all(migrations.known(script.revision) for script in scripts.walk_revisions())
    assert not migrations.known("9999")


class _Ring:
    """Holds itself: only the collector can take it away."""

    def __init__(self) -> None:
        self.me = self


def test_the_collector_leaves_alone_what_was_loaded_and_nothing_else() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    loaded = _Ring()
    try:
        collecting.stay()
        assert gc.get_freeze_count() > frozen
        assert gc.get_threshold() == (collecting.GARBAGE, *before[1:])
        kept, loaded = weakref.ref(loaded), _Ring()
        later, loaded = weakref.ref(loaded), None  # type: ignore[assignment]
        gc.collect()
        assert kept() is not None, "it was there before"
        assert later() is None, "what a message leaves behind goes"
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
    gc.collect()
    assert kept() is None
