"""The WSGI application that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("JIGI_PROCESS", "web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
application = get_wsgi_application()
# Every page's module now rather than at the first request; and all of it out of the collector's way: looking through it
# again stops a page for a quarter of a second, now and then.
assert get_resolver().url_patterns
gc.collect()
gc.freeze()
