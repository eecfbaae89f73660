"""What the log's acts are called in Danish, for those who read it."""

from django.utils.translation import gettext_lazy as _

from roegfri.refusal import Words

ACTS: dict[str, Words] = {
    "person.read": _("Så oplysninger"),
    "screen.refused": _("Afvist: manglende ret"),
    "screen.not_found": _("Afvist: findes ikke eller hører til en anden"),
    "row.added": _("Tilføjede oplysninger"),
    "row.changed": _("Ændrede oplysninger"),
    "row.removed": _("Slettede oplysninger"),
    "referral.received": _("Modtog henvisning"),
    "referral.corrected": _("Modtog rettet henvisning"),
    "referral.closed": _("Afsluttede sagen"),
    "call.logged": _("Noterede opkald"),
    "consent.given": _("Noterede samtykke"),
    "consent.withdrawn": _("Noterede, at samtykke er trukket tilbage"),
    "phone.added": _("Tilføjede telefonnummer"),
    "message.taken": _("Læste indkommet besked ind"),
    "message.kept": _("Gemte indkommet besked"),
    "message.queued": _("Lagde besked til afsendelse"),
    "message.sent": _("Sendte besked"),
    "grant.given": _("Gav rolle"),
    "grant.ended": _("Afsluttede rolle"),
    "role.switched": _("Skiftede rolle"),
    "user.created": _("Oprettede bruger"),
    "user.changed": _("Ændrede bruger"),
    "user.deactivated": _("Lukkede bruger"),
    "second_factor.reset": _("Nulstillede andet trin ved login"),
    "term.added": _("Tilføjede vilkår"),
    "rate.added": _("Tilføjede takst"),
    "log.reviewed": _("Gennemgik loggens stikprøve"),
    "log.handed_out": _("Lavede liste over opslag til borgeren"),
    "log.values_erased": _("Slettede gemte værdier i loggen"),
}

# Why an opening is asked about (queries.odd_openings).
ODD: dict[str, Words] = {
    "outside": _("Uden for egne sager"),
    "many": _("Mange på kort tid"),
    "hours": _("Aften, nat eller fridag"),
    "refused": _("Afvist forsøg"),
}


def words(act: str) -> Words:
    """In Danish; the act itself where it has no words yet."""
    return ACTS.get(act, act)
