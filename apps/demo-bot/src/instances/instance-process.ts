import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Message, Result, Task } from "./ipc-messages.ts";

/** An instance of the bot: a process of its own. */
export class InstanceProcess {
  readonly number: number;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (result: Result) => void>();
  #orders = 0;

  constructor(number: number, url: string, child: ChildProcess) {
    this.number = number;
    this.url = url;
    this.#child = child;
    child.on("message", (message: Message) => {
      if ("order" in message) this.#settle(message.order, message);
    });
    child.on("exit", () => {
      for (const order of this.#waiting.keys()) this.#settle(order, { failed: "died" });
    });
  }

  get isAlive(): boolean {
    return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Has it do something. If it dies before it has told what came of it, that is `{ failed: "died" }`. */
  ask(task: Task): Promise<Result> {
    if (!this.isAlive) return Promise.resolve({ failed: "died" });
    const order = this.#orders++;
    return new Promise((resolve) => {
      this.#waiting.set(order, resolve);
      this.#child.send({ ...task, order }, (error) => error && this.#settle(order, { failed: "died" }));
    });
  }

  /** As power cuts do: nothing that it knows survives. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** As one is taken out of service. */
  async close(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#child, "exit");
    this.#child.disconnect();
    await ended;
  }

  #settle(order: number, result: Result): void {
    this.#waiting.get(order)?.(result);
    this.#waiting.delete(order);
  }
}

/** How an instance is started. */
export interface StartOptions {
  number: number;
  program: string;
  environment: Record<string, string>;
  /** Is told all that it tells. */
  heard(message: Message): void;
}

/** Starts an instance; resolves once it can be reached. */
export async function startInstance({ number, program, environment, heard }: StartOptions): Promise<InstanceProcess> {
  const child = fork(program, { env: { ...process.env, ...environment }, execArgv: [] });
  return new Promise((resolve, reject) => {
    child.on("message", (message: Message) => {
      if ("ready" in message) resolve(new InstanceProcess(number, message.ready, child));
      heard(message);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`instance ${number} ended before it could be reached`)));
  });
}
