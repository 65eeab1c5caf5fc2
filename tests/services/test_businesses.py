"""A business is kept as it was told; two ways of writing it are one."""

import pytest

from bot.database import Database
from models import Media
from models.likeness import plain
from services import businesses
from tests.services import people
from tests.services.people import NOON, transaction


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Keripik Bu Siti", "keripik bu siti"),
        ("  KERIPIK   bu. Siti!", "keripik bu siti"),
        ("CV. Rasa Banten", "rasa banten"),
        ("Café Sérang", "cafe serang"),
        ("Warung", "warung"),  # nothing but the form of business: that is its name
        ("Kp. Cikulur RT 02/RW 03", "kp cikulur rt 02 rw 03"),
        ("_*_", ""),
        (None, ""),
    ],
)
def test_names_are_compared_as_people_mean_them(written: str | None, meant: str) -> None:
    assert plain(written) == meant


def test_an_address_nobody_gave_makes_no_double(database: Database) -> None:
    with transaction(database) as session:
        owner = people.person(session)
        for _ in range(2):
            new = people.new_business(owner, address=None, village=None, phone=None, nib=None)
            assert businesses.likely_doubles(session, businesses.add(session, new, NOON), NOON) == []


def test_what_is_told_later_is_added_and_takes_nothing_away(database: Database) -> None:
    with transaction(database) as session:
        owner = people.person(session)
        business = businesses.add(session, people.new_business(owner), NOON)
        photo = Media(conversation_id=people.chat(session, owner).id, ref="file-1", mime="image/jpeg", asked_at=NOON)
        session.add(photo)
        session.flush()
        businesses.update_extras(session, business.id, brand="Cap Badak", workers=3, email="Siti@Contoh.id")
        businesses.update_extras(session, business.id, workers=4, photo_media_id=photo.id)
        session.expire_all()
        assert (business.brand, business.workers, business.email) == ("Cap Badak", 4, "siti@contoh.id")
        assert photo.business_id == business.id
        assert businesses.of_person(session, owner) == [business]


def test_the_keys_follow_what_is_corrected(database: Database) -> None:
    with transaction(database) as session:
        business = businesses.add(session, people.new_business(people.person(session), name="CV Rasa"), NOON)
        business.name, business.village, business.address = "Rasa Baru", "Baros", "Kp. " + "ﷺ" * 290
        session.flush()
        assert business.name_key == "rasa baru"
        assert (business.place_key or "")[:3] == "kp "
        assert len(business.place_key or "") == 300
        business.address = None
        session.flush()
        assert business.place_key is None
