"""What is corrected about a citizen: who she is, her numbers, where she lives."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from referrals.forms.fields import BirthDateField, CivilNumberField, OneLine, PhoneField
from referrals.models import Citizen
from referrals.models.parts import parts_of
from referrals.states import Sex
from roegfri.organisations import lookup
from roegfri.organisations.models import Municipality
from roegfri.persons import phone
from roegfri.ui.differences import Part, Parts, opened_parts, sealed_parts, settled

_LANGUAGES = (
    "Dansk", "Arabisk", "Bosnisk/kroatisk/serbisk", "Dari", "Engelsk", "Farsi", "Grønlandsk",
    "Kurdisk", "Pashto", "Polsk", "Rumænsk", "Somali", "Tigrinya", "Tyrkisk", "Ukrainsk", "Urdu",
    "Vietnamesisk",
)  # fmt: skip


class Suggested(forms.TextInput):
    """A line with suggestions below it, which need not be taken."""

    template_name = "ui/suggested.html"

    def __init__(self, suggestions: Iterable[str] = ()) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.suggestions = list(suggestions)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """With the list and its id."""
        found = super().get_context(name, value, attrs)
        found["widget"]["list"] = f"{found['widget']['attrs'].get('id', name)}-list"
        found["suggestions"] = self.suggestions
        return found


class DayField(forms.DateField):
    """A date as a browser sends it, or as Danes write it."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(
            input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y", "%d%m%Y"], **given
        )


class EditCitizen(forms.Form):
    """The citizen's own data. `seen` is what the form showed when it was opened."""

    given_names = OneLine(label=_("Fornavne"), max_length=120)
    surname = OneLine(label=_("Efternavn"), max_length=120)
    birth_date = BirthDateField(label=_("Fødselsdato"), required=False)
    sex = forms.ChoiceField(
        label=_("Køn"), choices=[("", _("Ikke oplyst")), *Sex.choices], required=False
    )
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    address = OneLine(label=_("Vej og nummer"), max_length=200)
    postcode = OneLine(label=_("Postnummer"), max_length=10)
    town = OneLine(label=_("By"), max_length=60)
    address_protected = forms.BooleanField(label=_("Beskyttet adresse"), required=False)
    language = OneLine(label=_("Sprog"), max_length=40, widget=Suggested(_LANGUAGES))
    interpreter = forms.BooleanField(label=_("Der skal tolk med"), required=False)
    practice = OneLine(
        label=_("Egen læge"),
        max_length=160,
        help_text=_("Vælg fra listen, skriv et ydernummer, eller skriv navnet."),
    )
    guardian_name = OneLine(label=_("Forælders eller værges navn"), max_length=120)
    guardian_phone = PhoneField(label=_("Forælders eller værges telefon"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=20_000)
    shown = forms.CharField(widget=forms.HiddenInput, max_length=20_000, required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        citizen: Citizen,
        practices: Sequence[str] = (),
        proposed_sex: str = "",
    ) -> None:
        super().__init__(data, files, initial=_initial(citizen))
        self.citizen = citizen
        practice: Any = self.fields["practice"]
        practice.widget = Suggested(practices)
        if proposed_sex and not citizen.sex:
            self.fields["sex"].help_text = _now("CPR-nummeret tyder på: %(sex)s.") % {
                "sex": Sex(proposed_sex).label
            }
        if citizen.address_protected:
            for name in ("address", "postcode", "town"):
                self.fields[name].help_text = _now("Vises ikke. Tomt: den bliver, som den er.")

    def clean_seen(self) -> dict[str, Part]:
        """What the form showed; a form that was made elsewhere has to be opened again."""
        seen = opened_parts(self.cleaned_data["seen"], about=self.citizen.pk)
        if seen is None or seen.keys() != parts_of(self.citizen).keys():
            raise forms.ValidationError(_now("Siden er for gammel. Åbn «Ret oplysninger» igen."))
        return seen

    def clean(self) -> dict[str, Any]:
        """The arguments of change_citizen; the choices between two who wrote are made already."""
        given = super().clean() or {}
        if self.errors:
            return given
        seen, mine = given["seen"], self._parts(given)
        if shown := opened_parts(given["shown"], about=self.citizen.pk):
            seen, mine = settled(seen, shown, {**seen, **mine}, self.data)
        return {"changes": mine, "version": given["version"], "seen": seen}

    def _parts(self, given: Mapping[str, Any]) -> dict[str, Part]:
        guardian: phone.Phone | None = given["guardian_phone"]
        known = lookup.practice(given["practice"])
        born: dt.date | None = given["birth_date"]
        parts: dict[str, Part] = {
            **{name: (given[name],) for name in _PLAIN},
            "birth_date": (born.isoformat() if born else None,),
            "address": (given["address"], given["postcode"], given["town"]),
            "guardian_phone": (guardian.e164 if guardian else "",),
            "practice": (str(known.pk), "") if known else (None, given["practice"]),
        }
        if self.citizen.address_protected and not any(parts["address"]):
            del parts["address"]
        return parts


_PLAIN = (
    "given_names",
    "surname",
    "sex",
    "email",
    "address_protected",
    "language",
    "interpreter",
    "guardian_name",
)


def _initial(citizen: Citizen) -> dict[str, Any]:
    """As the citizen stands now; a protected address is not in the page."""
    shown = {name: getattr(citizen, name) for name in (*_PLAIN, "birth_date", "version")}
    if not citizen.address_protected:
        shown |= {name: getattr(citizen, name) for name in ("address", "postcode", "town")}
    return shown | {
        "practice": practice_words(citizen),
        "guardian_phone": phone.display(citizen.guardian_phone) if citizen.guardian_phone else "",
        "seen": sealed_parts(parts_of(citizen), about=citizen.pk),
    }


def practice_words(citizen: Citizen) -> str:
    """The citizen's own doctor, as she is shown and typed."""
    if citizen.practice is None:
        return citizen.practice_name
    number = getattr(getattr(citizen.practice, "as_practice", None), "provider_number", "")
    return f"{citizen.practice.name} ({number})" if number else citizen.practice.name


def sealed_now(parts: Parts, citizen: Citizen) -> str:
    """For the page of differences: what it shows as another's."""
    return sealed_parts(parts, about=citizen.pk)


class NewNumber(forms.Form):
    """A CPR or substitute number, which counts from now on."""

    number = CivilNumberField(
        label=_("Nyt CPR- eller erstatningsnummer"),
        help_text=_("Det gælder fra nu af. De tidligere bliver stående."),
    )


class Move(forms.Form):
    """Where the citizen lives, from a day on."""

    municipality = forms.ModelChoiceField(
        label=_("Bopælskommune"), queryset=Municipality.objects.order_by("name"), empty_label=""
    )
    from_on = DayField(label=_("Fra"))


class Reveal(forms.Form):
    """What is masked otherwise, and may be shown once."""

    what = forms.ChoiceField(choices=[("number", ""), ("address", "")])


class PrintFile(forms.Form):
    """What a printed file shows beside what is always there."""

    number = forms.BooleanField(label=_("Hele CPR-nummeret"), required=False)
    address = forms.BooleanField(label=_("Beskyttet adresse"), required=False)
    timeline = forms.BooleanField(label=_("Forløbet"), required=False, initial=True)


class HandOutFile(forms.Form):
    """Who asks is the citizen herself, or somebody for her."""

    sure = forms.BooleanField(
        label=_("Jeg har sikret mig, at det er borgeren selv, eller en med fuldmagt.")
    )
