import { randomUUID } from "node:crypto";
import { type Ask, deliver, type Line } from "./deliver.ts";
import { failureOf } from "./failure.ts";
import type { Patience } from "./patience.ts";
import type { RequestOptions } from "./sent-operation.ts";

/** What requests are made with. */
export interface RequestTools {
  line: Line;
  patience(options: RequestOptions): Patience;
}

/** A request whose answer says all. */
export type PlainAsk<T> = Pick<Ask<T>, "request" | "read" | "idempotent"> & { callId?: string };

/** Makes a request of which nothing is heard after its answer. */
export async function performRequest<T>(
  { callId, ...what }: PlainAsk<T>,
  tools: RequestTools,
  options: RequestOptions = {},
): Promise<T> {
  const patience = tools.patience(options);
  patience.check();
  const ask: Ask<T> = {
    ...what,
    clientRequestId: randomUUID(),
    tenantId: options.tenantId,
    signal: options.signal,
  };
  const delivery = await deliver(ask, tools.line, patience);
  if (delivery.kind === "accepted") return delivery.value;
  if (delivery.kind === "heard") throw new Error("a plain request is not heard of");
  throw failureOf(delivery, { ...ask, callId, nowMs: tools.line.clock.now() });
}
