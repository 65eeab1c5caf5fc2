"""Anybody, any words, taps, pictures and commands in any order: always answered, done means complete, no dead end."""

import datetime as dt
import itertools
import json
import os
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.database import Database
from conversation.said import Contact, Location, Other, Photo, Said, Text
from models import Channel, Session
from services import dues, eligibility
from tests.support.chat import Chat
from tests.support.office import OFFICE, open_programme
from tests.support.owner import KERIPIK, ON_THE_WAY, goes_on, reaches_number
from texts.bubble import Bubble

COMMANDS = (
    "menu", "MENU", "kembali", "batal", "bantuan", "lanjut", "petugas", "berhenti", "STOP", "mulai", "status", "tugas",
    "nib", "daftar", "data saya", "hapus", "bahasa", "english", "acara", "tanya", "lapor", "asli", "halo", "makasih",
    "jangan kirim lagi", "/start", "/menu", "SUDAH T3", "belum t4", "tangga", "riwayat", "mundur", "pindah",
    "ganti usaha", "AMBIL K3", "minat 4", "telepon", "bukan saya", "baru",
)  # fmt: skip
ANSWERS = (
    *(str(n) for n in range(12)), "1 3", "13", "1-3", "1,2", "ya", "tidak", "tidak tahu", "belum", "sudah", "gpp",
    "tidak ada", "selesai", "lewati", "nanti", "benar", "salah", "simpan", "hapus isian", "lagi", "semua", "rum, babi",
    "nggak pakai rum", "rum enggak, mirin iya", "tahu bulat", "sabun", "buah", "nugget", "potong sendiri", "halal",
    "katering", "restoran", "serang", "ciruas", "kota serang", "luar banten", "500 jt sebulan", "2 M", "20 miliar",
    "500", "1234567890123", "0812 3456 7890", "(021) 555 1234", "a@b.co", "Siti Aminah", "minyak curah, mentega",
    "Kp. Cikulur RT 02/RW 03", "Keripik Asin, Keripik Balado",
)  # fmt: skip
STRANGE = ("", ".", "🙏", "x" * 4000, "{name} {curly}", "<b>x</b> & <i>", "*_~`", "مرحبا", "%s", "\u202eabc", "1" * 40)
THINGS: tuple[Said, ...] = (
    Photo("p"), Photo("p", size=99_000_000), Contact("+6281211112222", True), Contact("", False), Location(-6.1, 106.1),
    Other("voice"), Other("sticker"), Other("file"), Other("edited"), Other("empty"), Other("unknown"),
    Text("nik ••••", had_nik=True), Text("sandi ••••", had_secret=True),
)  # fmt: skip
PAYLOADS = ("", "daftar", "status", "petugas", "lapor", "tanya", "acara", "promo2019")
OTHERS = (
    {}, {"for_whom": "2"}, {"papers": "nib", "nib_number": "1234567890123"}, {"avoid": "rum"}, {"product": "nugget"},
    {"ingredients": "2", "process": "3"}, {"turnover": "1", "form": "3"}, {"sites": "tidak tahu", "meat": "1 3"},
)  # fmt: skip


EXAMPLES = int(os.environ.get("NAIKKELAS_TEST_EXAMPLES", "40"))  # more of them to hunt with
STEPS = 25


class AnyPerson(RuleBasedStateMachine):
    """One phone. Each example is another person in the same database."""

    database: Database
    addresses = itertools.count(1)

    @initialize(channel=st.sampled_from(list(Channel)), hint=st.sampled_from([None, "en", "id"]))
    def somebody(self, channel: Channel, hint: str | None) -> None:
        n = next(self.addresses)
        address = f"7{n}" if channel is Channel.TELEGRAM else f"whatsapp:+62812{n:07d}"
        self.chat = Chat(self.database, OFFICE, channel, address=address, hint=hint)
        self.chat.says("halo")

    @rule(word=st.sampled_from(COMMANDS))
    def commands(self, word: str) -> None:
        self.chat.says(word)

    @rule(word=st.sampled_from(ANSWERS))
    def answers(self, word: str) -> None:
        self.chat.says(word)

    @rule(word=st.sampled_from(STRANGE) | st.text(max_size=30))
    def strange(self, word: str) -> None:
        self.chat.says(word)

    @rule(thing=st.sampled_from(THINGS))
    def shares(self, thing: Said) -> None:
        self.chat.hears(thing)

    @rule(payload=st.sampled_from(PAYLOADS))
    def starts(self, payload: str) -> None:
        self.chat.starts(payload)

    @precondition(lambda self: bool(self.chat.bubble and self.chat.bubble.buttons))
    @rule(which=st.integers(0, 11))
    def taps(self, which: int) -> None:
        buttons = self.chat.bubble.buttons if self.chat.bubble else ()
        self.chat.presses(buttons[which % len(buttons)])

    @rule(bubble=st.integers(0, 400), which=st.integers(0, 11))
    def taps_an_old_button(self, bubble: int, which: int) -> None:
        shown = [b for b in self.chat.bubbles if b.buttons]
        if shown:
            buttons = shown[bubble % len(shown)].buttons
            self.chat.presses(buttons[which % len(buttons)])

    @rule(steps=st.integers(1, 14), who=st.sampled_from(OTHERS))
    def goes_on_well(self, steps: int, who: dict[str, str]) -> None:
        for _ in range(steps):
            form = self.chat.form
            if form in ON_THE_WAY and (self.chat.over or self.chat.asked in KERIPIK) and self.chat.bubble:
                if not self.chat.over:
                    goes_on(self.chat, **who)
                elif self.chat.bubble.buttons:
                    self.chat.presses(self.chat.bubble.buttons[0])
            elif form == "result" and "register" in self.chat.options:
                self.chat.taps("register")
            else:
                return

    @rule(days=st.sampled_from([1, 15]))
    def time_passes(self, days: int) -> None:
        self.chat.waits(days=days)
        with self.database.write() as connection, Session(connection, join_transaction_mode="create_savepoint") as s:
            dues.sweep(s, self.chat.texts, OFFICE, self.chat.now)
            s.commit()
        with self.database.read() as connection:
            asked = sa.text("SELECT bubble FROM deliveries WHERE because LIKE 'due:%' AND address = :address")
            rows = connection.execute(asked, {"address": self.chat.address}).all()
        for row in rows[-2:]:
            asked = Bubble.from_json(_loads(row.bubble))
            if asked.buttons and asked not in self.chat.bubbles:
                self.chat.bubbles.append(asked)

    @invariant()
    def is_answered(self) -> None:
        """No message fails, and every one gets an answer that can be sent (`Chat` looks at each bubble)."""
        chat = getattr(self, "chat", None)
        if chat is not None:
            assert not chat.received.failed
            assert chat.received.seen_before or chat.received.reply is not None

    def teardown(self) -> None:
        """From wherever one is, the menu and the right answers lead to a number, and what was registered is whole."""
        chat = getattr(self, "chat", None)
        if chat is None:
            return
        chat.says("MENU")
        reaches_number(chat)
        whole(self.database)


def _loads(kept: Any) -> dict[str, Any]:
    return dict(json.loads(kept) if isinstance(kept, str) else kept)


def whole(database: Database) -> None:
    """Every business has a number and an assessment that can be judged again; the counters agree with the places."""
    with database.read() as connection:
        rows = connection.execute(
            sa.text(
                "SELECT b.owner_name, b.name, a.number, s.rule_set, s.version, s.answers, s.scheme, s.facts"
                " FROM businesses b LEFT JOIN applications a ON a.business_id = b.id"
                " LEFT JOIN assessments s ON s.id = a.assessment_id"
            )
        ).all()
        places = connection.exec_driver_sql("SELECT count(*) FROM places WHERE released_at IS NULL").scalar_one()
        placed = connection.exec_driver_sql(
            "SELECT count(*) FROM applications WHERE stage = 'KUOTA_DIBERIKAN'"
        ).scalar_one()
        programme = connection.exec_driver_sql("SELECT taken, taken_before, quota FROM programmes").one()
        trouble = connection.exec_driver_sql("SELECT count(*) FROM tickets WHERE topic = 'trouble'").scalar_one()
    assert trouble == 0
    assert programme.taken - programme.taken_before == places == placed
    for row in rows:
        assert row.owner_name
        assert row.name
        assert row.number
        rules = eligibility.get(row.rule_set, row.version)
        found = eligibility.evaluate(rules, _loads(row.answers), _loads(row.facts))
        assert found.scheme.value == row.scheme
        assert found.missing == ()


def test_any_order(database: Database) -> None:
    open_programme(
        database, opens_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), closes_at=dt.datetime(2040, 1, 1, tzinfo=dt.UTC)
    )
    machine = type("Anybody", (AnyPerson,), {"database": database})
    # The same examples every time, unless one goes hunting: nobody's change is held up by somebody else's bad luck.
    hunting = "NAIKKELAS_TEST_EXAMPLES" in os.environ
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not hunting,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
