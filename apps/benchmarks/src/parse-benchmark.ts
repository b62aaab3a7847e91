import { parseCallAutomationEvent } from "@azure/communication-call-automation";
import { parseNotifications } from "@graph-dtmf/notifications";
import { azureBody, graphBody } from "./notification-bodies.ts";
import { report } from "./report.ts";
import { type Candidate, costRatio, measureCpuMs, runInterleaved } from "./rounds.ts";

const BODIES = 200;
const NOTIFICATIONS = 20_000;
const ROUNDS = 25;

/** Compares `parseNotifications` with `JSON.parse`, and with Azure's parser of its own events. */
export async function benchmarkParse(): Promise<void> {
  for (const size of [1, 100]) {
    const bodies = Array.from({ length: BODIES / size }, (_, n) => graphBody(n * size, size));
    const events = Array.from({ length: BODIES }, (_, n) => azureBody(n));
    const [ours, json, azure] = await runInterleaved(
      [
        parser("graph-dtmf", bodies, (body) => parseNotifications(body)),
        parser("JSON.parse", bodies, (body) => JSON.parse(body)),
        parser("Azure call-automation", events, (event) => parseCallAutomationEvent(event)),
      ],
      ROUNDS,
    );
    const input = size === 1 ? "One notification" : `A batch of ${size}`;
    report(`${input}, parsed and checked: our throughput divided by that of`, [
      { name: "JSON.parse without checks", ratio: costRatio(json, ours), atLeast: 0.75 },
      { name: "the parser of Azure call-automation, with Azure's events", ratio: costRatio(azure, ours), atLeast: 7 },
    ]);
  }
}

/** Each round parses the same number of notifications, in bodies of any size. */
function parser(name: string, bodies: readonly string[], parse: (body: string) => unknown): Candidate {
  return {
    name,
    round: () =>
      measureCpuMs(() => {
        for (let left = NOTIFICATIONS; left > 0; left -= BODIES) for (const body of bodies) parse(body);
      }),
  };
}
