"""Offentlig tilmelding: what a coordinator links to, and the languages she lets it be read in."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from roegfri import clock
from roegfri.accounts.access import SignedIn, screen
from roegfri.accounts.roles import Right
from roegfri.organisations import lookup
from roegfri.organisations.kinds import Scope
from roegfri.organisations.models import Municipality
from roegfri.public import commands, languages, queries
from roegfri.public.forms import APPROVE, Answer
from roegfri.public.languages import DANISH, Language
from roegfri.public.strangers import whole_address
from roegfri.refusal import Words
from roegfri.ui.screens import show, submitted


@screen(Right.PUBLIC_TEXTS)
def texts(request: SignedIn) -> HttpResponse:
    """The addresses of one's own municipality, and each language as it stands."""
    here = queries.own_municipality(request.actor)
    context = {
        "member": lookup.agreement_of(here, clock.today(), Scope.CESSATION),
        "here": here,
        "frame": _frame(request, here),
        "lines": [
            Line(
                one,
                _addresses(request, _form_of(here.code, one.language)),
                _addresses(request, _courses_of(here.code, one.language)),
            )
            for one in queries.standings(request.actor)
        ],
    }
    return show(request, "public/texts.html", context)


@screen(Right.PUBLIC_TEXTS)
def text(request: SignedIn, code: str) -> HttpResponse:
    """One language beside the Danish, to be approved or withdrawn."""
    found = queries.standing(request.actor, code)
    form = Answer(request.POST or None)

    def act(act: str, digest: bytes) -> None:
        who = {"by": request.actor, "at": clock.now()}
        if act == APPROVE:
            commands.approve_language(found.language, digest=digest, **who)  # type: ignore[arg-type]
        else:
            commands.withdraw_language(found.language, **who)  # type: ignore[arg-type]

    if submitted(request, form, act):
        done = _APPROVED if form.cleaned_data["act"] == APPROVE else _WITHDRAWN
        messages.success(request, done % {"language": found.language.name})
        return redirect("public:texts")
    context = {
        "form": form,
        "one": found,
        "digest": found.language.digest.hex(),
        "sections": list(_sections(found.language, queries.own_municipality(request.actor))),
    }
    return show(request, "public/text.html", context)


def _frame(request: SignedIn, here: Municipality) -> str:
    """What is put into a page of the municipality's own site to show its courses there. The title
    is what is read aloud to whoever does not see the frame."""
    address = whole_address(request, reverse("embed:courses", kwargs={"code": here.code}))
    name = escape(_now("Find et hold i %(municipality)s") % {"municipality": here.name})
    more = 'width="100%" height="800" loading="lazy"'
    return f'<iframe src="{address}" title="{name}" {more}></iframe>'


_APPROVED = _("%(language)s er godkendt og vises nu på tilmeldingen.")
_WITHDRAWN = _("%(language)s er trukket tilbage og vises ikke længere.")


@dataclass(frozen=True, slots=True)
class Line:
    """A language on the screen, with the addresses it is read at: the form's, and that of the
    courses."""

    one: queries.Standings
    addresses: list[str]
    courses: list[str]


def _form_of(code: str, language: Language) -> str:
    return reverse("signup:form", kwargs={"code": code, **_in(language)})


def _courses_of(code: str, language: Language) -> str:
    return f"{reverse('find:list', kwargs=_in(language))}?kommune={code}"


def _in(language: Language) -> dict[str, str]:
    return {} if language is DANISH else {"language": language.code}


def _addresses(request: SignedIn, there: str) -> list[str]:
    """Whole addresses, to be copied: under neutral names first, then under this one."""
    neutral = [f"{request.scheme}://{host}{there}" for host in settings.PUBLIC_HOSTS]
    return [*neutral, request.build_absolute_uri(there)]


@dataclass(frozen=True, slots=True)
class Section:
    """A page's texts: (place, Danish, the other language)."""

    heading: Words
    rows: list[tuple[str, str, str]]


# In the order in which a citizen meets them.
_HEADINGS: dict[str, Words] = {
    "signup": _("Tilmeldingen"),
    "thanks": _("Tak"),
    "errors": _("Når noget mangler"),
    "notices": _("Når det ikke er sendt endnu"),
    "privacy": _("Om oplysningerne"),
    "choose": _("Vælg kommune"),
    "find": _("Find et hold"),
    "problems": _("Når noget går galt"),
    "common": _("På alle sider"),
    "dates": _("Datoer"),
    "form": _("Skemaet til STOPbasen"),
}


def _sections(language: Language, here: Municipality) -> Iterator[Section]:
    names = {"municipality": here.name, "phone": here.phone or "00 00 00 00"}
    ours, theirs = DANISH.said(**names), language.said(**names)
    for name, heading in _HEADINGS.items():
        danish = languages.texts({name: ours[name]})
        other = dict(languages.texts({name: theirs[name]}))
        yield Section(heading, [(place, words, other[place]) for place, words in danish])
