import type { Emit, SendResult, WalkthroughEvent } from "./walkthrough-event.ts";

/** The output of a printer. */
export interface PrinterOutput {
  write(text: string): void;
  /** Whether the text may contain ANSI colours. */
  colour: boolean;
}

/** Prints each event as one line of JSON. */
export function createJsonPrinter({ write }: PrinterOutput): Emit {
  return (event) => write(`${JSON.stringify(event)}\n`);
}

type Style = (text: string) => string;

interface Styles {
  bold: Style;
  dim: Style;
  good: Style;
  bad: Style;
  warn: Style;
}

/** Prints the events as text. */
export function createTextPrinter({ write, colour }: PrinterOutput): Emit {
  const ansi = (code: number): Style => (colour ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text);
  const styles: Styles = { bold: ansi(1), dim: ansi(2), good: ansi(32), bad: ansi(31), warn: ansi(33) };
  let verified = 0;
  return (event) => {
    if (event.step === "verified") verified++;
    for (const line of linesOf(event, { styles, verified })) write(`${line}\n`);
  };
}

function linesOf(event: WalkthroughEvent, { styles, verified }: { styles: Styles; verified: number }): string[] {
  const { bold, dim, good, bad } = styles;
  switch (event.step) {
    case "started":
      return [
        bold("graph-dtmf: send DTMF tones in a call, and find out whether they were played"),
        "",
        `  Graph         ${event.graph}  (a simulator${speedNote(event.speed)})`,
        `  callback URL  ${event.callback}`,
        `  signing keys  ${event.openIdConfigurationUrl}`,
        "",
      ];
    case "token":
      return [`${good("✓")} token        issued by the client credentials grant, for tenant ${event.tenantId}`];
    case "callCreated":
      return [`${good("✓")} call         ${event.callId}  ${event.state}`];
    case "callState":
      return [`${good("✓")} call         ${event.state}`];
    case "verified":
      return [
        `${dim("←")} notification verified: RS256 signature, validity period, issuer, audience, tenant`,
        // Later notifications have the same claims.
        ...(verified === 1
          ? [
              dim(`               issuer   ${event.issuer}`),
              dim(`               audience ${event.audience}`),
              dim(`               tenant   ${event.tenantId}`),
            ]
          : []),
      ];
    case "sending":
      return [
        "",
        bold(`→ sendDtmfTones ${event.keys}, ${event.delayBetweenTonesMs} ms between tones`) +
          dim(`   (simulated completion reason: ${event.completionReason})`),
      ];
    case "accepted":
      return [
        `${good("✓")} response     status ${event.status}: accepted, the result follows in a notification`,
        dim(`               operation     ${event.operationId}`),
        dim(`               clientContext ${event.clientContext}`),
      ];
    case "progress":
      return [dim(`  far end      ${progressBar(event)}  ${event.received} of ${event.of} tones`)];
    case "ended":
      return [
        `${mark(event, styles)} outcome      ${event.outcome}, played: ${event.played}  (completionReason ${event.completionReason})`,
      ];
    case "summary":
      return ["", ...table(event.results, event.of, styles), ""];
    case "failed":
      return [bad(`✗ ${event.message}`)];
    case "done":
      return [`${good("✓")} done         ${event.requests} requests, ${verified} notifications verified, none refused`];
  }
}

function speedNote(speed: number): string {
  if (speed === 1) return ", in real time";
  return speed > 1
    ? `, ${speed} times faster than real time; use --speed 1 for real time`
    : `, ${speed} times real time`;
}

function progressBar({ received, of }: { received: number; of: number }): string {
  return "♪".repeat(received) + "·".repeat(Math.max(0, of - received));
}

function mark({ outcome }: SendResult, { good, bad, warn }: Styles): string {
  if (outcome === "completed") return good("✓");
  return outcome === "canceled" ? warn("!") : bad("✗");
}

/** One column for each result. */
function table(results: readonly SendResult[], of: number, { bold }: Styles): string[] {
  const rows: [string, (result: SendResult) => string][] = [
    ["outcome", ({ outcome }) => outcome],
    ["played", ({ played }) => played],
    ["status", ({ status }) => String(status)],
    ["completionReason", ({ completionReason }) => completionReason],
    ["received tones", ({ received }) => `${received} of ${of}`],
  ];
  return rows.map(([name, read], row) => {
    const line = [name.padEnd(18), ...results.map((result) => read(result).padEnd(24))].join("").trimEnd();
    return `  ${row === 0 ? bold(line) : line}`;
  });
}
