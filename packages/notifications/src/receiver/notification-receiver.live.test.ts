import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeEdge } from "../__fixtures__/edges.ts";
import { openReceiver } from "../__fixtures__/open-receiver.ts";
import { isLegacyNotification, parseJson, parseNotifications } from "../parsing/parse-notifications.ts";
import { createOperationTracker } from "../tracker/create-operation-tracker.ts";

const reference = process.env.GRAPH_REFERENCE_DIR;
if (!reference)
  console.warn("SKIPPED: set GRAPH_REFERENCE_DIR to a directory with corpus/{notifications,modelled} to receive them");

function bodiesIn(directory: string): [name: string, body: Uint8Array][] {
  const folder = join(reference ?? "", "corpus", directory);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.startsWith("e"))
    .map((name) => [name, readFileSync(join(folder, name))]);
}

describe.skipIf(!reference)("the reference corpus, posted to a server", () => {
  const bodies: [name: string, body: Uint8Array][] = reference
    ? ["notifications", "modelled"].flatMap(bodiesIn)
    : [["none", new Uint8Array()]];

  it.each(bodies)("%s reaches the handlers once, however often it is sent", async (_, body) => {
    const operations = createOperationTracker();
    onTestFinished(() => operations.close());
    const { send, receiver, record, errors } = await openReceiver({ operations }, nodeEdge);
    const seen = record();
    const isLegacy = isLegacyNotification(parseJson(body));
    for (const charset of ["utf-8", "Windows-1252"]) {
      const headers = { "content-type": `application/json; charset=${charset}` };
      expect((await send({ body, headers })).status).toBe(isLegacy ? 204 : 202);
    }
    await receiver.drain();
    const reported = isLegacy ? [] : parseNotifications(body);
    const known = reported.filter(({ kind }) => kind !== "unknown");
    // An unknown notification cannot be recognised as a duplicate.
    expect(seen).toHaveLength(known.length + 2 * (reported.length - known.length));
    expect(seen.map(({ kind }) => kind)).toEqual(expect.arrayContaining(reported.map(({ kind }) => kind)));
    expect(errors).toEqual([]);
  });
});
