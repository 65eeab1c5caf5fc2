"""Halaman umum sebuah acara: for whoever gets a link before they have any app of ours open. No script, no cookie."""
