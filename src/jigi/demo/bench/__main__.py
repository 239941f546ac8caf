"""One phase of a bench, in a process of its own: asked on standard input, answered on the last line of output."""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Run the phase asked for (`bench`, `phase`, `trial`) and print its figures as one JSON object."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jigi.site.settings")
    django.setup()
    from jigi.demo.bench.catalogue import BENCHES
    from jigi.demo.bench.trial import Trial

    asked = json.load(sys.stdin)
    phase = BENCHES[asked["bench"]].phases[asked["phase"]]
    print(json.dumps(phase(Trial(**asked["trial"]))))


main()
