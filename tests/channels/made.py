"""Bubbles and updates for the tests, made up or drawn at random."""

import datetime as dt
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from texts.bubble import Bubble, Button, Shape

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

NOW = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)

CHAT = {"id": 71, "type": "private", "first_name": "Siti"}
PERSON = {"id": 71, "is_bot": False, "first_name": "Siti", "language_code": "id"}


def message(**content: Any) -> dict[str, Any]:
    """An update with one message of a person."""
    whole = {"message_id": 9, "date": 1_790_000_000, "chat": CHAT, "from": PERSON, **content}
    return {"update_id": 5, "message": whole}


def tapped(data: str, **carrier: Any) -> dict[str, Any]:
    """An update with one tap."""
    keyboard = {"inline_keyboard": [[{"text": "✅ 2 Tidak", "callback_data": data}]]}
    shown = {"message_id": 8, "date": 1_790_000_000, "chat": CHAT, "reply_markup": keyboard, **carrier}
    return {"update_id": 6, "callback_query": {"id": "44", "from": PERSON, "message": shown, "data": data}}


def choice(count: int, label: str = "Pilihan", **more: Any) -> Bubble:
    """A question with so many options."""
    buttons = tuple(Button(f"r1|regency|{n}", f"{label} {n}", number=n) for n in range(1, count + 1))
    return Bubble("Bagian 1: 2 dari 13\n\n*Di mana* usahanya?", Shape.CHOICE, buttons, "Lihat pilihan", **more)


# What a person's own words may look like once `texts` has filled them in, and what texts themselves hold.
words = st.text(st.characters(codec="utf-8", exclude_characters="*`~", exclude_categories=["Cs", "Cc"]), max_size=40)
marked = st.one_of(
    words,
    words.filter(bool).map(lambda w: f"*{w}*"),
    st.sampled_from(["\n", "\n\n", " ", "<b>", "&", "&lt;", "*", "👩‍🍳", "{{1}}", "{curly}", "    ", "बिस्किट", "𝔄𝔅"]),
)
text = st.lists(marked, max_size=30).map("".join)
long_text = st.tuples(text, st.integers(1, 60)).map(lambda drawn: drawn[0] * drawn[1])
labels = st.one_of(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40), words)


@st.composite
def bubbles(draw: st.DrawFn) -> Bubble:
    """Any bubble a handler may make."""
    shape = draw(st.sampled_from(Shape))
    drawn = draw(st.lists(st.tuples(labels, labels, st.booleans(), st.booleans(), st.booleans()), max_size=14))
    buttons = tuple(
        Button(f"run{n}|question|{n}", label, description[:72], n + 1 if numbered else None, ticked, quick)
        for n, (label, description, numbered, ticked, quick) in enumerate(drawn)
    )
    return Bubble(
        draw(st.one_of(text, long_text)),
        shape,
        buttons,
        draw(labels),
        draw(st.booleans()),
        draw(st.sampled_from([None, "77", "SM1"])),
        extra=draw(st.sampled_from([{}, {"remove_keyboard": True}])),
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
