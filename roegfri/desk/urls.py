"""The addresses of the roof."""

from django.urls import include, path

from roegfri.desk.views import (
    calls,
    endings,
    files,
    health,
    pages,
    quitline,
    search,
    suggestions,
    today,
)

app_name = "desk"
urlpatterns = [
    path("", today.today, name="today"),
    path("", include("roegfri.desk.queue_urls")),
    path("opkald/<uuid:pk>/", calls.call, name="call"),
    path("opkald/<uuid:pk>/telefon/", calls.new_phone, name="new_phone"),
    path("opkald/<uuid:pk>/tag-over/", calls.take, name="take_over"),
    path("opkald/<uuid:pk>/slip/", calls.let_go, name="let_go"),
    path("opkald/<uuid:pk>/hold/", calls.hold, name="hold"),
    path("opkald/<uuid:pk>/ikke-truffet/", calls.give_up, name="give_up"),
    path("opkald/<uuid:pk>/fortryd/<uuid:attempt_pk>/", calls.undo, name="undo_call"),
    path("opkald/<uuid:pk>/forslag/", suggestions.suggest, name="suggest"),
    path(
        "opkald/<uuid:pk>/tilmeld/<uuid:course_pk>/",
        suggestions.enrol_in_call,
        name="enrol_from_call",
    ),
    path("sag/<uuid:pk>/", files.file, name="file"),
    path("sag/<uuid:pk>/forloeb/", suggestions.find_course, name="find_course"),
    path("sag/<uuid:pk>/tilmeld/<uuid:course_pk>/", suggestions.enrol, name="enrol_case"),
    path("sag/<uuid:pk>/", include("roegfri.desk.file_urls")),
    path("sag/<uuid:pk>/samtykke/", files.consent, name="consent"),
    path("sag/<uuid:pk>/samtykke/<uuid:consent_pk>/", files.withdraw, name="withdraw"),
    path("sag/<uuid:pk>/afslut/", endings.close, name="close"),
    path("sag/<uuid:pk>/genaabn/", endings.reopen, name="reopen"),
    path("sag/<uuid:pk>/giv-videre/", endings.give_on, name="give_on"),
    path("sag/<uuid:pk>/stoplinien/", endings.to_quitline, name="to_quitline"),
    path("stoplinien/", quitline.quitline, name="quitline"),
    path("stoplinien/<uuid:pk>/", quitline.quitline_answer, name="quitline_answer"),
    path("soeg/", search.search, name="search"),
    path("log/", include("roegfri.desk.log_urls")),
    path("", include("roegfri.desk.agreement_urls")),
    path("", include("roegfri.desk.staff_urls")),
    path("", include("roegfri.desk.token_urls")),
    path("tilgaengelighed/", pages.accessibility, name="accessibility"),
    path("was", pages.was, name="was"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
