// Builds what npm publishes: dist/, and in dist/plugin/ the package for other languages with its schema.

const { writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { compiled } = require("./compile");

const root = dirname(__dirname);
const plugin = join(root, "dist/plugin");

compiled();
const { name, version, description, license } = require("../package.json");
const { packageSchema } = require("../dist/plugin/schema.js");
const schema = packageSchema(root, { name, version, description, license }, require("../dist/components/index.js"));
writeFileSync(join(plugin, "schema.json"), `${JSON.stringify(schema, null, 2)}\n`);
// A folder that is a package by itself: Pulumi starts what its `main` says. It lets npm install it first, and takes it for
// a failure where that leaves no node_modules; so there is something to install, which needs no network. What the code
// needs is found where kubeadm-ha is installed.
const manifest = { name, version, main: "index.js", dependencies: { nothing: "file:nothing" } };
writeFileSync(join(plugin, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
