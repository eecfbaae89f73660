"""The addresses of Aftaler and of one's own organisation; included in the namespace "desk"."""

from django.urls import path

from roegfri.desk.views import agreements, organisation

_ONE = "aftaler/<uuid:pk>/"
urlpatterns = [
    path("aftaler/", agreements.agreements, name="agreements"),
    path(_ONE, agreements.agreement, name="agreement"),
    path(f"{_ONE}vilkaar/<slug:name>/", agreements.term, name="agreement_term"),
    path(f"{_ONE}vilkaar/<slug:name>/nyt/", agreements.add_term, name="agreement_add_term"),
    path(f"{_ONE}takst/<slug:name>/", agreements.rate, name="agreement_rate"),
    path(f"{_ONE}takst/<slug:name>/ny/", agreements.add_rate, name="agreement_add_rate"),
    path(f"{_ONE}takst/<slug:name>/<str:code>/", agreements.rate, name="agreement_rate"),
    path(f"{_ONE}takst/<slug:name>/<str:code>/ny/", agreements.add_rate, name="agreement_add_rate"),
    path("min-organisation/", organisation.own, name="organisation"),
]
