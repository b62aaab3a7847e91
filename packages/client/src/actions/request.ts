import { randomUUID } from "node:crypto";
import type { Patience } from "../delivery/request-deadline.ts";
import { type Ask, deliver, type Line } from "../delivery/send-with-retry.ts";
import { failureOf } from "../errors/to-client-error.ts";
import type { Observer } from "../observer.ts";
import type { RequestOptions } from "./sent-operation.ts";

/** What requests are made with. */
export interface RequestTools {
  line: Line;
  observer: Observer;
  patience(options: RequestOptions): Patience;
}

/** A request whose answer says all. */
export type PlainAsk<T> = Pick<Ask<T>, "request" | "read" | "idempotent"> & {
  /** What it is called where it is watched. */
  action: string;
  callId?: string;
  /** The id of what Graph made, where it is a call. */
  madeCall?: (value: T) => string;
};

/** Makes a request of which nothing is heard after its answer. */
export async function performRequest<T>(
  { action, callId, madeCall, ...what }: PlainAsk<T>,
  tools: RequestTools,
  options: RequestOptions = {},
): Promise<T> {
  const patience = tools.patience(options);
  patience.check();
  const { tenantId, signal } = options;
  const clientRequestId = randomUUID();
  const { method } = what.request;
  return tools.observer.observe({ action, method, clientRequestId, callId, tenantId }, async (observation) => {
    const ask: Ask<T> = { ...what, clientRequestId, tenantId, signal, observation };
    const delivery = await deliver(ask, tools.line, patience);
    if (delivery.kind === "heard") throw new Error("a plain request is not heard of");
    if (delivery.kind !== "accepted") throw failureOf(delivery, { ...ask, callId, nowMs: tools.line.clock.now() });
    if (madeCall) observation.made({ callId: madeCall(delivery.value) });
    return delivery.value;
  });
}
