import { type Call, InvalidRequestError } from "@graph-dtmf/models";
import { isRecord } from "@graph-dtmf/models/internal";
import { acceptAnyBody, readCall } from "../delivery/response-readers.ts";
import { GraphRequestError } from "../errors/errors.ts";
import { type CreateCallRequest, checkCallbackUri, createCallBody, withODataType } from "./create-call-body.ts";
import { performRequest, type RequestContext } from "./perform-request.ts";
import type { RequestOptions } from "./request-options.ts";
import { toCallPath } from "./resource-path.ts";

/** The input of `calls.answer`. The service hosts the media of the call. */
export interface AnswerCallRequest {
  /** The URL to which Graph posts further notifications of this call. */
  callbackUri: string;
}

/** The input of `calls.reject`. */
export interface RejectCallRequest {
  /** Default `none`. @see Graph v1.0 schema, enum `rejectReason` */
  reason?: "none" | "busy" | "forbidden";
}

/** Requests about a call as a whole. They do not wait for the media actions of the call. */
export interface Calls {
  /**
   * Creates a call to people, or joins a meeting. The call is `establishing` when this resolves. Tones can be sent after a
   * notification with state `established`.
   *
   * The request is sent at most once. If its delivery is unknown, only a notification shows whether the call was created:
   * use a separate callbackUri for each attempt.
   *
   * @throws InvalidRequestError before anything is sent.
   * @see Graph v1.0, application: create call
   *
   * @example
   * await dtmf.calls.create({ callbackUri, tenantId, meeting: { joinMeetingId: "234 567 890 12", passcode: "Ab3dE6" } });
   */
  create(request: CreateCallRequest, options?: RequestOptions): Promise<Call>;
  /** Gets a call. It has no `toneInfo`. @see Graph v1.0, call: get */
  get(callId: string, options?: RequestOptions): Promise<Call>;
  /** Answers an incoming call. Graph waits 15 s for it. @see Graph v1.0, call: answer */
  answer(callId: string, request: AnswerCallRequest, options?: RequestOptions): Promise<void>;
  /** Rejects an incoming call. @see Graph v1.0, call: reject */
  reject(callId: string, request?: RejectCallRequest, options?: RequestOptions): Promise<void>;
  /**
   * Keeps the call alive. Graph ends a call after 45 minutes without this request, and recommends it every 15 minutes. It
   * fails with status 404 after the call has ended.
   *
   * @see Graph v1.0, call: keepAlive
   */
  keepAlive(callId: string, options?: RequestOptions): Promise<void>;
  /** Ends the call for the bot. It also resolves if the call has already ended. @see Graph v1.0, call: delete */
  hangUp(callId: string, options?: RequestOptions): Promise<void>;
}

/** Creates the `calls` of a client. */
export function createCalls(context: RequestContext): Calls {
  async function performCallAction(action: CallAction, options: RequestOptions | undefined): Promise<void> {
    const { callId, name, method = "POST", body, idempotent = false } = action;
    const path = name ? toCallPath(callId, name) : toCallPath(callId);
    const request = { method, path, body };
    await performRequest(
      { action: name ?? "deleteCall", request, read: acceptAnyBody, idempotent, callId },
      context,
      options,
    );
  }
  return {
    async create(request, options) {
      const body = createCallBody(request);
      return performRequest(
        {
          action: "createCall",
          request: { method: "POST", path: "/communications/calls", body },
          read: readCall,
          idempotent: false,
          createdCallId: ({ id }) => id,
        },
        context,
        // The token must be of the tenant of the call.
        { ...options, tenantId: options?.tenantId ?? request.tenantId },
      );
    },
    async get(callId, options) {
      const request = { method: "GET", path: toCallPath(callId) } as const;
      return performRequest({ action: "getCall", request, read: readCall, idempotent: true, callId }, context, options);
    },
    async answer(callId, request, options) {
      if (!isRecord(request)) throw new InvalidRequestError("the request must be { callbackUri }");
      const { callbackUri } = request;
      checkCallbackUri(callbackUri);
      const mediaConfig = withODataType("serviceHostedMediaConfig", {});
      const body = { callbackUri, acceptedModalities: ["audio"], mediaConfig };
      await performCallAction({ callId, name: "answer", body }, options);
    },
    async reject(callId, { reason = "none" } = {}, options) {
      if (!["none", "busy", "forbidden"].includes(reason)) {
        throw new InvalidRequestError("reason must be none, busy or forbidden");
      }
      await performCallAction({ callId, name: "reject", body: { reason } }, options);
    },
    async keepAlive(callId, options) {
      await performCallAction({ callId, name: "keepAlive", idempotent: true }, options);
    },
    async hangUp(callId, options) {
      try {
        await performCallAction({ callId, method: "DELETE", idempotent: true }, options);
      } catch (error) {
        // 404: the call has already ended.
        if (!(error instanceof GraphRequestError && error.status === 404)) throw error;
      }
    },
  };
}

/** A request about a call. Its response has no content. */
interface CallAction {
  callId: string;
  /** The last part of the path. Absent for the call itself. */
  name?: string;
  method?: "POST" | "DELETE";
  body?: object;
  idempotent?: boolean;
}
