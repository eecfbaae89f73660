"""What is done from a citizen's file, each below its address: sag/<the referral>/..."""

from django.urls import path

from roegfri.desk.views import citizens, files, merging, papers

urlpatterns = [
    path("vis/", files.reveal, name="reveal"),
    path("oplysninger/", citizens.citizen, name="citizen"),
    path("telefoner/", citizens.new_number_to_call, name="new_number_to_call"),
    path("telefoner/<uuid:phone_pk>/", citizens.phone, name="phone"),
    path("telefoner/<uuid:phone_pk>/fjern/", citizens.remove_phone, name="remove_phone"),
    path("cpr/", citizens.new_number, name="new_civil_number"),
    path("cpr/<uuid:number_pk>/fjern/", citizens.remove_number, name="remove_number"),
    path("bopael/", citizens.move, name="move"),
    path("bopael/<uuid:residence_pk>/fjern/", citizens.remove_home, name="remove_home"),
    path("dublet/", merging.merge, name="merge"),
    path("dublet/<uuid:merge_pk>/skil-ad/", merging.unmerge, name="unmerge"),
    path("udskriv/", papers.printout, name="print"),
    path("indsigt/", papers.insight, name="insight"),
]
