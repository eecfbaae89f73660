"""The addresses of the log; included under "log/" in the namespace "desk"."""

from django.urls import path

from roegfri.desk.views import log

urlpatterns = [
    path("", log.log, name="log"),
    path("linje/<int:seq>/", log.event, name="log_event"),
    path("stikproeve/", log.sample, name="log_sample"),
    path("usaedvanlige/", log.odd, name="log_odd"),
    path("borger/", log.person, name="log_person"),
]
