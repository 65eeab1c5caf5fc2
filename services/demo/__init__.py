"""Data contoh: invented people in every stage, so that every page has something to show; never beside real ones."""

from services.demo.desk import PREFIX
from services.demo.filling import MOST, PEOPLE, SEED, Filled, RealPeople, fill, keep_quotas, present, real_people
from services.demo.removing import remove

__all__ = [
    "MOST",
    "PEOPLE",
    "PREFIX",
    "SEED",
    "Filled",
    "RealPeople",
    "fill",
    "keep_quotas",
    "present",
    "real_people",
    "remove",
]
