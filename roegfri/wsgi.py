"""What gunicorn serves. Refuses to start on a database role that the walls do not bind."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roegfri.settings")

application = get_wsgi_application()

from roegfri import walls  # noqa: E402  (needs the apps)

walls.refuse_unsafe()
