import { expect, test } from "vitest";
import { HELP, readCommandLine } from "./command-line.ts";

test("without arguments it listens on 127.0.0.1:4000 with speed 1", () => {
  expect(readCommandLine([])).toEqual({ port: 4000, host: "127.0.0.1", speed: 1, files: {} });
});

test("reads every option", () => {
  const args = "--port 0 --host 0.0.0.0 --speed 2.5 --app-id a --tenant-id t --client-secret s --roles A.All,B.All";
  const files = "--far-end menu.json --tls-cert cert.pem --tls-key key.pem --callback-ca ca.pem";
  expect(readCommandLine(`${args} ${files}`.split(" "))).toEqual({
    port: 0,
    host: "0.0.0.0",
    speed: 2.5,
    appId: "a",
    tenantId: "t",
    clientSecret: "s",
    roles: ["A.All", "B.All"],
    files: { farEnd: "menu.json", tlsCert: "cert.pem", tlsKey: "key.pem", callbackCa: "ca.pem" },
  });
});

test.each(["--help", "-h"])("%s requests help", (argument) => {
  expect(readCommandLine(["--port", "1", argument])).toBeUndefined();
});

test("the help names only options that exist", () => {
  for (const option of HELP.match(/--[a-z-]+/g) ?? []) {
    const isFlag = option === "--help";
    const pair = option.startsWith("--tls") ? ["--tls-cert", "1", "--tls-key", "1"] : [];
    expect(() => readCommandLine([...pair, ...(isFlag ? [option] : [option, "1"])])).not.toThrow();
  }
});

test.each([
  ["--port many", "--port must be a number"],
  ["--port 65536", "--port must be a number"],
  ["--port 1.5", "--port must be a number"],
  ["--speed 0", "--speed must be a number above 0"],
  ["--speed fast", "--speed must be a number above 0"],
  ["--tls-cert cert.pem", "--tls-cert and --tls-key must be used together"],
  ["--faster", "Unknown option '--faster'"],
  ["extra", "Unexpected argument 'extra'"],
])("rejects %s", (args, message) => {
  expect(() => readCommandLine(args.split(" "))).toThrow(message);
});
