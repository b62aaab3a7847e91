/** The call that notifications are about, and where they are sent. */
export interface Recipient {
  readonly id: string;
  readonly callbackUri: string;
  readonly callChainId: string;
  readonly scenarioId: string;
  readonly appId: string;
  readonly tenantId: string;
}
