export type { AnswerCallRequest, Calls, RejectCallRequest } from "./actions/calls.ts";
export type { CallTarget, CreateCallRequest, Meeting } from "./actions/create-call-body.ts";
export type { MediaActionRequest, PlayPromptRequest, Prompt } from "./actions/media-actions.ts";
export type { RequestOptions } from "./actions/request-options.ts";
export type { SendDtmfTonesRequest, TonesInput } from "./actions/send-dtmf-tones-body.ts";
export type { SentOperation } from "./actions/sent-operation.ts";
export type { AuthenticationProvider, Credential, TokenCredential, TokenRequest } from "./auth/access-token.ts";
export { createDtmfClient, type DtmfClient, type DtmfClientOptions, type LockedSend } from "./client.ts";
export {
  DeliveryUnknownError,
  type DeliveryUnknownErrorDetails,
  GraphRequestError,
  type GraphRequestErrorDetails,
  NotSentError,
} from "./errors/errors.ts";
export type { GraphErrorExplanation } from "./errors/explain-graph-error.ts";
