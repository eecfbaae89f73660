from django.apps import AppConfig


class Config(AppConfig):
    name = "roegfri.collaboration"
