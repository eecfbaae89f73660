from django.apps import AppConfig


class Config(AppConfig):
    name = "roegfri.desk"

    def ready(self) -> None:
        """Every process that can publish a wake-up needs the Celery app loaded."""
        import roegfri.celery  # noqa: F401
