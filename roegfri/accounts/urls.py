"""Addresses of a person's own account: ours, and allauth's without sign-up and e-mail changes."""

from collections.abc import Iterable, Iterator

from allauth.urls import urlpatterns as allauth_patterns
from django.db import transaction
from django.urls import URLPattern, URLResolver, include, path

from roegfri.accounts import views

Pattern = URLPattern | URLResolver

# Staff are invited, and known by the e-mail address they were invited with.
CLOSED = frozenset(
    {
        "account_signup",
        "account_email",
        "account_email_verification_sent",
        "account_confirm_email",
        "account_confirm_login_code",
        "socialaccount_signup",
    }
)


def _open(patterns: Iterable[Pattern]) -> Iterator[Pattern]:
    """allauth's addresses, outside the request's transaction, so that guesses stay counted.

    Those without a name are old ones that lead to what is closed here.
    """
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield URLResolver(pattern.pattern, list(_open(pattern.url_patterns)))
        elif pattern.name and pattern.name not in CLOSED:
            transaction.non_atomic_requests(pattern.callback)
            yield pattern


own = (
    [
        path("", views.profile, name="profile"),
        path("rolle/", views.switch, name="switch"),
        path("andet-trin/", views.second_factor, name="second_factor"),
    ],
    "accounts",
)
urlpatterns = [path("", include(own)), *_open(allauth_patterns)]
