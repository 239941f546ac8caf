"""The twin of a gateway of USSD, as a process: `python -m jigi.grievances.adapters.ussd_twin --to URL --secret S`.

It plays sessions as telephones do, one after another: it posts what was typed so far, sometimes twice, sometimes
leaving before the answer comes and asking again. It prints one line of JSON a session: its name, all that was typed,
the last screen, and every screen that was refused its shape. It ends by itself.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from jigi.messaging.adapters.provider import signed

MOST_KEYS = 14
MOST_LETTERS = 182
HEAD = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Gateway:
    """Where it calls, and how often it repeats and cuts."""

    to: str
    secret: str
    draw: random.Random
    repeat: float = 0.0
    cut: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def ask(self, session: str, phone: str, typed: list[str]) -> str:
        """The screen that answers; asked twice, it must be the same."""
        facts = {"sessionId": session, "serviceCode": "*36000#", "phoneNumber": phone, "text": "*".join(typed)}
        body = urlencode(facts).encode()
        if self.draw.random() < self.cut:
            self._post(body, wait=False)
        said = self._post(body)
        if self.draw.random() < self.repeat and self._post(body) != said:
            self.wrong.append(f"not the same twice: {said}")
        if not said.startswith(("CON ", "END ")) or len(said) > MOST_LETTERS:
            self.wrong.append(said)
        return said

    def _post(self, body: bytes, *, wait: bool = True) -> str:
        place = urlsplit(self.to)
        line = http.client.HTTPConnection(place.netloc, timeout=30)
        try:
            line.request("POST", place.path, body, HEAD | {"X-Signature": signed(self.secret, body)})
            if not wait:
                return ""
            answer = line.getresponse()
            said = answer.read().decode()
            return said if answer.status == 200 else f"{answer.status} {said}"
        finally:
            line.close()


def play(gateway: Gateway, session: str, phone: str, walk: list[str]) -> dict[str, object]:
    """One session, typed as `walk` says, or at random when it says nothing."""
    typed: list[str] = []
    said = gateway.ask(session, phone, typed)
    while said.startswith("CON ") and len(typed) < (len(walk) or MOST_KEYS):
        typed.append(walk[len(typed)] if walk else _key(gateway.draw))
        said = gateway.ask(session, phone, typed)
    return {"session": session, "phone": phone, "typed": "*".join(typed), "last": said, "wrong": gateway.wrong}


def _key(draw: random.Random) -> str:
    """Mostly the digits of a menu; now and then a code of a commune, or what leads nowhere."""
    return draw.choice([*"0112", "3", "7", "010501", "123456789012"])


def main() -> None:
    parser = argparse.ArgumentParser(description="Jumeau d’une passerelle USSD")
    parser.add_argument("--to", required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--sessions", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=float, default=0.0)
    parser.add_argument("--cut", type=float, default=0.0)
    parser.add_argument("--walk", default="")
    options = parser.parse_args()
    if urlsplit(options.to).hostname not in ("127.0.0.1", "localhost"):
        parser.error("ce jumeau n’appelle que cette machine")
    draw = random.Random(options.seed)  # nosec B311
    gateway = Gateway(options.to, options.secret, draw, options.repeat, options.cut)
    for number in range(options.sessions):
        walk = options.walk.split("*") if options.walk else []
        made = play(gateway, f"{options.seed}-{number}", f"+2237{options.seed:03}{number:04}", walk)
        print(json.dumps(made), flush=True)


if __name__ == "__main__":
    main()
