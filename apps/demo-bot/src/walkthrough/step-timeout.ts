/** How long one step may take, in milliseconds. */
export const STEP_TIMEOUT_MS = 20_000;

/**
 * The value of a promise.
 *
 * @throws Error that names the expected result if the promise is still pending after {@link STEP_TIMEOUT_MS}.
 */
export async function withinStepTimeout<T>(expected: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(expected)), STEP_TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Polls a condition until it is true.
 *
 * @throws Error that names the expected state if the condition is still false after {@link STEP_TIMEOUT_MS}.
 */
export async function pollUntil(expected: string, condition: () => boolean): Promise<void> {
  const startedAtMs = performance.now();
  while (!condition()) {
    if (performance.now() - startedAtMs > STEP_TIMEOUT_MS) throw timedOut(expected);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
}

const POLL_INTERVAL_MS = 20;

function timedOut(expected: string): Error {
  return new Error(`expected ${expected} within ${STEP_TIMEOUT_MS / 1000} s`);
}
