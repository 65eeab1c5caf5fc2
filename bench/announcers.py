"""Who sends a message to thousands: our worker with its ledger, and bare loops that write nothing down."""

import asyncio
import time
import warnings
from pathlib import Path
from typing import Any

import aiohttp
import sqlalchemy as sa

from bench import machine
from bench.peers.door import TOKEN
from bot.app import Program
from bot.clock import Clock
from models import Broadcast, BroadcastState
from tests.services.people import NOON
from tests.support.server import settings_for

TEXT = "Halo Ibu, ada pelatihan NIB hari Kamis pukul 09.00 di Aula UPTD BPTSI.\n\nKetik BERHENTI untuk berhenti."


UNLIMITED = 1_000_000.0  # messages per second


def work(url: str, folder: str, api: int, rate: float, said: Any) -> None:
    """Our worker, until every announcement is done; tells the seconds of CPU and the most MB of memory it took."""
    machine.pin(machine.SERVERS)
    used = asyncio.run(_worked(url, folder, api, rate))
    said.put((used, machine.peak_mb()))


async def _worked(url: str, folder: str, api: int, rate: float) -> float:
    clock = Clock()
    clock.shift(NOON - clock.now())
    telegram = {"token": TOKEN, "base_url": f"http://127.0.0.1:{api}/bot", "rate_per_second": rate}
    program = Program(settings_for(url, Path(folder), 1, telegram=telegram), role="worker", clock=clock)
    begun = time.process_time()
    await program.start()
    query = sa.select(Broadcast.id).where(Broadcast.state != BroadcastState.DONE)
    while await asyncio.to_thread(_any, program, query):
        await asyncio.sleep(0.1)
    used = time.process_time() - begun
    await program.close()
    return used


def _any(program: Program, query: sa.Select[Any]) -> bool:
    with program.database.read() as connection:
        return connection.execute(query).first() is not None


def loop_ptb(api: int, count: int, at_once: int, said: Any) -> None:
    """python-telegram-bot's own Bot, on its own transport, so many at once."""
    machine.pin(machine.SERVERS)
    warnings.simplefilter("ignore")
    said.put((asyncio.run(_with_ptb(api, count, at_once)), 0.0))


async def _with_ptb(api: int, count: int, at_once: int) -> float:
    from telegram import Bot

    bot = Bot(TOKEN, base_url=f"http://127.0.0.1:{api}/bot")
    await bot.initialize()
    begun = time.process_time()
    await _each(count, at_once, lambda chat: bot.send_message(chat, TEXT))
    used = time.process_time() - begun
    await bot.shutdown()
    return used


def loop_aiohttp(api: int, count: int, at_once: int, said: Any) -> None:
    """The bare client."""
    machine.pin(machine.SERVERS)
    said.put((asyncio.run(_with_aiohttp(api, count, at_once)), 0.0))


async def _with_aiohttp(api: int, count: int, at_once: int) -> float:
    url = f"http://127.0.0.1:{api}/bot{TOKEN}/sendMessage"
    begun = time.process_time()
    async with aiohttp.ClientSession() as session:

        async def send(chat: int) -> None:
            async with session.post(url, json={"chat_id": chat, "text": TEXT}) as answer:
                await answer.read()

        await _each(count, at_once, send)
    return time.process_time() - begun


async def _each(count: int, at_once: int, send: Any) -> None:
    chats = iter(range(1, count + 1))

    async def one_after_the_other() -> None:
        for chat in chats:
            await send(chat)

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
