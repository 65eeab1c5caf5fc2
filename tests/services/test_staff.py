"""Petugas: rights come from roles, scope from the account, and both are asked before anything is done."""

import datetime as dt

import pytest

from models import Staff
from services import staff
from services.staff import Actor, Forbidden, Right, Via

SERANG, LEBAK = "36.04", "36.02"


def account(*roles: str, regencies: list[str] | None = None, disabled: dt.datetime | None = None) -> Actor:
    row = Staff(id=7, name="rina", display_name="Rina", roles=list(roles), regencies=regencies, disabled_at=disabled)
    return staff.actor_of(row, Via.CHAT)


def test_a_right_is_had_through_a_role_and_only_where_one_works() -> None:
    rina = account("verifikator", regencies=[SERANG])
    staff.demand(rina, Right.REVIEW)
    staff.demand(rina, Right.REVIEW, SERANG)
    for right, regency in ((Right.USERS, None), (Right.REVIEW, LEBAK)):
        with pytest.raises(Forbidden):
            staff.demand(rina, right, regency)
    with pytest.raises(Forbidden):
        staff.demand_for(rina, Right.REVIEW, None)
    staff.demand_for(account("verifikator"), Right.REVIEW, None)


def test_a_disabled_account_may_nothing_and_a_role_that_is_gone_gives_nothing() -> None:
    assert account("administrator", disabled=dt.datetime(2026, 11, 24, tzinfo=dt.UTC)).rights == frozenset()
    assert account("juru_kunci").rights == frozenset()


def test_the_keyboard_of_the_server_may_everything_but_is_never_the_second_person() -> None:
    keyboard = staff.operator("root")
    assert keyboard.rights == frozenset(Right)
    assert keyboard.regencies is None
    assert not staff.is_second(keyboard, 3)
    assert staff.is_second(account("penyetuju"), 3)
    assert not staff.is_second(account("penyetuju"), 7)


def test_every_right_is_in_some_role() -> None:
    assert frozenset[Right]().union(*staff.roles().values()) == frozenset(Right)


def test_roles_that_make_no_sense_are_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    wrong = tmp_path / "roles.yaml"
    wrong.write_text("pimpinan: [lihat, terbang]\n")
    with pytest.raises(staff.RolesRefused) as refused:
        staff.roles(wrong)
    assert refused.value.args == ("pimpinan: terbang is no right", "no role has pengguna")
