"""The WSGI entry point that gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

from advisorhub.frames import with_room
from advisorhub.settling import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisorhub.settings")
application = with_room(get_wsgi_application())
settle()
