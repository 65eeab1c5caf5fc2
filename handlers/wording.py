"""From a turn to one message: what is noted, where one is, what is asked, what can be tapped."""

from __future__ import annotations

from conversation.hearing import Option
from conversation.kinds import BACK, DONE, NEXT
from conversation.turn import Ask, Note, Turn
from handlers.spoken import Spoken
from handlers.unsaid import ELLIPSIS, UNSAID
from texts.bubble import Bubble, Button, Shape

LONGEST = 450  # characters of a bubble; `texts/long.yaml` lists what may be longer
ALONE = frozenset(("none", "unsure", "unknown"))


def bubble(turn: Turn, spoken: Spoken, *, progress: bool = False) -> Bubble:
    """One bubble per turn: everything said before the question, the question, and its buttons."""
    ask = turn.ask
    where = {"total": ask.total} if ask else {}  # a note may say how much is still to come
    parts = [spoken.said(note.key, {**where, **note.values}) for note in turn.notes]
    if ask is None:
        return Bubble("\n\n".join(parts))
    asked = _prompt(ask, spoken, progress)
    text = "\n\n".join(p for p in (*parts, *asked) if p)
    short = _shortened(parts, asked, spoken) if len(text) > LONGEST and _may_be_cut(ask, spoken) else None
    text = short or text
    if (ask.first and progress) or ask.error:
        text = _with_footer(text, spoken)
    return Bubble(
        text=text,
        shape=_shape(ask),
        buttons=buttons(turn.run.run_id, ask, spoken),
        list_label=spoken.said("menu.list_button", {}),
        numbered=ask.body_numbers and short is None,
        extra=_extra(ask),
    )


def _extra(ask: Ask) -> dict[str, object]:
    """The keyboard for sharing one's number stays on a phone when the number is typed: the next plain words fold it."""
    return {"remove_keyboard": True} if ask.part == 2 and _shape(ask) is Shape.PLAIN else {}


def _may_be_cut(ask: Ask, spoken: Spoken) -> bool:
    """A page or a review is shown whole or not at all; a question that was seen before may be put more briefly."""
    return bool(ask.choices.options) and ask.key not in spoken.texts.tables.get("long", {})


def _shortened(notes: list[str], asked: list[str], spoken: Spoken) -> str | None:
    """What was said, and of the question the line that asks; without even that where there is no room for it.

    The options' numbers, which stood in the lines left out, are then the buttons' own (`Bubble.numbered`).
    """
    lines = "\n".join(asked).split("\n")
    line = next((one for one in lines if "?" in one), lines[0])
    said = [note for note in notes if note]
    briefer = ("\n\n".join(kept) for kept in ([*said, line], said))
    return next((text for text in briefer if text and len(text) <= LONGEST), None)


def fits(notes: tuple[Note, ...], spoken: Spoken) -> bool:
    """Would these notes fit into one bubble?"""
    return len(notes_only(notes, spoken).text) <= LONGEST


def notes_only(notes: tuple[Note, ...], spoken: Spoken) -> Bubble:
    """Something said with nothing asked after it."""
    return Bubble("\n\n".join(spoken.said(n.key, n.values) for n in notes))


def _prompt(ask: Ask, spoken: Spoken, progress: bool) -> list[str]:
    if not ask.key:
        return []
    key = _known(ask.key, spoken)
    prompt = spoken.said(UNSAID.get(key, key) if ask.values.get("said") == ELLIPSIS else key, ask.values)
    if not (progress and ask.number) or (ask.error and not ask.body_numbers):
        return [prompt]
    where = spoken.said("common.progress", {"part": ask.part, "n": ask.number, "total": ask.total})
    return [f"{where}\n{prompt}"]


def _known(key: str, spoken: Spoken) -> str:
    """Short prompts without errors of their own use the common ones."""
    if spoken.texts.has(key):
        return key
    return "common.err_choice_2" if key.endswith(".err2") else "common.err_choice_1"


def _with_footer(text: str, spoken: Spoken) -> str:
    longer = f"{text}\n\n{spoken.said('common.footer', {})}"
    return longer if len(longer) <= LONGEST else text


def _shape(ask: Ask) -> Shape:
    if ask.choices.ask_contact:
        return Shape.CONTACT
    if not ask.choices.options:
        return Shape.PLAIN
    return Shape.TICKS if ask.choices.several else Shape.CHOICE


def buttons(run_id: str, ask: Ask, spoken: Spoken) -> tuple[Button, ...]:
    """What can be tapped. A button names its run and its question, so that it can never answer another."""
    at = f"{run_id}|{ask.target}|"
    shown = ask.choices
    if shown.ask_contact:
        return (Button(at + "contact", spoken.said("register.whatsapp_number.button", {})),)
    rows = [_button(at, n, o, ask) for n, o in enumerate(shown.options, shown.first)]
    if shown.page > 0:
        rows.append(Button(at + BACK, spoken.said("common.labels.prev_page", {})))
    if shown.page < shown.pages - 1:
        rows.append(Button(at + NEXT, spoken.said("common.labels.next_page", {})))
    if shown.finish:
        rows.append(Button(at + DONE, spoken.said("common.labels.done", {}), quick=False))
    return tuple(rows)


def _button(at: str, number: int, option: Option, ask: Ask) -> Button:
    description = option.description
    for name, value in ask.values.items():
        description = description.replace("{" + name + "}", str(value))
    return Button(
        data=at + option.id,
        label=option.label,
        description=description,
        number=number if ask.choices.numbered else None,
        ticked=option.id in ask.choices.ticked,
        quick=not ask.choices.several or option.id in ALONE,
    )
