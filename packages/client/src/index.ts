export type { AuthenticationProvider, Credential, TokenCredential, TokenRequest } from "./access-token.ts";
export type { AnswerCallRequest, Calls, RejectCallRequest } from "./calls.ts";
export { createDtmfClient, type DtmfClient, type DtmfClientOptions, type HeldSend } from "./client.ts";
export type { CallTarget, CreateCallRequest, Meeting } from "./create-call-body.ts";
export { DeliveryUnknownError, GraphRequestError, NotSentError } from "./errors.ts";
export type { RefusalExplanation } from "./explain-refusal.ts";
export type { MediaActionRequest, PlayPromptRequest, Prompt } from "./media-actions.ts";
export type { SendDtmfTonesRequest, TonesInput } from "./request-body.ts";
export type { RequestOptions, SentOperation } from "./sent-operation.ts";
