"""The words by which a text is understood: one table for each question."""

import re
from collections.abc import Iterable

from referrals.states import Source


def _any(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


# Who sends, by the words of her own signature and mail address; the first that fits.
SENDERS: tuple[tuple[re.Pattern[str], Source], ...] = (
    (_any((r"apotek", r"\bfarmaceut", r"\bfarmakonom")), Source.PHARMACY),
    (_any((r"stoplinien",)), Source.QUITLINE),
    (
        _any(
            (
                r"\blægehus",
                r"\blægerne\b",
                r"\blægeklinik",
                r"\blægepraksis",
                r"\blægecent",
                r"\blægefælles",
                r"almen praksis",
                r"praktiserende læge",
                r"\bydern(?:ummer|r\b)",
                r"\bkonsultationssygeplejerske",
            )
        ),
        Source.PRACTICE,
    ),
    (
        _any(
            (
                r"hospital",
                r"sygehus",
                r"@(?:regionh|rm|rsyd|rn|regionsjaelland)\.dk",
                r"\bregion (?:hovedstaden|sjælland|syddanmark|midtjylland|nordjylland)",
                r"\brigshospitalet\b",
            )
        ),
        Source.HOSPITAL,
    ),
    (
        _any(
            (
                r"\bkommune\b",
                r"\bjobcent",
                r"sundhedscent",
                r"hjemmesygepleje",
                r"hjemmepleje",
                r"sundhedspleje",
                r"\bborgerservice",
                r"@\w{2,30}\.kommune\.dk",
            )
        ),
        Source.MUNICIPALITY,
    ),
    (
        _any((r"afdeling", r"\bafd\.", r"ambulatori", r"\bafsnit", r"modtagelsen\b", r"\bklinik")),
        Source.HOSPITAL,
    ),
)
# Names of workplaces, as they stand on a line of their own.
WORKPLACE = _any(
    (
        r"apotek",
        r"lægehus",
        r"\blægerne\b",
        r"\blægeklinik",
        r"\blægepraksis",
        r"\blægecent",
        r"hospital",
        r"sygehus",
        r"afdeling",
        r"\bafd\.",
        r"ambulatori",
        r"\bafsnit",
        r"\bkommune\b",
        r"jobcent",
        r"sundhedscent",
        r"hjemmesygepleje",
        r"hjemmepleje",
        r"sundhedspleje",
        r"\bklinik",
        r"modtagelse",
        r"stoplinien",
        r"\bregion\b",
    )
)
# She writes for herself.
_WANTS = r"\bjeg (?:vil|ville|kunne|ønsker|har brug|har lyst|overvejer|søger)\b"
_TO_STOP = r"(?:stoppe|holde op|ryge|røg|kvit|tilmeld|hjælp|være med)"
HERSELF = _any(
    (
        rf"{_WANTS}[^.!?\n]{{0,80}}{_TO_STOP}",
        r"\bjeg (?:ryger|har røget|er ryger)\b",
        r"\btilmelde? mig\b",
        r"\bhjælpe mig\b[^.!?\n]{0,60}(?:ryg|røg)",
    )
)
WEBSITE = _any(
    (r"(?:via|fra|på) (?:jeres |kommunens )?(?:hjemmeside|webformular|kontaktformular)",)
)
CORRESPONDENCE = _any((r"\bkorrespondance(?:meddelelse|brev)?\b",))

# Before a number: whose it is.
FAX = _any((r"\bfax",))
OF_SENDER = _any(
    (
        r"\bvores\b",
        r"\bos\b",
        r"\bdirekte\b",
        r"hovednummer",
        r"omstilling",
        r"sekretær",
        r"afdelingen",
        r"\bafd\.",
        r"ambulatori",
        r"lægehus",
        r"klinikken",
        r"apoteket",
        r"kommunen",
        r"undertegnede",
        r"spørgsmål",
        r"vagttelefon",
        r"\blægens\b",
    )
)
OF_WRITER = _any((r"\bmig\b", r"\bmit\b", r"\bmin\b", r"\bjeg\b"))
OF_CITIZEN = _any((r"patient", r"borger", r"\bpt\b", r"\bhendes\b", r"\bhans\b", r"\btræffes\b"))
OF_RELATIVE = _any(
    (
        r"\bpårørende",
        r"\bdatter",
        r"\bsøn(?:nen)?\b",
        r"ægtefælle",
        r"\bhustru",
        r"\bkone\b",
        r"\bmand\b",
        r"\bkæreste",
        r"kontaktperson",
    )
)
OF_PARENT = _any(
    (r"\bmor\b", r"\bmoderen\b", r"\bfar\b", r"\bfaderen\b", r"forælder", r"forældre", r"\bværge")
)
LABEL = _any(
    (
        r"\btlf",
        r"\btelefon",
        r"\bmobil",
        r"\bmob\b",
        r"nummer",
        r"\bring(?:es)?\b",
        r"\bkontaktes\b",
    )
)
NOTES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), note)
    for pattern, note in (
        (r"arbejde", "arbejde"),
        (r"fastnet|hjemme", "fastnet"),
        (r"\bmob", "mobil"),
        (r"\bdatter", "datter"),
        (r"\bsøn", "søn"),
        (r"ægtefælle|hustru|\bkone\b|\bmand\b", "ægtefælle"),
        (r"pårørende|kontaktperson", "pårørende"),
    )
)

LANGUAGES = (
    "albansk", "amharisk", "arabisk", "bosnisk", "bulgarsk", "dari", "engelsk", "estisk", "farsi",
    "finsk", "fransk", "færøsk", "græsk", "grønlandsk", "hindi", "islandsk", "italiensk",
    "kinesisk", "kroatisk", "kurdisk", "kurmanji", "lettisk", "litauisk", "makedonsk", "nepalesisk",
    "norsk", "pashto", "persisk", "polsk", "portugisisk", "punjabi", "rumænsk", "russisk",
    "serbisk", "serbokroatisk", "somali", "somalisk", "sorani", "spansk", "svensk", "tagalog",
    "tamil", "tamilsk", "thai", "tigrinya", "tjekkisk", "tyrkisk", "tysk", "ukrainsk", "ungarsk",
    "urdu", "vietnamesisk",
)  # fmt: skip

# Words that are written with a capital and are nobody's name.
NO_NAMES = frozenset(
    {
        "adresse",
        "akut",
        "angående",
        "att",
        "bedste",
        "borger",
        "borgeren",
        "cpr",
        "cpr-nr",
        "cpr-nummer",
        "cprnr",
        "dato",
        "de",
        "den",
        "der",
        "det",
        "dg",
        "diagnose",
        "dr",
        "du",
        "efternavn",
        "emne",
        "fornavn",
        "fornavne",
        "fortroligt",
        "fra",
        "fredag",
        "frk",
        "fru",
        "fødselsdag",
        "fødselsdato",
        "født",
        "ham",
        "han",
        "hej",
        "hendes",
        "henviser",
        "henvises",
        "henvisning",
        "henvist",
        "hilsen",
        "hr",
        "hun",
        "i",
        "indlagt",
        "information",
        "jeg",
        "journal",
        "kontakt",
        "korrespondance",
        "kære",
        "køn",
        "lørdag",
        "mandag",
        "med",
        "meddelelse",
        "mobil",
        "mvh",
        "navn",
        "obs",
        "onsdag",
        "os",
        "overlæge",
        "patient",
        "patienten",
        "patientens",
        "personnummer",
        "pt",
        "pt's",
        "ryger",
        "rygestop",
        "rygestopkursus",
        "se",
        "svar",
        "sygeplejerske",
        "søndag",
        "tak",
        "telefon",
        "til",
        "tirsdag",
        "tlf",
        "tolk",
        "torsdag",
        "undertegnede",
        "vedr",
        "vedrørende",
        "venlig",
        "vh",
        "vi",
        "vores",
    }
)
PARTICLES = frozenset(
    ("af", "al", "de", "del", "den", "der", "di", "du", "el", "la", "ten", "ter", "van", "von")
)
