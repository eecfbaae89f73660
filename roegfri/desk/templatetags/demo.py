"""The trial's sign-ins on the sign-in page."""

from typing import Any

from django import template
from django.conf import settings

from roegfri.desk.demo import signins

register = template.Library()


@register.simple_tag
def demo_signins() -> dict[str, Any]:
    """The made-up people and their password; nothing outside the trial."""
    return signins() if settings.TRIAL else {}
