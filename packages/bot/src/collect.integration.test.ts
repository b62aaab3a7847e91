import { formatTones, secretTones } from "@graph-dtmf/models";
import { expect, test } from "vitest";
import { startBot } from "./__fixtures__/start-bot.ts";

const prompts = [{ uri: "https://bot.contoso.com/pin.wav" }];

test("collects a PIN that interrupts a prompt, and leaves further keys to the next collect", async () => {
  const { establish, advanceUntil, eventually, simulator, clock, errors } = await startBot();
  const { call, farEnd } = await establish();
  const pin = call.collect({ maxDigits: 4, prompts });
  const answered = (action: string): boolean =>
    simulator.requests.some((request) => request.action === action && request.status === 200);
  await eventually(() => answered("subscribeToTone") && answered("playPrompt"));
  farEnd.press("471142#");
  expect(await advanceUntil(pin)).toEqual({ digits: secretTones("4711"), endedBy: "maxDigits", keysLost: 0 });
  expect(formatTones((await pin).digits)).toBe("4711");
  await eventually(() => answered("cancelMediaProcessing"));
  await clock.advance(1000);
  await simulator.settled();
  const next = await advanceUntil(call.collect({ maxDigits: 9, prompts }));
  expect([formatTones(next.digits), next.endedBy]).toEqual(["42", "terminator"]);
  const actions = simulator.requests.map(({ action }) => action);
  expect(actions.filter((action) => action === "subscribeToTone")).toHaveLength(1);
  expect(actions.filter((action) => action === "cancelMediaProcessing")).toHaveLength(1);
  expect(errors).toEqual([]);
});

test("rejects a second collect of a call while one runs", async () => {
  const { establish, advanceUntil } = await startBot();
  const { call } = await establish();
  const first = call.collect({ maxDigits: 1, timeoutMs: 1000 });
  await expect(call.collect({ maxDigits: 1 })).rejects.toMatchObject({ code: "invalid_request" });
  expect(await advanceUntil(first)).toMatchObject({ endedBy: "timeout" });
  expect(await advanceUntil(call.collect({ maxDigits: 1, timeoutMs: 1000 }))).toMatchObject({ endedBy: "timeout" });
});

test("ends with the call, and when the bot closes", async () => {
  const { establish, advanceUntil, bot, clock } = await startBot();
  const { call, farEnd } = await establish();
  const collecting = call.collect({ maxDigits: 1 });
  farEnd.hangUp();
  expect(await advanceUntil(collecting)).toMatchObject({ endedBy: "callEnded" });
  const other = await establish();
  const closed = other.call.collect({ maxDigits: 1 });
  await clock.advance(100);
  await bot.close();
  expect(await closed).toMatchObject({ endedBy: "aborted" });
});

test("starts prompts only after a running cancel request, which would stop them too", async () => {
  const { establish, advanceUntil, eventually, simulator } = await startBot();
  const { call, farEnd } = await establish();
  const actions = (): unknown[] => simulator.requests.map(({ action }) => action);
  const first = call.collect({ maxDigits: 1, prompts });
  await eventually(() => simulator.requests.some(({ action, status }) => action === "playPrompt" && status === 200));
  simulator.faults.next({ on: "cancelMediaProcessing", delayMs: 300 });
  farEnd.press("1");
  await advanceUntil(first);
  const second = call.collect({ maxDigits: 1, prompts, timeoutMs: 60_000 });
  await eventually(() => actions().includes("cancelMediaProcessing"));
  expect(actions().filter((action) => action === "playPrompt")).toHaveLength(1);
  await advanceUntil(eventually(() => actions().filter((action) => action === "playPrompt").length === 2));
  farEnd.press("2");
  expect(formatTones((await advanceUntil(second)).digits)).toBe("2");
});

test.each([
  ["reports a prompt that could not be stopped", 403, [expect.objectContaining({ status: 403 })]],
  ["reports nothing if the call has ended", 404, []],
])("%s", async (_, status, reported) => {
  const { establish, advanceUntil, eventually, simulator, errors } = await startBot();
  const { call, farEnd } = await establish();
  simulator.faults.next({ on: "cancelMediaProcessing", respond: { status } });
  const collecting = call.collect({ maxDigits: 1, prompts });
  await eventually(() =>
    simulator.requests.some((request) => request.action === "playPrompt" && request.status === 200),
  );
  farEnd.press("1");
  expect(await advanceUntil(collecting)).toMatchObject({ endedBy: "maxDigits" });
  // Later requests wait until the prompt has been stopped.
  await call.sendTones("1");
  expect(errors).toEqual(reported);
});
