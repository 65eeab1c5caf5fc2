"""Data contoh: invented people in every stage, so that every page has something to show; never beside real ones.

`filling.fill` puts them there, `removing.remove` takes them away.
"""

from services.demo.presence import MOST, PEOPLE, PREFIX, Filled, RealPeople, keep_quotas, present, real_people

__all__ = ["MOST", "PEOPLE", "PREFIX", "Filled", "RealPeople", "keep_quotas", "present", "real_people"]
