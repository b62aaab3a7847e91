import { onAbort } from "@graph-dtmf/models/internal";
import type { PlaceHolder } from "../calls/handler-queue.ts";

/** Resolves when all of them are done; rejects with the signal's reason. */
export function drain(holders: Iterable<PlaceHolder>, signal: AbortSignal | undefined): Promise<void> {
  let stop = (): void => {};
  return new Promise<void>((resolve, reject) => {
    signal?.throwIfAborted();
    stop = signal ? onAbort(signal, () => reject(signal.reason)) : stop;
    void Promise.all(Array.from(holders, ({ done }) => done)).then(() => resolve());
  }).finally(() => stop());
}
