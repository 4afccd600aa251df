// What Pulumi runs for a stack: index.ts, compiled.

const { compiled } = require("./compile");

compiled();
// Pulumi maps every stack trace to sources, which costs seconds where there are many resources, and it takes one for
// each. What dist/ holds is as readable as its source.
Error.prepareStackTrace = undefined;
module.exports = require("../dist/index.js");
