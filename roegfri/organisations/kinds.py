"""The kinds of organisation, and how much of an agreement a municipality takes part in."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What sort of organisation a role can be granted for."""

    MUNICIPALITY = "municipality", _("Kommune")
    HOSPITAL = "hospital", _("Hospital")
    DEPARTMENT = "department", _("Hospitalsafdeling")
    PRACTICE = "practice", _("Almen praksis")
    PHARMACY = "pharmacy", _("Apotek")
    QUITLINE = "quitline", _("Stoplinien")
    AGREEMENT = "agreement", _("Aftale")
    OPERATOR = "operator", _("Driftsleverandør")


class Scope(TextChoices):
    """S1: «Tårnby Kommune ønskede dog kun at deltage i samarbejde om unge-indsatsen.»"""

    CESSATION = "cessation", _("Rygestop")
    YOUTH = "youth", _("Unge: Bliv en vinder uden tobak")
