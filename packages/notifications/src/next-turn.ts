/** Something to be done in the next turn of the event loop. It does not throw. */
export interface Turn {
  turn(): void;
}

/** A timer wakes the event loop up once more, which costs as much as reading a notification. */
const schedule: (callback: () => void) => unknown = globalThis.setImmediate ?? setTimeout;

let waiting: Turn[] = [];

/** In the order in which they asked. All of one turn share one callback: under load that is most of what it costs. */
export function inNextTurn(turn: Turn): void {
  if (waiting.push(turn) === 1) schedule(takeTurns);
}

function takeTurns(): void {
  const turns = waiting;
  waiting = [];
  for (const turn of turns) turn.turn();
}
