import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { CommandRequest } from "./ipc-messages.ts";

const program = fileURLToPath(new URL("../../dist/instance.js", import.meta.url));

test("an instance exits without an error if its parent process exits before a result can be sent", async () => {
  const instance = fork(program, { env: { PORT: "0" }, execArgv: [], silent: true });
  let stderr = "";
  instance.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  await once(instance, "message");
  // The command fails at once, because the call does not exist. By then the channel to the parent is closed.
  const request: CommandRequest = {
    requestId: 0,
    command: "sendTones",
    callId: "481f3600-983e-4276-9b59-000000000000",
    clientContext: "1",
    keys: "1",
  };
  for (let n = 0; n < 5; n++) instance.send({ ...request, requestId: n });
  instance.disconnect();
  expect([await once(instance, "exit"), stderr]).toEqual([[0, null], ""]);
});
