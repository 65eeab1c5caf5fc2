"""The menu: the pages an account may open, and how much waits behind each."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.desk import Desk
from services import worklist
from services.staff import Right
from services.worklist import Waits


@dataclass(frozen=True, slots=True)
class Item:
    """One line. `count`: what waits there; `hot`: some of it is late."""

    key: str
    path: str
    icon: str
    name: str
    count: int = 0
    hot: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """On a phone `main` is the bar at the bottom, `more` is in the account's menu."""

    main: Sequence[Item]
    more: Sequence[Item]
    search: bool


MORE = (
    (Right.SEE, Item("residents", "/orang", "people", "Orang & usaha")),
    (Right.SEE, Item("programmes", "/program", "stairs", "Program & kuota")),
    (Right.SEE, Item("requests", "/permintaan", "user", "Permintaan data")),
    (Right.USERS, Item("people", "/pengguna", "lock", "Pengguna")),
    (Right.AUDIT, Item("audit", "/audit", "check", "Audit")),
)


def of(desk: Desk) -> Menu:
    """The menu of whoever is signed in."""
    more = tuple(item for right, item in MORE if desk.may(right))
    if not desk.may(Right.SEE):
        return Menu((), more, False)
    with desk.reading() as session:
        waits = worklist.of(session, desk.actor, desk.now)
    return Menu(_main(waits), more, True)


def _main(waits: Waits) -> Sequence[Item]:
    return (
        Item("home", "/", "home", "Beranda"),
        Item("applications", "/pendaftaran", "list", "Pendaftaran", waits.applications),
        Item("events", "/acara", "cal", "Acara"),
        Item("broadcasts", "/siaran", "horn", "Siaran"),
        Item("conversations", "/percakapan", "chat", "Percakapan", waits.tickets, waits.late > 0),
    )
