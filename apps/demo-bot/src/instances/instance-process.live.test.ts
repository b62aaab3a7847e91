import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Order } from "./ipc-messages.ts";

const program = fileURLToPath(new URL("../../dist/instance.js", import.meta.url));

test("an instance whose starter goes before it could be told what came of an order ends as if it had been told", async () => {
  const instance = fork(program, { env: { PORT: "0" }, execArgv: [], silent: true });
  let stderr = "";
  instance.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  await once(instance, "message");
  // Fails at once, for there is no such call; what it tells of that finds nobody.
  const order: Order = {
    order: 0,
    do: "press",
    callId: "481f3600-983e-4276-9b59-000000000000",
    clientContext: "1",
    keys: "1",
  };
  for (let n = 0; n < 5; n++) instance.send({ ...order, order: n });
  instance.disconnect();
  expect([await once(instance, "exit"), stderr]).toEqual([[0, null], ""]);
});
