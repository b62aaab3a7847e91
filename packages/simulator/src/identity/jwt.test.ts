import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { decodeProtectedHeader, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { createUnsignedJwt, signJwt, verifyJwt } from "./jwt.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

describe.each([
  ["RS256", rsa],
  ["ES256", ec],
] as const)("a token signed with %s", (alg, { privateKey, publicKey }) => {
  const token = signJwt({ alg, kid: "key" }, { sub: "bot", name: "Zoë" }, privateKey);

  test("is valid for an independent library", async () => {
    const { payload, protectedHeader } = await jwtVerify(token, publicKey, { algorithms: [alg] });
    expect(payload).toEqual({ sub: "bot", name: "Zoë" });
    expect(protectedHeader).toEqual({ alg, kid: "key" });
  });

  test("verifyJwt returns its claims", () => {
    expect(verifyJwt(token, alg, publicKey)).toEqual({ sub: "bot", name: "Zoë" });
  });

  test.each([
    ["with changed claims", token.replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"other"}').toString("base64url")}.`)],
    ["without a signature", token.replace(/[^.]+$/, "")],
    ["with another part", `${token}.x`],
    ["if it is no token", "token"],
    ["with alg none", createUnsignedJwt({ sub: "bot" })],
  ])("is rejected %s", (_, changed) => {
    expect(verifyJwt(changed, alg, publicKey)).toBeUndefined();
  });

  test("is rejected under another algorithm", () => {
    expect(verifyJwt(token, alg === "RS256" ? "ES256" : "RS256", publicKey)).toBeUndefined();
  });
});

test("an unsigned token declares alg none", async () => {
  const token = createUnsignedJwt({ sub: "bot" });
  expect(decodeProtectedHeader(token)).toEqual({ alg: "none" });
  await expect(jwtVerify(token, createSecretKey(Buffer.alloc(32)))).rejects.toThrow();
});
