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

type CompletionReason = "completedSuccessfully" | "mediaOperationCanceled" | "unknown";
const OUTCOMES = { completedSuccessfully: "completed", mediaOperationCanceled: "canceled", unknown: "failed" } as const;
const reasons = fc.constantFrom<CompletionReason>("completedSuccessfully", "mediaOperationCanceled", "unknown");

/** How Graph responds to a send, which notifications it posts, and when the call ends. */
const sequences = fc.record({
  response: fc.constantFrom("running", "completed", "refused", "504", "reset", "broken", "429 first", "503 first"),
  /** The completion reason in the response, if the operation is completed there. */
  responseReason: reasons,
  /** The completion reasons of notifications before and after the response. */
  early: fc.array(reasons, { maxLength: 2 }),
  late: fc.array(reasons, { maxLength: 2 }),
  hasId: fc.boolean(),
  hasContext: fc.boolean(),
  callEnds: fc.constantFrom("never", "before", "after"),
});
type Sequence = typeof sequences extends fc.Arbitrary<infer T> ? T : never;

/** The expected result, written as a plain version of the rules that the packages implement. */
function expectedResult({ response, responseReason, early, late, hasId, hasContext, callEnds }: Sequence) {
  const isMatched = hasId || hasContext;
  // Before the response, only the clientContext matches a notification with the operation.
  const isMatchedEarly = early.length > 0 && hasContext;
  const isRetried = response === "429 first" || response === "503 first";
  const requests = isRetried && !isMatchedEarly ? 2 : 1;
  const isUnknown = response === "504" || response === "reset" || response === "broken";
  const result = response === "refused" ? "graph_request_failed" : isUnknown ? "delivery_unknown" : "accepted";
  const hasResponse = result === "accepted";
  const matched = [
    ...(hasContext ? early : []),
    ...(response === "completed" ? [responseReason] : []),
    ...(!hasContext && hasId && hasResponse ? early : []),
    ...(isMatched && (hasContext || hasResponse) ? late : []),
  ];
  const [first] = matched;
  const outcome = first ? OUTCOMES[first] : callEnds === "never" ? "timedOut" : "callEnded";
  return { requests, result, outcome };
}

let current: { sequence: Sequence; operations: OperationTracker; requests: number };
let dtmf: DtmfClient;
let clock: ManualClock;
const server = createServer((request, response) => {
  request.resume().on("end", () => void respond(response));
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const operation = (completionReason?: CompletionReason) => ({
  "@odata.type": "#microsoft.graph.sendDtmfTonesOperation",
  id: OPERATION,
  clientContext: CONTEXT,
  status: completionReason ? "completed" : "running",
  ...(completionReason && { completionReason }),
});

async function notify(
  operations: OperationTracker,
  { hasId, hasContext }: Sequence,
  reason: CompletionReason,
): Promise<void> {
  const { id, clientContext, ...members } = operation(reason);
  const notified = { ...members, id: hasId ? id : "", ...(hasContext && { clientContext }) };
  await operations.apply({
    kind: "operation",
    callId: CALL,
    operationId: notified.id,
    changeType: "deleted",
    operation: notified,
    raw: {},
  });
}

async function respond(response: ServerResponse): Promise<void> {
  const { sequence, operations } = current;
  const isFirst = ++current.requests === 1;
  if (isFirst) for (const reason of sequence.early) await notify(operations, sequence, reason);
  const json = (status: number, body: object, headers = {}): void => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
  if (sequence.response === "reset") response.socket?.resetAndDestroy();
  else if (sequence.response === "broken") {
    response.writeHead(200, { "content-length": 500 }).write('{"id"', () => response.socket?.destroy());
  } else if (sequence.response === "504") json(504, {});
  else if (sequence.response === "refused") json(404, { error: { code: "8522", message: "Call not found." } });
  else if (isFirst && sequence.response === "429 first") json(429, {}, { "retry-after": "0" });
  else if (isFirst && sequence.response === "503 first") json(503, {}, { "retry-after": "0" });
  else json(200, operation(sequence.response === "completed" ? sequence.responseReason : undefined));
}

const callEnded: Notification = {
  kind: "call",
  callId: CALL,
  changeType: "deleted",
  call: { id: CALL, state: "terminated" },
  raw: {},
};

async function run(sequence: Sequence) {
  clock = createManualClock();
  const operations = createOperationTracker({ clock });
  current = { sequence, operations, requests: 0 };
  const { port } = server.address() as AddressInfo;
  dtmf = createDtmfClient({ baseUrl: `http://127.0.0.1:${port}`, credential: async () => "token", operations });
  if (sequence.callEnds === "before") await operations.apply(callEnded);
  const sending = await dtmf.sendDtmfTones(CALL, { tones: "4711#", clientContext: CONTEXT }).then(
    (sent) => ({ result: "accepted", completion: () => sent.completion() }),
    (error) => ({ result: error.code, completion: () => error.completion?.() }),
  );
  const settled: unknown[] = [];
  const waits = [1, 2].map(async () => settled.push((await sending.completion())?.outcome));
  for (const reason of sequence.late) await notify(operations, sequence, reason);
  if (sequence.callEnds === "after") await operations.apply(callEnded);
  await clock.advance(700_000);
  await Promise.all(waits);
  await dtmf.close();
  const left = { pending: operations.pending, timers: clock.pending };
  return { result: sending.result, requests: current.requests, settled, left };
}

test("sends once, completes once and leaves nothing pending, for every order of responses, notifications and call ends", async () => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const { result, requests, outcome } = expectedResult(sequence);
      const settled = result === "graph_request_failed" ? [undefined, undefined] : [outcome, outcome];
      expect(await run(sequence)).toEqual({ result, requests, settled, left: { pending: 0, timers: 0 } });
    }),
    { numRuns: 300 },
  );
}, 120_000);
