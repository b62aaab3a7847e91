import { badRequest, GraphError } from "./graph-error.ts";
import { maskTones } from "./mask.ts";

/** Everything that the simulated Graph can be asked for. */
export const GRAPH_ACTIONS = [
  "createCall",
  "getCall",
  "deleteCall",
  "keepAlive",
  "answer",
  "reject",
  "sendDtmfTones",
  "playPrompt",
  "subscribeToTone",
  "cancelMediaProcessing",
  "getOperation",
] as const;

/** What a request to Graph asks for. */
export type GraphAction = (typeof GRAPH_ACTIONS)[number];

/** A request to Graph's calls, by its address. */
export interface GraphRoute {
  kind: "graph";
  action: GraphAction;
  version: "v1.0" | "beta";
  /** `/app` is the deprecated name of `/communications`. */
  root: "communications" | "app";
  callId: string;
  operationId: string;
}

/** Where a request goes. */
export type Route = GraphRoute | { kind: "token"; tenantId: string } | PublishedRoute;

/** Something to read that needs no token. */
export type PublishedRoute =
  | { kind: "tenantConfiguration" | "tenantKeys"; tenantId: string }
  | { kind: "openIdConfiguration" | "keys" };

/** What the identity service has for each tenant, by what follows the tenant in the address. */
const OF_A_TENANT: ReadonlyMap<string, ["GET" | "POST", "token" | "tenantConfiguration" | "tenantKeys"]> = new Map([
  ["oauth2/v2.0/token", ["POST", "token"]],
  ["v2.0/.well-known/openid-configuration", ["GET", "tenantConfiguration"]],
  ["discovery/v2.0/keys", ["GET", "tenantKeys"]],
]);

/** Actions of a call, by the name in their address. */
const CALL_ACTIONS: ReadonlyMap<string, GraphAction> = new Map(
  (
    [
      "keepAlive",
      "answer",
      "reject",
      "sendDtmfTones",
      "playPrompt",
      "subscribeToTone",
      "cancelMediaProcessing",
    ] as const
  ).map((action) => [action.toLowerCase(), action]),
);

/**
 * Finds out what a request is for.
 *
 * @throws GraphError 400, 404 or 405, as Graph answers to an address that it does not have.
 */
export function routeOf(method: string, path: string): Route {
  const segments = path.split("/").slice(1).map(decoded);
  const fixed = segments.map((segment) => segment.toLowerCase());
  const ofTenant = OF_A_TENANT.get(fixed.slice(1).join("/"));
  if (ofTenant) {
    const [allowed, kind] = ofTenant;
    allow(method, allowed);
    return { kind, tenantId: segments[0] ?? "" };
  }
  if (fixed[0] === "v1" && fixed[1] === ".well-known" && fixed.length === 3) {
    allow(method, "GET");
    if (fixed[2] === "openidconfiguration") return { kind: "openIdConfiguration" };
    if (fixed[2] === "keys") return { kind: "keys" };
  }
  const [version, root, collection] = fixed;
  if (version !== "v1.0" && version !== "beta") throw badRequest(`Invalid version: ${maskTones(segments[0] ?? "")}`);
  if (root !== "communications" && root !== "app") throw noSuchSegment(segments[1]);
  if (collection !== "calls") throw noSuchSegment(segments[2]);
  const rest = segments.slice(3);
  return { kind: "graph", version, root, ...callRoute(method, rest.at(-1) === "" ? rest.slice(0, -1) : rest) };
}

function callRoute(method: string, segments: string[]): Pick<GraphRoute, "action" | "callId" | "operationId"> {
  const [callId = "", second, third, ...more] = segments;
  const route = { callId, operationId: third ?? "" };
  if (segments.length === 0) {
    allow(method, "POST");
    return { action: "createCall", ...route };
  }
  // An id that is missing leaves the action in its place, and that is how Graph reads it.
  if (callId === "" || actionOf(callId)) throw noResource(second ?? callId);
  if (second === undefined) {
    allow(method, "GET", "DELETE");
    return { action: method === "GET" ? "getCall" : "deleteCall", ...route };
  }
  const action = actionOf(second);
  if (action && third === undefined) {
    allow(method, "POST");
    return { action, ...route };
  }
  if (second.toLowerCase() === "operations" && route.operationId !== "" && more.length === 0) {
    allow(method, "GET");
    return { action: "getOperation", ...route };
  }
  throw noSuchSegment(action ? third : second);
}

const actionOf = (segment: string): GraphAction | undefined =>
  CALL_ACTIONS.get(segment.toLowerCase().replace(/^microsoft\.graph\./, ""));

function allow(method: string, ...methods: string[]): void {
  if (methods.includes(method)) return;
  throw new GraphError(405, "Request_BadRequest", {
    message: "Specified HTTP method is not allowed for the request target.",
    headers: { Allow: methods.join(", ") },
  });
}

const noSuchSegment = (segment = ""): GraphError =>
  badRequest(`Resource not found for the segment '${maskTones(segment)}'.`);

/** The gateway hands on what the service behind it says: JSON in a message. */
const noResource = (segment: string): GraphError =>
  new GraphError(404, "UnknownError", {
    message: JSON.stringify({
      message: `No HTTP resource was found that matches the request URI '/communications/calls('${maskTones(segment)}')'.`,
    }),
  });

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest("The request URI is not valid.");
  }
}
