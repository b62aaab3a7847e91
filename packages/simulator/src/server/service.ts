import { randomUUID } from "node:crypto";
import { normalizeId } from "@graph-dtmf/models";
import type { ActionContext, ActionHandler } from "../actions/action.ts";
import * as callActions from "../actions/call-actions.ts";
import * as mediaActions from "../actions/media-actions.ts";
import { applyRequestFault } from "../faults/apply-request-fault.ts";
import { GraphError, graphErrorBody, type RequestIds } from "../http/graph-error.ts";
import type { Answer, IncomingRequest } from "../http/http-listener.ts";
import { maskPath, maskTones } from "../http/mask.ts";
import { type GraphAction, type GraphRoute, type PublishedRoute, parseRoute } from "../http/route.ts";
import type { AccessTokens } from "../identity/access-tokens.ts";
import type { NotificationTokens } from "../identity/notification-tokens.ts";
import {
  answerTokenRequest,
  type Credentials,
  createTenantConfiguration,
  isSameId,
} from "../identity/token-endpoint.ts";
import { createTenantNotFound, TokenError, toTokenErrorAnswer } from "../identity/token-error.ts";
import { isControl } from "./control.ts";
import type { JournalEntry, RequestJournal } from "./request-journal.ts";

/** The handler of each action. */
const ACTIONS: Readonly<Record<GraphAction, ActionHandler>> = { ...callActions, ...mediaActions };

/** What the service needs. */
interface ServiceOptions {
  credentials: Credentials;
  accessTokens: AccessTokens;
  notificationTokens: NotificationTokens;
  actionContext: ActionContext;
  journal: RequestJournal;
  now(): number;
  wait(ms: number): Promise<void>;
  /** Handles a request to the control API. */
  control(inbound: IncomingRequest): Promise<Answer>;
  log(line: string): void;
}

/** Answers every request, errors in Graph's shape. */
export class Service {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async handle(inbound: IncomingRequest): Promise<Answer> {
    const ids = requestIdsOf(inbound);
    const answer = await this.#answer(inbound, ids).catch((error: unknown) => this.#toErrorAnswer(error, ids));
    const headers = {
      Date: new Date(this.#options.now()).toUTCString(),
      "request-id": ids.requestId,
      "client-request-id": ids.clientRequestId,
      ...echoedHeader("scenario-id", inbound),
      ...answer.headers,
    };
    return { ...answer, headers };
  }

  async #answer(inbound: IncomingRequest, ids: RequestIds): Promise<Answer> {
    // Requests of tests do not belong to the journal of Graph requests.
    if (isControl(inbound.path)) return await this.#options.control(inbound);
    const { journal, log, now } = this.#options;
    const path = maskPath(inbound.path);
    const entry = journal.add({ method: inbound.method, path, at: now() });
    const answer = await this.#answerAsGraph(inbound, { entry, ids }).catch((error: unknown) =>
      this.#toErrorAnswer(error, ids),
    );
    if (answer.reset !== "before") entry.status = answer.status;
    log(`<- ${inbound.method} ${path} ${answer.reset ? "connection reset" : answer.status}`);
    return answer;
  }

  async #answerAsGraph(
    inbound: IncomingRequest,
    { entry, ids }: { entry: JournalEntry; ids: RequestIds },
  ): Promise<Answer> {
    const route = parseRoute(inbound.method, inbound.path);
    if (route.kind !== "graph" && route.kind !== "token") return await this.#publish(route, inbound.origin);
    const action = route.kind === "token" ? "token" : route.action;
    entry.action = action;
    if (route.kind === "graph" && route.callId) entry.callId = maskTones(normalizeId(route.callId));
    const { actionContext, now, wait } = this.#options;
    return await applyRequestFault({
      fault: actionContext.faults.takeForRequest(action),
      inbound,
      ids,
      now,
      wait,
      execute: async (inbound) => {
        const answer =
          route.kind === "token" ? this.#issueToken(route.tenantId, inbound) : this.#runAction(route, inbound);
        return await answer.catch((error: unknown) => this.#toErrorAnswer(error, ids));
      },
    });
  }

  async #publish(route: PublishedRoute, origin: string): Promise<Answer> {
    const { accessTokens, credentials, notificationTokens } = this.#options;
    switch (route.kind) {
      case "openIdConfiguration":
        return { status: 200, body: notificationTokens.openIdConfiguration(`${origin}/v1/.well-known/keys`) };
      case "keys":
        return { status: 200, body: notificationTokens.publishedKeys };
      case "tenantKeys":
        return { status: 200, body: accessTokens.publishedKeys };
      case "tenantConfiguration":
        if (!isSameId(route.tenantId, credentials.tenantId))
          throw createTenantNotFound("invalid_tenant", route.tenantId);
        return { status: 200, body: createTenantConfiguration(`${origin}/${route.tenantId}`) };
    }
  }

  async #runAction(route: GraphRoute, inbound: IncomingRequest): Promise<Answer> {
    const { accessTokens, actionContext } = this.#options;
    const roles = accessTokens.authenticate(inbound.headers.authorization, inbound.origin);
    return await ACTIONS[route.action]({ route, inbound, roles }, actionContext);
  }

  async #issueToken(tenantId: string, inbound: IncomingRequest): Promise<Answer> {
    const { accessTokens, credentials } = this.#options;
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(inbound.headers["content-type"] ?? "");
    const form = new URLSearchParams(isForm ? (await inbound.readBody()).toString("utf8") : "");
    const request = { tenantId, authorization: inbound.headers.authorization, form };
    return await answerTokenRequest(request, credentials, (audience) => accessTokens.issue(audience));
  }

  #toErrorAnswer(error: unknown, ids: RequestIds): Answer {
    if (error instanceof TokenError) return toTokenErrorAnswer(error, this.#options.now());
    const refusal =
      error instanceof GraphError
        ? error
        : new GraphError(500, "UnknownError", { message: "The simulator failed. This is a fault of the simulator." });
    if (refusal !== error) this.#options.log(`!! ${error instanceof Error ? error.stack : "unknown failure"}`);
    return {
      status: refusal.status,
      headers: refusal.headers,
      body: graphErrorBody(refusal, ids, this.#options.now()),
    };
  }
}

/** Graph returns these headers unchanged. */
function echoedHeader(name: string, { headers }: IncomingRequest): Record<string, string> {
  const value = headers[name];
  return typeof value === "string" ? { [name]: value } : {};
}

/** Graph returns the caller's id of the request, or its own id for both. */
function requestIdsOf({ headers }: IncomingRequest): RequestIds {
  const requestId = randomUUID();
  const asked = headers["client-request-id"];
  return { requestId, clientRequestId: typeof asked === "string" && asked !== "" ? asked : requestId };
}
