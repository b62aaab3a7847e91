import type { PlaceHolder } from "./handler-queue.ts";

/** Resolves when all of them are done; rejects with the signal's reason. */
export async function drain(holders: Iterable<PlaceHolder>, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal?.reason);
  });
  signal?.addEventListener("abort", abort);
  try {
    await Promise.race([Promise.all(Array.from(holders, ({ done }) => done)), aborted]);
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
