import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isLegacyNotification, parseJson, parseNotifications } from "./parse-notifications.ts";

const reference = process.env.GRAPH_REFERENCE_DIR;
if (!reference)
  console.warn("SKIPPED: set GRAPH_REFERENCE_DIR to a directory with corpus/{notifications,modelled} to read them");

/** Bodies from Graph, its documentation and field reports. `e…` are responses, not notifications. */
function bodiesIn(directory: string): [name: string, body: Uint8Array][] {
  const folder = join(reference ?? "", "corpus", directory);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json") && !name.startsWith("e"))
    .map((name) => [name, readFileSync(join(folder, name))]);
}

describe.skipIf(!reference)("the reference corpus", () => {
  const bodies: [name: string, body: Uint8Array][] = reference
    ? ["notifications", "modelled"].flatMap(bodiesIn)
    : [["none", new Uint8Array()]];

  it.each(bodies)("parses %s with every known type", (_, body) => {
    const json = parseJson(body);
    if (isLegacyNotification(json)) {
      expect(() => parseNotifications(json)).toThrow(expect.objectContaining({ code: "invalid_notification" }));
      return;
    }
    const notifications = parseNotifications(body);
    expect(notifications).not.toEqual([]);
    for (const notification of notifications) {
      const type = typeOf(notification.raw);
      if (/\.call$/i.test(type)) expect(["call", "tone"]).toContain(notification.kind);
      if (/operation$/i.test(type)) expect(notification.kind).toBe("operation");
      if (/participant$/i.test(type)) expect(notification.kind).toBe("participants");
      if (notification.kind === "unknown") continue;
      expect(notification.callId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(["created", "updated", "deleted"]).toContain(notification.changeType);
      if (notification.kind !== "operation") continue;
      expect(notification.operationId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(notification.operation.id).toBe(notification.operationId);
      expect([null, "running", "completed", "failed"]).toContain(notification.operation.status);
    }
  });
});

/** The type of the first resource of an entry. */
function typeOf(raw: unknown): string {
  const data = (raw as { resourceData?: unknown } | null)?.resourceData;
  const first = Array.isArray(data) ? data[0] : data;
  return String((first as Record<string, unknown> | undefined)?.["@odata.type"]);
}
