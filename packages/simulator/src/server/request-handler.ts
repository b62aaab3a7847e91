import { randomUUID } from "node:crypto";
import { normalizeId } from "@graph-dtmf/models";
import type { ActionContext, ActionHandler } from "../actions/action.ts";
import * as callActions from "../actions/call-actions.ts";
import * as mediaActions from "../actions/media-actions.ts";
import { applyRequestFault } from "../faults/apply-request-fault.ts";
import { GraphError, graphErrorBody, type RequestIds } from "../http/graph-error.ts";
import type { HttpRequest, HttpResponse } from "../http/http-listener.ts";
import { maskPath, maskTones } from "../http/mask.ts";
import { type GraphAction, type GraphRoute, type PublishedRoute, parseRoute } from "../http/route.ts";
import type { AccessTokens } from "../identity/access-tokens.ts";
import type { NotificationTokens } from "../identity/notification-tokens.ts";
import {
  type Credentials,
  createTenantConfiguration,
  handleTokenRequest,
  isSameId,
} from "../identity/token-endpoint.ts";
import { createTenantNotFound, TokenError, toTokenErrorResponse } from "../identity/token-error.ts";
import { isControlRequest } from "./control-api.ts";
import type { JournalEntry, RequestJournal } from "./request-journal.ts";

/** The handler of each action. */
const ACTIONS: Readonly<Record<GraphAction, ActionHandler>> = { ...callActions, ...mediaActions };

/** What the request handler needs. */
interface RequestHandlerOptions {
  credentials: Credentials;
  accessTokens: AccessTokens;
  notificationTokens: NotificationTokens;
  actionContext: ActionContext;
  journal: RequestJournal;
  now(): number;
  wait(ms: number): Promise<void>;
  /** Handles a request to the control API. */
  handleControlRequest(request: HttpRequest): Promise<HttpResponse>;
  log(line: string): void;
}

/** Answers every request, errors in Graph's shape. */
export class RequestHandler {
  readonly #options: RequestHandlerOptions;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  /** Never rejects. */
  async handle(request: HttpRequest): Promise<HttpResponse> {
    const ids = requestIdsOf(request);
    const response = await this.#respond(request, ids).catch((error: unknown) => this.#toErrorResponse(error, ids));
    const headers = {
      Date: new Date(this.#options.now()).toUTCString(),
      "request-id": ids.requestId,
      "client-request-id": ids.clientRequestId,
      ...echoedHeader("scenario-id", request),
      ...response.headers,
    };
    return { ...response, headers };
  }

  async #respond(request: HttpRequest, ids: RequestIds): Promise<HttpResponse> {
    // Requests of tests do not belong to the journal of Graph requests.
    if (isControlRequest(request.path)) return await this.#options.handleControlRequest(request);
    const { journal, log, now } = this.#options;
    const path = maskPath(request.path);
    const entry = journal.add({ method: request.method, path, at: now() });
    const response = await this.#respondAsGraph(request, { entry, ids }).catch((error: unknown) =>
      this.#toErrorResponse(error, ids),
    );
    if (response.reset !== "before") entry.status = response.status;
    log(`<- ${request.method} ${path} ${response.reset ? "connection reset" : response.status}`);
    return response;
  }

  async #respondAsGraph(
    request: HttpRequest,
    { entry, ids }: { entry: JournalEntry; ids: RequestIds },
  ): Promise<HttpResponse> {
    const route = parseRoute(request.method, request.path);
    if (route.kind !== "graph" && route.kind !== "token") return await this.#publish(route, request.origin);
    const action = route.kind === "token" ? "token" : route.action;
    entry.action = action;
    if (route.kind === "graph" && route.callId) entry.callId = maskTones(normalizeId(route.callId));
    const { actionContext, now, wait } = this.#options;
    return await applyRequestFault({
      fault: actionContext.faults.takeForRequest(action),
      request,
      ids,
      now,
      wait,
      execute: async (request) => {
        const response =
          route.kind === "token" ? this.#issueToken(route.tenantId, request) : this.#runAction(route, request);
        return await response.catch((error: unknown) => this.#toErrorResponse(error, ids));
      },
    });
  }

  async #publish(route: PublishedRoute, origin: string): Promise<HttpResponse> {
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

  async #runAction(route: GraphRoute, request: HttpRequest): Promise<HttpResponse> {
    const { accessTokens, actionContext } = this.#options;
    const roles = accessTokens.authenticate(request.headers.authorization, request.origin);
    return await ACTIONS[route.action]({ route, request, roles }, actionContext);
  }

  async #issueToken(tenantId: string, request: HttpRequest): Promise<HttpResponse> {
    const { accessTokens, credentials } = this.#options;
    const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers["content-type"] ?? "");
    const form = new URLSearchParams(isForm ? (await request.readBody()).toString("utf8") : "");
    const authorization = request.headers.authorization;
    return await handleTokenRequest({ tenantId, authorization, form }, credentials, (audience) =>
      accessTokens.issue(audience),
    );
  }

  #toErrorResponse(error: unknown, ids: RequestIds): HttpResponse {
    if (error instanceof TokenError) return toTokenErrorResponse(error, this.#options.now());
    const graphError =
      error instanceof GraphError
        ? error
        : new GraphError(500, "UnknownError", {
            message: "The simulator failed. This is a bug in the simulator: its option log gets the stack.",
          });
    if (graphError !== error)
      this.#options.log(`!! ${error instanceof Error ? error.stack : "a value that is not an Error was thrown"}`);
    return {
      status: graphError.status,
      headers: graphError.headers,
      body: graphErrorBody(graphError, ids, this.#options.now()),
    };
  }
}

/** Graph returns these headers unchanged. */
function echoedHeader(name: string, { headers }: HttpRequest): Record<string, string> {
  const value = headers[name];
  return typeof value === "string" ? { [name]: value } : {};
}

/** Graph returns the caller's id of the request, or its own id for both. */
function requestIdsOf({ headers }: HttpRequest): RequestIds {
  const requestId = randomUUID();
  const given = headers["client-request-id"];
  return { requestId, clientRequestId: typeof given === "string" && given !== "" ? given : requestId };
}
