// The client against a running service: `npm run try -- http://127.0.0.1:8080 FILE`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { Client, XingeError } from "./dist/index.js";

const [baseUrl, file] = process.argv.slice(2);
const client = new Client({ baseUrl, ...(process.env.XINGE_TOKEN ? { token: process.env.XINGE_TOKEN } : {}) });
const application = await client.createApplication({ declared: { name: "陆知夏", monthly_income: "13000" } }, "try-ts-" + Date.now());
const blob = new Blob([await readFile(file)]);
const document = await client.uploadDocument(application.id, blob, { filename: basename(file), waitSeconds: 10 });
assert.equal(document.state, "parsed", JSON.stringify(document));
const again = await client.uploadDocument(application.id, blob, { filename: basename(file) });
assert.equal(again.id, document.id);
const decision = await client.decisionWhenMade(application.id);
assert.match(decision.limit, /^\d+\.\d\d$/);
const found = [];
for await (const one of client.documents(application.id)) found.push(one.id);
assert.deepEqual(found, [document.id]);
let seen = false;
for await (const one of client.applications()) seen ||= one.id === application.id;
assert.ok(seen);
await assert.rejects(client.application("app_0"), (error) => error instanceof XingeError && error.code === "not_found");
console.log(`${decision.outcome} ${decision.limit} ${decision.apr}`);
