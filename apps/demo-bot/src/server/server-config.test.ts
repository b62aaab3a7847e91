import { describe, expect, test } from "vitest";
import { readConfig } from "./server-config.ts";

const TENANT = "aa67bd4c-8475-432d-bd41-39f255720e0a";
const APP = "2891555a-92ff-42e6-80fa-6e1300c6b5c6";
const identity = { TENANT_ID: TENANT, CLIENT_ID: APP, CLIENT_SECRET: "hush" };

const faultsOf = (environment: Record<string, string>): string[] => {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    return String((error as Error).message)
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
};

describe("the environment", () => {
  test("says nothing: a simulator of our own, on the usual port, alone", () => {
    expect(readConfig({ PORT: "", REDIS_URL: " " })).toEqual({
      port: 3978,
      publicUrl: undefined,
      redisUrl: undefined,
      graph: undefined,
    });
  });

  test("says who we are and where we are reached: the real service", () => {
    expect(
      readConfig({ ...identity, PUBLIC_URL: "https://bot.example/", PORT: "0", REDIS_URL: "rediss://:p@r:1" }),
    ).toEqual({
      port: 0,
      publicUrl: "https://bot.example",
      redisUrl: "rediss://:p@r:1",
      graph: {
        graphUrl: "https://graph.microsoft.com",
        tokenUrl: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
        openIdConfigurationUrl: undefined,
        tenantId: TENANT,
        appId: APP,
        clientSecret: "hush",
      },
    });
  });

  test("says where a simulator runs: that one, and we need not be reached from outside", () => {
    const { graph, publicUrl } = readConfig({ ...identity, GRAPH_URL: "http://127.0.0.1:4000/" });
    expect(publicUrl).toBeUndefined();
    expect(graph).toMatchObject({
      graphUrl: "http://127.0.0.1:4000",
      tokenUrl: `http://127.0.0.1:4000/${TENANT}/oauth2/v2.0/token`,
      openIdConfigurationUrl: "http://127.0.0.1:4000/v1/.well-known/OpenIdConfiguration",
    });
    const other = { TOKEN_URL: "https://login.example/token", OPENID_CONFIGURATION_URL: "https://keys.example/c" };
    expect(readConfig({ ...identity, ...other, GRAPH_URL: "http://graph.test" }).graph).toMatchObject({
      tokenUrl: other.TOKEN_URL,
      openIdConfigurationUrl: other.OPENID_CONFIGURATION_URL,
    });
  });

  test("is told everything that is wrong with it at once, and none of its values", () => {
    const faults = faultsOf({
      PORT: "65536",
      REDIS_URL: "http://hush",
      GRAPH_URL: "hush",
      TENANT_ID: "hush",
      CLIENT_SECRET: "hush",
      PUBLIC_URL: "ftp://hush",
    });
    expect(faults.map((fault) => fault.split(":", 1)[0])).toEqual([
      "PORT",
      "REDIS_URL",
      "GRAPH_URL",
      "TENANT_ID",
      "PUBLIC_URL",
      "CLIENT_ID",
    ]);
    expect(faults.join()).not.toContain("hush");
  });

  test.each([
    [{ CLIENT_SECRET: "hush" }, ["TENANT_ID", "CLIENT_ID", "PUBLIC_URL"]],
    [{ GRAPH_URL: "http://127.0.0.1:1" }, ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"]],
    [{ ...identity, PUBLIC_URL: "http://bot.example" }, ["PUBLIC_URL"]],
    [{ REDIS_URL: "redis://a,http://b" }, ["REDIS_URL"]],
    [{ PORT: "-1" }, ["PORT"]],
    [{ PORT: "1e3" }, ["PORT"]],
  ])("%o lacks %o", (environment, names) => {
    expect(faultsOf(environment as Record<string, string>).map((fault) => fault.split(":", 1)[0])).toEqual(names);
  });
});
