"""Who may do what: one table, read aloud. Which rows they may do it to is said in policies.py."""

from enum import StrEnum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from roegfri.organisations.kinds import Kind


class Role(TextChoices):
    """The roles; each is granted for one organisation, from and until a date."""

    COUNSELLOR = "counsellor", _("Rådgiver")
    COORDINATOR = "coordinator", _("Koordinator")
    PROJECT_LEADER = "project_leader", _("Projektleder")
    FINANCE = "finance", _("Økonomi")
    PHARMACY = "pharmacy", _("Apotek")
    CALLER = "caller", _("Opkalder")
    REFERRER = "referrer", _("Henviser")
    SECURITY = "security", _("Sikkerhedsansvarlig")
    ADMINISTRATOR = "administrator", _("Administrator")


class Right(StrEnum):
    """One thing a screen lets a person do."""

    ORGANISATION_READ = auto()
    REFERRALS_READ = auto()
    REFERRALS_HANDLE = auto()
    REFERRALS_IMPORT = auto()
    AGREEMENTS_READ = auto()
    AGREEMENTS_CHANGE = auto()
    LOG_READ = auto()
    REFERENCE_DATA = auto()
    STAFF_MANAGE = auto()
    CLOSING_DAYS_SET = auto()
    QUITLINE_CALLS = auto()
    REFERRALS_SEND = auto()
    TOKENS_MANAGE = auto()
    PUBLIC_TEXTS = auto()
    COURSES_READ = auto()
    COURSES_RUN = auto()
    COURSES_PLAN = auto()
    COMERS_READ = auto()
    DOCUMENTS_READ = auto()
    DOCUMENTS_KEEP = auto()
    EVERYONE = auto()


_ALL = frozenset({Right.EVERYONE, Right.ORGANISATION_READ})
_CASEWORK = _ALL | {
    Right.REFERRALS_READ,
    Right.REFERRALS_HANDLE,
    Right.REFERRALS_IMPORT,
    Right.COURSES_READ,
    Right.COURSES_RUN,
    Right.DOCUMENTS_READ,
}

GRANTS: dict[str, frozenset[Right]] = {
    Role.COUNSELLOR: _CASEWORK,
    Role.COORDINATOR: _CASEWORK
    | {
        Right.AGREEMENTS_READ,
        Right.STAFF_MANAGE,
        Right.CLOSING_DAYS_SET,
        Right.TOKENS_MANAGE,
        Right.PUBLIC_TEXTS,
        Right.COURSES_PLAN,
        Right.COMERS_READ,
        Right.DOCUMENTS_KEEP,
    },
    Role.PROJECT_LEADER: _ALL
    | {
        Right.AGREEMENTS_READ,
        Right.AGREEMENTS_CHANGE,
        Right.COURSES_READ,
        Right.COMERS_READ,
        Right.DOCUMENTS_READ,
        Right.DOCUMENTS_KEEP,
    },
    Role.FINANCE: _ALL | {Right.AGREEMENTS_READ, Right.DOCUMENTS_READ},
    Role.PHARMACY: _ALL | {Right.REFERRALS_SEND},
    Role.CALLER: _ALL | {Right.QUITLINE_CALLS},
    Role.REFERRER: _ALL | {Right.REFERRALS_SEND},
    Role.SECURITY: _ALL | {Right.LOG_READ},
    Role.ADMINISTRATOR: _ALL | {Right.REFERENCE_DATA, Right.TOKENS_MANAGE},
}

# The roles that a municipality's coordinator gives and ends herself.
STAFF = (Role.COUNSELLOR, Role.COORDINATOR)

# A role is granted for an organisation of one of these kinds, and no other.
BELONGS_TO: dict[str, frozenset[Kind]] = {
    Role.COUNSELLOR: frozenset({Kind.MUNICIPALITY}),
    Role.COORDINATOR: frozenset({Kind.MUNICIPALITY}),
    Role.PROJECT_LEADER: frozenset({Kind.AGREEMENT}),
    Role.FINANCE: frozenset({Kind.MUNICIPALITY}),
    Role.PHARMACY: frozenset({Kind.PHARMACY}),
    Role.CALLER: frozenset({Kind.QUITLINE}),
    Role.REFERRER: frozenset({Kind.DEPARTMENT, Kind.PRACTICE, Kind.MUNICIPALITY}),
    Role.SECURITY: frozenset({Kind.MUNICIPALITY}),
    Role.ADMINISTRATOR: frozenset({Kind.OPERATOR}),
}
