"""Pintu: the page for whoever stands at the door of an event, on any phone, also without signal."""

from console.door.pages import BASE, Away, Ways, routes

__all__ = ["BASE", "Away", "Ways", "routes"]
