"""The peers: the same two lists in Django's admin and as Django's tutorial would write them.

They run without our middleware and look-up log, and under a system scope, so that no wall costs
them anything: what a project that promised less would pay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.test import override_settings
from django.urls import include, path
from django.views.generic import ListView

from referrals.models import Referral
from referrals.states import ReferralState, Source
from roegfri import clock
from roegfri.actor import acting, system

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


@contextmanager
def project() -> Iterator[None]:
    """Settings as `startproject` leaves them, over our database."""
    with (
        acting(system("bench")),
        override_settings(
            ROOT_URLCONF="tests.bench.stock",
            MIDDLEWARE=MIDDLEWARE,
            TEMPLATES=TEMPLATES,
            FORM_RENDERER="django.forms.renderers.DjangoTemplates",
        ),
    ):
        yield


class Site(admin.AdminSite):
    """Everybody who is signed in may see it."""

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_authenticated)


class ReferralAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """As one writes it on the first day; 25 rows a page instead of Django's 100."""

    list_display = (
        "citizen", "phone", "contact_by", "next_at", "state", "sender", "received_at", "attempts",
        "handler", "caseworker",
    )  # fmt: skip
    list_filter = ("state", "source", "handler", "agreement", "contact_by")
    search_fields = ("citizen__given_names", "citizen__surname", "citizen__phones__number")
    ordering = ("next_at",)
    list_per_page = 25

    @admin.display(description="telefon")
    def phone(self, referral: Referral) -> str:
        first = referral.citizen.phones.filter(wrong_since=None).first()
        return first.number if first else ""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    has_add_permission = has_module_permission
    has_change_permission = has_delete_permission = has_view_permission


site = Site(name="admin")
site.register(Referral, ReferralAdmin)


class Filter(forms.Form):
    """The filters one begins with."""

    state = forms.ChoiceField(choices=[("", "Alle"), *ReferralState.choices], required=False)
    source = forms.ChoiceField(choices=[("", "Alle"), *Source.choices], required=False)
    due = forms.ChoiceField(
        choices=[("", "Alle"), ("overdue", "Overskredet"), ("today", "I dag")], required=False
    )


class All(LoginRequiredMixin, ListView):  # type: ignore[type-arg]
    """The list of referrals."""

    model = Referral
    paginate_by = 25
    template_name = "bench/all.html"
    ordering = ("contact_by", "id")

    def get_queryset(self) -> QuerySet[Referral]:
        rows = super().get_queryset().filter(handler=self.request.GET["handler"])
        return rows.select_related("citizen", "sender", "caseworker").prefetch_related(
            "citizen__phones"
        )

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        form = Filter(self.request.GET)
        return super().get_context_data(form=form, today=clock.today(), **given)


class Today(All):
    """I dag."""

    template_name = "bench/today.html"
    ordering = ("next_at", "id")

    def get_queryset(self) -> QuerySet[Referral]:
        return super().get_queryset().filter(state="received")

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        today, waiting = clock.today(), self.get_queryset()
        return super().get_context_data(
            overdue=waiting.filter(contact_by__lt=today).count(),
            due=waiting.filter(contact_by=today).count(),
            later=waiting.filter(contact_by__gt=today).count(),
            **given,
        )


urlpatterns = [
    path("admin/", site.urls),
    path("textbook/i-dag/", Today.as_view()),
    path("textbook/henvisninger/", All.as_view()),
    # The addresses that the textbook's pages link to.
    path("", include("roegfri.desk.urls")),
    path("henvisninger/", include("referrals.urls")),
    path("konto/", include("roegfri.accounts.urls")),
    path("", include("roegfri.ui.urls")),
]
