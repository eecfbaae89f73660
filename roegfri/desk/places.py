"""What the log's screens are called, for those who read it: the menu's own words."""

from django.utils.translation import gettext_lazy as _

from roegfri.refusal import Words

SCREENS: dict[str, Words] = {
    "desk:today": _("I dag"),
    "desk:note": _("I dag"),
    "desk:logged": _("I dag"),
    "desk:assign": _("Sag"),
    "desk:assign_many": _("Henvisninger"),
    "desk:call": _("Opkald"),
    "desk:new_phone": _("Opkald"),
    "desk:file": _("Sag"),
    "desk:consent": _("Sag"),
    "desk:reveal": _("Sag"),
    "desk:citizen": _("Ret oplysninger"),
    "desk:new_number_to_call": _("Ret oplysninger"),
    "desk:phone": _("Ret oplysninger"),
    "desk:remove_phone": _("Ret oplysninger"),
    "desk:new_civil_number": _("Ret oplysninger"),
    "desk:remove_number": _("Ret oplysninger"),
    "desk:move": _("Ret oplysninger"),
    "desk:remove_home": _("Ret oplysninger"),
    "desk:print": _("Udskrift af sag"),
    "desk:insight": _("Indsigt til borger"),
    "desk:withdraw": _("Sag"),
    "desk:close": _("Sag"),
    "desk:reopen": _("Sag"),
    "desk:give_on": _("Sag"),
    "desk:to_quitline": _("Sag"),
    "desk:quitline": _("Opkald for kommunerne"),
    "desk:quitline_answer": _("Opkald for kommunerne"),
    "desk:search": _("Søg"),
    "desk:log_person": _("Indsigt til borger"),
    "desk:merge": _("Slå sammen med en dublet"),
    "desk:unmerge": _("Slå sammen med en dublet"),
    "referrals:list": _("Henvisninger"),
    "referrals:new": _("Ny henvisning"),
    "referrals:paste": _("Ny henvisning"),
    "referrals:duplicates": _("Ny henvisning"),
    "referrals:upload": _("Indlæs henvisning"),
    "referrals:inbox": _("Indbakke"),
    "referrals:message": _("Indbakke"),
    "referrals:message_file": _("Indbakke"),
}


def words(subject: str) -> Words:
    """A screen in words; any other subject of an event as it stands."""
    return SCREENS.get(subject, subject)
