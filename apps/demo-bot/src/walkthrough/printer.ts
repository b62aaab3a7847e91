import type { DemoEvent, Ending, Tell } from "./walkthrough-event.ts";

/** Where lines go, and whether they may have colour. */
export interface Page {
  write(text: string): void;
  colour: boolean;
}

/** Tells each event as one JSON object a line. */
export function jsonNarrator({ write }: Page): Tell {
  return (event) => write(`${JSON.stringify(event)}\n`);
}

type Style = (text: string) => string;

/** Tells the events as a story for people. */
export function storyNarrator({ write, colour }: Page): Tell {
  const styled = (code: number): Style => (colour ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text);
  const ink: Ink = { bold: styled(1), dim: styled(2), good: styled(32), bad: styled(31), warn: styled(33) };
  let verified = 0;
  return (event) => {
    if (event.step === "verified") verified++;
    for (const line of linesOf(event, { ink, verified })) write(`${line}\n`);
  };
}

interface Ink {
  bold: Style;
  dim: Style;
  good: Style;
  bad: Style;
  warn: Style;
}

function linesOf(event: DemoEvent, { ink, verified }: { ink: Ink; verified: number }): string[] {
  switch (event.step) {
    case "started":
      return [
        ink.bold("graph-dtmf: press keys in a call, and know whether they were played"),
        "",
        `  Graph       ${event.graph}  (the simulator${pace(event.speed)})`,
        `  callback    ${event.callback}`,
        `  keys from   ${event.keysFrom}`,
        "",
      ];
    case "token":
      return [`${ink.good("✓")} token        by client credentials, for tenant ${event.tenantId}`];
    case "callCreated":
      return [`${ink.good("✓")} call         ${event.callId}  ${event.state}`];
    case "callState":
      return [`${ink.good("✓")} call         ${event.state}`];
    case "verified":
      return [
        `${ink.dim("←")} notification verified: RS256 signature, times, issuer, audience, tenant`,
        // The same for all that follow.
        ...(verified === 1
          ? [
              ink.dim(`               issuer   ${event.issuer}`),
              ink.dim(`               audience ${event.audience}`),
              ink.dim(`               tenant   ${event.tenantId}`),
            ]
          : []),
      ];
    case "sending":
      return [
        "",
        ink.bold(`→ sendDtmfTones ${event.keys}, ${event.delayBetweenTonesMs} ms between them`) +
          ink.dim(`   (to end with ${event.complete})`),
      ];
    case "accepted":
      return [
        `${ink.good("✓")} answer       status ${event.status}: accepted, and nothing is known yet`,
        ink.dim(`               operation     ${event.operationId}`),
        ink.dim(`               clientContext ${event.clientContext}`),
      ];
    case "progress":
      return [
        ink.dim(
          `  far end      ${"♪".repeat(event.heard)}${"·".repeat(Math.max(0, event.of - event.heard))}  ${event.heard} of ${event.of}`,
        ),
      ];
    case "ended":
      return [
        `${mark(event, ink)} outcome      ${event.outcome}, played: ${event.played}  (completionReason ${event.completionReason})`,
      ];
    case "endings":
      return ["", ...table(event.endings, event.of, ink), ""];
    case "failed":
      return [ink.bad(`✗ ${event.message}`)];
    case "done":
      return [
        `${ink.good("✓")} done         ${event.requests} requests, ${verified} notifications verified, none refused`,
      ];
  }
}

function pace(speed: number): string {
  if (speed === 1) return ", in real time";
  return speed > 1 ? `, ${speed} times faster than a telephone: --speed 1 is real time` : `, ${speed} times real time`;
}

function mark({ outcome }: Ending, ink: Ink): string {
  if (outcome === "completed") return ink.good("✓");
  return outcome === "canceled" ? ink.warn("!") : ink.bad("✗");
}

/** The endings side by side: one column each. */
function table(endings: readonly Ending[], of: number, ink: Ink): string[] {
  const rows: [string, (ending: Ending) => string][] = [
    ["outcome", ({ outcome }) => outcome],
    ["played", ({ played }) => played],
    ["status", ({ status }) => String(status)],
    ["completionReason", ({ completionReason }) => completionReason],
    ["far end heard", ({ heard }) => `${heard} of ${of}`],
  ];
  return rows.map(([name, read], row) => {
    const line = [name.padEnd(18), ...endings.map((ending) => read(ending).padEnd(24))].join("").trimEnd();
    return `  ${row === 0 ? ink.bold(line) : line}`;
  });
}
