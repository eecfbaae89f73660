"""The addresses under /api/. Whatever is not one of them is answered with a problem too."""

from typing import Any

from django.db import transaction
from django.urls import path, re_path

from roegfri.accounts.roles import Right
from roegfri.api import views
from roegfri.api.v1 import api

app_name = "api"
# The framework adds a page for its own root, which there is none of here.
_calls: list[Any] = [one for one in api.urls[0] if getattr(one, "name", "") != "api-root"]
for _call in _calls:
    # Its key says what a caller may (bearer.py), and where its transaction begins (carried_out).
    _call.callback.right = Right.EVERYONE
    transaction.non_atomic_requests(_call.callback)

urlpatterns = [
    path("v1/openapi.json", views.openapi, name="openapi"),
    path("v1/docs", views.docs, name="docs"),
    path("v1/", (_calls, None, None)),
    re_path(r"^.*$", views.nothing, name="nothing"),
]
