"""The client against a running service: `python try.py http://127.0.0.1:8080 FILE`."""

import os
import sys
import uuid
from decimal import Decimal
from pathlib import Path

from xinge_client import Client, XingeError

base, file = sys.argv[1], Path(sys.argv[2])
client = Client(base, token=os.environ.get("XINGE_TOKEN"))
key = str(uuid.uuid4())
application = client.create_application({"declared": {"name": "陆知夏", "monthly_income": "13000"}}, idempotency_key=key)
again = client.create_application({"declared": {"name": "陆知夏", "monthly_income": "13000"}}, idempotency_key=key)
assert again["id"] == application["id"]
document = client.upload_document(application["id"], file, wait_seconds=10)
assert document["state"] == "parsed", document
assert client.upload_document(application["id"], file.read_bytes(), file.name)["id"] == document["id"]
decision = client.decision_when_made(application["id"])
assert Decimal(decision["limit"]) >= 0
assert [one["id"] for one in client.documents(application["id"])] == [document["id"]]
assert any(one["id"] == application["id"] for one in client.applications())
hook = client.create_webhook("https://lender.example/hooks", ["application.assessed"])
assert hook["secret"].startswith("whsec_"), "no secret"
client.request("DELETE", f"/v1/webhooks/{hook['id']}")
assert all(event["id"].startswith("evt_") for event in client.events())
try:
    client.application("app_0")
except XingeError as error:
    assert (error.status, error.code) == (404, "not_found"), error
else:
    raise AssertionError("what is not there was found")
print(decision["outcome"], decision["limit"], decision["apr"])
