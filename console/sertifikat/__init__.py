"""`/sertifikat/<token>`: anybody with a certificate in hand sees whether it is genuine, and no more of its bearer."""

from console.sertifikat.page import routes

__all__ = ["routes"]
