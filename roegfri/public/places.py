"""A municipality as the public meets it: its code in the address, and the languages it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from roegfri.organisations.models import Municipality
from roegfri.public.languages import Language


@dataclass(frozen=True, slots=True)
class Place:
    """`languages` are those it shows today, Danish first."""

    municipality: Municipality
    languages: Sequence[Language]

    @property
    def code(self) -> str:
        """As it stands in the address."""
        return self.municipality.code

    @property
    def name(self) -> str:
        """As the public knows it."""
        return self.municipality.name

    def shows(self, code: str) -> bool:
        """Whether its pages are to be had in that language today."""
        return any(one.code == code for one in self.languages)
