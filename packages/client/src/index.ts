export type { AnswerCallRequest, Calls, RejectCallRequest } from "./actions/calls.ts";
export type { CallTarget, CreateCallRequest, Meeting } from "./actions/create-call-body.ts";
export type { MediaActionRequest, PlayPromptRequest, Prompt } from "./actions/media-actions.ts";
export type { SendDtmfTonesRequest, TonesInput } from "./actions/request-body.ts";
export type { RequestOptions, SentOperation } from "./actions/sent-operation.ts";
export type { AuthenticationProvider, Credential, TokenCredential, TokenRequest } from "./auth/access-token.ts";
export { createDtmfClient, type DtmfClient, type DtmfClientOptions, type LockedSend } from "./client.ts";
export { DeliveryUnknownError, GraphRequestError, NotSentError } from "./errors/errors.ts";
export type { RefusalExplanation } from "./errors/explain-graph-error.ts";
