"""What stands in Administration: reference data, people, and what they are granted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from roegfri import clock
from roegfri.accounts import commands as people
from roegfri.accounts.models import Grant, User
from roegfri.accounts.roles import BELONGS_TO
from roegfri.desk.admin_site import site
from roegfri.desk.forms.agreements import KronerField
from roegfri.organisations import admin as reference
from roegfri.organisations import commands, models
from roegfri.organisations.terms import RATES, TERMS
from roegfri.refusal import Refusal


class ModelForm(forms.ModelForm):  # type: ignore[type-arg]
    """Django's, without the type argument that it does not have at run time."""


class Politely:
    """A Refusal from a command is told on top of the page instead of breaking it."""

    def changeform_view(self, request: HttpRequest, *given: Any, **more: Any) -> HttpResponse:
        """Django's, which adds and changes."""
        try:
            page: HttpResponse = super().changeform_view(request, *given, **more)  # type: ignore[misc]
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(request.get_full_path())
        return page


class LoggedByCommand(Politely, reference.AuditedAdmin):
    """Saved by a command, which leaves its own line in the log."""

    def log_addition(self, request: Any, obj: Any, message: Any) -> Any:
        """The command's."""

    def log_change(self, request: Any, obj: Any, message: Any) -> Any:
        """The command's."""


# ---- terms and rates: added, never changed -------------------------------------------------------
class TermForm(ModelForm):
    """A value is checked by what the term can be."""

    name = forms.ChoiceField(label=_("Vilkår"))

    class Meta:
        model = models.Term
        fields = ("agreement", "name", "value", "from_on", "note")

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if "name" in self.fields:
            choices = [(name, meaning.label) for name, meaning in TERMS.items()]
            self.fields["name"].choices = choices  # type: ignore[attr-defined]

    def clean_value(self) -> str:
        """As it is stored."""
        name, value = self.cleaned_data.get("name", ""), str(self.cleaned_data["value"])
        try:
            return TERMS[name].key(value) if name in TERMS else value
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal


class RateForm(ModelForm):
    """An amount is typed in kroner."""

    name = forms.ChoiceField(label=_("Takst"))
    amount_ore = KronerField(label=_("Beløb i kroner"), max_length=20)

    class Meta:
        model = models.Rate
        fields = ("agreement", "name", "municipality", "amount_ore", "from_on", "note")

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        if "name" in self.fields:
            choices = [(name, meaning.label) for name, meaning in RATES.items()]
            self.fields["name"].choices = choices  # type: ignore[attr-defined]


class TermAdmin(LoggedByCommand, reference.AddOnlyAdmin):
    """Terms."""

    form = TermForm
    list_display = ("agreement", "name", "value", "from_on", "note")
    list_filter = ("agreement", "name")
    list_select_related = ("agreement",)

    def save_model(self, request: Any, obj: models.Term, form: Any, change: Any) -> None:
        """By the command that the project leader's screen calls."""
        put = commands.add_term(
            obj.agreement,
            name=obj.name,
            value=obj.value,
            from_on=obj.from_on,
            note=obj.note,
            by=request.actor,
            at=clock.now(),
        )
        obj.pk = put.row.pk


class RateAdmin(LoggedByCommand, reference.AddOnlyAdmin):
    """Rates."""

    form = RateForm
    list_display = ("agreement", "name", "municipality", "amount_ore", "from_on", "note")
    list_filter = ("agreement", "name")
    list_select_related = ("agreement", "municipality")

    def save_model(self, request: Any, obj: models.Rate, form: Any, change: Any) -> None:
        """By the command that the project leader's screen calls."""
        put = commands.add_rate(
            obj.agreement,
            name=obj.name,
            municipality=obj.municipality,
            amount_ore=obj.amount_ore,
            from_on=obj.from_on,
            note=obj.note,
            by=request.actor,
            at=clock.now(),
        )
        obj.pk = put.row.pk


# ---- people --------------------------------------------------------------------------------------
class UserAdmin(LoggedByCommand):
    """People: made, corrected, let go; never removed."""

    list_display = ("name", "email", "phone", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "email")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whether somebody is active is asked once she exists."""
        asked = ("name", "email", "phone", "language")
        return (*asked, "is_active") if obj else asked

    def save_model(self, request: Any, obj: User, form: Any, change: Any) -> None:
        """A new one, a correction, or the end of an account."""
        by, at = request.actor, clock.now()
        if not change:
            made = people.create_user(
                obj.email, obj.name, phone=obj.phone, language=obj.language, by=by, at=at
            )
            obj.pk = made.pk
            words = _now("Nu mangler kun en rolle. Personen vælger selv sin adgangskode.")
            messages.info(request, words)
            return
        if "is_active" in form.changed_data:
            turn = people.reactivate_user if obj.is_active else people.deactivate_user
            turn(obj, by=by, at=at)
        said = {name: getattr(obj, name) for name in ("email", "name", "phone", "language")}
        people.correct_user(obj, **said, by=by, at=at)


class GrantForm(ModelForm):
    """A role belongs to a kind of organisation."""

    class Meta:
        model = Grant
        fields = ("user", "role", "organisation", "from_on", "until_on")

    def clean(self) -> Any:
        """Told beside the field, before the command says it."""
        cleaned = super().clean() or self.cleaned_data
        role, organisation = cleaned.get("role"), cleaned.get("organisation")
        if role and organisation and organisation.kind not in BELONGS_TO[role]:
            self.add_error("organisation", _now("Den rolle kan ikke gives for organisationen."))
        start = cleaned.get("from_on") or self.instance.from_on
        if start and cleaned.get("until_on") and cleaned["until_on"] < start:
            self.add_error("until_on", _now("Slutdatoen ligger før startdatoen."))
        if self.instance.user_id and not cleaned.get("until_on") and "role" not in self.fields:
            self.add_error("until_on", _now("Skriv den sidste dag, rollen gælder."))
        return cleaned


class GrantAdmin(LoggedByCommand):
    """Roles: given from a day, ended on a day."""

    form = GrantForm
    list_display = ("user", "role", "organisation", "from_on", "until_on", "given_by")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__name", "user__email", "organisation__name")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only the end of a role is ever changed."""
        return ("user", "role", "organisation", "from_on") if obj else ()

    def save_model(self, request: Any, obj: Grant, form: Any, change: Any) -> None:
        """Given or ended by the commands."""
        by, at = request.actor, clock.now()
        if change:
            if obj.until_on is not None and form.has_changed():
                people.end_grant(obj, until_on=obj.until_on, by=by, at=at)
            return
        given = people.give_grant(
            obj.user,
            obj.role,
            obj.organisation,
            from_on=obj.from_on,
            until_on=obj.until_on,
            by=by,
            at=at,
        )
        obj.pk = given.pk


site.register([models.Region, models.Cluster, models.Agreement], reference.AuditedAdmin)
site.register(models.Municipality, reference.MunicipalityAdmin)
site.register(models.Hospital, reference.HospitalAdmin)
site.register(models.HospitalDepartment, reference.DepartmentAdmin)
site.register(models.Practice, reference.PracticeAdmin)
site.register(models.Pharmacy, reference.PharmacyAdmin)
site.register(models.ClosingDay, reference.ClosingDayAdmin)
site.register(models.Organisation, reference.OrganisationAdmin)
site.register(
    [models.ClusterMembership, models.Membership, models.PharmacyAgreement], reference.DatedAdmin
)
site.register(models.Term, TermAdmin)
site.register(models.Rate, RateAdmin)
site.register(User, UserAdmin)
site.register(Grant, GrantAdmin)
