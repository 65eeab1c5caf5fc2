"""What is written into the audit is readable by whoever reads it: each act has words."""

import ast
from collections.abc import Iterator
from pathlib import Path

import services
from console.audit_words import VIA, act
from services.staff import Via


def noted() -> Iterator[str]:
    """Every act that the office's work writes down by its name."""
    for path in Path(services.__file__).parent.rglob("*.py"):
        said = path.read_text(encoding="utf-8")
        if "audit.note(" not in said:
            continue
        for call in ast.walk(ast.parse(said)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "audit.note" and len(call.args) > 2:
                named = call.args[2]
                if isinstance(named, ast.Constant):
                    yield str(named.value)


def test_every_act_is_said_in_words() -> None:
    acts = set(noted())
    assert len(acts) > 60
    assert [one for one in sorted(acts) if act(one) is None] == []
    assert set(VIA) == set(Via)
    assert act("application.moved") == "Pengajuan dipindahkan"
    assert act("event.door_made") == "Acara: tautan pintu dibuat"
    assert act("event") is act("event.flown") is None
