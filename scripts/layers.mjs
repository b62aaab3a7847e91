// The order in which packages and folders stand on each other, written down once. `npm run layers` checks every import
// against it, and a test checks that ARCHITECTURE.md lists the same folders.

const scope = "@graph-dtmf/";
const graphClient = "@microsoft/microsoft-graph-client";
const [models, client, notifications] = [`${scope}models`, `${scope}client`, `${scope}notifications`];

/**
 * The run-time dependencies that each package may have, peers included. Apps and examples may have any.
 *
 * @type {Record<string, string[]>}
 */
export const packageLayers = {
  models: [],
  client: [models, graphClient, "undici"],
  notifications: [models],
  bot: [models, client, notifications, graphClient],
  redis: [models, "redis"],
  simulator: [models],
};

/**
 * The folders of `src`, bottom first: a folder imports only from folders before it. `.` stands for the files of `src`
 * itself. A workspace without a line here keeps its sources in one folder.
 *
 * @type {Record<string, string[]>}
 */
export const folderLayers = {
  "packages/models": [".", "internal", "testing"],
  "packages/client": ["auth", "transport", "telemetry", "delivery", "errors", "actions", "."],
  "packages/notifications": [
    "collections",
    "http",
    "parsing",
    "verification",
    "tones",
    "tracker",
    "calls",
    "receiver",
    ".",
    "testing",
  ],
  "packages/redis": [".", "testing"],
  "packages/simulator": ["http", "schema", "faults", "identity", "callbacks", "calls", "actions", "server", "."],
  "apps/demo-bot": ["bot", "server", "instances", "scenarios", "walkthrough", "."],
};
