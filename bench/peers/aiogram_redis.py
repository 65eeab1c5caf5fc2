"""The interview on aiogram's state machine with its states in Redis; 200 once the update has been handled and saved."""

import os
from contextlib import asynccontextmanager
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

from bench.peers.door import API, TOKEN, serve
from bench.peers.interview import DONE, QUESTIONS, buttons


class Interview(StatesGroup):
    """One state for each question."""

    q0, q1, q2, q3, q4, q5, q6, q7, q8 = (State() for _ in range(9))


STATES = Interview.__states__


async def put(message: Message, state: FSMContext, number: int) -> None:
    """Save where the person is, then ask."""
    if number == len(QUESTIONS):
        await state.set_state(None)
        await message.answer(DONE)
        return
    await state.set_state(STATES[number])
    rows = [[InlineKeyboardButton(text=label, callback_data=data)] for label, data in buttons(number)]
    keyboard = InlineKeyboardMarkup(inline_keyboard=rows) if rows else None
    await message.answer(QUESTIONS[number][1], reply_markup=keyboard)


async def start(message: Message, state: FSMContext) -> None:
    """Begin anew."""
    await state.clear()
    await put(message, state, 0)


def heard(number: int) -> Any:
    """The handler of one question's answer."""
    key = QUESTIONS[number][0]

    async def typed(message: Message, state: FSMContext) -> None:
        await state.update_data({key: message.text})
        await put(message, state, number + 1)

    async def tapped(query: CallbackQuery, state: FSMContext) -> None:
        await state.update_data({key: query.data})
        await query.answer()
        if isinstance(query.message, Message):
            await put(query.message, state, number + 1)

    return tapped if QUESTIONS[number][2] else typed


def main() -> None:
    """Serve."""
    server = TelegramAPIServer.from_base(API)
    bot = Bot(TOKEN, session=AiohttpSession(api=server))
    # redis-py refuses more than a hundred connections unless told otherwise: 200 people at once would be answered 500.
    storage = RedisStorage.from_url(os.environ["BENCH_REDIS"], connection_kwargs={"max_connections": 1000})
    dispatcher = Dispatcher(storage=storage)
    dispatcher.message.register(start, CommandStart())
    for number, (_, _, options) in enumerate(QUESTIONS):
        observer = dispatcher.callback_query if options else dispatcher.message
        observer.register(heard(number), STATES[number])

    async def handle(update: dict[str, Any]) -> None:
        await dispatcher.feed_raw_update(bot, update)

    @asynccontextmanager
    async def life() -> Any:
        await dispatcher.emit_startup(bot=bot)
        yield
        await dispatcher.emit_shutdown(bot=bot)
        await bot.session.close()

    serve(handle, life)


if __name__ == "__main__":
    main()
