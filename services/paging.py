"""Halaman: a long list as the console turns it, some lines at a time."""

PAGE = 25  # lines
FURTHEST = 400  # pages one may turn; beyond that one filters


def pages(total: int) -> int:
    """How many pages so many lines make."""
    return min(-(-total // PAGE), FURTHEST) or 1


def nearest(page: int, total: int) -> int:
    """The page that is asked for, or the nearest there is."""
    return max(1, min(page, pages(total)))


def before(page: int) -> int:
    """How many lines stand before a page."""
    return (page - 1) * PAGE


class Turned:
    """One page of such a list: `total` lines in all, `page` counted from 1."""

    __slots__ = ()
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return pages(self.total)

    @property
    def first(self) -> int:
        """The place of the first line in the whole list, from 1."""
        return before(self.page) + 1
