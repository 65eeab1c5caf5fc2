"""Kop: how the office's papers are headed, signed and numbered. All of it is settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """`lines`: the office from the highest down. `number`: how certificates are numbered; `{n}` counts within an event,
    `{event}` is its code, `{year}` its year. Without a signer a line is left for the pen."""

    lines: tuple[str, ...] = ("PEMERINTAH PROVINSI BANTEN", "DINAS PERINDUSTRIAN DAN PERDAGANGAN", "UPTD BPTSI")
    town: str = "Serang"
    signer: str = ""
    signer_title: str = "Kepala UPTD BPTSI"
    number: str = "{n:03d}/{event}/BPTSI/{year}"

    def numbered(self, n: int, event: str, year: int) -> str:
        """The number of the n-th certificate of an event."""
        return self.number.format(n=n, event=event, year=year)
