import { describe, expect, it } from "vitest";
import { createGraphCallingVerifier } from "./graph-calling-verifier.ts";
import { type GraphCallingVerifierOptions, readVerifierOptions } from "./verifier-options.ts";

const good: GraphCallingVerifierOptions = { appId: "app", tenantIds: ["tenant"] };

describe("the options of a verifier", () => {
  it.each([
    ["no app id", { appId: "" }],
    ["an app id that is not a text", { appId: undefined }],
    ["no tenants", { tenantIds: undefined }],
    ["an empty list of tenants", { tenantIds: [] }],
    ["an empty tenant", { tenantIds: [""] }],
    ["a tenant that is not in a list", { tenantIds: "tenant" }],
    ["an empty list of issuers", { issuers: [] }],
    ["an infinite tolerance", { clockToleranceSec: Number.POSITIVE_INFINITY }],
    ["a negative tolerance", { clockToleranceSec: -1 }],
    ["a tolerance that is not a number", { clockToleranceSec: "60" }],
    ["a configuration that is not a URL", { openIdConfigurationUrl: "api.aps.skype.com" }],
    ["a configuration over plain http", { openIdConfigurationUrl: "http://keys.example/configuration" }],
    ["a configuration in a file", { openIdConfigurationUrl: "file:///configuration.json" }],
  ])("are rejected at once with %s", (_, wrong) => {
    const options = { ...good, ...wrong } as GraphCallingVerifierOptions;
    expect(() => createGraphCallingVerifier(options)).toThrow(TypeError);
  });

  it("may list hosts for plain http", () => {
    const openIdConfigurationUrl = "http://simulator:4000/configuration";
    expect(() => readVerifierOptions({ ...good, openIdConfigurationUrl, allowHttpHosts: ["simulator"] })).not.toThrow();
  });

  it("are not read again", () => {
    const tenantIds = ["one"];
    const read = readVerifierOptions({ ...good, tenantIds });
    tenantIds[0] = "another";
    expect(read.tenantIds).toEqual(new Set(["one"]));
  });
});
