"""Ugly files as offices send them; README.md says what is ugly about each."""
