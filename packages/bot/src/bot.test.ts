import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { formatTones } from "@graph-dtmf/models";
import { toNodeHandler } from "@graph-dtmf/notifications/node";
import { startSimulator } from "@graph-dtmf/simulator";
import { describe, expect, onTestFinished, test } from "vitest";
import { startBot } from "./__fixtures__/start-bot.ts";
import { createCallingBot } from "./bot.ts";

const CALL = "57dab8b1-894c-409a-b240-bd8beae78896";

describe("a bot that creates its parts", () => {
  test("creates a call, presses and receives keys, and closes, over HTTP and in real time", {
    timeout: 60_000,
  }, async () => {
    const simulator = await startSimulator({ speed: 50 });
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(async () => {
      server.close();
      await simulator.close();
    });
    const bot = createCallingBot({
      credential: simulator.credential,
      appId: simulator.appId,
      tenantIds: [simulator.tenantId],
      openIdConfigurationUrl: simulator.openIdConfigurationUrl,
      baseUrl: simulator.url,
      callbackUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    });
    server.on("request", toNodeHandler(bot.receiver));
    const call = await bot.createCall({ targets: [{ phone: { id: "+15550100" } }] });
    expect(call.tenantId).toBe(simulator.tenantId);
    await call.waitFor("established");
    expect(await call.dial("42#")).toMatchObject({ outcome: "completed", tonesPlayed: 3 });
    const tones = call.tones();
    const collecting = call.collect({ maxDigits: 2 });
    while (!simulator.requests.some(({ action, status }) => action === "subscribeToTone" && status === 200)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    simulator.call(call.id).press("17");
    expect(formatTones((await collecting).digits)).toBe("17");
    expect((await tones.next()).value?.tone).toBe("tone1");
    await bot.close();
    await expect(bot.dtmf.sendDtmfTones(call.id, { tones: "1" })).rejects.toMatchObject({ code: "closed" });
    await expect(call.waitFor("terminated")).rejects.toMatchObject({ code: "closed" });
  });

  test("rejects invalid options", () => {
    const options = { credential: async () => "token", appId: "", tenantIds: [] };
    expect(() => createCallingBot(options)).toThrow(TypeError);
  });
});

describe("a bot of existing parts", () => {
  test("leaves them open when it closes", async () => {
    const { bot, establish } = await startBot();
    const { call } = await establish();
    await bot.close();
    const sent = await bot.dtmf.sendDtmfTones(call.id, { tones: "1" });
    expect(sent.operation.status).toBe("running");
    expect(bot.operations.pending).toBe(1);
  });

  test("requests the token of the call's tenant", async () => {
    const { bot, establish, simulator } = await startBot();
    const { call } = await establish();
    expect(call.tenantId).toBe(simulator.tenantId);
    expect(bot.call(CALL, { tenantId: "another" }).tenantId).toBe("another");
    expect(bot.call(CALL, { tenantId: "a third" }).tenantId).toBe("another");
  });

  test("accepts one kind of event and rejects an empty call id", async () => {
    const { bot } = await startBot();
    expect(() => bot.on("outgoing" as "incoming", () => {})).toThrow("incoming");
    expect(() => bot.call("")).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });

  test("answers requests on Request/Response platforms", async () => {
    const { bot } = await startBot();
    expect((await bot.fetch(new Request("http://127.0.0.1/", { method: "POST" }))).status).toBe(401);
  });
});
