"""Everything an agreement can say: names, meanings, units, and the sentence each comes from.

The numbers themselves are rows (`Term`, `Rate`) with the day they hold from; data/vilkaar.csv and
data/takster.csv hold the first ones. Here stands only what a name means and how its text is read.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from roegfri.organisations.numbers import municipality_code
from roegfri.refusal import Refusal, Words

# Which document a sentence stands in.
S1 = _("Røgfri på Tværs")
S2 = _("Hensigtserklæringen i Region Midtjylland")
LAW = _("Sundhedsloven")
STOPBASE = _("STOPbasens indikatorer")
PROJECT = _("Fastlagt i projektet")


class Kind(StrEnum):
    """How the text of a term is read."""

    INT = auto()
    BOOL = auto()
    CHOICE = auto()
    MUNICIPALITY = auto()
    TEXT = auto()


class Group(TextChoices):
    """The headings under which terms are shown."""

    CONTACT = "contact", _("Første kontakt")
    TARGET_GROUP = "target_group", _("Målgruppe og samtykke")
    EQUIVALENTS = "equivalents", _("Omregning til cigaretter")
    COURSES = "courses", _("Forløb")
    FOLLOW_UP = "follow_up", _("Opfølgning")
    VOUCHERS = "vouchers", _("Værdikuponer")
    SETTLEMENT = "settlement", _("Afregning")
    REPORTS = "reports", _("Rapporter")
    MEMBERSHIP = "membership", _("Medlemskab")


class DayUnit(TextChoices):
    """What a deadline counts."""

    WORKDAYS = "workdays", _("hverdage")
    CALENDAR_DAYS = "calendar_days", _("kalenderdage")


class FollowUpScope(TextChoices):
    """Whom there is a duty to follow up."""

    COMPLETED = "completed", _("deltagere, der har gennemført")
    EVERYONE = "everyone", _("alle deltagere")


class Anchor(TextChoices):
    """The day from which the follow-up is counted."""

    QUIT_DATE = "quit_date", _("faktisk rygestopdato, ellers planlagt, ellers sidste mødegang")
    COURSE_END = "course_end", _("afslutning af forløbet")


class Caller(TextChoices):
    """Who makes the follow-up call."""

    QUITLINE = "quitline", _("Stoplinien")
    MUNICIPALITY = "municipality", _("kommunens rådgivere")


class Every(TextChoices):
    """How often something is settled."""

    HALF_YEAR = "half_year", _("hvert halve år")
    YEAR = "year", _("en gang om året")


class ReportProfile(TextChoices):
    """What reports may be split by."""

    BY_MUNICIPALITY = "by_municipality", _("resultater pr. kommune")
    NO_SPLIT_BY_SOURCE = "no_split_by_source", _("resultater opdeles ikke efter henviser")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a term means. `unit` is what a number counts; `sentence` stands in `document`.

    `zero` is how a 0 that means "no such demand" is read.
    """

    group: Group
    label: Words
    kind: Kind
    document: Words
    sentence: Words
    unit: Words = ""
    choices: type[TextChoices] | None = None
    zero: Words = ""

    @property
    def source(self) -> str:
        """The sentence and where it stands."""
        return f"«{self.sentence}» ({self.document})" if self.sentence else str(self.document)

    def key(self, text: str) -> str:
        """The text as it is stored. Raises Refusal, saying what would be right."""
        return _READ[self.kind](self, text.strip())

    def words(self, stored: str) -> str:
        """The stored text as a person reads it (a municipality stays its code)."""
        if self.kind is Kind.BOOL:
            return _now("Ja") if stored == YES else _now("Nej")
        if self.choices is not None:
            return str(self.choices(stored).label)
        if self.zero and stored == "0":
            return str(self.zero)
        return f"{stored} {self.unit}".strip()


YES, NO = "ja", "nej"


def _whole_number(_meaning: Meaning, text: str) -> str:
    if not text.isascii() or not text.isdecimal() or len(text) > 4:
        raise Refusal(_now("Skriv et helt tal, for eksempel 2."), field="value")
    return str(int(text))


def _yes_or_no(_meaning: Meaning, text: str) -> str:
    if text.lower() not in {YES, NO}:
        raise Refusal(_now("Skriv ja eller nej."), field="value")
    return text.lower()


def _one_of(meaning: Meaning, text: str) -> str:
    assert meaning.choices is not None  # noqa: S101  (the table is checked by a test)
    for key, label in meaning.choices.choices:
        if text.lower() in {key, str(label).lower()}:
            return str(key)
    allowed = ", ".join(str(label) for label in meaning.choices.labels)
    raise Refusal(_now("Vælg en af disse: %(allowed)s.") % {"allowed": allowed}, field="value")


def _code(_meaning: Meaning, text: str) -> str:
    code = municipality_code(text)
    if len(code) != 3 or not code.isascii() or not code.isdecimal():
        raise Refusal(_now("Skriv en kommunekode på tre cifre, for eksempel 187."), field="value")
    return code


def _some_words(_meaning: Meaning, text: str) -> str:
    if not text or len(text) > 40:
        raise Refusal(_now("Skriv et navn på højst 40 tegn, for eksempel E-kvit."), field="value")
    return text


_READ = {
    Kind.INT: _whole_number,
    Kind.BOOL: _yes_or_no,
    Kind.CHOICE: _one_of,
    Kind.MUNICIPALITY: _code,
    Kind.TEXT: _some_words,
}

_TWO_WORKDAYS = _(
    "Når kommunen modtager henvisningen, vil en rygestoprådgiver tage telefonisk kontakt til "
    "borgeren. Dette sker inden for to hverdage."
)
_COMPLETED = _(
    "Alle deltagere, der har gennemført et forløb (deltaget i 3 eller flere mødegange) kontaktes "
    "6 mdr. efter rygestop. Denne opgave varetages af Stoplinien"
)
_VOUCHERS = _(
    "Hver deltager kan modtage op til 4 værdikuponer med en købsværdi på 225 kr. pr. kupon en gang "
    "på et år."
)
_BILL = _(
    "Apotekerne sender regning til Vallensbæk Kommune, som betaler og efterfølgende (en gang "
    "årligt) opkræver kommunerne deres respektive forbrug."
)
_NEUTRAL = _(
    "Der udarbejdes en halvårlig opgørelse, som sikrer mellemkommunal udgiftsneutralitet. Der "
    "beregnes 1230 kr. kr. pr. deltager. Dette svarer til udgiften for afholdelse af et "
    "gruppebaseret rygestophold"
)
# Ten of each: one alone would not always be a whole number of cigarettes.
_EQUIVALENTS: Mapping[str, Words] = {
    "pipe": _("10 pibestop svarer til"),
    "cigars": _("10 cigarer eller cerutter svarer til"),
    "snus": _("10 portioner snus svarer til"),
    "e_cigarette": _("10 ml væske til e-cigaret svarer til"),
    "pouches": _("10 nikotinposer svarer til"),
}
_FEES = _("Kommunerne betaler årligt følgende beløb for at være med i den fælles indsats")

TERMS: Mapping[str, Meaning] = {
    "contact_deadline_count": Meaning(
        Group.CONTACT, _("Frist for første opkald"), Kind.INT, S1, _TWO_WORKDAYS, unit=_("dage")
    ),
    "contact_deadline_unit": Meaning(
        Group.CONTACT,
        _("Fristen tælles i"),
        Kind.CHOICE,
        S2,
        _(
            "Kommunerne skal herefter følge op med en telefonsamtale senest syv dage efter "
            "henvisningen er modtaget."
        ),
        choices=DayUnit,
    ),
    "saturday_counts": Meaning(
        Group.CONTACT, _("Lørdag tæller som hverdag"), Kind.BOOL, PROJECT, ""
    ),
    "attempts_before_not_reached": Meaning(
        Group.CONTACT,
        _("«Ikke truffet» kan vælges efter"),
        Kind.INT,
        PROJECT,
        "",
        unit=_("forsøg på hver sin dag"),
        zero=_("Intet krav"),
    ),
    "minimum_age": Meaning(
        Group.TARGET_GROUP,
        _("Mindstealder på henvisningsdagen"),
        Kind.INT,
        S2,
        _("Alle unge og voksne fra 14 år og opefter i Region Midtjylland"),
        unit=_("år"),
        zero=_("Ingen nedre grænse"),
    ),
    "guardian_age": Meaning(
        Group.TARGET_GROUP,
        _("Forældre ringes op først, når borgeren er under"),
        Kind.INT,
        S2,
        _(
            "I forbindelse med henvisning af unge på 14 år, skal der indhentes samtykke fra "
            "forældrene forud for at der sendes henvisning."
        ),
        unit=_("år"),
    ),
    "own_consent_age": Meaning(
        Group.TARGET_GROUP,
        _("Borgeren giver selv samtykke fra"),
        Kind.INT,
        LAW,
        _("En patient, der er fyldt 15 år, kan selv give informeret samtykke til behandling."),
        unit=_("år"),
    ),
    "target_age": Meaning(
        Group.TARGET_GROUP,
        _("Alder, som måltallene regnes for"),
        Kind.INT,
        S1,
        _("borgere over 16 år, der ryger"),
        unit=_("år"),
    ),
    "heavy_smoker_from": Meaning(
        Group.TARGET_GROUP,
        _("Storryger fra"),
        Kind.INT,
        S1,
        _(
            "storrygere, dvs. mennesker, som ryger 15 eller flere cigaretter eller tilsvarende "
            "tobaksprodukter dagligt"
        ),
        unit=_("cigaretter om dagen"),
    ),
    **{
        f"equivalent_{product}": Meaning(
            Group.EQUIVALENTS,
            label,
            Kind.INT,
            PROJECT,
            "",
            unit=_("cigaretter"),
            zero=_("Regnes ikke med"),
        )
        for product, label in _EQUIVALENTS.items()
    },
    "group_minimum_meetings": Meaning(
        Group.COURSES,
        _("Mindste antal mødegange på et hold"),
        Kind.INT,
        S1,
        _("De gruppebaserede rygestoptilbud indeholder minimum 6 mødegange"),
        unit=_("mødegange"),
        zero=_("Intet krav"),
    ),
    "two_counsellors_from": Meaning(
        Group.COURSES,
        _("To rådgivere fra"),
        Kind.INT,
        S1,
        _("Hold med flere end 12 deltagere varetages af to rådgivere"),
        unit=_("aktive deltagere"),
    ),
    "completed_from_meetings": Meaning(
        Group.COURSES, _("Gennemført fra"), Kind.INT, S1, _COMPLETED, unit=_("mødegange")
    ),
    "stopbase_completed_percent": Meaning(
        Group.COURSES,
        _("Gennemført i STOPbasen fra"),
        Kind.INT,
        STOPBASE,
        "",
        unit=_("procent af mødegangene"),
    ),
    "stopbase_completed_open_meetings": Meaning(
        Group.COURSES,
        _("Gennemført i STOPbasen på Kom & Kvit fra"),
        Kind.INT,
        STOPBASE,
        "",
        unit=_("mødegange"),
    ),
    "finish_course_days": Meaning(
        Group.COURSES,
        _("Forløb afsluttes efter sidste mødegang inden for"),
        Kind.INT,
        PROJECT,
        "",
        unit=_("dage"),
    ),
    "contact_first_workdays": Meaning(
        Group.COURSES,
        _("Deltagere, der ikke er talt med, kommer på «I dag»"),
        Kind.INT,
        S1,
        _("Kontaktes af rygestoprådgiver før første mødegang"),
        unit=_("hverdage før første mødegang"),
    ),
    "no_show_call_days": Meaning(
        Group.COURSES,
        _("Ring efter udeblivelse fra sidste mødegang inden for"),
        Kind.INT,
        S1,
        _(
            "Deltagere der ikke møder op, og som ikke har meldt afbud kontaktes telefonisk inden "
            "næste mødegang"
        ),
        unit=_("dage"),
    ),
    "open_ends_after_months": Meaning(
        Group.COURSES,
        _("Kom & Kvit slutter uden planlagt rygestop efter fravær i"),
        Kind.INT,
        PROJECT,
        "",
        unit=_("måneder"),
    ),
    "letter_answer_days": Meaning(
        Group.COURSES,
        _("Lægens system skal kvittere for brevet til egen læge inden for"),
        Kind.INT,
        PROJECT,
        "",
        unit=_("dage"),
    ),
    "quit_app_name": Meaning(
        Group.COURSES,
        _("Deltagere introduceres til"),
        Kind.TEXT,
        S1,
        _("Introduceres til rygestopapplikationen E-kvit"),
    ),
    "stopbase_unit": Meaning(
        Group.COURSES,
        _("Fælles enhedsnummer i STOPbasen"),
        Kind.TEXT,
        S1,
        _(
            "Alle rygestophold oprettes på www.rsiden.dk, og alle deltagere registreres i "
            "Rygestopbasen under det fælles enhedsnummer 616."
        ),
    ),
    "follow_up_scope": Meaning(
        Group.FOLLOW_UP,
        _("Opfølgning skal ske for"),
        Kind.CHOICE,
        S1,
        _COMPLETED,
        choices=FollowUpScope,
    ),
    "follow_up_months": Meaning(
        Group.FOLLOW_UP, _("Opfølgning efter"), Kind.INT, S1, _COMPLETED, unit=_("måneder")
    ),
    "follow_up_anchor": Meaning(
        Group.FOLLOW_UP,
        _("Opfølgning regnes fra"),
        Kind.CHOICE,
        S2,
        _("Kommunens rygestoprådgivere foretager opfølgning ½ år efter afslutning af forløb."),
        choices=Anchor,
    ),
    "follow_up_caller": Meaning(
        Group.FOLLOW_UP,
        _("Der ringes af"),
        Kind.CHOICE,
        S1,
        _("Alle deltagere vil blive ringet op 6 mdr. efter rygestop af Stoplinien."),
        choices=Caller,
    ),
    "vouchers": Meaning(
        Group.VOUCHERS,
        _("Der udleveres værdikuponer"),
        Kind.BOOL,
        S1,
        _("Tilskuddet udleveres som værdikuponer, der kan indløses på apoteket."),
    ),
    "voucher_count": Meaning(
        Group.VOUCHERS, _("Højst"), Kind.INT, S1, _VOUCHERS, unit=_("kuponer pr. borger")
    ),
    "voucher_period_months": Meaning(
        Group.VOUCHERS, _("Inden for"), Kind.INT, S1, _VOUCHERS, unit=_("måneder fra første kupon")
    ),
    "voucher_payer": Meaning(
        Group.VOUCHERS, _("Apotekerne sender regningen til"), Kind.MUNICIPALITY, S1, _BILL
    ),
    "voucher_recharge": Meaning(
        Group.VOUCHERS, _("Kommunernes forbrug opkræves"), Kind.CHOICE, S1, _BILL, choices=Every
    ),
    "participant_settlement": Meaning(
        Group.SETTLEMENT,
        _("Deltagere fra andre kommuner afregnes"),
        Kind.BOOL,
        S1,
        _NEUTRAL,
    ),
    "participant_settlement_every": Meaning(
        Group.SETTLEMENT, _("Deltagere afregnes"), Kind.CHOICE, S1, _NEUTRAL, choices=Every
    ),
    "individual_courses_excluded": Meaning(
        Group.SETTLEMENT,
        _("Individuelle forløb holdes uden for afregningen"),
        Kind.BOOL,
        S1,
        _NEUTRAL,
    ),
    "membership_fees": Meaning(
        Group.SETTLEMENT, _("Kommunerne betaler et årligt bidrag"), Kind.BOOL, S1, _FEES
    ),
    "fee_payee": Meaning(Group.SETTLEMENT, _("Bidrag betales til"), Kind.MUNICIPALITY, PROJECT, ""),
    "report_profile": Meaning(
        Group.REPORTS,
        _("Resultater må opdeles sådan"),
        Kind.CHOICE,
        S2,
        _(
            "Der vil i monitoreringen af de øvrige parametre ikke blive skelnet mellem hvorvidt "
            "borgerne er henvist fra almen praksis, hospital eller selv har henvendt sig."
        ),
        choices=ReportProfile,
    ),
    "notice_months": Meaning(
        Group.MEMBERSHIP,
        _("Opsigelse til den 1. i en måned med"),
        Kind.INT,
        S2,
        _("Den kan af de respektive parter opsiges med 3 måneders varsel til den 1. i en måned."),
        unit=_("måneders varsel"),
    ),
}


@dataclass(frozen=True, slots=True)
class RateMeaning:
    """What an amount is for; `per_municipality`: each municipality has its own."""

    label: Words
    unit: Words
    document: Words
    sentence: Words
    per_municipality: bool = False

    @property
    def source(self) -> str:
        """The sentence and where it stands."""
        return f"«{self.sentence}» ({self.document})"


RATES: Mapping[str, RateMeaning] = {
    "participant": RateMeaning(
        _("Deltager på en anden kommunes hold"), _("pr. deltager pr. forløb"), S1, _NEUTRAL
    ),
    "voucher": RateMeaning(_("Værdikupon, højst"), _("pr. kupon"), S1, _VOUCHERS),
    "membership_fee": RateMeaning(
        _("Årligt bidrag"), _("pr. år"), S1, _FEES, per_municipality=True
    ),
}


class MissingTerm(Refusal):
    """The agreement says nothing of this on that day: a person must add it, nothing is guessed."""

    def __init__(self, agreement: str, label: Words, on: dt.date) -> None:
        super().__init__(
            _now(
                "Aftalen «%(agreement)s» siger intet om «%(label)s» den %(day)s. "
                "Bed projektlederen om at tilføje vilkåret under Aftaler."
            )
            % {"agreement": agreement, "label": label, "day": f"{on:%d.%m.%Y}"}
        )


@dataclass(frozen=True, slots=True)
class ContactTerms:
    """How soon a referred citizen is called; and after how many attempts, each on a day of its
    own, she may be called "not reached" (0: at once)."""

    unit: DayUnit
    count: int
    saturday_counts: bool
    attempts_before_not_reached: int


@dataclass(frozen=True, slots=True)
class TargetGroupTerms:
    """Ages in whole years, on the day of the referral; 0 is no lower limit."""

    minimum_age: int
    guardian_age: int
    own_consent_age: int


@dataclass(frozen=True, slots=True)
class SmokingTerms:
    """Who is a heavy smoker, and what other products count as.

    `heavy_smoker_from`: cigarettes a day. `equivalents`: by product ("pipe", "cigars", "snus",
    "e_cigarette", "pouches"), how many cigarettes *ten* count as: ten pipe fills, cigars, portions
    of snus, millilitres of e-liquid, pouches. Cigarettes are what is counted in, and stand not in
    it. A proposal, which the counsellor confirms.
    """

    heavy_smoker_from: int
    equivalents: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CourseTerms:
    """What a course must have: meetings of a group, participants that take two counsellors."""

    group_minimum_meetings: int
    two_counsellors_from: int
    completed_from_meetings: int


@dataclass(frozen=True, slots=True)
class FollowUpTerms:
    """Who is called how many months after what, and by whom."""

    scope: FollowUpScope
    months: int
    anchor: Anchor
    caller: Caller


@dataclass(frozen=True, slots=True)
class VoucherTerms:
    """How many vouchers within how many months; `payer` is a municipality code."""

    count: int
    period_months: int
    heavy_smoker_from: int
    payer: str
    recharge: Every


@dataclass(frozen=True, slots=True)
class SettlementTerms:
    """How participants on other municipalities' courses are settled."""

    every: Every
    individual_courses_excluded: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """All that an agreement says on one day: the texts by name, and what they mean together.

    Every property raises MissingTerm when a part of it is not said.
    """

    agreement: str
    on: dt.date
    texts: Mapping[str, str]

    def text(self, name: str) -> str:
        """As stored. Raises MissingTerm."""
        if name not in self.texts:
            raise MissingTerm(self.agreement, TERMS[name].label, self.on)
        return self.texts[name]

    def number(self, name: str) -> int:
        """Of an INT."""
        return int(self.text(name))

    def yes(self, name: str) -> bool:
        """Of a BOOL."""
        return self.text(name) == YES

    @property
    def contact(self) -> ContactTerms:
        """How soon to call."""
        return ContactTerms(
            DayUnit(self.text("contact_deadline_unit")),
            self.number("contact_deadline_count"),
            self.yes("saturday_counts"),
            self.number("attempts_before_not_reached"),
        )

    @property
    def target_group(self) -> TargetGroupTerms:
        """Whom it is for, by age."""
        return TargetGroupTerms(
            self.number("minimum_age"),
            self.number("guardian_age"),
            self.number("own_consent_age"),
        )

    @property
    def smoking(self) -> SmokingTerms:
        """What is much, in cigarettes."""
        return SmokingTerms(
            self.number("heavy_smoker_from"),
            {product: self.number(f"equivalent_{product}") for product in _EQUIVALENTS},
        )

    @property
    def courses(self) -> CourseTerms:
        """What a course must have."""
        return CourseTerms(
            self.number("group_minimum_meetings"),
            self.number("two_counsellors_from"),
            self.number("completed_from_meetings"),
        )

    @property
    def follow_up(self) -> FollowUpTerms:
        """The call half a year later."""
        return FollowUpTerms(
            FollowUpScope(self.text("follow_up_scope")),
            self.number("follow_up_months"),
            Anchor(self.text("follow_up_anchor")),
            Caller(self.text("follow_up_caller")),
        )

    @property
    def vouchers(self) -> VoucherTerms | None:
        """None where the agreement hands out none."""
        if not self.yes("vouchers"):
            return None
        return VoucherTerms(
            self.number("voucher_count"),
            self.number("voucher_period_months"),
            self.number("heavy_smoker_from"),
            self.text("voucher_payer"),
            Every(self.text("voucher_recharge")),
        )

    @property
    def settlement(self) -> SettlementTerms | None:
        """None where participants are not settled."""
        if not self.yes("participant_settlement"):
            return None
        return SettlementTerms(
            Every(self.text("participant_settlement_every")),
            self.yes("individual_courses_excluded"),
        )

    @property
    def report_profile(self) -> ReportProfile:
        """What reports may be split by."""
        return ReportProfile(self.text("report_profile"))
