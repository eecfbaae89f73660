"""The states and kinds of courses, meetings and enrolments, with their Danish words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from roegfri.lifecycle import Moves


class CourseKind(TextChoices):
    """What sort of course. S1: «gruppeforløb, individuel rådgivning og telefonrådgivning»."""

    GROUP = "group", _("Hold")
    INDIVIDUAL = "individual", _("Individuelt forløb")
    OPEN = "open", _("Kom & Kvit")


class Target(TextChoices):
    """Whom a course is for."""

    ALL = "all", _("Alle")
    PREGNANT = "pregnant", _("Gravide")
    YOUNG = "young", _("Unge 16-25 år")
    WORKPLACE = "workplace", _("Arbejdsplads")
    VULNERABLE = "vulnerable", _("Socialt udsatte")
    ETHNIC = "ethnic", _("Anden etnisk baggrund")
    OTHER = "other", _("Anden målgruppe")


class CourseState(TextChoices):
    """Where a course is. «Running» is no state: it is a meeting that has been."""

    DRAFT = "draft", _("Kladde")
    PUBLISHED = "published", _("Åbent for tilmelding")
    FINISHED = "finished", _("Afsluttet")
    CANCELLED = "cancelled", _("Aflyst")


COURSE_MOVES: Moves = {
    CourseState.DRAFT: frozenset({CourseState.PUBLISHED, CourseState.CANCELLED}),
    CourseState.PUBLISHED: frozenset(
        {CourseState.DRAFT, CourseState.FINISHED, CourseState.CANCELLED}
    ),
    # Late registration is normal: a finished course can be opened again.
    CourseState.FINISHED: frozenset({CourseState.PUBLISHED}),
    CourseState.CANCELLED: frozenset(),
}


class Flag(TextChoices):
    """Where else a course has been created. S1: «Alle rygestophold oprettes på www.rsiden.dk»."""

    RSIDEN = "rsiden", _("Oprettet på rsiden.dk")
    STOPBASE = "stopbase", _("Oprettet i STOPbasen")
    SUNDHED = "sundhed", _("På sundhed.dk")


class MeetingForm(TextChoices):
    """How one meets."""

    IN_PERSON = "in_person", _("Fremmøde")
    PHONE = "phone", _("Telefon")
    VIDEO = "video", _("Video")


class MeetingState(TextChoices):
    """Where a meeting is; moving it is no state, it is another time."""

    PLANNED = "planned", _("Planlagt")
    HELD = "held", _("Holdt")
    CANCELLED = "cancelled", _("Aflyst")


MEETING_MOVES: Moves = {
    MeetingState.PLANNED: frozenset({MeetingState.HELD, MeetingState.CANCELLED}),
    MeetingState.HELD: frozenset({MeetingState.PLANNED}),
    MeetingState.CANCELLED: frozenset({MeetingState.PLANNED}),
}


class StaffRole(TextChoices):
    """What a counsellor is at one meeting."""

    COUNSELLOR = "counsellor", _("Rådgiver")
    SUBSTITUTE = "substitute", _("Vikar")


class EnrolmentState(TextChoices):
    """Where a participant is."""

    WAITING = "waiting", _("På venteliste")
    ENROLLED = "enrolled", _("Tilmeldt")
    WITHDRAWN = "withdrawn", _("Frameldt")
    MOVED = "moved", _("Flyttet til et andet forløb")
    ENDED = "ended", _("Afsluttet")


ENROLMENT_MOVES: Moves = {
    EnrolmentState.WAITING: frozenset(
        {EnrolmentState.ENROLLED, EnrolmentState.WITHDRAWN, EnrolmentState.MOVED}
    ),
    EnrolmentState.ENROLLED: frozenset(
        {
            EnrolmentState.WAITING,
            EnrolmentState.WITHDRAWN,
            EnrolmentState.MOVED,
            EnrolmentState.ENDED,
        }
    ),
    # Back where one was: what was noted by mistake is taken back.
    EnrolmentState.WITHDRAWN: frozenset({EnrolmentState.WAITING, EnrolmentState.ENROLLED}),
    EnrolmentState.MOVED: frozenset(),
    EnrolmentState.ENDED: frozenset({EnrolmentState.ENROLLED}),
}
# Who takes part, or waits to: once on each course.
LIVE = (EnrolmentState.WAITING, EnrolmentState.ENROLLED)


class WithdrawReason(TextChoices):
    """Why somebody left, or never came."""

    ILLNESS = "illness", _("Sygdom")
    TIME = "time", _("Tidspunktet passer ikke")
    NO_WISH = "no_wish", _("Ønsker ikke at fortsætte")
    NO_SHOW = "no_show", _("Kom ikke, og er ikke truffet")
    SMOKE_FREE = "smoke_free", _("Er røgfri og har ikke brug for mere")
    MOVED_AWAY = "moved_away", _("Flyttet fra området")
    CANCELLED = "cancelled", _("Forløbet er aflyst")
    LONG_ABSENT = "long_absent", _("To måneders fravær uden planlagt rygestop")
    DEAD = "dead", _("Død")
    MISTAKE = "mistake", _("Tilmeldt ved en fejl")
    OTHER = "other", _("Anden grund")


class Mark(TextChoices):
    """Attendance at one meeting; without a row: not registered."""

    ATTENDED = "attended", _("Mødt")
    CANCELLED = "cancelled", _("Afbud")
    ABSENT = "absent", _("Udeblevet")


class Item(TextChoices):
    """The checklist of a participant (S1, «Alle deltagere på et rygestopforløb»)."""

    CONTACTED = "contacted", _("Kontaktet før første mødegang")
    SMS = "sms", _("Påmindelse sendt før mødegangen")
    FORM = "form", _("STOPbasens skema udfyldt")
    APP = "app", _("Introduceret til E-kvit")
    DIPLOMA = "diploma", _("Diplom udleveret")
    NO_SHOW_CALLED = "no_show_called", _("Ringet op efter udeblivelse")


# These are ticked once for each meeting, the others once.
PER_MEETING = (Item.SMS, Item.NO_SHOW_CALLED)


class TaskKind(TextChoices):
    """What somebody has to do about a participant or a course."""

    CONTACT_FIRST = "contact_first", _("Kontakt før første mødegang")
    NO_SHOW = "no_show", _("Ring efter udeblivelse")
    MISSING = "missing", _("Oplysninger mangler")
    COUNSELLOR = "counsellor", _("Der skal en rådgiver mere på")
    PLACE = "place", _("Giv plads, eller find et andet forløb")
    MOVE = "move", _("Forløbet er aflyst: ring, og aftal det videre")
    TELL_SEAT = "tell_seat", _("Fortæl, at der er plads på forløbet")
    FINISH = "finish", _("Skriv resultaterne, og afslut forløbet")
    LETTER = "letter", _("Send brev til egen læge")
    LETTER_FAILED = "letter_failed", _("Brevet til egen læge er ikke nået frem")


class TaskResult(TextChoices):
    """How a task ended."""

    DONE = "done", _("Gjort")
    NO_ANSWER = "no_answer", _("Intet svar")
    NOT_NEEDED = "not_needed", _("Ikke længere nødvendigt")


class SmokeFree(TextChoices):
    """Whether a participant smokes at the end. Not known is an answer too: she was asked for."""

    YES = "yes", _("Ja")
    NO = "no", _("Nej")
    UNKNOWN = "unknown", _("Ved ikke")


class DropOut(TextChoices):
    """Why a participant did not stay to the end."""

    ILLNESS = "illness", _("Sygdom")
    TIME = "time", _("Tidspunktet passede ikke")
    NO_WISH = "no_wish", _("Ønskede ikke at fortsætte")
    NOT_REACHED = "not_reached", _("Blev væk, og er ikke truffet")
    SMOKE_FREE = "smoke_free", _("Er røgfri og havde ikke brug for mere")
    MOVED_AWAY = "moved_away", _("Flyttet fra området")
    OTHER_HELP = "other_help", _("Får anden hjælp")
    DEAD = "dead", _("Død")
    OTHER = "other", _("Anden grund")


class FormKind(TextChoices):
    """Which of STOPbasen's forms."""

    BASIS = "basis", _("Basisskema")
    YOUTH = "youth", _("Skema for unge")


class LetterState(TextChoices):
    """Where a letter to a general practitioner is."""

    WAITING = "waiting", _("Venter på at blive sendt")
    WRITTEN = "written", _("Afsendt, kvittering mangler")
    RECEIVED = "received", _("Modtaget af lægens system")
    REFUSED = "refused", _("Afvist af lægens system")
    STOPPED = "stopped", _("Stoppet, før det blev sendt")
    ON_PAPER = "on_paper", _("Sendt på papir")


LETTER_MOVES: Moves = {
    LetterState.WAITING: frozenset({LetterState.WRITTEN, LetterState.STOPPED}),
    # A positive receipt may come after a negative one: it was read in by hand there.
    LetterState.WRITTEN: frozenset({LetterState.RECEIVED, LetterState.REFUSED}),
    LetterState.REFUSED: frozenset({LetterState.RECEIVED}),
    LetterState.RECEIVED: frozenset(),
    LetterState.STOPPED: frozenset(),
    LetterState.ON_PAPER: frozenset(),
}
