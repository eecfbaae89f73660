"""The page on which a citizen is corrected, and the one that shows what two people wrote."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from referrals import forms, queries
from referrals.models.parts import PARTS, names_of_columns
from referrals.queries import File
from roegfri import clock
from roegfri.accounts.access import SignedIn
from roegfri.desk.file.changes import label_of, value_words
from roegfri.ui.differences import Collision, Merged, Part, Shown
from roegfri.ui.screens import CONFLICT, filled, show


def show_citizen(request: SignedIn, found: File, **bound: object) -> HttpResponse:
    """Every form of the page; `bound` are those with errors."""
    today = clock.today()
    context: dict[str, Any] = {
        "file": found,
        "citizen": found.citizen,
        "referral": found.referral,
        "home": found.home_on(today),
        "today": today,
        "first_called": next((one.pk for one in found.phones if not one.wrong_since), None),
        "number_form": forms.NewNumber(),
        "phone_form": forms.AddPhone(),
        "move_form": forms.Move(initial={"from_on": today}),
        "refused_form": None,
        "refused_pk": None,
        **bound,
    }
    if "form" not in context:
        context["form"] = _form(request, found)
    return show(request, "desk/citizen.html", context)


def _form(request: SignedIn, found: File) -> forms.EditCitizen:
    given: dict[str, Any] = {
        "citizen": found.citizen,
        "practices": queries.practices_near(request.actor),
        "proposed_sex": found.number.proposed_sex if found.number else "",
    }
    if request.method == "POST":  # another form of the page was sent
        return forms.EditCitizen(**given)
    return filled(request, forms.EditCitizen, **given)


def said(request: SignedIn, found: File, done: object) -> str:
    """What was saved, and what a colleague had changed meanwhile and was kept."""
    if not isinstance(done, Merged) or not done.changed:
        words = _("Der var ikke noget at gemme.")
    else:
        words = _("Gemt: %s.") % _labels(done.changed)
    if isinstance(done, Merged) and done.kept:
        last = queries.last_changes(request.actor, found.citizen.pk)
        who = {last[c].who for c in names_of_columns(done.kept) if c in last} - {""}
        words += " " + _("%(who)s har rettet %(fields)s imens; det er beholdt.") % {
            "who": " og ".join(sorted(who)) or _("En anden"),
            "fields": _labels(done.kept),
        }
    return words


def _labels(parts: Any) -> str:
    return ", ".join(label_of(PARTS[name][0]) for name in parts).lower()


def show_differences(request: SignedIn, found: File, collision: Collision) -> HttpResponse:
    """What both changed, each with a choice; everything else that was typed goes along."""
    last = queries.last_changes(request.actor, found.citizen.pk)
    shown = []
    for one in collision.conflicts:
        changed = [last[column] for column in PARTS[one.name] if column in last]
        newest = max(changed, key=lambda change: change.at, default=None)
        words = _words_of(request, found, one.name)
        shown.append(
            Shown(
                one.name,
                label_of(PARTS[one.name][0]),
                before=words(one.before),
                theirs=words(one.theirs),
                mine=words(one.mine),
                who=newest.who if newest else "",
                at=newest.at if newest else None,
            )
        )
    choices = {one.choice for one in shown}
    left_out = choices | {"shown", "csrfmiddlewaretoken"}
    context = {
        "citizen": found.citizen,
        "referral": found.referral,
        "differences": shown,
        "typed": [(n, v) for n, v in request.POST.items() if n not in left_out],
        "shown": forms.sealed_now(collision.now, found.citizen),
        "chosen": {n: v for n, v in request.POST.items() if n in choices},
    }
    return show(request, "desk/differences.html", context, status=CONFLICT)


def _words_of(request: SignedIn, found: File, name: str) -> Callable[[Part | None], str]:
    """How a part is written on the page; an address that is protected is not."""
    hidden = found.citizen.address_protected and name == "address"

    def words(part: Part | None) -> str:
        if part is None:
            return ""
        if hidden and any(part):
            return _("(beskyttet)")
        if name == "practice":
            return _practice(request, part)
        pairs: Mapping[str, Any] = dict(zip(PARTS[name], part, strict=True))
        return " ".join(filter(None, (value_words(c, v) for c, v in pairs.items()))) or _("(tomt)")

    return words


def _practice(request: SignedIn, part: Part) -> str:
    known, name = part
    return str(queries.practice_name(request.actor, str(known)) if known else name) or _("(tomt)")
