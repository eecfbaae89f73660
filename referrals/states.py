"""The states, outcomes and kinds of a referral, with their Danish words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from roegfri.lifecycle import Moves


class ReferralState(TextChoices):
    """Where a referral is. «Overdue» is no state: it is a date that has passed."""

    RECEIVED = "received", _("Modtaget")
    REACHED = "reached", _("Kontaktet")
    CLOSED = "closed", _("Afsluttet")


MOVES: Moves = {
    ReferralState.RECEIVED: frozenset({ReferralState.REACHED, ReferralState.CLOSED}),
    ReferralState.REACHED: frozenset({ReferralState.CLOSED}),
    ReferralState.CLOSED: frozenset(),
}


class Source(TextChoices):
    """Who sent it. S1: «De kan være henvist eller selv henvende sig (selvhenvendere).»"""

    HOSPITAL = "hospital", _("Hospital")
    PRACTICE = "practice", _("Almen praksis")
    PHARMACY = "pharmacy", _("Apotek")
    MUNICIPALITY = "municipality", _("Kommunal medarbejder")
    OTHER = "other", _("Anden henviser")
    WEBSITE = "website", _("Hjemmeside")
    OWN_CONTACT = "own_contact", _("Egen henvendelse")
    QUITLINE = "quitline", _("Stoplinien")
    FOLLOW_UP = "follow_up", _("Opfølgning")


# S1, «Henvisning og selvhenvendelse»; a new course after the six-month call is counted apart.
SELF_REFERRALS = frozenset({Source.WEBSITE, Source.OWN_CONTACT, Source.QUITLINE})


class Channel(TextChoices):
    """The way it came in."""

    MEDCOM = "medcom", _("MedCom-henvisning")
    CORRESPONDENCE = "correspondence", _("Korrespondance")
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Telefon")
    WEB = "web", _("Webformular")
    IN_PERSON = "in_person", _("Personligt")


class GuardianConsent(TextChoices):
    """Whether the sender says that the parents of a 14-year-old have agreed (S2)."""

    YES = "yes", _("Ja")
    NO = "no", _("Nej")
    UNKNOWN = "unknown", _("Uoplyst")


class Outcome(TextChoices):
    """What came of a call."""

    REACHED = "reached", _("Truffet")
    NO_ANSWER = "no_answer", _("Intet svar")
    CALL_BACK = "call_back", _("Ring igen")
    WRONG_NUMBER = "wrong_number", _("Forkert nummer")
    DECLINED = "declined", _("Ønsker ikke hjælp")


# One key each, shown on the button.
OUTCOME_KEYS = {
    Outcome.REACHED: "t",
    Outcome.NO_ANSWER: "i",
    Outcome.CALL_BACK: "r",
    Outcome.WRONG_NUMBER: "f",
    Outcome.DECLINED: "u",
}


class CloseReason(TextChoices):
    """Why a referral ended."""

    DECLINED = "declined", _("Ønsker ikke hjælp")
    COMPLETED = "completed", _("Har fået den hjælp, der var aftalt")
    NOT_REACHED = "not_reached", _("Ikke truffet")
    MOVED = "moved", _("Flyttet")
    DEAD = "dead", _("Død")
    MISTAKE = "mistake", _("Oprettet ved en fejl")


class ConsentKind(TextChoices):
    """What a citizen can agree to."""

    STOPBASE = "stopbase", _("Registrering i STOPbasen")
    FOLLOW_UP = "follow_up", _("Opkald efter 6 måneder")
    SMS = "sms", _("SMS-påmindelser")
    DISCHARGE = "discharge", _("Brev til egen læge")


class ConsentForm(TextChoices):
    """How it was given."""

    ORAL = "oral", _("Mundtligt")
    WRITTEN = "written", _("Skriftligt")


class Ground(TextChoices):
    """Why an organisation may see a citizen."""

    HANDLING = "handling", _("Behandler sagen")
    HOME = "home", _("Bopælskommune")
    HOST = "host", _("Holder holdet")
    QUITLINE = "quitline", _("Overdraget til Stoplinien")


class InboxState(TextChoices):
    """What became of a message that came in."""

    ACCEPTED = "accepted", _("Indlæst")
    UNREADABLE = "unreadable", _("Kan ikke læses")
    NOT_OURS = "not_ours", _("Hører ikke til her")
    MISADDRESSED = "misaddressed", _("Forkert adresseret")


class Sex(TextChoices):
    """A field of its own; the tenth digit of a CPR number only proposes it."""

    FEMALE = "female", _("Kvinde")
    MALE = "male", _("Mand")
    OTHER = "other", _("Andet")
