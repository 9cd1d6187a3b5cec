// A process that builds one index: prints how long that took and how much anonymous memory it took on top, as JSON.
// usage: build-once.ts FILE OUTPUT
import { readFileSync, writeFileSync } from 'node:fs';
import { buildIndex, describeElf } from '@strata/symbolizer';

const anonymousBytes = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;

const [, , file, output] = process.argv;
// Loads the addon.
await describeElf(file!);
const before = anonymousBytes();
let most = before;
const sampling = setInterval(() => {
  most = Math.max(most, anonymousBytes());
}, 2);
const started = performance.now();
const index = await buildIndex(file!);
const ms = performance.now() - started;
most = Math.max(most, anonymousBytes());
clearInterval(sampling);
writeFileSync(output!, index);
process.stdout.write(JSON.stringify({ ms, anonymousBytes: most - before }));
