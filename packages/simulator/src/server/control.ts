import { DtmfError, type ResultInfo } from "@graph-dtmf/models";
import type { SimulatedCall } from "../calls/simulated-call.ts";
import type { Fault } from "../faults/fault.ts";
import type { Answer } from "../http/answer.ts";
import { GraphError } from "../http/graph-error.ts";
import type { Inbound } from "../http/http-listener.ts";
import { readOptionalJson } from "../http/read-json.ts";
import { type Check, checkBody, nullable, object, recordOf, text, withoutNulls } from "../schema/checks.ts";
import { anything, nullableBoolean, resultInfo } from "../schema/graph-types.ts";
import type { IncomingCall, Simulator } from "../simulator.ts";

/** Something that can be asked of the simulator. What it returns is the answer, if it is anything. */
interface Control {
  shape?: Check;
  perform(simulator: Simulator, asked: { id: string; body: unknown; origin: string }): unknown;
}

/** A control with a body, of the shape that the check makes sure of. */
function taking<Body>(
  shape: Check,
  perform: (simulator: Simulator, asked: { id: string; body: Body }) => unknown,
): Control {
  return { shape, perform: (simulator, { id, body }) => perform(simulator, { id, body: body as Body }) };
}

const members = (checks: Readonly<Record<string, Check>>): Check => object({ properties: checks });
const anyObject = nullable(recordOf(anything));

/** All controls, by method and path; the id of a call is `*`. */
const CONTROLS: Readonly<Record<string, Control>> = {
  "GET ": { perform: describe },
  "GET requests": { perform: ({ requests }) => requests },
  "GET undelivered": { perform: ({ undelivered }) => undelivered },
  "POST faults": taking<Fault>(anything, ({ faults }, { body }) => faults.next(body)),
  "DELETE faults": { perform: ({ faults }) => faults.clear() },
  "POST incoming": taking<IncomingCall>(
    members({ callbackUri: text, from: anyObject, farEnd: anyObject }),
    (simulator, { body }) => told(simulator.incoming(body)),
  ),
  "GET calls/*": { perform: (simulator, { id }) => told(simulator.call(id)) },
  "POST calls/*/press": taking<{ keys: string }>(members({ keys: text }), (simulator, { id, body }) =>
    simulator.call(id).press(body.keys),
  ),
  "POST calls/*/hangUp": taking<{ resultInfo?: ResultInfo }>(
    members({ resultInfo: nullable(resultInfo) }),
    (simulator, { id, body }) => simulator.call(id).hangUp(body.resultInfo),
  ),
  "POST notificationToken": taking<{ claims?: Record<string, unknown> }>(
    members({ claims: anyObject }),
    async (simulator, { body }) => ({ token: await simulator.signNotificationToken(body.claims) }),
  ),
  "POST rotateKeys": taking<{ keepPrevious?: boolean }>(
    members({ keepPrevious: nullableBoolean }),
    (simulator, { body }) => simulator.rotateKeys(body),
  ),
  "POST reset": { perform: (simulator) => simulator.reset() },
};

const ROOT = "_simulator";

/** Whether a request is for the simulator itself, and not for Graph. */
export function isControl(path: string): boolean {
  return path.split("/")[1] === ROOT;
}

/**
 * The simulator's own methods, for those who cannot call them.
 *
 * @throws GraphError for what there is not, and for what the method itself refuses.
 */
export async function control(simulator: Simulator, inbound: Inbound): Promise<Answer> {
  const segments = inbound.path.split("/").slice(2).filter(Boolean);
  const [kind, id = "", ...rest] = segments;
  const path = kind === "calls" ? ["calls", "*", ...rest] : segments;
  const asked = CONTROLS[`${inbound.method} ${path.join("/")}`];
  if (!asked) throw new GraphError(404, "NotFound", { message: "The simulator has no such control." });
  const body = asked.shape ? await readOptionalJson(inbound) : {};
  if (asked.shape) checkBody(asked.shape, body);
  try {
    const result = await asked.perform(simulator, { id, body: withoutNulls(body), origin: inbound.origin });
    return result === undefined ? { status: 204 } : { status: 200, body: result };
  } catch (error) {
    throw error instanceof DtmfError ? refused(error) : error;
  }
}

/** The addresses as the one who asks reaches them: from another machine, 127.0.0.1 leads nowhere. */
function describe(simulator: Simulator, { origin }: { origin: string }): unknown {
  const { url, tokenUrl, openIdConfigurationUrl, appId, tenantId, clientSecret } = simulator;
  const [tokenPath, configurationPath] = [tokenUrl, openIdConfigurationUrl].map((address) => address.slice(url.length));
  return {
    url: origin,
    tokenUrl: origin + tokenPath,
    openIdConfigurationUrl: origin + configurationPath,
    appId,
    tenantId,
    clientSecret,
  };
}

const told = ({ id, state, heard, targets }: SimulatedCall): unknown => ({ id, state, heard, targets });

const refused = ({ code, message }: DtmfError): GraphError =>
  new GraphError(code === "unknown_call" ? 404 : 400, code, { message });
