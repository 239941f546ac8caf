"""`python -m tests.entry.provider`: a small provider of identities (OpenID Connect), as a process of its own.

It prints its address. `/authorize` lets in whoever its query names (`sub`, `email`, `verified`); `fault` spoils
the identity that it then gives: `key` (signed by another), `audience`, `issuer`, `expired`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = ("jigi", "secret-du-client")
KEYS = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("own", "other")}


class Provider(BaseHTTPRequestHandler):
    given: dict[str, dict[str, str]] = {}

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        match asked.path:
            case "/.well-known/openid-configuration":
                self._json(self._described())
            case "/jwks":
                public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEYS["own"].public_key()))
                self._json({"keys": [public | {"kid": "k1", "alg": "RS256", "use": "sig"}]})
            case "/authorize":
                self._let_in(query)
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        sent = {name: values[0] for name, values in parse_qs(self.rfile.read(size).decode()).items()}
        session = self.given.pop(sent.get("code", ""), None)
        known = (sent.get("client_id"), sent.get("client_secret")) == CLIENT
        if urlsplit(self.path).path != "/token" or session is None or not known or not _is_holder(session, sent):
            self._json({"error": "invalid_grant"}, 400)
            return
        self._json({"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": self._identity(session)})

    def _let_in(self, query: dict[str, str]) -> None:
        code = secrets.token_urlsafe(16)
        self.given[code] = query
        self.send_response(302)
        self.send_header("Location", f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
        self.end_headers()

    def _identity(self, session: dict[str, str]) -> str:
        fault = session.get("fault", "")
        claims = {
            "iss": "http://ailleurs.example" if fault == "issuer" else self._issuer(),
            "aud": "un-autre" if fault == "audience" else session["client_id"],
            "exp": time.time() + (-60 if fault == "expired" else 60), "iat": time.time() - 120,
            "sub": session["sub"], "email": session.get("email", ""),
            "email_verified": session.get("verified") == "1",
        }  # fmt: skip
        key = KEYS["other" if fault == "key" else "own"]
        return jwt.encode(claims, key, algorithm="RS256", headers={"kid": "k1"})

    def _described(self) -> dict[str, Any]:
        issuer = self._issuer()
        return {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks", "userinfo_endpoint": f"{issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }  # fmt: skip

    def _issuer(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def _json(self, said: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Silence: the standard output holds the address alone."""


def _is_holder(session: dict[str, str], sent: dict[str, str]) -> bool:
    """Whether who brings the code is who asked for it (PKCE)."""
    digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
    return session.get("code_challenge") == base64.urlsafe_b64encode(digest).decode().rstrip("=")


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
