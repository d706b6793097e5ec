// Typed client of the xinge API. `schema.ts` is generated from docs/openapi.json (`npm run generate`); this file adds who
// calls, idempotency keys, errors that say what is wrong, uploads and paging.

import createClient, { type Client as Fetching } from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** What the service refused, with its stable `code`. */
export class XingeError extends Error {
  readonly status: number;
  readonly problem: Problem | undefined;

  constructor(status: number, problem: Problem | undefined) {
    super(problem === undefined ? `HTTP ${status}` : `${problem.code}: ${problem.message_en}`);
    this.name = "XingeError";
    this.status = status;
    this.problem = problem;
  }

  get code(): string | undefined {
    return this.problem?.code;
  }
}

export interface Settings {
  /** Such as `https://xinge.example`, without `/v1`. */
  baseUrl: string;
  /** An API key (`xgk_…`), an applicant's token (`xgt_…`) or a reviewer's; none for a service that asks nobody. */
  token?: string;
  fetch?: (request: Request) => Promise<Response>;
}

export interface UploadOptions {
  filename: string;
  /** Tried in their order; neither stored nor logged by the service. */
  passwords?: string[];
  /** How long the answer may wait for the file to be read, at most 10. */
  waitSeconds?: number;
  /** The same request with the same key is done once; made when absent. */
  idempotencyKey?: string;
}

interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

export class Client {
  /** Every operation of the API by its path, typed. Answers have `data` or `error`. */
  readonly raw: Fetching<paths>;

  constructor(settings: Settings) {
    const headers: Record<string, string> = {};
    if (settings.token !== undefined) headers["Authorization"] = `Bearer ${settings.token}`;
    this.raw = createClient<paths>({
      baseUrl: settings.baseUrl,
      headers,
      ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }),
    });
  }

  async createApplication(
    application: Schemas["NewApplication"],
    idempotencyKey: string = crypto.randomUUID(),
  ): Promise<Schemas["ApplicationOut"]> {
    return answered(
      await this.raw.POST("/v1/applications", {
        params: { header: { "Idempotency-Key": idempotencyKey } },
        body: application,
      }),
    );
  }

  async application(id: string): Promise<Schemas["ApplicationOut"]> {
    return answered(await this.raw.GET("/v1/applications/{id}", { params: { path: { id } } }));
  }

  /** All of them, newest first, page by page. */
  applications(): AsyncGenerator<Schemas["ApplicationOut"]> {
    return paged(async (cursor) =>
      answered(await this.raw.GET("/v1/applications", { params: { query: cursor === undefined ? {} : { cursor } } })),
    );
  }

  async uploadDocument(id: string, file: Blob, options: UploadOptions): Promise<Schemas["FiledDocumentOut"]> {
    const form = new FormData();
    form.append("file", file, options.filename);
    for (const password of options.passwords ?? []) form.append("password", password);
    const header: Record<string, string> = { "Idempotency-Key": options.idempotencyKey ?? crypto.randomUUID() };
    if (options.waitSeconds !== undefined) header["Prefer"] = `wait=${options.waitSeconds}`;
    return answered(
      await this.raw.POST("/v1/applications/{id}/documents", {
        params: { path: { id }, header },
        // The description's form as `fetch` takes it.
        body: form as unknown as Schemas["UploadForm"],
        bodySerializer: (body: unknown) => body as FormData,
      }),
    );
  }

  async document(id: string): Promise<Schemas["FiledDocumentOut"]> {
    return answered(await this.raw.GET("/v1/documents/{id}", { params: { path: { id } } }));
  }

  /** All documents of an application, in the order in which they came. */
  documents(id: string): AsyncGenerator<Schemas["FiledDocumentOut"]> {
    return paged(async (cursor) =>
      answered(
        await this.raw.GET("/v1/applications/{id}/documents", {
          params: { path: { id }, query: cursor === undefined ? {} : { cursor } },
        }),
      ),
    );
  }

  async decision(id: string) {
    return answered(await this.raw.GET("/v1/applications/{id}/decision", { params: { path: { id } } }));
  }

  /** The decision, once every document has been taken into account. */
  async decisionWhenMade(id: string, timeoutMs = 60_000) {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      try {
        return await this.decision(id);
      } catch (error) {
        if (!(error instanceof XingeError) || error.code !== "not_assessed_yet" || Date.now() > deadline) throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

interface Fetched<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

function answered<Data>(fetched: Fetched<Data>): Data {
  if (fetched.response.ok && fetched.data !== undefined) return fetched.data;
  throw new XingeError(fetched.response.status, isProblem(fetched.error) ? fetched.error : undefined);
}

function isProblem(error: unknown): error is Problem {
  return typeof error === "object" && error !== null && "code" in error && "message_en" in error;
}

async function* paged<Item>(page: (cursor: string | undefined) => Promise<Page<Item>>): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await page(cursor);
    yield* items;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}
