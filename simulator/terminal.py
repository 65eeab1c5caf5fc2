"""A phone in the terminal: the bot's bubbles with numbered buttons, and a line to answer. It can be piped."""

import http.client
import json
import re
from collections.abc import Iterable
from typing import Any, Protocol
from urllib.parse import urlsplit

from simulator.door import require_loopback
from simulator.settings import BASE

REPLY = 6.0  # seconds a reply may take before the next line is read
QUIET = 0.3  # seconds without anything new after which the bot has said all
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
NUMBERED = re.compile(r"(?:✅ )?(\d+) ")
Tappable = tuple[dict[str, Any], dict[str, Any]]  # a key as it is shown, and what tapping it does
GREETINGS = {"telegram": "/start", "whatsapp": "Halo"}
ATTACHED = {
    "/foto": "photo",
    "/foto12": "large",
    "/kontak": "contact",
    "/kontaklain": "other_contact",
    "/lokasi": "location",
    "/suara": "voice",
    "/stiker": "sticker",
}
HELP = (
    "[1] atau [a] = mengetuk tombol itu. Lainnya dikirim apa adanya. /foto /foto12 /kontak /kontaklain /lokasi /suara "
    "/stiker /dua (kirim sekali lagi) /blokir /buka /gagal /maju (24 jam) /keluar"
)


class Out(Protocol):
    """Where it is written: a terminal or a file."""

    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...


class NoPhone(Exception):
    """No running program with a simulator answers at this address."""


def main(base_url: str, channel: str, stdin: Iterable[str], stdout: Out, language: str = "id") -> int:
    """Talk to the bot behind `base_url` ("http://127.0.0.1:8000") as somebody new, until /keluar or the end of stdin.

    `channel` is "telegram" or "whatsapp". Returns the exit code: 0, or 1 when the bot left a line unanswered.
    Raises NoPhone when no simulator answers there, NotLoopback when the address is elsewhere.
    """
    require_loopback(base_url)
    phone = Phone(base_url, channel, language, stdout)
    phone.print(HELP, dim=True)
    phone.do({"start": ""}, GREETINGS[channel])
    for line in stdin:
        if line.strip() == "/keluar":
            break
        phone.hear(line.rstrip("\r\n"))
    return 1 if phone.unanswered else 0


class Phone:
    """The JSON routes of the simulator, as a person uses them."""

    def __init__(self, base_url: str, channel: str, language: str, stdout: Out) -> None:
        self.address = urlsplit(base_url)
        self.out = stdout
        self.styled = bool(getattr(stdout, "isatty", bool)())
        self.unanswered = 0
        self.toast = ""
        made = self._call("POST", f"/api/{channel}/new", {"language": language})
        self.path = f"/api/{channel}/{made['person']}"
        self.version = int(made["version"])
        self.keys: dict[str, Tappable] = {}  # what a number or a letter would tap

    def hear(self, line: str) -> None:
        """One line of input: a mark taps, a command of ours acts, everything else is said."""
        word = line.strip()
        if word.lower() in self.keys:
            key, do = self.keys[word.lower()]
            self.do(do, key["label"])
        elif word in ATTACHED:
            self.do({"attach": ATTACHED[word]}, word.removeprefix("/"))
        elif word in HARD:
            self.do(HARD[word], word.removeprefix("/"), answered=word == "/dua")
        elif word:
            self.do({"say": line}, line)

    def do(self, what: dict[str, Any], shown: str, answered: bool = True) -> None:
        """Do it, and print what comes back until it is quiet."""
        self.print(f"> {shown}", dim=True)
        self._call("POST", self.path, what)
        replied = False
        while news := self._news(QUIET if replied or not answered else REPLY):
            replied = self._show(news) or replied
        if answered and not replied:
            self.unanswered += 1
            self.print("(tidak ada jawaban)", dim=True)

    def _news(self, wait: float) -> dict[str, Any]:
        """What is new since the last look, or nothing after `wait` seconds."""
        found = self._call("GET", f"{self.path}?since={self.version}&wait={wait}")
        if int(found["version"]) == self.version:
            return {}
        self.version = int(found["version"])
        return found

    def _show(self, news: dict[str, Any]) -> bool:
        """Print the bot's bubbles; whether there were any."""
        if news["toast"] and news["toast"] != self.toast:
            self.print(f"({news['toast']})", dim=True)
        self.toast = news["toast"]
        bubbles = [t for t in news["turns"] if t["drawn"] and not t["mine"]]
        for turn in bubbles:
            self._bubble(turn, news["keyboard"])
        for turn in news["turns"]:
            if turn["tick"] == "failed":
                self.print(f"! {turn['note']}")
        return bool(bubbles)

    def _bubble(self, turn: dict[str, Any], keyboard: list[dict[str, Any]]) -> None:
        text = turn["text"] or turn["note"]
        self.print("")
        self.print(self._bold(text))
        taps = [(k, {"tap": {"turn": turn["id"], "key": i}}) for i, k in enumerate(turn["keys"])]
        below = [(k, {"tap_reply": i}) for i, k in enumerate(keyboard)]
        self.keys = {mark: (key, do) for mark, (key, do) in marks(taps or below)}
        if turn["list_label"]:
            self.print(f"  ☰ {turn['list_label']}")
        for mark, (key, _) in self.keys.items():
            told = f" · {key['description']}" if key["description"] else ""
            self.print(f"  [{mark}] {key['label'].removeprefix(mark + ' ')}{told}")

    # --- writing and asking -----------------------------------------------------------------------------------------

    def print(self, line: str, dim: bool = False) -> None:
        """One line."""
        self.out.write((f"{DIM}{line}{PLAIN}" if dim and self.styled else line) + "\n")
        self.out.flush()

    def _bold(self, text: str) -> str:
        if not self.styled:
            return text
        parts = text.split("*")
        return "".join(f"{BOLD}{p}{PLAIN}" if i % 2 else p for i, p in enumerate(parts))

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.address.hostname or "127.0.0.1", self.address.port, timeout=60)
        try:
            headers = {"content-type": "application/json"}
            connection.request(method, BASE + path, json.dumps(body).encode() if body is not None else None, headers)
            answer = connection.getresponse()
            said = answer.read()
        except OSError as fault:
            raise NoPhone(str(fault)) from fault
        finally:
            connection.close()
        if answer.status >= 300:
            raise NoPhone(f"{answer.status} {path}")
        result: dict[str, Any] = json.loads(said)
        return result


def marks(keys: list[Tappable]) -> list[tuple[str, Tappable]]:
    """What to type for each key: the bot's own number, or a letter where the bot gave none.

    So "1" never taps anything but what the bot calls 1; every other number goes to the bot as it was typed.
    """
    letters = iter("abcdefghijklmnopqrstuvwxyz" * 4)
    numbers = [NUMBERED.match(key["label"]) for key, _ in keys]
    return [(found.group(1) if found else next(letters), key) for found, key in zip(numbers, keys, strict=True)]


HARD: dict[str, dict[str, Any]] = {
    "/dua": {"twice": True},
    "/blokir": {"block": True},
    "/buka": {"block": False},
    "/gagal": {"fail": "busy"},
    "/maju": {"forward": 24},
}
