"""Telegram and WhatsApp, over real HTTP."""
