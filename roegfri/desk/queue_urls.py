"""The addresses of what is done from "I dag" and from the lists."""

from django.urls import path

from roegfri.desk.views import assigning, covers, queue

urlpatterns = [
    path("i-dag/nyt/", queue.marks, name="marks"),
    path("i-dag/noter/<uuid:pk>/", queue.note, name="note"),
    path("i-dag/noteret/<uuid:pk>/<uuid:attempt_pk>/", queue.logged, name="logged"),
    path("sag/<uuid:pk>/raadgiver/", assigning.assign, name="assign"),
    path("giv-sager/", assigning.assign_many, name="assign_many"),
    path("daekning/", covers.covers, name="covers"),
    path("daekning/<uuid:pk>/slut/", covers.end, name="end_cover"),
]
