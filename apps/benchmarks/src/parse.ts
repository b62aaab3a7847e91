import { parseCallAutomationEvent } from "@azure/communication-call-automation";
import { parseNotifications } from "@graph-dtmf/notifications";
import { azureBody, graphBody } from "./notification-bodies.ts";
import { report } from "./report.ts";
import { type Contestant, cpuTimed, inTurns, timesAsLong } from "./rounds.ts";

const BODIES = 200;
const NOTIFICATIONS = 20_000;
const ROUNDS = 25;

/** Reading bodies into notifications, against `JSON.parse` alone and against Azure's parser of its own events. */
export async function benchmarkParse(): Promise<void> {
  for (const size of [1, 100]) {
    const bodies = Array.from({ length: BODIES / size }, (_, n) => graphBody(n * size, size));
    const events = Array.from({ length: BODIES }, (_, n) => azureBody(n));
    const [ours, json, azure] = await inTurns(
      [
        reading("graph-dtmf", bodies, (body) => parseNotifications(body)),
        reading("JSON.parse", bodies, (body) => JSON.parse(body)),
        reading("Azure call-automation", events, (event) => parseCallAutomationEvent(event)),
      ],
      ROUNDS,
    );
    const what = size === 1 ? "One notification" : `A batch of ${size}`;
    report(`${what}, parsed and checked: our rate, as a multiple of the peer's`, [
      { what: "JSON.parse alone", ratio: timesAsLong(json, ours), atLeast: 0.75 },
      { what: "Azure's call-automation parser, for each of its events", ratio: timesAsLong(azure, ours), atLeast: 7 },
    ]);
  }
}

/** A round reads as many notifications, however they are packed. */
function reading(name: string, bodies: readonly string[], read: (body: string) => unknown): Contestant {
  return {
    name,
    round: () =>
      cpuTimed(() => {
        for (let left = NOTIFICATIONS; left > 0; left -= BODIES) for (const body of bodies) read(body);
      }),
  };
}
