"""Meja kantor contoh: who works here, what people asked them, what was answered, and what still waits."""

import datetime as dt
from collections.abc import Mapping

from models import RequestKind, Topic
from services import accounts, answers, asked, interests, requests, staff
from services.demo import names
from services.demo.careers import officer
from services.demo.people import open_ticket
from services.demo.presence import PREFIX
from services.demo.scene import Act, Life, Scene
from services.staff import Via

# What owners read; a role that is not named here has an account too.
SHOWN: Mapping[str, str] = {
    "pimpinan": "Hj. Ratu Contohwati",
    "verifikator": "Rina Misalkan",
    "petugas_acara": "Dedi Umpama",
    "humas": "Fajar Rekayasa",
    "penyetuju": "Yusuf Contohan",
    "naskah": "Lilis Karangan",
    "administrator": "Asep Misaldi",
}
SCOPED = {
    "verifikator.utara": ("Neng Andaikan", ("36.04", "36.72", "36.73")),
    "verifikator.selatan": ("Jamhuri Rekaan", ("36.01", "36.02")),
}
STEPS = ("nib", "permit", "brand", "fair", "sni")
REQUESTS = (
    # kind, what exactly, hours ago, met
    (RequestKind.SEE, None, 300, True),
    (RequestKind.CORRECT, "phone", 140, True),
    (RequestKind.CORRECT, "name", 80, False),  # past its 3 x 24 hours
    (RequestKind.CORRECT, "address", 50, False),
    (RequestKind.SEE, None, 5, False),
)


def take_on(scene: Scene, at: dt.datetime) -> None:
    """An account for every role there is, and officers of single kab/kota."""
    for role in staff.roles():
        shown = SHOWN.get(role, f"{role.replace('_', ' ').title()} Contoh")
        _account(scene, role, role, shown, None, at)
    for name, (shown, regencies) in SCOPED.items():
        _account(scene, name, "verifikator", shown, regencies, at)


def _account(
    scene: Scene, name: str, role: str, shown: str, regencies: tuple[str, ...] | None, at: dt.datetime
) -> None:
    keyboard = staff.operator("contoh")
    accounts.add(
        scene.session, keyboard, name=PREFIX + name, display_name=shown, roles=[role], regencies=regencies, now=at
    )
    account = staff.named(scene.session, PREFIX + name)
    if account is not None:
        scene.staff[name] = staff.actor_of(account, Via.CONSOLE)


# --- what people ask


def ask(scene: Scene) -> None:
    """Questions to officers: some answered, some closed, some waiting, some late; and other things people ask."""
    asking = scene.some(scene.lives, max(4, len(scene.lives) // 8))
    for at, life in enumerate(asking):
        _question(scene, life, at)
    for count, life in enumerate(scene.some(scene.lives, max(2, len(scene.lives) // 20))):
        words = names.QUESTIONS[count % len(names.QUESTIONS)]
        scene.on(scene.ago(1 + 3 * count % 20), _unanswered(scene, life, words))
    _requests(scene)
    _interests(scene)


def _question(scene: Scene, life: Life, at: int) -> None:
    """The fate goes round: waiting since today, late, answered, closed."""
    words = names.REPORTED if at == 5 else names.ASKED[at % len(names.ASKED)]
    topic = Topic.REPORT if at == 5 else Topic.CALL if at % 7 == 6 else Topic.QUESTION
    fate = ("waits", "late", "answered", "closed")[at % 4]
    hours = {"waits": 2 + at % 5, "late": 24 * (4 + at % 3), "answered": 24 * (1 + at % 4), "closed": 24 * (6 + at)}
    asked_at = scene.now - dt.timedelta(hours=hours[fate])
    if asked_at > _met(scene, life):
        scene.on(asked_at, _asking(scene, life, topic, words, fate))


def _met(scene: Scene, life: Life) -> dt.datetime:
    """The latest day on which their story may have begun: nobody asks before."""
    return scene.now - dt.timedelta(days=life.role.story.began[0])


def _asking(scene: Scene, life: Life, topic: Topic, words: str, fate: str) -> Act:
    def act(at: dt.datetime) -> None:
        if not life.person_id:
            return
        ticket = open_ticket(scene, life, topic, words, at, {})
        scene.wrote(life, at)
        if fate in ("answered", "closed"):
            scene.on(scene.past(scene.at_work(at, 1)), _answering(scene, life, ticket, fate == "closed"))

    return act


def _answering(scene: Scene, life: Life, ticket: int, closes: bool) -> Act:
    def act(at: dt.datetime) -> None:
        actor = officer(scene, life.role.regency)
        said = scene.chance.choice(names.ANSWERED)
        answers.answer(scene.session, actor, ticket, words=said, texts=scene.texts, now=at)
        if closes:
            scene.on(at + dt.timedelta(hours=20), _closing(scene, life, ticket))

    return act


def _closing(scene: Scene, life: Life, ticket: int) -> Act:
    def act(at: dt.datetime) -> None:
        answers.close(scene.session, officer(scene, life.role.regency), ticket, texts=scene.texts, now=at)

    return act


def _unanswered(scene: Scene, life: Life, words: str) -> Act:
    def act(at: dt.datetime) -> None:
        if life.person_id:
            asked.keep(scene.session, life.person_id, words, at)

    return act


def _requests(scene: Scene) -> None:
    old = [life for life in scene.lives if life.role.story.began[0] > 12]
    for life, (kind, detail, hours, done) in zip(scene.some(old, len(REQUESTS)), REQUESTS, strict=False):
        scene.on(scene.now - dt.timedelta(hours=hours), _request(scene, life, kind, detail, done))


def _request(scene: Scene, life: Life, kind: RequestKind, detail: str | None, done: bool) -> Act:
    def act(at: dt.datetime) -> None:
        if life.person_id:
            requests.ask(
                scene.session, person_id=life.person_id, conversation_id=life.conversation_id, kind=kind,
                detail=detail, now=at, done=done,
            )  # fmt: skip

    return act


def _interests(scene: Scene) -> None:
    for life in scene.lives:
        if scene.chance.random() < 0.4 and life.role.story.began[0] > 1:
            scene.on(scene.ago(life.role.story.began[0] - 1), _interest(scene, life))


def _interest(scene: Scene, life: Life) -> Act:
    step = scene.chance.choice(STEPS)

    def act(at: dt.datetime) -> None:
        if life.person_id:
            interests.note(scene.session, person_id=life.person_id, step=step, regency=life.role.regency, now=at)

    return act
