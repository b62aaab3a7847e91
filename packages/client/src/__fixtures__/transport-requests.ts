import type { HttpRequest } from "../transport/http-transport.ts";

export const TOKEN = "Bearer canary";

/** A request to a server, as a transport is given it. */
export function requestTo(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return {
    url: `${url}/v1.0/communications/calls`,
    method: "POST",
    headers: { authorization: TOKEN, "content-type": "application/json" },
    body: '{"tones":["tone4"]}',
    ...rest,
  };
}

/** Lets what Node does with a connection be done. */
export const nextEventLoopTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
