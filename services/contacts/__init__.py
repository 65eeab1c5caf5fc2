"""Kontak: people on lists the office is given: taken in, counted, and written to only with proved consent."""
