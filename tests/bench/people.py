"""Who asks for the pages: the counsellor of the largest of the trial's municipalities."""

from django.test import Client

from roegfri.accounts import sessions
from roegfri.accounts.models import Grant, User
from roegfri.actor import Actor, acting, system
from tests import make

EMAIL = "raadgiver@roegfri.test"


def counsellor() -> Actor:
    """Acting under her one grant."""
    with acting(system("bench")):
        grants = Grant.objects.select_related("user", "organisation")
        return make.actor(grants.get(user__email=EMAIL))


def browser() -> Client:
    """Hers, signed in with a second factor."""
    with acting(system("bench")):
        client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
        client.force_login(User.objects.get(email=EMAIL))
        session = client.session
        session[sessions.SECOND_FACTOR] = session["_auth_user_id"]
        session.save()
    return client
