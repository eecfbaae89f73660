"""The addresses of referrals: a municipality's under henvisninger/, a sender's under henvis/."""

from django.urls import path

from referrals import views
from referrals.views import signup as signup_views

app_name = "referrals"
urlpatterns = [
    path("", views.index, name="list"),
    path("indgange/", views.arrivals, name="arrivals"),
    path("filtre/", views.filters, name="filters"),
    path("filtre/<uuid:pk>/", views.filter_one, name="filter"),
    path("ny/", views.new, name="new"),
    path("ny/tekst/", views.paste, name="paste"),
    path("ny/kendte/", views.duplicates, name="duplicates"),
    path("indlaes/", views.upload, name="upload"),
    path("indbakke/", views.inbox, name="inbox"),
    path("indbakke/igen/", views.retry_many, name="retry_many"),
    path("indbakke/<uuid:pk>/", views.message, name="message"),
    path("indbakke/<uuid:pk>/proev/", views.message_retry, name="message_retry"),
    path("indbakke/<uuid:pk>/videre/", views.message_forward, name="message_forward"),
    path("indbakke/<uuid:pk>/svar/", views.message_answer, name="message_answer"),
    path("indbakke/<uuid:pk>/sag/", views.message_add, name="message_add"),
    path("indbakke/<uuid:pk>/igen/", views.message_again, name="message_again"),
    path("indbakke/<uuid:pk>/fil/", views.message_file, name="message_file"),
]

# Beside app_name, not below it: who sends is no part of the municipality's own work.
sending = (
    [
        path("", views.sent, name="list"),
        path("ny/", views.send, name="new"),
        path("ny/frist/", views.send_around, name="around"),
        path("<uuid:pk>/", views.sent_one, name="one"),
    ],
    "sending",
)

# Open to everybody (roegfri/public): without an account, without a cookie.
signup = (
    [
        path("", signup_views.choose, name="choose"),
        path("<int:code>/", signup_views.form, name="form"),
        path("<int:code>/<slug:language>/", signup_views.form, name="form"),
        path("<slug:language>/", signup_views.choose, name="choose"),
    ],
    "signup",
)
