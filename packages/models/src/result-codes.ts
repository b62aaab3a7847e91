/** The explanation of one pair of code and subcode. */
export interface Explanation {
  readonly reason: string;
  readonly endsCall: boolean;
  readonly retryable: boolean;
}

const call = (reason: string, retryable = false): Explanation => ({ reason, endsCall: true, retryable });
const operation = (reason: string, retryable = false): Explanation => ({ reason, endsCall: false, retryable });

/**
 * The result codes that Graph documents (call: delete, "Call end reason codes"; pages of the operations) and those
 * that developers of calling bots reported, by `code/subcode`; `*` if the reports have no code.
 */
const RESULTS: Readonly<Record<string, Explanation>> = {
  // The call ended normally.
  "200/4097": call("Another participant ended the call."),
  "200/4521": call("The other party ended the one-to-one call."),
  "200/5000": call("The bot was removed from the conversation."),
  "200/5001": call("The conversation has ended."),
  "200/5003": call("The conversation has ended."),
  "200/5002": call("All other participants have left."),
  "200/5007": call("The initiator of the call has left."),
  "200/5010": call("Only one participant was left in the call."),
  "200/5012": call("No participant is left in the call."),
  "200/5020": call("No participant is left in the call."),
  "200/5013": call("No participant joined the call in time.", true),
  "200/5014": call("No host could be found for the group call.", true),
  "200/5030": call("The time of the breakout room is over."),
  "200/5300": call("The bot was removed from the call."),
  "200/5855": call("The bot was not admitted from the lobby in time.", true),
  "200/7000": call("The bot ended the call."),
  "200/10550": call("The bot ended the call."),
  "200/7015": call("The call was transferred."),
  "0/7015": call("The call was transferred."),
  "200/18503": call("The other party left the one-to-one call."),
  "200/540000": call("The person on the telephone hung up."),
  "200/560000": call("The person on the telephone hung up."),
  // The call was lost, or was never established.
  "408/8537": call("The call was dropped because the bot sent no keepAlive for 45 minutes."),
  "408/1106": call("The call was accepted, but the acceptance was never acknowledged.", true),
  "408/10057": call("The called party's side did not answer the signalling in time.", true),
  "408/13025": call("The call timed out; the service does not say in which step.", true),
  "410/301005": call("The media connection could not be made or was lost.", true),
  "480/10037": call("The called person has no device that could ring.", true),
  "480/10076": call("The called party could not be reached.", true),
  "480/10134": call("There is no route to the called party."),
  "480/10199": call("Private calling is disabled for the called person."),
  "400/8541": call("The called party could not be reached (see the diagnostic code in the message)."),
  "500/1005": call("The bot's media connection failed.", true),
  "500/3002": call("The service ended the call after an internal error.", true),
  "500/3003": call("The service ended the call after an internal error.", true),
  "500/7106": call("The service ended the call after an internal error.", true),
  "500/560500": call("The telephone network failed to connect or keep the call.", true),
  // Operations of a call that may continue.
  "200/0": operation("The operation completed."),
  "200/8515": operation("The recording reached its longest permitted duration."),
  "400/8508": operation("The operation was canceled."),
  "403/10151": operation(
    "The telephone number could not be invited: the call does not meet the requirements for dialing out.",
  ),
  "412/9999": operation("The telephone number could not be invited: no participant of the call could sponsor it."),
  // Documented for added participants only. A missing subcode is parsed as 0 too.
  "500/0": operation("The service failed and gave no subcode; adding a participant fails like this.", true),
  "500/1000": operation("The transfer failed.", true),
  "500/7000": operation("The transfer failed.", true),
  "500/7700": operation("The transfer failed.", true),
  "*/7112": operation("The participant could not be added to the conversation.", true),
};

/** The explanation of a pair of codes, if there is one. */
export function explanationOf(code: number, subcode: number): Explanation | undefined {
  return RESULTS[`${code}/${subcode}`] ?? RESULTS[`*/${subcode}`];
}
