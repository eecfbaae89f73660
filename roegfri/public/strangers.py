"""Somebody without an account: whether a form comes from our page, and from where it is counted."""

import datetime as dt
import ipaddress
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

from roegfri import sealed

# Whoever asks a provider for IPv6 is given up to a /48: 65,536 networks of as many addresses as she
# likes. Counted by anything smaller, one person alone could use up a municipality's hour.
_IPV6_NETWORK = 48


def from_our_page(request: HttpRequest) -> bool:
    """Whether the browser says that the form was sent from a page of this very site.

    Every browser of today sends Origin with a form; where something on the way takes it out,
    Sec-Fetch-Site says the same. Nobody signs in here, so there is no one's session to misuse: it
    keeps other sites from sending forms through their visitors' browsers.
    """
    site = request.headers.get("Sec-Fetch-Site", "")
    if site not in ("", "same-origin"):
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return site == "same-origin"
    own = f"{'https' if request.is_secure() else 'http'}://{request.get_host()}"
    return origin == own or origin in settings.CSRF_TRUSTED_ORIGINS


def address_mark(request: HttpRequest, at: dt.datetime) -> str:
    """What the sender's address is counted under: a keyed fingerprint that is another each hour, so
    that the address itself is kept nowhere, nor what came from it on two days.

    A proxy's word is taken where BEHIND_PROXY says so. Empty where there is no address to know.
    """
    try:
        text = get_adapter(request).get_client_ip(request)
        found = ipaddress.ip_address(text)
    except (PermissionDenied, ImproperlyConfigured, ValueError):
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        text = str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))
    hour = at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H")
    return sealed.fingerprint(f"{text} {hour}", of="stranger").hex()


def is_neutral(request: HttpRequest) -> bool:
    """Whether the page is asked for under a name that tells nothing (PUBLIC_HOSTS)."""
    if not settings.PUBLIC_HOSTS:
        return False
    return urlsplit(f"//{request.get_host()}").hostname in settings.PUBLIC_HOSTS


def whole_address(request: HttpRequest, path: str) -> str:
    """A path of ours as others follow it: under the first name that tells nothing, where there is
    one (PUBLIC_HOSTS); else under the name this page was asked for by."""
    for host in settings.PUBLIC_HOSTS:
        return f"{request.scheme}://{host}{path}"
    return request.build_absolute_uri(path)
