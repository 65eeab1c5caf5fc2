"""Every page of the console, and the right it asks for: read this first."""

from collections.abc import Sequence

from console import applications, home, signing
from console.desk import Open, Page
from services.staff import Right

PAGES: Sequence[Page] = (
    Page("GET", "/masuk", Open.EVERYBODY, signing.form),
    Page("POST", "/masuk", Open.EVERYBODY, signing.enter),
    Page("GET", "/mulai/{code}", Open.EVERYBODY, signing.choosing),
    Page("POST", "/mulai/{code}", Open.EVERYBODY, signing.choose),
    Page("POST", "/keluar", Open.SIGNED_IN, signing.leave),
    Page("GET", "/saya", Open.SIGNED_IN, signing.own),
    Page("GET", "/", Right.SEE, home.show),
    Page("GET", "/pendaftaran", Right.SEE, applications.listing),
)
