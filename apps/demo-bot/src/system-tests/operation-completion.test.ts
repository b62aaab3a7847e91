import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createDtmfClient, type DtmfClient } from "@graph-dtmf/client";
import { createManualClock, type ManualClock } from "@graph-dtmf/models/testing";
import { createOperationTracker, type Notification, type OperationTracker } from "@graph-dtmf/notifications";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

const CALL = "481f3600-983e-4276-9b59-c1b30ec8d125";
const OPERATION = "d36fe651-9f50-484d-bd4b-1e6415eae448";
const CONTEXT = "mine";

type End = "completedSuccessfully" | "mediaOperationCanceled" | "unknown";
const OUTCOMES = { completedSuccessfully: "completed", mediaOperationCanceled: "canceled", unknown: "failed" } as const;
const ends = fc.constantFrom<End>("completedSuccessfully", "mediaOperationCanceled", "unknown");

/** What Graph does with a send, and what it and the call do besides. */
const story = fc.record({
  answer: fc.constantFrom("running", "over", "refused", "504", "reset", "broken", "429 first", "503 first"),
  /** The end of the operation as its answer has it, if it is over. */
  answeredEnd: ends,
  /** Notifications that overtake the answer, and those that come after it. */
  early: fc.array(ends, { maxLength: 2 }),
  late: fc.array(ends, { maxLength: 2 }),
  hasId: fc.boolean(),
  hasContext: fc.boolean(),
  callEnds: fc.constantFrom("never", "before", "after"),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** The table of the documentation, once more and plainly. */
function judge({ answer, answeredEnd, early, late, hasId, hasContext, callEnds }: Story) {
  const isHeard = hasId || hasContext;
  // Before the answer only the clientContext tells whose it is.
  const isHeardEarly = early.length > 0 && hasContext;
  const waits = answer === "429 first" || answer === "503 first";
  const requests = waits && !isHeardEarly ? 2 : 1;
  const isUnknown = answer === "504" || answer === "reset" || answer === "broken";
  const result = answer === "refused" ? "graph_request_failed" : isUnknown ? "delivery_unknown" : "accepted";
  const knowsId = result === "accepted";
  const heard = [
    ...(hasContext ? early : []),
    ...(answer === "over" ? [answeredEnd] : []),
    ...(!hasContext && hasId && knowsId ? early : []),
    ...(isHeard && (hasContext || knowsId) ? late : []),
  ];
  const [first] = heard;
  const outcome = first ? OUTCOMES[first] : callEnds === "never" ? "timedOut" : "callEnded";
  return { requests, result, outcome };
}

let current: { story: Story; operations: OperationTracker; requests: number };
let dtmf: DtmfClient;
let clock: ManualClock;
const server = createServer((request, response) => {
  request.resume().on("end", () => void answer(response));
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const operation = (end?: End) => ({
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  id: OPERATION,
  clientContext: CONTEXT,
  status: end ? "completed" : "running",
  ...(end && { completionReason: end }),
});

async function notify(operations: OperationTracker, { hasId, hasContext }: Story, end: End): Promise<void> {
  const { id, clientContext, ...members } = operation(end);
  const told = { ...members, id: hasId ? id : "", ...(hasContext && { clientContext }) };
  await operations.apply({
    kind: "operation",
    callId: CALL,
    operationId: told.id,
    changeType: "deleted",
    operation: told,
    raw: {},
  });
}

async function answer(response: ServerResponse): Promise<void> {
  const { story, operations } = current;
  const isFirst = ++current.requests === 1;
  if (isFirst) for (const end of story.early) await notify(operations, story, end);
  const json = (status: number, body: object, headers = {}): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
  if (story.answer === "reset") response.socket?.resetAndDestroy();
  else if (story.answer === "broken") {
    response.writeHead(200, { "content-length": 500 }).write('{"id"', () => response.socket?.destroy());
  } else if (story.answer === "504") json(504, {});
  else if (story.answer === "refused") json(404, { error: { code: "8522", message: "Call not found." } });
  else if (isFirst && story.answer === "429 first") json(429, {}, { "retry-after": "0" });
  else if (isFirst && story.answer === "503 first") json(503, {}, { "retry-after": "0" });
  else json(200, operation(story.answer === "over" ? story.answeredEnd : undefined));
}

const callEnded: Notification = {
  kind: "call",
  callId: CALL,
  changeType: "deleted",
  call: { id: CALL, state: "terminated" },
  raw: {},
};

async function tell(story: Story) {
  clock = createManualClock();
  const operations = createOperationTracker({ clock });
  current = { story, operations, requests: 0 };
  const { port } = server.address() as AddressInfo;
  dtmf = createDtmfClient({ baseUrl: `http://127.0.0.1:${port}`, credential: async () => "token", operations });
  if (story.callEnds === "before") await operations.apply(callEnded);
  const sending = await dtmf.sendDtmfTones(CALL, { tones: "4711#", clientContext: CONTEXT }).then(
    (sent) => ({ result: "accepted", completion: () => sent.completion() }),
    (error) => ({ result: error.code, completion: () => error.completion?.() }),
  );
  const settled: unknown[] = [];
  const waits = [1, 2].map(async () => settled.push((await sending.completion())?.outcome));
  for (const end of story.late) await notify(operations, story, end);
  if (story.callEnds === "after") await operations.apply(callEnded);
  await clock.advance(700_000);
  await Promise.all(waits);
  await dtmf.close();
  const left = { pending: operations.pending, timers: clock.pending };
  return { result: sending.result, requests: current.requests, settled, left };
}

test("whatever Graph answers and tells, in whatever order, as often or never: one request, one end, nothing left", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (story) => {
      const { result, requests, outcome } = judge(story);
      const settled = result === "graph_request_failed" ? [undefined, undefined] : [outcome, outcome];
      expect(await tell(story)).toEqual({ result, requests, settled, left: { pending: 0, timers: 0 } });
    }),
    { numRuns: 300 },
  );
}, 120_000);
