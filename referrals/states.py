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
    # Back to "received": another municipality takes over and has not called yet, or an undone call.
    ReferralState.REACHED: frozenset({ReferralState.CLOSED, ReferralState.RECEIVED}),
    # A closed case can be opened again: where it stood when it was closed.
    ReferralState.CLOSED: frozenset({ReferralState.RECEIVED, ReferralState.REACHED}),
}


class NextStep(TextChoices):
    """What is due next on a case; the call list is one queue of these."""

    CALL = "call", _("Første opkald")
    RETRY = "retry", _("Prøv igen")
    CALL_BACK = "call_back", _("Ring igen som aftalt")
    DECIDE = "decide", _("Hør, hvad borgeren har besluttet")
    TALK = "talk", _("Afklarende samtale")


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
    API = "api", _("Andet it-system")


class GuardianConsent(TextChoices):
    """Whether the sender says that the parents of a 14-year-old have agreed (S2)."""

    YES = "yes", _("Ja")
    NO = "no", _("Nej")
    UNKNOWN = "unknown", _("Uoplyst")


class Outcome(TextChoices):
    """What came of a call."""

    REACHED = "reached", _("Truffet")
    NO_ANSWER = "no_answer", _("Intet svar")
    VOICEMAIL = "voicemail", _("Lagt besked")
    CALL_BACK = "call_back", _("Ring igen")
    THINKING = "thinking", _("Overvejer det")
    WRONG_NUMBER = "wrong_number", _("Forkert nummer")
    DECLINED = "declined", _("Ønsker ikke hjælp")


# One key each, shown on the button.
OUTCOME_KEYS = {
    Outcome.REACHED: "t",
    Outcome.NO_ANSWER: "i",
    Outcome.VOICEMAIL: "b",
    Outcome.CALL_BACK: "r",
    Outcome.THINKING: "o",
    Outcome.WRONG_NUMBER: "f",
    Outcome.DECLINED: "u",
}


class CloseReason(TextChoices):
    """Why a referral ended."""

    DECLINED = "declined", _("Ønsker ikke hjælp")
    COMPLETED = "completed", _("Har fået den hjælp, der var aftalt")
    NOT_REACHED = "not_reached", _("Ikke truffet")
    QUITLINE = "quitline", _("Overdraget til Stoplinien")
    MOVED = "moved", _("Flyttet")
    DEAD = "dead", _("Død")
    MISTAKE = "mistake", _("Oprettet ved en fejl")


# What one can choose for a case: Stoplinien is given by handing it over. And what can be the end of
# a conversation: she was reached, and whoever wants no help has said so by the outcome of the call.
CLOSINGS = [one for one in CloseReason if one != CloseReason.QUITLINE]
ENDINGS = [one for one in CLOSINGS if one not in {CloseReason.NOT_REACHED, CloseReason.DECLINED}]


class ConsentKind(TextChoices):
    """What a citizen can agree to."""

    STOPBASE = "stopbase", _("Registrering i STOPbasen")
    FOLLOW_UP = "follow_up", _("Opkald efter 6 måneder")
    SMS = "sms", _("SMS-påmindelser")
    DISCHARGE = "discharge", _("Brev til egen læge")
    DISCHARGE_RESULT = "discharge_result", _("Resultatet i brevet til egen læge")


# What holds only together with another.
UNDER = {ConsentKind.DISCHARGE_RESULT: ConsentKind.DISCHARGE}


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


class Way(TextChoices):
    """The door through which something came in."""

    UPLOAD = "upload", _("Indlæst fil")
    FOLDER = "folder", _("Overvåget mappe")
    API = "api", _("Andet it-system")
    FORM = "form", _("Henvisers formular")
    PUBLIC = "public", _("Offentlig tilmelding")
    TYPED = "typed", _("Skrevet ind")
    FORWARDED = "forwarded", _("Givet videre")


class Taken(TextChoices):
    """What became of something that came in."""

    CREATED = "created", _("Ny henvisning")
    CORRECTED = "corrected", _("Rettelse")
    DUPLICATE = "duplicate", _("Kendt i forvejen")
    REFUSED = "refused", _("Ikke indlæst")
    # To a letter of ours.
    ANSWERED = "answered", _("Kvittering")


class ReceiptKind(TextChoices):
    """MedCom's answers to a sender: XCTL03 says it was taken in, XCTL02 that it was not."""

    POSITIVE = "positive", _("Positiv kvittering")
    NEGATIVE = "negative", _("Negativ kvittering")


class SentState(TextChoices):
    """All that whoever referred somebody is told."""

    RECEIVED = "received", _("Modtaget")
    CONTACTED = "contacted", _("Kontaktet")
    CLOSED = "closed", _("Afsluttet")


class Sex(TextChoices):
    """A field of its own; the tenth digit of a CPR number only proposes it."""

    FEMALE = "female", _("Kvinde")
    MALE = "male", _("Mand")
    OTHER = "other", _("Andet")


class Known(TextChoices):
    """Yes, no, or not asked."""

    YES = "yes", _("Ja")
    NO = "no", _("Nej")
    UNKNOWN = "unknown", _("Ikke spurgt")


class Help(TextChoices):
    """The kinds of help a citizen can wish for."""

    GROUP = "group", _("Hold")
    INDIVIDUAL = "individual", _("Individuelt forløb")
    OPEN = "open", _("Kom & Kvit")
    QUITLINE = "quitline", _("Stoplinien (telefon)")


class Topic(TextChoices):
    """What the first call informs of. S1: group, individual and telephone help; and, for heavy
    smokers, the subsidy for medicine."""

    GROUP = "group", _("Hjælp på hold")
    INDIVIDUAL = "individual", _("Individuel hjælp")
    QUITLINE = "quitline", _("Stoplinien")
    SUBSIDY = "subsidy", _("Tilskud til rygestopmedicin")


class Product(TextChoices):
    """What is used; STOPbasen covers nicotine for all ages since 2023."""

    CIGARETTES = "cigarettes", _("Cigaretter")
    PIPE = "pipe", _("Pibestop")
    CIGARS = "cigars", _("Cigarer og cerutter")
    SNUS = "snus", _("Snus")
    E_CIGARETTE = "e_cigarette", _("E-cigaret")
    POUCHES = "pouches", _("Nikotinposer")


class WhyAsked(TextChoices):
    """Whether somebody who came by herself was asked what made her sign up, and answered."""

    NOT_ASKED = "not_asked", _("Ikke spurgt")
    NO_ANSWER = "no_answer", _("Ville ikke svare")
    ANSWERED = "answered", _("Svarede")


class HandOverResult(TextChoices):
    """What came of it at Stoplinien."""

    TALKED = "talked", _("Talt med borgeren")
    NOT_REACHED = "not_reached", _("Ikke truffet")
    DECLINED = "declined", _("Ønsker ikke hjælp")
    WITHDRAWN = "withdrawn", _("Taget tilbage af kommunen")


# When a citizen can come: a weekday (1 is Monday) and a part of the day.
DAY_PARTS = {"am": _("Formiddag"), "pm": _("Eftermiddag"), "ev": _("Aften")}
TIMES = [f"{day}-{part}" for day in range(1, 8) for part in DAY_PARTS]
