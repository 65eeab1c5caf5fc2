"""Kisah: how far each invented business has come, and how many have come so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Stage

CERTIFICATE_WAY = (Stage.DRAFTED, Stage.SUBMITTED, Stage.COMPANION, Stage.AGENCY, Stage.FATWA, Stage.ISSUED)


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of way through the programme.

    `began`: days ago, from and to. `says`: what differs in the check. `path`: where officers moved it afterwards.
    """

    name: str
    share: int
    began: tuple[int, int]
    says: Mapping[str, Any] = field(default_factory=dict)
    path: tuple[Stage, ...] = ()
    registers: bool = True
    half: bool = False  # the check was left half-way
    nib: bool = True
    meals: bool = False
    full: bool = False  # of the kab/kota whose places are all given
    received: bool = False
    withdraws: int = 0  # so many days ago; 0: not


CATERING = {"form": "catering", "meat": ["poultry"], "meat_source": "all"}
REGULAR = {"sites": "outlets"}

STORIES = (
    Story("issued", 11, (38, 46), path=CERTIFICATE_WAY, received=True),
    Story("unknown", 7, (40, 48), path=CERTIFICATE_WAY),
    Story("full", 11, (30, 44), path=CERTIFICATE_WAY[:3], full=True),
    Story("gave_back", 3, (15, 18), full=True, withdraws=8),
    Story("fatwa", 8, (30, 40), path=CERTIFICATE_WAY[:5]),
    Story("agency", 10, (24, 34), path=CERTIFICATE_WAY[:4]),
    Story("companion", 12, (18, 28), path=CERTIFICATE_WAY[:3]),
    Story("submitted", 12, (12, 20), path=CERTIFICATE_WAY[:2]),
    Story("drafted", 13, (7, 14), path=CERTIFICATE_WAY[:1]),
    Story("sent_back", 6, (19, 22), path=(Stage.DRAFTED, Stage.SUBMITTED, Stage.SENT_BACK)),
    Story("refused", 2, (20, 24), path=(Stage.DRAFTED, Stage.SUBMITTED, Stage.REFUSED)),
    Story("regular", 4, (14, 24), path=(Stage.DRAFTED, Stage.TO_REGULAR)),
    Story("billed", 3, (22, 32), path=(Stage.DRAFTED, Stage.TO_REGULAR, Stage.BILLED)),
    Story("audit", 3, (26, 36), path=(Stage.DRAFTED, Stage.TO_REGULAR, Stage.BILLED, Stage.AUDIT)),
    Story("withdrawn", 3, (8, 11), withdraws=6),
    Story("lapsed", 2, (24, 34), path=(Stage.LAPSED,)),
    Story("overdue", 3, (9, 12)),
    Story("placed", 13, (1, 5)),
    Story("no_nib", 12, (4, 26), says={"papers": ["none"]}, nib=False),
    Story("no_logo", 6, (3, 20), says={"ingredients": "some", "ingredients_which": ["kaldu bubuk"]}),
    Story("catering", 10, (1, 7), says=CATERING, meals=True),
    Story("catering_placed", 4, (7, 11), says=CATERING, meals=True, path=(Stage.PLACED,)),
    Story("ready", 4, (5, 10), says=CATERING, meals=True, path=(Stage.READY,)),
    Story("interest", 8, (1, 8), says=REGULAR),
    Story("waiting", 13, (3, 12), full=True),
    Story("checked", 8, (2, 30), registers=False),
    Story("not_halal", 2, (5, 30), says={"avoid": ["alcohol"], "replaceable": "no"}, registers=False),
    Story("outside", 2, (5, 30), says={"regency": "outside"}, registers=False),
    Story("half", 6, (1, 6), registers=False, half=True),
)
WHOLE = sum(story.share for story in STORIES)
# Of the kab/kota whose places are all given: each of these takes one.
TAKES = tuple(story for story in STORIES if story.full and story.name != "waiting")


def drawn(people: int) -> list[Story]:
    """As many stories as people, each with its share; what is left over by rounding goes to the commonest."""
    counts = [story.share * people // WHOLE for story in STORIES]
    missing = people - sum(counts)
    common = sorted(range(len(STORIES)), key=lambda at: -STORIES[at].share)
    for at in range(missing):
        counts[common[at % len(common)]] += 1
    return [story for story, count in zip(STORIES, counts, strict=True) for _ in range(count)]


def held(stories: Sequence[Story]) -> int:
    """How many places of the full kab/kota these stories take."""
    return sum(story in TAKES for story in stories)
