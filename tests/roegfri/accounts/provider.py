"""A real OpenID Connect provider on loopback: discovery, authorize, token, userinfo, keys."""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, CLIENT_SECRET = "roegfri", "hemmelig"


class Provider(ThreadingHTTPServer):
    """`claims` is what it says of whoever signs in; `userinfo` overrides that answer alone."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.waiting: dict[str, dict[str, str]] = {}

    def id_token(self) -> str:
        now = int(time.time())
        said = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, **self.claims}
        return jwt.encode(said, self.key, algorithm="RS256", headers={"kid": "1"})


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Silence."""

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        house = {
            "/.well-known/openid-configuration": self.discovery,
            "/authorize": self.authorize,
            "/userinfo": self.userinfo,
            "/keys": self.keys,
        }
        house[path]()

    def discovery(self) -> None:
        url = self.server.url
        self.answer(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "jwks_uri": f"{url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        )

    def authorize(self) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.server.waiting[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{back}")
        self.end_headers()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        sent = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
        asked = self.server.waiting.pop(sent["code"], None)
        if not asked or sent["client_secret"] != CLIENT_SECRET or not _proves(sent, asked):
            self.answer({"error": "invalid_grant"}, 400)
            return
        self.answer(
            {"access_token": "t", "token_type": "Bearer", "id_token": self.server.id_token()}
        )

    def userinfo(self) -> None:
        self.answer(self.server.userinfo or self.server.claims)

    def keys(self) -> None:
        jwk = jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key(), as_dict=True)
        self.answer({"keys": [{**jwk, "kid": "1", "alg": "RS256", "use": "sig"}]})


def _proves(sent: dict[str, str], asked: dict[str, str]) -> bool:
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == asked["code_challenge"]


@contextlib.contextmanager
def running() -> Iterator[Provider]:
    """Serves until the end of the block."""
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()
