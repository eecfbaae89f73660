"""What rows of several lists say in the same words."""

from referrals.states import Source
from roegfri.persons import phone


class Named:
    """A row with a citizen's name."""

    __slots__ = ()
    given_names: str
    surname: str

    @property
    def name(self) -> str:
        """As it is said; empty when nobody has told us."""
        return f"{self.given_names} {self.surname}".strip()


class Referred(Named):
    """A row of a referral, with the citizen's first number."""

    __slots__ = ()
    number: str | None
    source: str
    sender_name: str

    @property
    def phone(self) -> str:
        """As Danes read it; empty when there is none that works."""
        return phone.display(self.number) if self.number else ""

    @property
    def sender(self) -> str:
        """The sender's own name, or what kind of sender it was."""
        return self.sender_name or str(Source(self.source).label)
