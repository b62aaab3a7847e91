/** The name and code of an error for a log. Its message is left out: it may hold digits or other personal data. */
export function errorFields(error: unknown): { error?: string; code?: string } {
  if (!(error instanceof Error)) return {};
  const { code } = error as { code?: unknown };
  return { error: error.name, ...(typeof code === "string" && { code }) };
}
