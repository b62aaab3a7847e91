import { DtmfError, type ResultInfo } from "@graph-dtmf/models";
import type { SimulatedCall } from "../calls/far-end.ts";
import type { Fault } from "../faults/fault.ts";
import { GraphError } from "../http/graph-error.ts";
import type { HttpRequest, HttpResponse } from "../http/http-listener.ts";
import { readOptionalJson } from "../http/read-json.ts";
import { type Check, checkBody, nullable, object, recordOf, text, withoutNulls } from "../schema/checks.ts";
import { anything, nullableBoolean, resultInfo } from "../schema/graph-types.ts";
import type { IncomingCall, Simulator } from "./simulator.ts";

/** A method of the control API. Its result, if any, is the body of the response. */
interface ControlMethod {
  shape?: Check;
  run(simulator: Simulator, request: { id: string; body: unknown; origin: string }): unknown;
}

/** A method with a body that the check validates. */
function withBody<Body>(
  shape: Check,
  run: (simulator: Simulator, request: { id: string; body: Body }) => unknown,
): ControlMethod {
  return { shape, run: (simulator, { id, body }) => run(simulator, { id, body: body as Body }) };
}

const members = (checks: Readonly<Record<string, Check>>): Check => object({ properties: checks });
const anyObject = nullable(recordOf(anything));

/** All methods, by HTTP method and path; `*` is the id of a call. */
const CONTROL_METHODS: Readonly<Record<string, ControlMethod>> = {
  "GET ": { run: describeSimulator },
  "GET requests": { run: ({ requests }) => requests },
  "GET undelivered": { run: ({ undelivered }) => undelivered },
  "POST faults": withBody<Fault>(anything, ({ faults }, { body }) => faults.next(body)),
  "DELETE faults": { run: ({ faults }) => faults.clear() },
  "POST incoming": withBody<IncomingCall>(
    members({ callbackUri: text, from: anyObject, farEnd: anyObject }),
    (simulator, { body }) => describeCall(simulator.incoming(body)),
  ),
  "GET calls/*": { run: (simulator, { id }) => describeCall(simulator.call(id)) },
  "POST calls/*/press": withBody<{ keys: string }>(members({ keys: text }), (simulator, { id, body }) =>
    simulator.call(id).press(body.keys),
  ),
  "POST calls/*/hangUp": withBody<{ resultInfo?: ResultInfo }>(
    members({ resultInfo: nullable(resultInfo) }),
    (simulator, { id, body }) => simulator.call(id).hangUp(body.resultInfo),
  ),
  "POST notificationToken": withBody<{ claims?: Record<string, unknown> }>(
    members({ claims: anyObject }),
    async (simulator, { body }) => ({ token: await simulator.signNotificationToken(body.claims) }),
  ),
  "POST rotateKeys": withBody<{ keepPrevious?: boolean }>(
    members({ keepPrevious: nullableBoolean }),
    (simulator, { body }) => simulator.rotateKeys(body),
  ),
  "POST reset": { run: (simulator) => simulator.reset() },
};

const CONTROL_ROOT = "_simulator";

/** Whether a request is for the control API, and not for Graph. */
export function isControlRequest(path: string): boolean {
  return path.split("/")[1] === CONTROL_ROOT;
}

/**
 * Runs a method of the simulator over HTTP, for programs in other processes.
 *
 * @throws GraphError for an unknown method, and for errors of the method itself.
 */
export async function handleControlRequest(simulator: Simulator, request: HttpRequest): Promise<HttpResponse> {
  const segments = request.path.split("/").slice(2).filter(Boolean);
  const [kind, id = "", ...rest] = segments;
  const path = kind === "calls" ? ["calls", "*", ...rest] : segments;
  const method = CONTROL_METHODS[`${request.method} ${path.join("/")}`];
  if (!method)
    throw new GraphError(404, "NotFound", {
      message: "The control API of the simulator has no such method. See its README.",
    });
  const body = method.shape ? await readOptionalJson(request) : {};
  if (method.shape) checkBody(method.shape, body);
  try {
    const result = await method.run(simulator, { id, body: withoutNulls(body), origin: request.origin });
    return result === undefined ? { status: 204 } : { status: 200, body: result };
  } catch (error) {
    throw error instanceof DtmfError ? toGraphError(error) : error;
  }
}

/** URLs with the host of the request: 127.0.0.1 would be wrong on another machine. */
function describeSimulator(simulator: Simulator, { origin }: { origin: string }): unknown {
  const { url, tokenUrl, openIdConfigurationUrl, appId, tenantId, clientSecret } = simulator;
  const [tokenPath, configurationPath] = [tokenUrl, openIdConfigurationUrl].map((endpoint) =>
    endpoint.slice(url.length),
  );
  return {
    url: origin,
    tokenUrl: origin + tokenPath,
    openIdConfigurationUrl: origin + configurationPath,
    appId,
    tenantId,
    clientSecret,
  };
}

const describeCall = ({ id, state, heard, targets }: SimulatedCall): unknown => ({ id, state, heard, targets });

const toGraphError = ({ code, message }: DtmfError): GraphError =>
  new GraphError(code === "unknown_call" ? 404 : 400, code, { message });
