"""Templates without their indentation: written to be read, sent as small as they can be."""

import re

from django.template.base import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Loader(filesystem.Loader):
    """Django's loader for the project's templates; what indents the lines of an `.html` file is left out.

    Between tags a browser takes any white space for one blank, so nothing looks different; no template of ours holds
    text in `<pre>` or `<textarea>`. It happens once, when a template is compiled; lines keep their numbers.
    """

    def get_contents(self, origin: Origin) -> str:
        """The template's text. Raises TemplateDoesNotExist."""
        contents = super().get_contents(origin)
        return INDENTATION.sub("", contents) if str(origin.name).endswith(".html") else contents
