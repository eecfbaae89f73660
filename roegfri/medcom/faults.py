"""Why a file is not taken in: a code for the record, and plain Danish for the person."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from roegfri.refusal import Words


class Fault(StrEnum):
    """What is wrong; stored beside the bytes, so that the words can be shown in any language."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    ENCODING = "encoding"
    DTD = "dtd"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    ROOT = "root"
    SEVERAL = "several"
    MISSING = "missing"
    TOO_LONG = "too-long"
    VERSION = "version"
    STATUS = "status"
    DATE = "date"
    EMERGENCY = "emergency"
    OTHER_LETTER = "other-letter"


_REASONS: dict[Fault, Words] = {
    Fault.EMPTY: _("Filen er tom. Hent den igen fra afsenderens system."),
    Fault.TOO_LARGE: _(
        "Filen er for stor til at være en henvisning. Kontrollér, at det er den rigtige fil."
    ),
    Fault.ENCODING: _(
        "Filens tegn passer ikke med det tegnsæt, den angiver (%(detail)s). "
        "Bed afsenderen om at sende den igen."
    ),
    Fault.DTD: _(
        "Filen indeholder en DOCTYPE eller egne entiteter. Det har MedCom-beskeder ikke, "
        "og den åbnes derfor ikke."
    ),
    Fault.TRUNCATED: _("Filen er ikke hel; slutningen mangler. Hent den igen."),
    Fault.MALFORMED: _("Filen er ikke gyldig XML (linje %(detail)s). Bed afsenderen om en ny."),
    Fault.ROOT: _(
        "Filen er ikke en MedCom-besked: dens yderste element er ikke «Emessage». "
        "Kontrollér, at det er den rigtige fil."
    ),
    Fault.SEVERAL: _("Filen rummer mere end én besked. Upload dem hver for sig."),
    Fault.MISSING: _("Beskeden mangler «%(detail)s», som MedCom kræver."),
    Fault.TOO_LONG: _("Feltet «%(detail)s» er længere, end MedCom tillader."),
    Fault.VERSION: _(
        "Beskedens version «%(detail)s» kendes ikke. Kendte versioner er XH1530R, XH1531R, "
        "XH0130R, XH0131R og XD9134L."
    ),
    Fault.STATUS: _("Beskedens status «%(detail)s» er hverken nytbrev eller rettetbrev."),
    Fault.DATE: _("«%(detail)s» er ikke en dato og et klokkeslæt, der findes."),
    Fault.EMERGENCY: _(
        "Beskeden er en akut kommunehenvisning (XREF22) og hører ikke til her. "
        "Giv den straks videre til kommunens akutfunktion."
    ),
    Fault.OTHER_LETTER: _(
        "Beskeden er af typen «%(detail)s» og hører ikke til her. Røgfri modtager henvisninger "
        "(XREF15, XREF01) og korrespondancer (XDIS91)."
    ),
}


class _Rejected(Exception):
    """A file that gives no message. `detail` is short."""

    def __init__(self, code: Fault, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    @property
    def reason(self) -> str:
        """Why, and what to do about it, in the language of the screen."""
        return reason(self.code, self.detail)

    def __str__(self) -> str:
        return self.reason


class Unreadable(_Rejected):
    """No message could be read from the file."""


class NotOurs(_Rejected):
    """A MedCom message that another part of the municipality takes care of."""


def reason(code: Fault, detail: str = "") -> str:
    """The words of a fault that was stored as code and detail."""
    return str(_REASONS[code]) % {"detail": detail}
