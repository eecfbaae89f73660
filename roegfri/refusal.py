"""How a command says no to a person."""

from django.utils.functional import Promise

Words = str | Promise


class Refusal(Exception):
    """A command's polite «no»: plain Danish that says what to do, shown on the form as it is.

    `field` names the form field it is about; empty means the form as a whole.
    """

    def __init__(self, words: Words, *, field: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.field = field

    def __str__(self) -> str:
        return str(self.words)


class Conflict(Refusal):
    """What the person had in front of her no longer holds; answered 409, with what she typed."""


class AlreadySent(Conflict):
    """The form has been carried out before, and said something else then; answered 409."""
