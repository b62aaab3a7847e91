import { describe, expect, test } from "vitest";
import { readServerConfig } from "./server-config.ts";

const TENANT = "aa67bd4c-8475-432d-bd41-39f255720e0a";
const APP = "2891555a-92ff-42e6-80fa-6e1300c6b5c6";
const identity = { TENANT_ID: TENANT, CLIENT_ID: APP, CLIENT_SECRET: "hush" };

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readServerConfig(environment);
    return [];
  } catch (error) {
    return String((error as Error).message)
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
};

describe("readServerConfig", () => {
  test("selects an own simulator, the default port and no Redis if no variable is set", () => {
    expect(readServerConfig({ PORT: "", REDIS_URL: " " })).toEqual({
      port: 3978,
      publicUrl: undefined,
      redisUrl: undefined,
      graph: undefined,
    });
  });

  test("selects the real service if identity and public address are set", () => {
    expect(
      readServerConfig({ ...identity, PUBLIC_URL: "https://bot.example/", PORT: "0", REDIS_URL: "rediss://:p@r:1" }),
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

  test("selects the simulator at GRAPH_URL, without a public address", () => {
    const { graph, publicUrl } = readServerConfig({ ...identity, GRAPH_URL: "http://127.0.0.1:4000/" });
    expect(publicUrl).toBeUndefined();
    expect(graph).toMatchObject({
      graphUrl: "http://127.0.0.1:4000",
      tokenUrl: `http://127.0.0.1:4000/${TENANT}/oauth2/v2.0/token`,
      openIdConfigurationUrl: "http://127.0.0.1:4000/v1/.well-known/OpenIdConfiguration",
    });
    const other = { TOKEN_URL: "https://login.example/token", OPENID_CONFIGURATION_URL: "https://keys.example/c" };
    expect(readServerConfig({ ...identity, ...other, GRAPH_URL: "http://graph.test" }).graph).toMatchObject({
      tokenUrl: other.TOKEN_URL,
      openIdConfigurationUrl: other.OPENID_CONFIGURATION_URL,
    });
  });

  test("reports all invalid variables at once, without their values", () => {
    const problems = problemsOf({
      PORT: "65536",
      REDIS_URL: "http://hush",
      GRAPH_URL: "hush",
      TENANT_ID: "hush",
      CLIENT_SECRET: "hush",
      PUBLIC_URL: "ftp://hush",
    });
    expect(problems.map((problem) => problem.split(":", 1)[0])).toEqual([
      "PORT",
      "REDIS_URL",
      "GRAPH_URL",
      "TENANT_ID",
      "PUBLIC_URL",
      "CLIENT_ID",
    ]);
    expect(problems.join()).not.toContain("hush");
  });

  test.each([
    [{ CLIENT_SECRET: "hush" }, ["TENANT_ID", "CLIENT_ID", "PUBLIC_URL"]],
    [{ GRAPH_URL: "http://127.0.0.1:1" }, ["TENANT_ID", "CLIENT_ID", "CLIENT_SECRET"]],
    [{ ...identity, PUBLIC_URL: "http://bot.example" }, ["PUBLIC_URL"]],
    [{ REDIS_URL: "redis://a,http://b" }, ["REDIS_URL"]],
    [{ PORT: "-1" }, ["PORT"]],
    [{ PORT: "1e3" }, ["PORT"]],
  ])("rejects %o and names %o", (environment, names) => {
    expect(problemsOf(environment as Record<string, string>).map((problem) => problem.split(":", 1)[0])).toEqual(names);
  });
});
