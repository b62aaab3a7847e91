// Uses the packages as a CommonJS program.
const client = require("@graph-dtmf/client");
const models = require("@graph-dtmf/models");
const notifications = require("@graph-dtmf/notifications");
const node = require("@graph-dtmf/notifications/node");
const simulator = require("@graph-dtmf/simulator");

import("./send-tones.mjs").then(({ sendTones }) => sendTones({ models, client, notifications, node, simulator }));
