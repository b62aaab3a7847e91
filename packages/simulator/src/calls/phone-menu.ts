import { DtmfError, formatTones, parseTones, type ResultInfo } from "@graph-dtmf/models";
import { type Check, count, nullable, object, recordOf, text } from "../schema/checks.ts";
import { nullableText, resultInfo } from "../schema/graph-types.ts";
import type { FarEnd, PickUp } from "./far-end.ts";
import type { SimulatedCall } from "./simulated-call.ts";

/** One place in a phone menu. */
export interface MenuState {
  /** Keys that the far end presses when the place is reached. */
  press?: string;
  /** The far end hangs up when the place is reached: as people do, or with this result. */
  hangUp?: true | ResultInfo;
  /** Where entries lead: keys, such as `1` or `4711#`, to the name of a place. */
  choices?: Readonly<Record<string, string>>;
  /** The key that ends an entry. Without it an entry is wrong as soon as no choice begins like it. */
  endKey?: string;
  /** How many wrong entries lead to `failed`. Without it a wrong entry is just forgotten. */
  attempts?: number;
  failed?: string;
}

/**
 * Somebody at the other end of a call, in data: a small state machine that hears keys.
 *
 * @example
 * // A conference bridge that admits with 4711# and hangs up after three wrong PINs.
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
  /** The place that is reached when the call is established. */
  start: string;
  states: Readonly<Record<string, MenuState>>;
}

/**
 * Checks a menu; returns what makes a far end of it for each call.
 *
 * @throws DtmfError `invalid_request`, InvalidTonesError for keys that are none
 */
export function readPhoneMenu(menu: PhoneMenu): () => FarEnd {
  checkPhoneMenu(menu);
  const places = new Map(Object.entries(menu.states).map(([name, state]) => [name, asPlace(state)]));
  return () => followMenu(menu, places);
}

/** A place with its keys in one spelling. */
interface Place extends Omit<MenuState, "choices"> {
  choices: ReadonlyMap<string, string>;
}

function asPlace({ choices = {}, endKey, press, ...state }: MenuState): Place {
  return {
    ...state,
    ...(endKey !== undefined && { endKey: inOneSpelling(endKey) }),
    ...(press !== undefined && { press: inOneSpelling(press) }),
    choices: new Map(Object.entries(choices).map(([keys, name]) => [inOneSpelling(keys), name])),
  };
}

const inOneSpelling = (keys: string): string => formatTones(parseTones(keys));

function followMenu({ start, picksUp }: PhoneMenu, places: ReadonlyMap<string, Place>): FarEnd {
  let place: Place | undefined;
  let entry = "";
  let wrong = 0;
  const enter = (name: string, call: SimulatedCall): void => {
    place = places.get(name);
    entry = "";
    wrong = 0;
    if (place?.press !== undefined) call.press(place.press);
    if (place?.hangUp !== undefined) call.hangUp(place.hangUp === true ? undefined : place.hangUp);
  };
  return {
    ...(picksUp !== undefined && { picksUp }),
    established: (call) => enter(start, call),
    heard(tone, call) {
      if (!place) return;
      entry += formatTones([tone]);
      const next = place.choices.get(entry);
      if (next !== undefined) enter(next, call);
      else if (!mayStillFit(entry, place)) {
        entry = "";
        wrong += 1;
        if (place.failed !== undefined && wrong === place.attempts) enter(place.failed, call);
      }
    },
  };
}

function mayStillFit(entry: string, { choices, endKey }: Place): boolean {
  if (endKey !== undefined) return !entry.endsWith(endKey);
  return [...choices.keys()].some((keys) => keys.startsWith(entry));
}

const state: Check = object({
  properties: {
    press: nullableText,
    hangUp: nullable((value, path) => (value === true ? undefined : resultInfo(value, path))),
    choices: nullable(recordOf(text)),
    endKey: nullableText,
    attempts: nullable(count),
    failed: nullableText,
  },
});
const picksUp: Check = (value, path) =>
  value === "busy" || value === "never" ? undefined : object({ properties: { afterMs: count } })(value, path);
const schema: Check = object({ properties: { picksUp: nullable(picksUp), start: text, states: recordOf(state) } });

function checkPhoneMenu(menu: PhoneMenu): void {
  const problem = schema(menu, "") ?? deadEnd(menu);
  if (problem !== undefined) throw new DtmfError("invalid_request", `no such phone menu: ${problem}`);
}

/** A name that leads nowhere. */
function deadEnd({ start, states }: PhoneMenu): string | undefined {
  const named = Object.values(states).flatMap(({ choices = {}, failed }) => [
    ...Object.values(choices),
    ...(failed === undefined ? [] : [failed]),
  ]);
  const missing = [start, ...named].find((name) => !Object.hasOwn(states, name));
  return missing === undefined ? undefined : `there is no state '${missing}'`;
}
