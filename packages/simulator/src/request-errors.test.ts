import { gzipSync } from "node:zlib";
import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Reply } from "./__fixtures__/fetch-client.ts";
import { createTestSetup, type TestSetup } from "./__fixtures__/test-setup.ts";

const SOME_ID = "57dab8b1-894c-409a-b240-bd8beae78896";
const calls = "/v1.0/communications/calls";

let setup: TestSetup;
let callId: string;
beforeAll(async () => {
  setup = await createTestSetup();
  callId = await setup.createEstablishedCall();
});
afterAll(() => setup.close());

/** Checks that a response has the shape of Graph's errors. */
function expectGraphError(reply: Reply, status: number, code: string): void {
  expect(reply.status).toBe(status);
  expect(reply.body).toEqual({
    error: {
      code,
      message: expect.stringMatching(/./),
      innerError: {
        date: expect.stringMatching(/^2023-11-14T22:13:2\d$/),
        "request-id": reply.headers.get("request-id"),
        "client-request-id": reply.headers.get("client-request-id"),
      },
    },
  });
  expect(reply.headers.get("content-type")).toMatch(/^application\/json/);
}

describe("a token", () => {
  const claims = (): Record<string, unknown> => {
    const nowSec = Math.floor(setup.clock.now() / 1000);
    return {
      aud: "https://graph.microsoft.com",
      iss: `https://sts.windows.net/${setup.simulator.tenantId}/`,
      nbf: nowSec,
      exp: nowSec + 60,
    };
  };
  const cases: Record<string, () => Promise<Record<string, string>> | Record<string, string>> = {
    "that is missing": () => ({ Authorization: "" }),
    "of another scheme": () => ({ Authorization: `Basic ${setup.client.token}` }),
    "that is no JWT": () => ({ Authorization: "Bearer nonsense" }),
    "that was tampered with": () => ({ Authorization: `Bearer ${setup.client.token.slice(0, -6)}AAAAAA` }),
    "for another audience": async () => {
      const { body } = await setup.client.requestToken({ scope: "https://management.azure.com/.default" });
      return { Authorization: `Bearer ${body.access_token}` };
    },
    "signed by an unknown key": async () => {
      const { privateKey } = await generateKeyPair("RS256");
      const token = await new SignJWT(claims()).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
      return { Authorization: `Bearer ${token}` };
    },
    "without a signature": () => ({ Authorization: `Bearer ${new UnsecuredJWT(claims()).encode()}` }),
    "of a notification": async () => ({
      Authorization: `Bearer ${await setup.simulator.signNotificationToken(claims())}`,
    }),
  };

  test.each(Object.keys(cases))("%s is rejected", async (name) => {
    const headers = (await cases[name]?.()) ?? {};
    const reply = await setup.client.request("GET", `${calls}/${callId}`, { headers });
    expectGraphError(reply, 401, "InvalidAuthenticationToken");
    expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer realm=/);
  });

  test("is valid for an hour of the clock", async () => {
    const otherSetup = await createTestSetup();
    try {
      const read = (): Promise<Reply> => otherSetup.client.request("GET", `${calls}/${SOME_ID}`);
      await otherSetup.clock.advance(3_599_000);
      expect((await read()).status).toBe(404);
      await otherSetup.clock.advance(1_000);
      const late = await read();
      expect(late.status).toBe(401);
      expect(late.body.error.message).toContain("expired");
    } finally {
      await otherSetup.close();
    }
  });

  test("without the permission to call cannot create a call", async () => {
    const otherSetup = await createTestSetup({ roles: ["Calls.AccessMedia.All", "Calls.JoinGroupCall.All"] });
    try {
      expectGraphError(
        await otherSetup.client.request("POST", calls, { body: otherSetup.client.createCallBody() }),
        403,
        "7504",
      );
      expect(otherSetup.bot.received).toEqual([]);
    } finally {
      await otherSetup.close();
    }
  });
});

describe("a request", () => {
  test.each([
    ["GET", `${calls}/${SOME_ID}`, "404 8522"],
    ["DELETE", `${calls}/${SOME_ID}`, "404 8522"],
    ["POST", `${calls}/${SOME_ID}/sendDtmfTones`, "404 8522"],
    ["GET", `${calls}/${SOME_ID}/operations/${SOME_ID}`, "404 8522"],
    ["POST", `${calls}//sendDtmfTones`, "404 UnknownError"],
    ["POST", `${calls}/microsoft.graph.sendDtmfTones`, "404 UnknownError"],
    ["POST", `${calls}/${SOME_ID}/sendDtmfTone`, "400 BadRequest"],
    ["POST", `${calls}/${SOME_ID}/sendDtmfTones/more`, "400 BadRequest"],
    ["GET", `${calls}/${SOME_ID}/operations`, "400 BadRequest"],
    ["GET", `${calls}/${SOME_ID}/operations/${SOME_ID}/more`, "400 BadRequest"],
    ["GET", "/v1.0/users", "400 BadRequest"],
    ["GET", "/v1.0/communications/presences", "400 BadRequest"],
    ["GET", "/v2.0/communications/calls", "400 BadRequest"],
    ["GET", "/", "400 BadRequest"],
    ["GET", `${calls}/%ff`, "400 BadRequest"],
    ["GET", calls, "405 Request_BadRequest"],
    ["PATCH", `${calls}/${SOME_ID}`, "405 Request_BadRequest"],
    ["GET", `${calls}/${SOME_ID}/sendDtmfTones`, "405 Request_BadRequest"],
    ["DELETE", `${calls}/${SOME_ID}/operations/${SOME_ID}`, "405 Request_BadRequest"],
  ])("%s %s gets %s", async (method, path, answer) => {
    const body = method === "POST" ? { tones: ["tone1"] } : undefined;
    const [status, code = ""] = answer.split(" ");
    expectGraphError(await setup.client.request(method, path, { body }), Number(status), code);
  });

  test("with a wrong method gets an Allow header", async () => {
    const reply = await setup.client.request("PUT", `${calls}/${callId}`, { body: {} });
    expect(reply.headers.get("allow")).toBe("GET, DELETE");
  });

  test("without an id gets the error of Graph", async () => {
    const { body } = await setup.client.sendTones("", { tones: ["tone1"] });
    expect(JSON.parse(body.error.message).message).toContain("/communications/calls('sendDtmfTones')");
  });

  test("for an unknown operation gets 404", async () => {
    expectGraphError(await setup.client.request("GET", `${calls}/${callId}/operations/${SOME_ID}`), 404, "NotFound");
  });
});

describe("a body", () => {
  test.each([
    ["that is no JSON", "{tones}", {}],
    ["that is empty", "", {}],
    ["of another content type", '{"tones":["tone1"]}', { "Content-Type": "text/plain" }],
  ])("%s is rejected", async (_, body, headers) => {
    const reply = await setup.client.request("POST", `${calls}/${callId}/sendDtmfTones`, { body, headers });
    expectGraphError(reply, 400, "BadRequest");
    expect(reply.body.error.message).toMatch(/^Unable to read JSON request payload/);
  });

  test("in a charset other than UTF-8 is rejected", async () => {
    const response = await fetch(`${setup.simulator.url}${calls}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${setup.client.token}`, "Content-Type": "application/json" },
      body: Buffer.from(JSON.stringify(setup.client.createCallBody({ subject: "Grüße" })), "latin1"),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Unable to read JSON request payload");
  });

  test("can be compressed with gzip, as some of Graph's SDKs do, and in no other way", async () => {
    const post = async (encoding: string, body: Buffer): Promise<number> => {
      const { status } = await fetch(`${setup.simulator.url}${calls}`, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${setup.client.token}`,
          "Content-Type": "application/json",
          "Content-Encoding": encoding,
        },
        body: new Uint8Array(body),
      });
      return status;
    };
    const plain = Buffer.from(JSON.stringify(setup.client.createCallBody()));
    expect(await post("gzip", gzipSync(plain))).toBe(201);
    expect(await post("gzip", plain)).toBe(400);
    expect(await post("deflate", plain)).toBe(415);
    // The body is small when compressed, and too large when decompressed.
    expect(await post("gzip", gzipSync(Buffer.alloc(5 * 1024 * 1024, " ")))).toBe(400);
  });

  test("that is not read because the token is refused does not break the connection", async () => {
    const body = `{"tones":["${"x".repeat(1024 * 1024)}"]}`;
    const path = `${calls}/${callId}/sendDtmfTones`;
    const replies = [];
    for (let times = 0; times < 3; times++) {
      replies.push(await setup.client.request("POST", path, { body, headers: { Authorization: "" } }));
    }
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test("that is too large is rejected without breaking the connection", async () => {
    const body = `{"tones":["${"x".repeat(5 * 1024 * 1024)}"]}`;
    expectGraphError(
      await setup.client.request("POST", `${calls}/${callId}/sendDtmfTones`, { body }),
      413,
      "RequestEntityTooLarge",
    );
    expect((await setup.client.request("GET", `${calls}/${callId}`)).status).toBe(200);
  });

  test("that is rejected has no effect", async () => {
    await setup.client.sendTones(callId, { tones: ["tone1", "tone99"] });
    await setup.clock.advance(1000);
    await setup.simulator.settled();
    expect(setup.simulator.call(callId).heard).toEqual([]);
    expect(setup.bot.summarize(callId)).toEqual(["updated establishing", "updated established"]);
  });

  test("is not repeated in the error, not even the name of a tone", async () => {
    const secrets = [
      { tones: ["tone4", "tone7", "pounds"] },
      { tones: ["tone4"], tone7: 1 },
      { tones: ["tone4"], "4711#": 1 },
      { tones: ["tone4"], clientContext: "tone7".repeat(100) },
    ];
    for (const body of secrets) {
      const reply = await setup.client.sendTones(callId, body);
      expectGraphError(reply, 400, "BadRequest");
      expect(JSON.stringify(reply.body.error.message)).not.toMatch(/tone\d|pound|4711/);
    }
    const inPath = await setup.client.request("POST", `${calls}/${callId}/tone4711`, { body: {} });
    expect(JSON.stringify(inPath.body.error.message)).not.toMatch(/tone\d/);
    expect(JSON.stringify(setup.simulator.requests)).not.toMatch(/tone\d/);
  });
});

describe("a call", () => {
  test("that is not established rejects tones", async () => {
    const ringing = await setup.client.createCall();
    expectGraphError(await setup.client.sendTones(ringing, { tones: ["tone1"] }), 400, "BadRequest");
  });

  test("that has ended is not found", async () => {
    const over = await setup.client.createCall();
    setup.simulator.call(over).hangUp();
    for (const [method, path] of [
      ["GET", `${calls}/${over}`],
      ["DELETE", `${calls}/${over}`],
      ["POST", `${calls}/${over}/sendDtmfTones`],
      ["GET", `${calls}/${over}/operations/${SOME_ID}`],
    ] as const) {
      const body = method === "POST" ? { tones: ["tone1"] } : undefined;
      expectGraphError(await setup.client.request(method, path, { body }), 404, "8522");
    }
  });

  test("in another tenant than the token's, or without one, is rejected", async () => {
    const { client } = setup;
    expectGraphError(
      await client.request("POST", calls, { body: client.createCallBody({ tenantId: SOME_ID }) }),
      403,
      "7505",
    );
    expectGraphError(
      await client.request("POST", calls, { body: client.createCallBody({ tenantId: null }) }),
      403,
      "7505",
    );
  });
});
