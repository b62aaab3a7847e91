import fc from "fast-check";
import { expect, it } from "vitest";
import { parseCommonPath } from "./fast-path.ts";
import { parseResourcePath } from "./resource-path.ts";

it("reads the common paths of calls and operations as parseResourcePath does", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), (callId, operationId) => {
      const call = `/communications/calls/${callId}`;
      for (const path of [call, `${call}/operations/${operationId}`]) {
        expect(parseCommonPath(path)).toEqual(parseResourcePath(path));
        expect(parseCommonPath(path)).toBeDefined();
      }
    }),
  );
});

it("leaves every other spelling to parseResourcePath", () => {
  const callId = "57dab8b1-894c-409a-b240-bd8beae78896";
  for (const path of [`/app/calls/${callId}`, `communications/calls/${callId}`, `/communications/calls('${callId}')`]) {
    expect(parseCommonPath(path)).toBeUndefined();
    expect(parseResourcePath(path)?.callId).toBe(callId);
  }
});
