"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("JIGI_PROCESS", "web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
application = get_wsgi_application()
