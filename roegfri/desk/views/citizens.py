"""Ret oplysninger: the citizen's own data, her numbers, and where she lives."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.commands import citizen as commands
from referrals.commands import phones
from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.desk import reasons
from roegfri.desk.file.citizen import said, show_citizen, show_differences
from roegfri.persons.phone import display
from roegfri.ui.differences import Collision, Merged
from roegfri.ui.screens import show, submitted


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def citizen(request: SignedIn, pk: UUID) -> HttpResponse:
    """The form; and, where somebody else wrote meanwhile, what to choose between."""
    found = queries.citizen_file(request.actor, pk)
    if request.method != "POST":
        return show_citizen(request, found)
    form = forms.EditCitizen(request.POST, citizen=found.citizen)
    held: list[Merged | Collision] = []

    def act(**given: Any) -> None:
        try:
            held.append(
                commands.change_citizen(found.citizen, **given, by=request.actor, at=clock.now())
            )
        except Collision as collision:
            held.append(collision)
            raise

    if submitted(request, form, act):
        messages.success(request, said(request, found, held[0]))
        return redirect("desk:file", pk)
    if held and isinstance(held[0], Collision):
        return show_differences(request, found, held[0])
    return show_citizen(request, found, form=form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def new_number(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another CPR or substitute number."""
    found = queries.citizen_file(request.actor, pk)
    form = forms.NewNumber(request.POST or None)
    act = partial(commands.add_number, found.citizen, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        born, known = form.cleaned_data["number"].born, found.citizen.birth_date
        if born and known and born != known:
            messages.warning(
                request, _("Gemt. Fødselsdatoen passer ikke med nummeret: ret den, der er forkert.")
            )
        else:
            messages.success(request, _("Nummeret er gemt."))
        return redirect("desk:citizen", pk)
    return show_citizen(request, found, number_form=form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def move(request: SignedIn, pk: UUID) -> HttpResponse:
    """Where the citizen lives, from a day on."""
    found = queries.citizen_file(request.actor, pk)
    form = forms.Move(request.POST or None)
    act = partial(commands.move_home, found.citizen, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Bopælskommunen er gemt."))
        return redirect("desk:citizen", pk)
    return show_citizen(request, found, move_form=form)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def new_number_to_call(request: SignedIn, pk: UUID) -> HttpResponse:
    """Another telephone number."""
    found = queries.citizen_file(request.actor, pk)
    form = forms.AddPhone(request.POST or None)
    act = partial(phones.add_phone, found.citizen, by=request.actor, at=clock.now())
    if submitted(request, form, act):
        messages.success(request, _("Telefonnummeret er gemt."))
        return redirect("desk:citizen", pk)
    return show_citizen(request, found, phone_form=form)


# What the buttons beside a number do: the form of what they send, and the command.
_PHONE_ACTS: dict[str, tuple[type[Form], Callable[..., object]]] = {
    "change": (forms.ChangePhone, phones.change_phone),
    "place": (forms.PhonePlace, phones.place_phone),
    "wrong": (forms.Confirm, partial(phones.mark_phone, wrong=True)),
    "right": (forms.Confirm, partial(phones.mark_phone, wrong=False)),
}


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def phone(request: SignedIn, pk: UUID, phone_pk: UUID) -> HttpResponse:
    """Corrects, orders and marks one number; the button says which."""
    one = queries.phone(request.actor, pk, phone_pk)
    form_class, command = _PHONE_ACTS.get(request.POST.get("act", ""), (None, None))
    if form_class is None or command is None:
        return redirect("desk:citizen", pk)
    form = form_class(request.POST, auto_id=f"phone-{phone_pk}-%s")
    if submitted(request, form, partial(command, one, by=request.actor, at=clock.now())):
        messages.success(request, _("Gemt."))
        return redirect("desk:citizen", pk)
    found = queries.citizen_file(request.actor, pk)
    return show_citizen(request, found, refused_form=form, refused_pk=phone_pk)


def _removed(
    request: SignedIn, pk: UUID, what: str, command: Callable[..., object], row: object
) -> HttpResponse:
    """Asks once more, and then takes it away."""
    form = forms.Confirm(request.POST if request.method == "POST" else None)
    if submitted(request, form, partial(command, row, by=request.actor, at=clock.now())):
        messages.success(request, _("Fjernet: %s.") % what)
        return redirect("desk:citizen", pk)
    return show(request, "desk/remove.html", {"form": form, "what": what, "pk": pk})


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def remove_phone(request: SignedIn, pk: UUID, phone_pk: UUID) -> HttpResponse:
    """Takes a telephone number away."""
    row = queries.phone(request.actor, pk, phone_pk)
    what = _("telefonnummeret %s") % display(row.number)
    return _removed(request, pk, what, phones.remove_phone, row)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def remove_number(request: SignedIn, pk: UUID, number_pk: UUID) -> HttpResponse:
    """Takes a CPR number away that was a slip."""
    row = queries.civil_number(request.actor, pk, number_pk)
    return _removed(request, pk, _("CPR-nummeret"), commands.remove_number, row)


@screen(Right.REFERRALS_HANDLE)
@reasons.needed
def remove_home(request: SignedIn, pk: UUID, residence_pk: UUID) -> HttpResponse:
    """Takes a line away of where the citizen lives."""
    row = queries.residence(request.actor, pk, residence_pk)
    what = _("bopælskommunen %s") % row.municipality.name
    return _removed(request, pk, what, commands.remove_home, row)
