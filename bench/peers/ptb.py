"""The interview on python-telegram-bot's ConversationHandler, state in memory, with a webhook endpoint of one's own."""

from contextlib import asynccontextmanager
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from bench.peers.door import API, TOKEN, serve
from bench.peers.interview import DONE, QUESTIONS, buttons


async def put(update: Update, number: int) -> int:
    """Ask a question, or say that it was the last."""
    if update.effective_chat is None:
        return ConversationHandler.END
    if number == len(QUESTIONS):
        await update.effective_chat.send_message(DONE)
        return ConversationHandler.END
    rows = [[InlineKeyboardButton(label, callback_data=data)] for label, data in buttons(number)]
    keyboard = InlineKeyboardMarkup(rows) if rows else None
    await update.effective_chat.send_message(QUESTIONS[number][1], reply_markup=keyboard)
    return number


async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
    """Begin anew."""
    if context.user_data is not None:
        context.user_data.clear()
    return await put(update, 0)


def heard(number: int) -> Any:
    """The handler of one question's answer."""

    async def typed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        if context.user_data is not None and update.message:
            context.user_data[QUESTIONS[number][0]] = update.message.text
        return await put(update, number + 1)

    async def tapped(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        if context.user_data is not None and update.callback_query:
            await update.callback_query.answer()
            context.user_data[QUESTIONS[number][0]] = update.callback_query.data
        return await put(update, number + 1)

    if QUESTIONS[number][2]:
        return CallbackQueryHandler(tapped, pattern=f"^{QUESTIONS[number][0]}:")
    return MessageHandler(filters.TEXT & ~filters.COMMAND, typed)


def main() -> None:
    """Serve. Updates are queued, and handled one after the other, as ConversationHandler wants it."""
    application: Any = Application.builder().token(TOKEN).base_url(f"{API}/bot").updater(None).build()
    states: Any = {number: [heard(number)] for number in range(len(QUESTIONS))}
    application.add_handler(ConversationHandler([CommandHandler("start", start)], states, [], per_message=False))

    async def handle(update: dict[str, Any]) -> None:
        await application.update_queue.put(Update.de_json(update, application.bot))

    @asynccontextmanager
    async def life() -> Any:
        async with application:
            await application.start()
            yield
            await application.stop()

    serve(handle, life)


if __name__ == "__main__":
    main()
