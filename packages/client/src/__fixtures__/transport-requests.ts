import type { HttpRequest } from "../transport/http-transport.ts";

export const TOKEN = "Bearer canary";

/** A request to a server, in the form that a transport takes. */
export function requestTo(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return {
    url: `${url}/v1.0/communications/calls`,
    method: "POST",
    headers: { authorization: TOKEN, "content-type": "application/json" },
    body: '{"tones":["tone4"]}',
    ...rest,
  };
}

/** Waits until pending events of the event loop are processed. */
export const nextEventLoopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
