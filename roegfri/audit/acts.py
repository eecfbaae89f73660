"""What the log's acts are called in Danish, for those who read it."""

from django.utils.translation import gettext_lazy as _

from roegfri.refusal import Words

ACTS: dict[str, Words] = {
    "person.read": _("Så oplysninger"),
    "person.searched": _("Søgte efter borger"),
    "screen.refused": _("Afvist: manglende ret"),
    "screen.not_found": _("Afvist: findes ikke eller hører til en anden"),
    "row.added": _("Tilføjede oplysninger"),
    "row.changed": _("Ændrede oplysninger"),
    "row.removed": _("Slettede oplysninger"),
    "citizen.asked_elsewhere": _("Spurgte, om borgeren er kendt et andet sted"),
    "citizen.merged": _("Slog to borgere sammen"),
    "citizen.unmerged": _("Skilte to borgere ad igen"),
    "referral.received": _("Modtog henvisning"),
    "referral.corrected": _("Modtog rettet henvisning"),
    "referral.closed": _("Afsluttede sagen"),
    "referral.reopened": _("Genåbnede sagen"),
    "referral.handed_over": _("Gav sagen til en anden kommune"),
    "referral.given_to_quitline": _("Gav borgeren til Stoplinien"),
    "hand_over.ended": _("Svarede kommunen fra Stoplinien"),
    "message.set_aside": _("Noterede, hvad der er gjort ved en besked"),
    "message.taken_up": _("Lagde en besked tilbage i indbakken"),
    "call.logged": _("Noterede opkald"),
    "call.undone": _("Fortrød et noteret opkald"),
    "call.taken_over": _("Overtog et opkald fra en kollega"),
    "consent.given": _("Noterede samtykke"),
    "consent.withdrawn": _("Noterede, at samtykke er trukket tilbage"),
    "phone.added": _("Tilføjede telefonnummer"),
    "message.taken": _("Læste indkommet besked ind"),
    "message.read": _("Så indkommet besked"),
    "message.kept": _("Gemte indkommet besked"),
    "message.queued": _("Lagde besked til afsendelse"),
    "message.sent": _("Sendte besked"),
    "message.dropped": _("Sendte ikke besked: ikke længere aktuel"),
    "message.expired": _("Sendte ikke besked: for sent"),
    "grant.given": _("Gav rolle"),
    "grant.ended": _("Afsluttede rolle"),
    "grant.kept": _("Fjernede en rolles slutdato"),
    "invitation.sent": _("Sendte invitation"),
    "role.switched": _("Skiftede rolle"),
    "user.created": _("Oprettede bruger"),
    "user.changed": _("Ændrede bruger"),
    "user.deactivated": _("Lukkede bruger"),
    "user.reactivated": _("Åbnede bruger igen"),
    "sign_in.done": _("Loggede ind"),
    "sign_in.failed": _("Mislykket login"),
    "sign_in.too_many_guesses": _("Login spærret: for mange forsøg"),
    "session.ended": _("Loggede ud"),
    "password.changed": _("Skiftede adgangskode"),
    "second_factor.set": _("Tilføjede andet trin ved login"),
    "second_factor.removed": _("Fjernede andet trin ved login"),
    "second_factor.failed": _("Mislykket andet trin ved login"),
    "drafts.forgotten": _("Slettede gamle kladder"),
    "second_factor.reset": _("Nulstillede andet trin ved login"),
    "closing_day.added": _("Tilføjede lukkedag"),
    "closing_day.removed": _("Fjernede lukkedag"),
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
    """In Danish; where the thing has no words of its own, those of what was done to it."""
    return ACTS.get(act) or ACTS.get(f"row.{act.rpartition('.')[2]}", act)
