import { type Call, InvalidRequestError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { callAnswer, noAnswer } from "../delivery/classify-response.ts";
import { GraphRequestError } from "../errors/errors.ts";
import { type CreateCallRequest, checkCallbackUri, createCallBody } from "./create-call-body.ts";
import { performRequest, type RequestTools } from "./request.ts";
import { callPath } from "./resource-path.ts";
import type { RequestOptions } from "./sent-operation.ts";
import { typed } from "./typed.ts";

/** An incoming call to accept, with media that the service hosts. */
export interface AnswerCallRequest {
  /** Where Graph posts the notifications of this call from now on. */
  callbackUri: string;
}

/** An incoming call to turn away. */
export interface RejectCallRequest {
  /** Default `none`. @see Graph v1.0 schema, enum `rejectReason` */
  reason?: "none" | "busy" | "forbidden";
}

/** The calls of a bot. */
export interface Calls {
  /**
   * Starts a call to people, or joins a meeting. It is `establishing` when this resolves; keys can be pressed once a
   * notification says `established`.
   *
   * It is never sent twice: if its delivery is unknown, a notification under a callbackUri of its own tells.
   *
   * @throws InvalidRequestError before anything is sent.
   * @see Graph v1.0, application: create call
   *
   * @example
   * await dtmf.calls.create({ callbackUri, tenantId, meeting: { joinMeetingId: "234 567 890 12", passcode: "Ab3dE6" } });
   */
  create(request: CreateCallRequest, options?: RequestOptions): Promise<Call>;
  /** @see Graph v1.0, call: get. It carries no `toneInfo`. */
  get(callId: string, options?: RequestOptions): Promise<Call>;
  /** Accepts an incoming call; Graph waits 15 s for it. @see Graph v1.0, call: answer */
  answer(callId: string, request: AnswerCallRequest, options?: RequestOptions): Promise<void>;
  /** Turns an incoming call away. @see Graph v1.0, call: reject */
  reject(callId: string, request?: RejectCallRequest, options?: RequestOptions): Promise<void>;
  /**
   * Tells Graph that the bot lives: needed every 45 minutes at least, 15 are recommended. After the end of the call it
   * fails with status 404.
   *
   * @see Graph v1.0, call: keepAlive
   */
  keepAlive(callId: string, options?: RequestOptions): Promise<void>;
  /** Ends the call for the bot. A call that is over already is no error. @see Graph v1.0, call: delete */
  hangUp(callId: string, options?: RequestOptions): Promise<void>;
}

/** The requests that are about a call as a whole. None of them waits for the media actions of its call. */
export function createCalls(tools: RequestTools): Calls {
  /** Has something done to a call; nothing comes back. */
  async function act(what: Act, options: RequestOptions | undefined): Promise<void> {
    const { callId, name, method = "POST", body, idempotent = false } = what;
    const path = name ? callPath(callId, name) : callPath(callId);
    const request = { method, path, body };
    await performRequest({ action: name ?? "deleteCall", request, read: noAnswer, idempotent, callId }, tools, options);
  }
  return {
    async create(request, options) {
      const body = createCallBody(request);
      return performRequest(
        {
          action: "createCall",
          request: { method: "POST", path: "/communications/calls", body },
          read: callAnswer,
          idempotent: false,
          madeCall: ({ id }) => id,
        },
        tools,
        // The token must be of the tenant that the call is in.
        { ...options, tenantId: options?.tenantId ?? request.tenantId },
      );
    },
    async get(callId, options) {
      const request = { method: "GET", path: callPath(callId) } as const;
      return performRequest({ action: "getCall", request, read: callAnswer, idempotent: true, callId }, tools, options);
    },
    async answer(callId, request, options) {
      if (!isRecord(request)) throw new InvalidRequestError("expected { callbackUri }");
      const { callbackUri } = request;
      checkCallbackUri(callbackUri);
      const mediaConfig = typed("serviceHostedMediaConfig", {});
      const body = { callbackUri, acceptedModalities: ["audio"], mediaConfig };
      await act({ callId, name: "answer", body }, options);
    },
    async reject(callId, { reason = "none" } = {}, options) {
      if (!["none", "busy", "forbidden"].includes(reason)) {
        throw new InvalidRequestError("reason must be none, busy or forbidden");
      }
      await act({ callId, name: "reject", body: { reason } }, options);
    },
    async keepAlive(callId, options) {
      await act({ callId, name: "keepAlive", idempotent: true }, options);
    },
    async hangUp(callId, options) {
      try {
        await act({ callId, method: "DELETE", idempotent: true }, options);
      } catch (error) {
        // It is over already, which is what was wanted.
        if (!(error instanceof GraphRequestError && error.status === 404)) throw error;
      }
    },
  };
}

interface Act {
  callId: string;
  name?: string;
  method?: "POST" | "DELETE";
  body?: object;
  idempotent?: boolean;
}
