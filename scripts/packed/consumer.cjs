// The packages as a program in CommonJS gets them.
const models = require("@graph-dtmf/models");

import("./story.mjs").then(({ story }) => story({ models }));
