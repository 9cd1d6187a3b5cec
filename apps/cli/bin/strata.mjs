#!/usr/bin/env node
// Plain JavaScript, for any Node: if it is too old for the rest, which is TypeScript, it can still say so.
const NODE_LEAST = 24;

if (Number.parseInt(process.versions.node, 10) >= NODE_LEAST) {
  import('../src/main.ts');
} else {
  console.error(
    `strata runs on Node ${NODE_LEAST} or later and this is ${process.versions.node}: type npx strata in the repository, which takes the one installed there.`,
  );
  process.exitCode = 1;
}
