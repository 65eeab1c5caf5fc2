"""How a platform's refusal reaches the rest of the program: as an outcome, never as a library's own error."""

from bot.channels.base import Outcome, OutcomeKind


class PlatformError(Exception):
    """A call that is not a delivery (polling, photos, webhooks, templates) failed; `outcome` says how.

    Its text is the outcome's reason: a code or a short phrase, never a person's words, a number or a token.
    """

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.kind}: {outcome.reason}" if outcome.reason else str(outcome.kind))
        self.outcome = outcome

    @property
    def kind(self) -> OutcomeKind:
        """What became of the call."""
        return self.outcome.kind

    @property
    def retry_after(self) -> float | None:
        """Seconds the platform asked us to be silent, if it did."""
        return self.outcome.retry_after
