"""The letter to a general practitioner, as a PDF."""

from django.utils import translation
from django.utils.translation import gettext as _

from courses.queries.letters import AsSent
from roegfri import letters
from roegfri.refusal import Refusal


def letter_pdf(found: AsSent) -> bytes:
    """In Danish, whatever language the screen is in; nothing of her address is on it. Raises
    Refusal when PDFs cannot be made here."""
    context = {
        "sender": found.letter.organisation,
        "printed_at": found.letter.made_at,
        "letter": found.letter,
        "found": found,
    }
    with translation.override("da"):
        try:
            return letters.render("letters/discharge.html", context)
        except letters.PdfUnavailable as fault:
            raise Refusal(_("PDF kan ikke laves lige nu. Sig det til driften.")) from fault
