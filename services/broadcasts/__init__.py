"""Siaran: an announcement to many, each exactly once, on time, and stoppable; see docs/decisions/0018."""
