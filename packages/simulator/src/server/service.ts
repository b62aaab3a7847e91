import { randomUUID } from "node:crypto";
import { normalizeId } from "@graph-dtmf/models";
import type { ActionContext, Perform } from "../actions/action.ts";
import * as callActions from "../actions/call-actions.ts";
import * as mediaActions from "../actions/media-actions.ts";
import { applyRequestFault } from "../faults/apply-request-fault.ts";
import type { Answer } from "../http/answer.ts";
import { GraphError, graphErrorBody, type RequestIds } from "../http/graph-error.ts";
import type { Inbound } from "../http/http-listener.ts";
import { maskPath, maskTones } from "../http/mask.ts";
import { type GraphAction, type GraphRoute, type PublishedRoute, routeOf } from "../http/route.ts";
import type { AccessTokens } from "../identity/access-tokens.ts";
import type { NotificationTokens } from "../identity/notification-tokens.ts";
import { tenantConfiguration } from "../identity/tenant-configuration.ts";
import { answerTokenRequest, type Credentials, sameId } from "../identity/token-endpoint.ts";
import { TokenRefusal, tenantNotFound, tokenRefusalAnswer } from "../identity/token-refusal.ts";
import { isControl } from "./control.ts";
import type { JournalEntry, RequestJournal } from "./request-journal.ts";

/** What each action does. */
const ACTIONS: Readonly<Record<GraphAction, Perform>> = { ...callActions, ...mediaActions };

/** All that takes part in answering. */
export interface ServiceOptions {
  credentials: Credentials;
  accessTokens: AccessTokens;
  notificationTokens: NotificationTokens;
  actionContext: ActionContext;
  journal: RequestJournal;
  now(): number;
  wait(ms: number): Promise<void>;
  /** Answers what is asked of the simulator itself. */
  control(inbound: Inbound): Promise<Answer>;
  log(line: string): void;
}

/** Answers every request; whatever goes wrong is told in Graph's shape. */
export class Service {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async handle(inbound: Inbound): Promise<Answer> {
    const ids = idsOf(inbound);
    const answer = await this.#answer(inbound, ids).catch((error: unknown) => this.#refuse(error, ids));
    const headers = {
      Date: new Date(this.#options.now()).toUTCString(),
      "request-id": ids.requestId,
      "client-request-id": ids.clientRequestId,
      ...echo("scenario-id", inbound),
      ...answer.headers,
    };
    return { ...answer, headers };
  }

  async #answer(inbound: Inbound, ids: RequestIds): Promise<Answer> {
    // What tests ask of the simulator is no part of what bots ask of Graph.
    if (isControl(inbound.path)) return await this.#options.control(inbound);
    const { journal, log, now } = this.#options;
    const path = maskPath(inbound.path);
    const entry = journal.add({ method: inbound.method, path, at: now() });
    const answer = await this.#answerAsGraph(inbound, { entry, ids }).catch((error: unknown) =>
      this.#refuse(error, ids),
    );
    if (answer.cut !== "before") entry.status = answer.status;
    log(`<- ${inbound.method} ${path} ${answer.cut ? "connection reset" : answer.status}`);
    return answer;
  }

  async #answerAsGraph(inbound: Inbound, { entry, ids }: { entry: JournalEntry; ids: RequestIds }): Promise<Answer> {
    const route = routeOf(inbound.method, inbound.path);
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
        const answer = route.kind === "token" ? this.#issueToken(route.tenantId, inbound) : this.#ask(route, inbound);
        return await answer.catch((error: unknown) => this.#refuse(error, ids));
      },
    });
  }

  async #publish(route: PublishedRoute, origin: string): Promise<Answer> {
    const { accessTokens, credentials, notificationTokens } = this.#options;
    switch (route.kind) {
      case "openIdConfiguration":
        return { status: 200, body: notificationTokens.openIdConfiguration(`${origin}/v1/.well-known/keys`) };
      case "keys":
        return { status: 200, body: notificationTokens.published };
      case "tenantKeys":
        return { status: 200, body: accessTokens.published };
      case "tenantConfiguration":
        if (!sameId(route.tenantId, credentials.tenantId)) throw tenantNotFound("invalid_tenant", route.tenantId);
        return { status: 200, body: tenantConfiguration(`${origin}/${route.tenantId}`) };
    }
  }

  async #ask(route: GraphRoute, inbound: Inbound): Promise<Answer> {
    const { accessTokens, actionContext } = this.#options;
    const roles = accessTokens.authenticate(inbound.headers.authorization, inbound.origin);
    return await ACTIONS[route.action]({ route, inbound, roles }, actionContext);
  }

  async #issueToken(tenantId: string, inbound: Inbound): Promise<Answer> {
    const { accessTokens, credentials } = this.#options;
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(inbound.headers["content-type"] ?? "");
    const form = new URLSearchParams(isForm ? (await inbound.readBody()).toString("utf8") : "");
    const request = { tenantId, authorization: inbound.headers.authorization, form };
    return await answerTokenRequest(request, credentials, (audience) => accessTokens.issue(audience));
  }

  #refuse(error: unknown, ids: RequestIds): Answer {
    if (error instanceof TokenRefusal) return tokenRefusalAnswer(error, this.#options.now());
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

/** Graph sends these back as they came. */
function echo(name: string, { headers }: Inbound): Record<string, string> {
  const value = headers[name];
  return typeof value === "string" ? { [name]: value } : {};
}

/** Graph echoes the caller's id for the request, or makes its own serve for both. */
function idsOf({ headers }: Inbound): RequestIds {
  const requestId = randomUUID();
  const asked = headers["client-request-id"];
  return { requestId, clientRequestId: typeof asked === "string" && asked !== "" ? asked : requestId };
}
