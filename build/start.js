// What Pulumi runs for a stack: index.ts, compiled.

const { compiled } = require("./compile");

compiled();
// Pulumi takes a stack trace of every resource and of each of its promises, tens of thousands where there are many
// machines, and keeps them; mapped to sources they cost seconds. What it takes one of has no message, unlike an error
// that is ever shown; and what dist/ holds is as readable as its source.
Error.prepareStackTrace = (error, frames) => (error.message === "" ? `${error}` : [error, ...frames].join("\n    at "));
module.exports = require("../dist/index.js");
