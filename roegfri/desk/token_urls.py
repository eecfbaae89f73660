"""The addresses of keys for other systems; included in the namespace "desk"."""

from django.urls import path

from roegfri.desk.views import tokens

urlpatterns = [
    path("adgangsnoegler/", tokens.tokens, name="tokens"),
    path("adgangsnoegler/ny/", tokens.new, name="token_new"),
    path("adgangsnoegler/<uuid:pk>/luk/", tokens.close, name="token_close"),
]
