import { memberOf } from "@graph-dtmf/models/internal";
import { badRequest, GraphError } from "./graph-error.ts";
import { maskTones } from "./mask.ts";

/** All actions of the simulated Graph. */
export const GRAPH_ACTIONS = [
  "createCall",
  "getCall",
  "deleteCall",
  "getOperation",
  "keepAlive",
  "answer",
  "reject",
  "sendDtmfTones",
  "playPrompt",
  "subscribeToTone",
  "cancelMediaProcessing",
] as const;

/** The action of a request to Graph. */
export type GraphAction = (typeof GRAPH_ACTIONS)[number];

/** The actions that a POST to `/calls/{id}/{action}` runs. The others have routes of their own. */
const CALL_ACTIONS = GRAPH_ACTIONS.slice(GRAPH_ACTIONS.indexOf("keepAlive"));

/** A request to the calls API. */
export interface GraphRoute {
  kind: "graph";
  action: GraphAction;
  version: "v1.0" | "beta";
  /** `/app` is the deprecated name of `/communications`. */
  root: "communications" | "app";
  callId: string;
  operationId: string;
}

/** The target of a request. */
type Route = GraphRoute | { kind: "token"; tenantId: string } | PublishedRoute;

/** A document that needs no token. */
export type PublishedRoute =
  | { kind: "tenantConfiguration" | "tenantKeys"; tenantId: string }
  | { kind: "openIdConfiguration" | "keys" };

/** The endpoints of the identity service for each tenant, by the path after the tenant. */
const TENANT_ROUTES: ReadonlyMap<string, ["GET" | "POST", "token" | "tenantConfiguration" | "tenantKeys"]> = new Map([
  ["oauth2/v2.0/token", ["POST", "token"]],
  ["v2.0/.well-known/openid-configuration", ["GET", "tenantConfiguration"]],
  ["discovery/v2.0/keys", ["GET", "tenantKeys"]],
]);

/**
 * Parses method and path of a request.
 *
 * @throws GraphError 400, 404 or 405, as Graph answers for an unknown path.
 */
export function parseRoute(method: string, path: string): Route {
  const segments = path.split("/").slice(1).map(decodeSegment);
  const lowerCase = segments.map((segment) => segment.toLowerCase());
  const tenantRoute = TENANT_ROUTES.get(lowerCase.slice(1).join("/"));
  if (tenantRoute) {
    const [allowed, kind] = tenantRoute;
    checkMethod(method, allowed);
    return { kind, tenantId: segments[0] ?? "" };
  }
  if (lowerCase[0] === "v1" && lowerCase[1] === ".well-known" && lowerCase.length === 3) {
    checkMethod(method, "GET");
    if (lowerCase[2] === "openidconfiguration") return { kind: "openIdConfiguration" };
    if (lowerCase[2] === "keys") return { kind: "keys" };
  }
  const [version, root, collection] = lowerCase;
  if (version !== "v1.0" && version !== "beta") throw badRequest(`Invalid version: ${maskTones(segments[0] ?? "")}`);
  if (root !== "communications" && root !== "app") throw segmentNotFound(segments[1]);
  if (collection !== "calls") throw segmentNotFound(segments[2]);
  const rest = segments.slice(3);
  return { kind: "graph", version, root, ...callRoute(method, rest.at(-1) === "" ? rest.slice(0, -1) : rest) };
}

function callRoute(method: string, segments: string[]): Pick<GraphRoute, "action" | "callId" | "operationId"> {
  const [callId = "", second, third, ...more] = segments;
  const route = { callId, operationId: third ?? "" };
  if (segments.length === 0) {
    checkMethod(method, "POST");
    return { action: "createCall", ...route };
  }
  // If the id is missing, the action is in its place. Graph reads the action as an id.
  if (callId === "" || actionOf(callId)) throw resourceNotFound(second ?? callId);
  if (second === undefined) {
    checkMethod(method, "GET", "DELETE");
    return { action: method === "GET" ? "getCall" : "deleteCall", ...route };
  }
  const action = actionOf(second);
  if (action && third === undefined) {
    checkMethod(method, "POST");
    return { action, ...route };
  }
  if (second.toLowerCase() === "operations" && route.operationId !== "" && more.length === 0) {
    checkMethod(method, "GET");
    return { action: "getOperation", ...route };
  }
  throw segmentNotFound(action ? third : second);
}

const actionOf = (segment: string): GraphAction | undefined =>
  memberOf(CALL_ACTIONS, segment.replace(/^microsoft\.graph\./i, ""));

function checkMethod(method: string, ...methods: string[]): void {
  if (methods.includes(method)) return;
  throw new GraphError(405, "Request_BadRequest", {
    message: "Specified HTTP method is not allowed for the request target.",
    headers: { Allow: methods.join(", ") },
  });
}

const segmentNotFound = (segment = ""): GraphError =>
  badRequest(`Resource not found for the segment '${maskTones(segment)}'.`);

/** The gateway forwards the answer of the service behind it: JSON in a message. */
const resourceNotFound = (segment: string): GraphError =>
  new GraphError(404, "UnknownError", {
    message: JSON.stringify({
      message: `No HTTP resource was found that matches the request URI '/communications/calls('${maskTones(segment)}')'.`,
    }),
  });

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest("The request URI is not valid.");
  }
}
