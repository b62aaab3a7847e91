/** The name and code of an error, for logs. The message is left out: it may contain digits or personal data. */
export function errorFields(error: unknown): { error?: string; code?: string } {
  if (!(error instanceof Error)) return {};
  const { code } = error as { code?: unknown };
  return { error: error.name, ...(typeof code === "string" && { code }) };
}
