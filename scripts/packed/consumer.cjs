// The packages as a program in CommonJS gets them.
const client = require("@graph-dtmf/client");
const models = require("@graph-dtmf/models");
const notifications = require("@graph-dtmf/notifications");
const node = require("@graph-dtmf/notifications/node");
const simulator = require("@graph-dtmf/simulator");

import("./story.mjs").then(({ story }) => story({ models, client, notifications, node, simulator }));
