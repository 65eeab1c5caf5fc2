"""The steps go up and down on both databases, and say the same as the models."""

import sqlalchemy as sa

import migrations
from bot.database import Database


def test_up_says_what_the_models_say_and_down_leaves_nothing(bare_database: Database) -> None:
    engine = bare_database.write_engine
    migrations.upgrade(engine)
    migrations.check(engine)
    with bare_database.read() as connection:
        assert migrations.current(connection) == migrations.head()
    migrations.downgrade(engine, "base")
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}


def test_up_twice_is_up_once(bare_database: Database) -> None:
    migrations.upgrade(bare_database.write_engine)
    migrations.upgrade(bare_database.write_engine)
    migrations.check(bare_database.write_engine)


def test_a_step_that_fails_leaves_nothing(bare_database: Database) -> None:
    with bare_database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE places (id INTEGER)")  # in the way of a later table
    try:
        migrations.upgrade(bare_database.write_engine)
    except sa.exc.DBAPIError:
        pass
    else:
        raise AssertionError("the step should have failed")
    assert sa.inspect(bare_database.write_engine).get_table_names() == ["places"]


def test_it_works_from_any_folder(bare_database: Database, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    migrations.upgrade(bare_database.write_engine)
    migrations.check(bare_database.write_engine)


def test_businesses_known_before_are_found_by_their_keys(bare_database: Database) -> None:
    engine = bare_database.write_engine
    migrations.upgrade(engine, "0001")
    with bare_database.write() as connection:
        connection.exec_driver_sql("INSERT INTO persons (id, created_at) VALUES (1, '2026-11-01 00:00:00')")
        for name, address in (("'CV. Rasa Bantén'", "'Kp. Cikulur RT 02/03'"), ("''", "NULL")):
            connection.exec_driver_sql(
                "INSERT INTO businesses (person_id, created_at, owner_name, name, village, address) "
                f"VALUES (1, '2026-11-01 00:00:00', 'Siti', {name}, 'Baros', {address})"
            )
    migrations.upgrade(engine)
    with bare_database.read() as connection:
        kept = connection.execute(sa.text("SELECT name_key, place_key FROM businesses ORDER BY id")).all()
    assert [tuple(row) for row in kept] == [("rasa banten", "kp cikulur rt 02 03 | baros"), (None, None)]
