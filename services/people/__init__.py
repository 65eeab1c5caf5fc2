"""Orang & usaha: people and businesses as officers look them up, one at a time, whole."""
