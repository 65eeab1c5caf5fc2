"""Pemeran: the invented people of a demo, where they live, what they make, and which app they write from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from models import Channel
from services import regions
from services.demo import names
from services.demo.stories import Story, drawn

FIRST = 5_000  # the phones in the browser have numbers; those of invented people begin above this one
ALIKE = 40  # one in so many has told us of the business of another
TELEGRAM, WHATSAPP = 700_000_000, "+62812"  # as the phones in the browser are numbered


@dataclass(frozen=True, slots=True)
class Role:
    """One invented person. `number` is that of their phone in the browser."""

    number: int
    name: str
    channel: Channel
    regency: str
    district: str
    village: str
    product: str
    business: str
    products: tuple[str, ...]
    story: Story

    @property
    def phone(self) -> str:
        """E.164."""
        return f"{WHATSAPP}{self.number:08d}"

    @property
    def address(self) -> str:
        """The chat's address on their app."""
        return str(TELEGRAM + self.number) if self.channel is Channel.TELEGRAM else f"whatsapp:{self.phone}"

    @property
    def nib(self) -> str:
        """A number of thirteen digits that no office gave out."""
        return f"99{self.number:011d}"


def cast(people: int, chance: Random) -> list[Role]:
    """So many people, each with a story."""
    roles = [_role(FIRST + at, story, chance) for at, story in enumerate(drawn(people), 1)]
    for at in range(ALIKE - 1, len(roles), ALIKE):
        roles[at] = _alike(roles[at], roles[at // 2])
    return roles


def _alike(role: Role, other: Role) -> Role:
    """Told of twice, by two people: an officer should look whether it is one business."""
    if role.story.full or role.story.meals or other.story.full or other.story.meals:
        return role
    return replace(
        role, regency=other.regency, district=other.district, village=other.village, business=other.business,
        product=other.product, products=other.products,
    )  # fmt: skip


def _role(number: int, story: Story, chance: Random) -> Role:
    woman = chance.random() < 0.7
    first, last = chance.choice(names.WOMEN if woman else names.MEN), chance.choice(names.LAST)
    regency = names.FULL if story.full else _weighted(chance)
    product, business, products = names.MEALS if story.meals else chance.choice(names.GOODS)
    kept: Sequence[str] = chance.sample(products, k=chance.randint(1, len(products)))
    return Role(
        number=number,
        name=f"{first} {last}",
        channel=Channel.WHATSAPP if chance.random() < 0.6 else Channel.TELEGRAM,
        regency=regency,
        district=chance.choice(regions.districts_of(regency)).code,
        village=chance.choice(names.VILLAGES),
        product=product,
        business=business.format(name=f"{'Bu' if woman else 'Pak'} {first}"),
        products=tuple(kept),
        story=story,
    )


def _weighted(chance: Random) -> str:
    return chance.choices(list(names.WEIGHTS), list(names.WEIGHTS.values()))[0]
