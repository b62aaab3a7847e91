export type { Undelivered } from "./callbacks/notifier.ts";
export type { FarEnd, PickUp, SimulatedCall } from "./calls/far-end.ts";
export type { FarEndOption } from "./calls/far-end-option.ts";
export type { MenuState, PhoneMenu } from "./calls/phone-menu.ts";
export type {
  Action,
  DelayFault,
  DeliveryFault,
  DropFault,
  EndingFault,
  Fault,
  Faults,
  NotificationFault,
  RequestFault,
  RespondFault,
  SendEnding,
  SpellingFault,
  TokenFault,
} from "./faults/fault.ts";
export type { TlsOptions } from "./http/http-listener.ts";
export { GRAPH_ACTIONS, type GraphAction } from "./http/route.ts";
export type { SimulatorCredential } from "./identity/simulator-credential.ts";
export type { ReceivedRequest } from "./server/request-journal.ts";
export type { IncomingCall, Simulator, SimulatorOptions } from "./server/simulator.ts";
export { startSimulator } from "./start-simulator.ts";
