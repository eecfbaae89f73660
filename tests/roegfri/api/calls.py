"""Calls as another system makes them."""

import json
from typing import Any

from django.test import Client

REFERRALS, MEDCOM = "/api/v1/referrals", "/api/v1/medcom"
LEAST = {"phone": "20 12 34 56"}


def key(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def post(
    path: str,
    secret: str,
    body: Any,
    *,
    content_type: str = "application/json",
    client: Client | None = None,
    **headers: str,
) -> Any:
    """`body` is bytes as they are, or anything else as JSON; headers with _ for -."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    given = {**(key(secret) if secret else {}), **named}
    caller = client or Client()
    return caller.post(path, sent, content_type=content_type, headers=given)


def refer(secret: str, body: Any = None, **more: Any) -> Any:
    return post(REFERRALS, secret, LEAST if body is None else body, **more)


def deliver(secret: str, body: bytes, **more: Any) -> Any:
    return post(MEDCOM, secret, body, **{"content_type": "application/xml", **more})


def get(path: str, secret: str = "", **headers: str) -> Any:
    return Client().get(path, headers={**(key(secret) if secret else {}), **headers})


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    """What a problem says; fails on anything else."""
    assert response["Content-Type"] == "application/problem+json", response.content[:300]
    said: dict[str, Any] = json.loads(response.content)
    assert (response.status_code, said["status"]) == (status, status), said
    assert said["type"] == f"/api/v1/docs#{slug}", said
    assert said["title"]
    assert said["detail"]
    assert said["request_id"] == response["X-Request-ID"]
    return said


def faults(response: Any) -> dict[str, str]:
    """The fields that a problem names, with what it says of each."""
    said = problem(response, 400, "invalid")
    return {one["field"]: one["message"] for one in said["errors"]}
