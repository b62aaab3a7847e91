/** What a JSON document may take. */
export interface FetchLimits {
  /** Bytes of the decoded answer. */
  maxBytes: number;
  /** Ends the request, and the reading of its answer. */
  signal: AbortSignal;
  fetch: typeof globalThis.fetch;
}

/**
 * Gets a JSON document over a connection that may be slow, and from a server that may lie: no redirect is followed, no
 * answer is read past its limit.
 *
 * @throws Error saying what came instead; whatever `fetch` rejects with; the signal's reason.
 */
export async function fetchJson(url: URL, limits: FetchLimits): Promise<unknown> {
  const response = await limits.fetch(url, {
    headers: { accept: "application/json" },
    redirect: "manual",
    signal: limits.signal,
  });
  if (response.status !== 200 || response.redirected) {
    await response.body?.cancel();
    throw new Error(`expected 200 from ${nameOf(url)}, got ${response.redirected ? "a redirect" : response.status}`);
  }
  const text = await readText(response, limits);
  if (text === undefined) throw new Error(`expected at most ${limits.maxBytes} bytes from ${nameOf(url)}, got more`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`expected JSON from ${nameOf(url)}, got something else`, { cause });
  }
}

/** The text of an answer, or `undefined` if it is too long: then the rest of it is never received. */
async function readText(response: Response, { maxBytes }: FetchLimits): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  if (!response.body) return text;
  // Leaving the loop cancels the body, and so closes the connection.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** A query might hold a secret of the operator's. */
function nameOf(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
