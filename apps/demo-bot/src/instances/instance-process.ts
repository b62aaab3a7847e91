import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { CommandRequest, CommandResult, InstanceCommand, InstanceMessage } from "./ipc-messages.ts";

/** A bot instance that runs in a child process. */
export class InstanceProcess {
  readonly number: number;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, (result: CommandResult) => void>();
  #nextRequestId = 0;

  constructor(number: number, url: string, child: ChildProcess) {
    this.number = number;
    this.url = url;
    this.#child = child;
    child.on("message", (message: InstanceMessage) => {
      if ("requestId" in message) this.#settle(message.requestId, message);
    });
    child.on("exit", () => {
      for (const requestId of this.#pending.keys()) this.#settle(requestId, { error: "exited" });
    });
  }

  get isRunning(): boolean {
    return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Runs a command in the instance. The result is `{ error: "exited" }` if the process exits first. */
  execute(command: InstanceCommand): Promise<CommandResult> {
    if (!this.isRunning) return Promise.resolve({ error: "exited" });
    const request: CommandRequest = { ...command, requestId: this.#nextRequestId++ };
    return new Promise((resolve) => {
      this.#pending.set(request.requestId, resolve);
      this.#child.send(request, (error) => error && this.#settle(request.requestId, { error: "exited" }));
    });
  }

  /** Kills the process with SIGKILL, so that it cannot clean up. */
  async kill(): Promise<void> {
    await this.#exited(() => this.#child.kill("SIGKILL"));
  }

  /** Lets the process shut down and exit. */
  async close(): Promise<void> {
    await this.#exited(() => this.#child.disconnect());
  }

  async #exited(stop: () => void): Promise<void> {
    if (!this.isRunning) return;
    const exited = once(this.#child, "exit");
    stop();
    await exited;
  }

  #settle(requestId: number, result: CommandResult): void {
    this.#pending.get(requestId)?.(result);
    this.#pending.delete(requestId);
  }
}

/** How an instance is started. */
export interface StartOptions {
  number: number;
  /** The path of the program. */
  program: string;
  environment: Record<string, string>;
  onMessage(message: InstanceMessage): void;
}

/**
 * Starts an instance. Resolves when it accepts requests.
 *
 * @throws Error if the process exits before that.
 */
export async function startInstance(options: StartOptions): Promise<InstanceProcess> {
  const { number, program, environment, onMessage } = options;
  const child = fork(program, { env: { ...process.env, ...environment }, execArgv: [] });
  return new Promise((resolve, reject) => {
    child.on("message", (message: InstanceMessage) => {
      if ("ready" in message) resolve(new InstanceProcess(number, message.ready, child));
      onMessage(message);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`instance ${number} exited before it accepted requests`)));
  });
}
