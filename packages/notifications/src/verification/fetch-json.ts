/** Limits of {@link fetchJson}. */
export interface FetchJsonOptions {
  /** Maximum bytes of the decoded response body. */
  maxBytes: number;
  /** Aborts the request and the reading of its response. */
  signal: AbortSignal;
  fetch: typeof globalThis.fetch;
}

/**
 * Fetches a JSON document from a server that is not trusted: redirects are not followed, and at most `maxBytes` of the
 * body are read.
 *
 * @throws Error if the response is not JSON with status 200 within the limit; what `fetch` rejects with; the reason of
 * the signal.
 */
export async function fetchJson(url: URL, options: FetchJsonOptions): Promise<unknown> {
  const response = await options.fetch(url, {
    headers: { accept: "application/json" },
    redirect: "manual",
    signal: options.signal,
  });
  if (response.status !== 200 || response.redirected) {
    await response.body?.cancel();
    const received = response.redirected ? "a redirect" : response.status;
    throw new Error(`expected 200 from ${withoutQuery(url)}, got ${received}`);
  }
  const text = await readText(response, options.maxBytes);
  if (text === undefined) {
    throw new Error(`expected at most ${options.maxBytes} bytes from ${withoutQuery(url)}, got more`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`expected JSON from ${withoutQuery(url)}, got something else`, { cause });
  }
}

/** Returns `undefined` if the body is too long. The rest of it is not received. */
async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  if (!response.body) return text;
  // Leaving the loop cancels the body, which closes the connection.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Error messages omit the query, which may contain a secret. */
function withoutQuery(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
