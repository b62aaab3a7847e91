/**
 * Runs a callback that only reports or measures, and ignores what it throws or rejects with.
 *
 * @returns its result; `undefined` if it threw.
 */
export function ignoreErrors<T>(callback: () => T): T | undefined {
  try {
    const result = callback();
    if (result instanceof Promise) result.catch(() => {});
    return result;
  } catch {
    return undefined;
  }
}
