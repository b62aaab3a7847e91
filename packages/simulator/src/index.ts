export type { FarEnd, FarEndOption, PickUp } from "./far-end.ts";
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
} from "./faults.ts";
export type { TlsOptions } from "./http-listener.ts";
export type { Undelivered } from "./notifier.ts";
export type { MenuState, PhoneMenu } from "./phone-menu.ts";
export type { ReceivedRequest } from "./request-journal.ts";
export type { SimulatedCall } from "./simulated-call.ts";
export type { IncomingCall, Simulator, SimulatorOptions } from "./simulator.ts";
export type { SimulatorCredential } from "./simulator-credential.ts";
export { startSimulator } from "./start-simulator.ts";
