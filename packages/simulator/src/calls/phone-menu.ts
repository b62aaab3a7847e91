import { DtmfError, formatTones, parseTones, type ResultInfo } from "@graph-dtmf/models";
import { type Check, count, nullable, object, recordOf, text } from "../schema/checks.ts";
import { nullableText, resultInfo } from "../schema/graph-types.ts";
import type { FarEnd, PickUp, SimulatedCall } from "./far-end.ts";

/** One state of a phone menu. */
export interface MenuState {
  /** Keys that the far end presses when it enters the state. */
  press?: string;
  /** The far end hangs up when it enters the state: with the usual result, or with this one. */
  hangUp?: true | ResultInfo;
  /** The next state for each entry, such as `1` or `4711#`. */
  choices?: Readonly<Record<string, string>>;
  /** The key that ends an entry. Without it an entry is wrong as soon as no choice starts with it. */
  endKey?: string;
  /** The number of wrong entries that lead to `failed`. Without it wrong entries are ignored. */
  attempts?: number;
  failed?: string;
}

/**
 * A far end as data: a small state machine that receives keys.
 *
 * @example
 * // A conference bridge that accepts 4711# and hangs up after three wrong PINs.
 * const bridge: PhoneMenu = {
 *   start: "pin",
 *   states: {
 *     pin: { choices: { "4711#": "conference" }, endKey: "#", attempts: 3, failed: "goodbye" },
 *     conference: { press: "1" },
 *     goodbye: { hangUp: true },
 *   },
 * };
 */
export interface PhoneMenu {
  picksUp?: PickUp;
  /** The state after the call is established. */
  start: string;
  states: Readonly<Record<string, MenuState>>;
}

/**
 * Checks a menu. Returns a function that creates a far end for each call.
 *
 * @throws DtmfError `invalid_request`, InvalidTonesError for invalid keys.
 */
export function parsePhoneMenu(menu: PhoneMenu): () => FarEnd {
  checkPhoneMenu(menu);
  const states = new Map(Object.entries(menu.states).map(([name, state]) => [name, parseState(state)]));
  return () => runMenu(menu, states);
}

/** A state with normalized keys. */
interface ParsedState extends Omit<MenuState, "choices"> {
  choices: ReadonlyMap<string, string>;
}

function parseState({ choices = {}, endKey, press, ...state }: MenuState): ParsedState {
  return {
    ...state,
    ...(endKey !== undefined && { endKey: normalizeKeys(endKey) }),
    ...(press !== undefined && { press: normalizeKeys(press) }),
    choices: new Map(Object.entries(choices).map(([keys, name]) => [normalizeKeys(keys), name])),
  };
}

const normalizeKeys = (keys: string): string => formatTones(parseTones(keys));

function runMenu({ start, picksUp }: PhoneMenu, states: ReadonlyMap<string, ParsedState>): FarEnd {
  let state: ParsedState | undefined;
  let entry = "";
  let wrong = 0;
  const enter = (name: string, call: SimulatedCall): void => {
    state = states.get(name);
    entry = "";
    wrong = 0;
    if (state?.press !== undefined) call.press(state.press);
    if (state?.hangUp !== undefined) call.hangUp(state.hangUp === true ? undefined : state.hangUp);
  };
  return {
    ...(picksUp !== undefined && { picksUp }),
    established: (call) => enter(start, call),
    heard(tone, call) {
      if (!state) return;
      entry += formatTones([tone]);
      const next = state.choices.get(entry);
      if (next !== undefined) enter(next, call);
      else if (!canContinue(entry, state)) {
        entry = "";
        wrong += 1;
        if (state.failed !== undefined && wrong === state.attempts) enter(state.failed, call);
      }
    },
  };
}

function canContinue(entry: string, { choices, endKey }: ParsedState): boolean {
  if (endKey !== undefined) return !entry.endsWith(endKey);
  return [...choices.keys()].some((keys) => keys.startsWith(entry));
}

const stateCheck: Check = object({
  properties: {
    press: nullableText,
    hangUp: nullable((value, path) => (value === true ? undefined : resultInfo(value, path))),
    choices: nullable(recordOf(text)),
    endKey: nullableText,
    attempts: nullable(count),
    failed: nullableText,
  },
});
const picksUpCheck: Check = (value, path) =>
  value === "busy" || value === "never" ? undefined : object({ properties: { afterMs: count } })(value, path);
const menuCheck: Check = object({
  properties: { picksUp: nullable(picksUpCheck), start: text, states: recordOf(stateCheck) },
});

function checkPhoneMenu(menu: PhoneMenu): void {
  const problem = menuCheck(menu, "") ?? missingState(menu);
  if (problem !== undefined) throw new DtmfError("invalid_request", `invalid phone menu: ${problem}`);
}

/** The first name of a state that does not exist. */
function missingState({ start, states }: PhoneMenu): string | undefined {
  const named = Object.values(states).flatMap(({ choices = {}, failed }) => [
    ...Object.values(choices),
    ...(failed === undefined ? [] : [failed]),
  ]);
  const missing = [start, ...named].find((name) => !Object.hasOwn(states, name));
  return missing === undefined ? undefined : `there is no state '${missing}'`;
}
