"""Typed client of the xinge API; needs nothing but Python.

    client = Client("http://127.0.0.1:8080", token="xgk_…")
    application = client.create_application({"declared": {"name": "陆知夏"}})
    client.upload_document(application["id"], Path("流水.pdf"), passwords=["123456"])
    print(client.decision_when_made(application["id"])["limit"])

Money is a decimal string: `Decimal(decision["limit"])`, never a float.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from . import schemas

__all__ = ["Client", "XingeError", "schemas"]


class XingeError(Exception):
    """What the service refused. `code` is stable; `problem` has the words for people in `message_zh`, `message_en`."""

    def __init__(self, status: int, problem: Mapping[str, Any] | None) -> None:
        self.status = status
        self.problem = problem
        self.code: str | None = problem.get("code") if problem else None
        super().__init__(f"{self.code}: {problem.get('message_en')}" if problem else f"HTTP {status}")


class Client:
    """Calls one service. `token` is an API key, an applicant's token, or a reviewer's."""

    def __init__(self, base_url: str, token: str | None = None, timeout_seconds: float = 60.0) -> None:
        self._base = base_url.rstrip("/")
        self._token = token
        self._timeout = timeout_seconds

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        json_body: object | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Any operation; the answer's JSON, or its bytes where it is something else. Raises XingeError."""
        sent = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        url = self._base + path + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(url, data=body, headers=sent, method=method)
        if self._token:
            # Not to wherever a redirect leads.
            request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                content = answer.read()
                is_json = "json" in answer.headers.get("Content-Type", "")
                return json.loads(content) if is_json else content
        except urllib.error.HTTPError as error:
            try:
                problem = json.loads(error.read())
            except ValueError:
                problem = None
            raise XingeError(error.code, problem if isinstance(problem, dict) else None) from None

    def create_application(
        self, application: schemas.NewApplication, idempotency_key: str | None = None
    ) -> schemas.ApplicationOut:
        key = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        return cast(
            schemas.ApplicationOut,
            self.request("POST", "/v1/applications", json_body=application, headers=key),
        )

    def application(self, application_id: str) -> schemas.ApplicationOut:
        return cast(schemas.ApplicationOut, self.request("GET", f"/v1/applications/{_part(application_id)}"))

    def applications(self) -> Iterator[schemas.ApplicationOut]:
        """All of them, newest first, page by page."""
        return self._paged("/v1/applications")

    def upload_document(
        self,
        application_id: str,
        file: Path | bytes,
        filename: str | None = None,
        passwords: Sequence[str] = (),
        wait_seconds: int | None = None,
        idempotency_key: str | None = None,
    ) -> schemas.FiledDocumentOut:
        """Hands in a file. Passwords are tried in their order, and neither stored nor logged by the service."""
        content = file.read_bytes() if isinstance(file, Path) else file
        name = filename or (file.name if isinstance(file, Path) else "upload")
        boundary = uuid.uuid4().hex
        quoted = name.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
        ]
        parts += [
            f'--{boundary}\r\nContent-Disposition: form-data; name="password"\r\n\r\n{password}\r\n'.encode()
            for password in passwords
        ]
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Idempotency-Key": idempotency_key or str(uuid.uuid4()),
        }
        if wait_seconds is not None:
            headers["Prefer"] = f"wait={wait_seconds}"
        answer = self.request(
            "POST",
            f"/v1/applications/{_part(application_id)}/documents",
            body=b"".join(parts) + f"--{boundary}--\r\n".encode(),
            headers=headers,
        )
        return cast(schemas.FiledDocumentOut, answer)

    def document(self, document_id: str) -> schemas.FiledDocumentOut:
        return cast(schemas.FiledDocumentOut, self.request("GET", f"/v1/documents/{_part(document_id)}"))

    def documents(self, application_id: str) -> Iterator[schemas.FiledDocumentOut]:
        """All documents of an application, in the order in which they came."""
        return self._paged(f"/v1/applications/{_part(application_id)}/documents")

    def decision(self, application_id: str) -> dict[str, Any]:
        return cast(dict[str, Any], self.request("GET", f"/v1/applications/{_part(application_id)}/decision"))

    def decision_when_made(self, application_id: str, timeout_seconds: float = 60.0) -> dict[str, Any]:
        """The decision, once every document has been taken into account."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            try:
                return self.decision(application_id)
            except XingeError as error:
                if error.code != "not_assessed_yet" or time.monotonic() > deadline:
                    raise
            time.sleep(0.25)

    def create_webhook(
        self, url: str, event_types: Sequence[str] = (), idempotency_key: str | None = None
    ) -> schemas.WebhookWithSecretOut:
        """Makes an address that is told what happens; messages to it are verified with the secret (`standardwebhooks`)."""
        body = {"url": url, "event_types": list(event_types)}
        key = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        return cast(schemas.WebhookWithSecretOut, self.request("POST", "/v1/webhooks", json_body=body, headers=key))

    def events(self, after: str | None = None) -> Iterator[schemas.EventOut]:
        """What happened since the event `after`, or all that is kept, in its order."""
        return self._paged("/v1/events", after)

    def _paged(self, path: str, after: str | None = None) -> Iterator[Any]:
        query: dict[str, str | int] = {"cursor": after} if after else {}
        while True:
            page = self.request("GET", path, query=query)
            yield from page["items"]
            if not page.get("next_cursor"):
                return
            query = {"cursor": page["next_cursor"]}


def _part(text: str) -> str:
    return urllib.parse.quote(text, safe="")
