"""How the two apps read the marks in a message: Telegram's HTML, WhatsApp's asterisks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

PARAGRAPH = re.compile(r"\n[ \t\u200b]*\n\s*")  # a line that only looks empty counts too
# Telegram's tags, and what a browser calls them (https://core.telegram.org/bots/api#html-style).
TAGS = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "u": "u", "ins": "u", "s": "s", "strike": "s", "del": "s",
    "code": "code", "pre": "code", "a": "a", "blockquote": "i", "tg-spoiler": "s",
}  # fmt: skip
AROUND = {
    "b": (Markup("<b>"), Markup("</b>")),
    "i": (Markup("<i>"), Markup("</i>")),
    "u": (Markup("<u>"), Markup("</u>")),
    "s": (Markup("<s>"), Markup("</s>")),
    "code": (Markup("<code>"), Markup("</code>")),
}
TOKEN = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s[^<>]*)?)>|&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);|([<>])|([^<>&]+|&)")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
STARS = re.compile(r"(?<![\w*])([*_~])(?=\S)((?:(?!\1)[^\n])+?)(?<=\S)\1(?![\w*])")
STAR_TAGS = {"*": "b", "_": "i", "~": "s"}
HREF = re.compile(r"""href\s*=\s*["']?(https?://[^\s"'<>]+)""", re.IGNORECASE)
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]")


class BadEntities(ValueError):
    """Telegram would not take this text (400). The message is Telegram's own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with the same marks."""

    text: str
    tags: tuple[str, ...] = ()
    href: str = ""


def plain(text: str) -> list[Piece]:
    """Text in which nothing is a mark."""
    return [Piece(text)] if text else []


def telegram(text: str) -> list[Piece]:
    """Read `parse_mode=HTML` as Telegram does; raises BadEntities where it would refuse."""
    pieces: list[Piece] = []
    stack: list[tuple[str, str]] = []
    for match in TOKEN.finditer(text):
        closing, tag, rest, entity, stray, words = match.groups()
        if stray == "<":
            raise BadEntities(f"Unsupported start tag at byte offset {len(text[: match.start()].encode())}")
        if tag:
            _tag(stack, closing, tag.lower(), rest, len(text[: match.start()].encode()))
            continue
        said = _entity(entity) if entity else stray or words
        hrefs = [href for _, href in stack if href]
        pieces.append(Piece(said, tuple(TAGS[t] for t, _ in stack if t != "a"), hrefs[-1] if hrefs else ""))
    if stack:
        raise BadEntities(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return pieces


def _tag(stack: list[tuple[str, str]], closing: str, tag: str, rest: str, offset: int) -> None:
    if tag not in TAGS:
        raise BadEntities(f'Unsupported start tag "{tag}" at byte offset {offset}')
    if not closing:
        href = HREF.search(rest)
        stack.append((tag, href.group(1) if href and tag == "a" else ""))
        return
    if not stack or stack[-1][0] != tag:
        raise BadEntities(f'Unmatched end tag at byte offset {offset}, found "</{tag}>"')
    stack.pop()


def _entity(name: str) -> str:
    if name.startswith("#"):
        code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
        return chr(code) if 0 < code < 0x110000 else ""
    return NAMED.get(name, f"&{name};")


def whatsapp(text: str) -> list[Piece]:
    """Read *bold*, _italic_ and ~struck~ as WhatsApp does; marks do not nest here."""
    pieces: list[Piece] = []
    end = 0
    for match in STARS.finditer(text):
        pieces += plain(text[end : match.start()])
        pieces.append(Piece(match.group(2), (STAR_TAGS[match.group(1)],)))
        end = match.end()
    return pieces + plain(text[end:])


def words(pieces: Iterable[Piece]) -> str:
    """The text without its marks."""
    return "".join(p.text for p in pieces)


def marked(pieces: Iterable[Piece]) -> str:
    """The text with *bold*, for a terminal."""
    return "".join(f"*{p.text}*" if "b" in p.tags else p.text for p in pieces)


def utf16(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def paragraphs(pieces: Iterable[Piece]) -> list[Markup]:
    """Safe HTML, one item a paragraph: every word is escaped, only our own tags stand in it."""
    rows: list[list[Piece]] = [[]]
    for piece in pieces:
        for i, part in enumerate(PARAGRAPH.split(piece.text)):
            if i:
                rows.append([])
            if part:
                rows[-1].append(replace(piece, text=part))
    return [Markup("").join(_html(p) for p in row) for row in rows if row]


def _html(piece: Piece) -> Markup:
    inner = Markup("").join(_linked(piece.text)) if not piece.href else escape(piece.text)
    if piece.href:
        inner = _anchor(piece.href, inner)
    for tag in dict.fromkeys(piece.tags):
        before, after = AROUND[tag]
        inner = before + inner + after
    return inner


def _anchor(href: str, inner: Markup) -> Markup:
    return Markup('<a href="%s" rel="noopener noreferrer" target="_blank">%s</a>') % (href, inner)


def _linked(text: str) -> Iterator[Markup]:
    end = 0
    for match in LINK.finditer(text):
        yield escape(text[end : match.start()])
        yield _anchor(match.group(), escape(match.group()))
        end = match.end()
    yield escape(text[end:])
