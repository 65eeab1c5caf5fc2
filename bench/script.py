"""What our people say from the first hello to their number, found by walking the journey once ourselves."""

import datetime as dt
import itertools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.peers.interview import QUESTIONS
from bench.people import Press, Say, Step
from bot.database import open_database
from conversation.said import Said, Start, Tap, Text
from migrations import upgrade
from services import regions
from tests.support.chat import Chat, tap
from tests.support.office import OFFICE, open_programme
from tests.support.owner import KERIPIK, reaches_number

SYLLABLES = "ba da fa ga ha ka la ma na pa ra sa ta wa ya bu du ku lu mu".split()


class _Noted(Chat):
    """A chat that notes each step."""

    steps: list[Step]

    def hears(self, said: Said, event: str | None = None):  # type: ignore[no-untyped-def]
        """As it does, and noted. What can be tapped is tapped, as people on Telegram do."""
        if isinstance(said, Text) and self.bubble:
            said = next((tap(b) for b in self.bubble.buttons if str(b.number) == said.text), said)
        if isinstance(said, Tap):
            self.steps.append(Press(f"|{said.question}|{said.option}"))
        else:
            self.steps.append(Say(said.text if isinstance(said, Text) else "/start"))
        assert isinstance(said, Text | Tap | Start)
        return super().hears(said, event)


def journey() -> list[Step]:
    """Every step of an owner with packaged keripik and without NIB."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'once.db'}")
        upgrade(database.write_engine)
        open_programme(database)
        chat = _Noted(database, OFFICE, now=dt.datetime.now(dt.UTC))
        chat.steps = []
        reaches_number(chat.starts())
        database.close()
        return chat.steps


def ours(people: int, steps: Sequence[Step]) -> list[list[Step]]:
    """The steps of many: each with a name, a number, a business and a place of their own."""
    districts = itertools.cycle((r.name, d.name) for r in regions.REGENCIES.values() for d in r.districts)
    return [[_own(step, name, place) for step in steps] for name, place in zip(_names(people), districts, strict=False)]


def interview(people: int) -> list[list[Step]]:
    """The steps of many through the peers' nine questions."""
    steps: list[Step] = [Say("/start")]
    for key, _, options in QUESTIONS:
        steps.append(Press(f"{key}:0") if options else Say(KERIPIK.get(f"{key}_name", "Keripik Bu Siti")))
    return [steps] * people


def _own(step: Step, name: str, place: tuple[str, str]) -> Step:
    if not isinstance(step, Say):
        return step
    changed = {
        KERIPIK["owner_name"]: f"Siti {name}",
        KERIPIK["business_name"]: f"Dapur {name}",
        KERIPIK["address"]: f"Kp. {name} RT 02/RW 03",
        KERIPIK["phone"]: "0812" + str(abs(hash(name)) % 10**8).zfill(8),
        KERIPIK["regency"]: place[0],
        KERIPIK["district"]: place[1],
    }
    return Say(changed.get(step.text, step.text))


_count = itertools.count(1)


def _names(people: int) -> Iterator[str]:
    for _ in range(people):
        number, name = next(_count) * 7919, ""
        while number:
            number, digit = divmod(number, len(SYLLABLES))
            name += SYLLABLES[digit]
        yield name.capitalize()
