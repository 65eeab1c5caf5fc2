"""A small form and the words for it, so that the language of conversations is tried without the real texts."""

from collections.abc import Sequence

from conversation.form import Form
from conversation.hearing import Option
from conversation.kinds import Choice, Listing, Many, Number, Phone, Picture, Review, Written
from conversation.question import Answers, Invalid
from conversation.run import Run

YES_NO = (Option("yes", "Ya", frozenset({"ya", "iya"})), Option("no", "Tidak", frozenset({"tidak"})))
OPTIONS = {
    "q.kind": (
        Option("snack", "Keripik & camilan", frozenset({"keripik", "camilan"})),
        Option("tofu", "Tahu, tempe", frozenset({"tahu", "tempe"})),
        Option("cake", "Roti & kue", frozenset({"roti", "kue"})),
        Option("unsure", "Tidak tahu", frozenset({"tidak tahu", "gatau"})),
        Option("python", "Ular", frozenset({"ular"})),
    ),
    "q.avoid": (
        Option("rum", "Rum, mirin", frozenset({"rum", "mirin"})),
        Option("pork", "Babi", frozenset({"babi"})),
        Option("none", "Tidak ada", frozenset({"tidak ada", "aman"})),
        Option("unsure", "Tidak tahu", frozenset({"tidak tahu"})),
    ),
    "q.place": tuple(Option(f"p{n}", f"Tempat {n}", frozenset({f"desa{n}"})) for n in range(1, 21)),
    "q.count": (Option("unsure", "Belum tahu", frozenset({"belum tahu"})),),
    "q.review": (
        Option("ok", "Benar, kirim", frozenset({"benar", "ya"})),
        Option("edit", "Ada yang salah", frozenset({"salah", "ubah"})),
    ),
    "common.yes_no": YES_NO,
    "common.skip_button": (Option("!skip", "Lewati"),),
    "common.third_time": tuple(Option(i, i.title(), frozenset({i})) for i in ("skip", "officer", "again")),
    "common.third_time_required": tuple(Option(i, i.title(), frozenset({i})) for i in ("officer", "again", "later")),
    "common.not_understood_3": (Option("officer", "Ya, petugas", frozenset({"ya"})), Option("menu", "Ke menu")),
    "common.cancel_form": tuple(Option(i, i.title(), frozenset({i})) for i in ("keep", "discard", "resume")),
}
HEARD = {"done": frozenset({"selesai"}), "skip": frozenset({"lewati", "nanti"})}


class MadeWords:
    """`conversation.question.Words` over the tables above."""

    def options(self, key: str, ids: Sequence[str] | None = None) -> tuple[Option, ...]:
        """The options of a text, or those of `ids` in their order."""
        found = OPTIONS.get(key, ())
        if ids is None:
            return found
        by_id = {o.id: o for o in found}
        return tuple(by_id[i] for i in ids if i in by_id)

    def heard(self, name: str) -> frozenset[str]:
        """A list of words."""
        return HEARD.get(name, frozenset())


WORDS = MadeWords()


def no_digits(text: str) -> str:
    """A check of the kind handlers give."""
    if any(c.isdigit() for c in text):
        raise Invalid("err1")
    return text.title()


def sells_cake(answers: Answers) -> bool:
    """A branch."""
    return bool(answers.get("kind") == "cake")


KIND = Choice(key="kind", text="q.kind", ids=("snack", "tofu", "cake", "unsure"), heard_ids=("python",), required=True)
AVOID = Many(key="avoid", text="q.avoid", ids=("rum", "pork", "none", "unsure"), skipped="skipped")
PLACE = Choice(key="place", text="q.place", skipped="skipped")
CAKE = Choice(key="cake", text="q.kind", ids=("cake", "unsure"), when=sells_cake)
COUNT = Number(key="count", text="q.count", odd_above=50)
NAME = Written(key="name", text="q.name", part=2, most=40, check=no_digits, commands_win=True)
THINGS = Listing(key="things", text="q.things", part=2)
PHONE = Phone(key="phone", text="q.phone", part=2, skippable=True)
PHOTO = Picture(key="photo", text="q.photo", part=2, skippable=True)
REVIEW = Review(key="review", text="q.review", part=0, lines=(("name",), ("things",), ("place",), ()))
FORM = Form(
    key="made",
    questions=(KIND, CAKE, AVOID, PLACE, COUNT, NAME, THINGS, PHONE, PHOTO, REVIEW),
    title="q.title",
    stop=lambda answers: "SNAKE" if answers.get("kind") == "python" else None,
    progress=True,
)


def run(**answers: object) -> Run:
    """A run with these answers, given in this order."""
    return Run("r1", "made", {key: [n, raw] for n, (key, raw) in enumerate(answers.items(), 1)})


FULL = {
    "kind": "snack",
    "avoid": ["none"],
    "place": "p3",
    "count": 2,
    "name": "Siti",
    "things": ["Keripik"],
    "phone": None,
    "photo": None,
}
