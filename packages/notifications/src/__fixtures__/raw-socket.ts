import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A client that keeps no rules. */
export interface RawSocket {
  readonly socket: Socket;
  /** All that the server has said so far. */
  readonly heard: string;
  readonly isClosed: boolean;
  /** What ended the connection other than an orderly end, if anything. */
  readonly error: Error | undefined;
  write(text: string | Uint8Array): void;
  /** Resolves with all that was heard, once it matches or nothing more will come. */
  hears(pattern: RegExp): Promise<string>;
  closed(): Promise<void>;
}

export function connectRaw(port: number): RawSocket {
  const socket = connect({ host: "127.0.0.1", port });
  let heard = "";
  let error: Error | undefined;
  socket.setEncoding("latin1").on("data", (text: string) => {
    heard += text;
  });
  socket.on("error", (cause) => {
    error = cause;
  });
  const isClosed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  onTestFinished(() => void socket.destroy());
  return {
    socket,
    get heard() {
      return heard;
    },
    get isClosed() {
      return socket.closed;
    },
    get error() {
      return error;
    },
    write: (text) => void socket.write(text),
    async hears(pattern) {
      while (!pattern.test(heard) && !socket.closed) await Promise.race([once(socket, "data"), isClosed]);
      return heard;
    },
    closed: () => isClosed,
  };
}

/** The head of a request, up to where its body begins. */
export function head(...headers: string[]): string {
  return ["POST /callback HTTP/1.1", "Host: bot.example", ...headers, "", ""].join("\r\n");
}

/** What the fake verifier lets in. */
export const TOKEN = "Authorization: Bearer good";
